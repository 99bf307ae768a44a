"""control.py WORK COMMAND…: gives commands to the player, which COMMAND starts, by its socket and by keys.

The player writes samples to a pipe that is read only when the test says so: so it stands still in between, and what
it does at a command can be compared to the byte. Ends with "N passed, N failed"."""
import array, fcntl, hashlib, os, pathlib, pty, random, signal, socket, subprocess, sys, termios, time

sys.dont_write_bytecode = True
work, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
tracks = work / "tracks"
tune = (work / "tune.raw").read_bytes()
path = str(work / "control.socket")
passed = failed = 0


def expect(name, condition, detail=""):
    global passed, failed
    passed, failed = passed + bool(condition), failed + (not condition)
    if not condition:
        print(f"FAILED commands: {name} {detail}")


class Player:
    def __init__(self, *arguments, keys=None):
        # Keys are taken from the terminal that a session has for its own.
        own = {"stdin": keys, "start_new_session": True, "preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)}
        self.process = subprocess.Popen([*command, "--raw", "--control", path, *map(str, arguments)],
                                        **(own if keys else {"stdin": subprocess.DEVNULL}),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.client = None
        for _ in range(500):
            try:
                self.client = connect()
                break
            except OSError:
                time.sleep(0.02)

    def ask(self, line, client=None):
        client = client or self.client
        client.sendall(line if isinstance(line, bytes) else line.encode() + b"\n")
        return receive(client)

    def status(self):
        words = self.ask("status").split(" file=")[0].split()
        return dict(word.split("=") for word in words[1:])

    def until_it_waits(self):
        """Its pipe is full: 64 KiB, and it stands at a place that does not change any more."""
        before = None
        for _ in range(300):
            now = self.status()["position"]
            if now == before and now != "0.00":
                return now
            before = now
            time.sleep(0.03)

    def until_it_stops(self):
        for _ in range(200):
            if self.status()["state"] == "stopped":
                return True
            time.sleep(0.02)
        return False

    def rest(self):
        out, err = self.process.communicate(timeout=60)
        return out, err.decode(errors="replace"), self.process.returncode

    def end(self):
        self.ask("quit")
        return self.rest()


def connect():
    for _ in range(200):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(20)
        try:
            client.connect(path)
            return client
        except BlockingIOError:  # more wait to be let in than may
            client.close()
            time.sleep(0.01)
        except OSError:
            client.close()
            raise
    raise OSError("nobody is let in")


def receive(client):
    answer = b""
    while not answer.endswith(b"\n"):
        more = client.recv(4096)
        if not more:
            break
        answer += more
    return answer.decode(errors="replace").rstrip("\n")


def is_played(out, *pieces):
    """Whether `out` is a beginning of the first piece, and then the others whole."""
    tail = b"".join(pieces[1:])
    return out.endswith(tail) and pieces[0].startswith(out[:len(out) - len(tail)])


def test_moving():
    first, second = tracks / "clip-first.flac.pst", tracks / "clip-second.flac.pst"
    cut = 50000 * 4
    player = Player(tracks / "clip-tune.flac.pst", first, second)
    player.until_it_waits()
    status = player.status()
    expect("status", status["state"] == "playing" and status["track"] == "1" and status["of"] == "3" and
           status["length"] == "2.00" and status["rate"] == "44100" and status["channels"] == "2" and
           status["volume"] == "100" and status["gaps"] == "0", status)
    expect("position", 0.2 < float(status["position"]) < 0.5, status)
    expect("the file is named", player.ask("status").endswith("clip-tune.flac.pst"))
    expect("names", player.ask("name 3").endswith("clip-second.flac.pst") and player.ask("name 4").startswith("error"))
    expect("next", player.ask("next") == "ok" and player.status()["track"] == "2")
    expect("previous", player.ask("previous") == "ok" and player.status()["track"] == "1")
    expect("play 3", player.ask("play 3") == "ok" and player.status()["track"] == "3")
    expect("no further track", player.ask("next").startswith("error: that was the last"))
    expect("no such track", player.ask("play 4").startswith("error") and player.ask("play 0").startswith("error"))
    expect("play 2", player.ask("play 2") == "ok")
    out, err, code = player.rest()
    expect("what plays after all that", is_played(out, tune, tune[:cut], tune[cut:]), (len(out), err, code))
    expect("the socket is taken away", not os.path.exists(path))


def test_seeking():
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    expect("seek 1", player.ask("seek 1") == "ok")
    out, err, code = player.rest()
    expect("from second 1 on, to the sample", is_played(out, tune, tune[44100 * 4:]), (len(out), err, code))
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    expect("seek back", player.ask("seek -100") == "ok")
    out, err, code = player.rest()
    expect("from the start again", is_played(out, tune, tune), (len(out), err, code))
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    expect("seek beyond", player.ask("seek 100") == "ok")
    out, err, code = player.rest()
    expect("the end", is_played(out, tune) and code == 0, (len(out), err, code))


def test_far_seeking():
    # The header names 2^31 - 1 frames a second, and a paused player decodes none of them.
    player = Player(tracks / "fast.pst")
    expect("fast, paused", player.ask("pause") == "ok" and player.status()["rate"] == "2147483647")
    answers = {player.ask("seek +999999999") for _ in range(12)}
    expect("on and on", answers == {"ok"} and player.ask("seek -999999999") == "ok", answers)
    expect("and to the end", player.ask("play") == "ok")
    out, err, code = player.rest()
    expect("the end of it", code == 0 and err == "", (code, err))


def test_pausing():
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    expect("pause", player.ask("pause") == "ok" and player.status()["state"] == "paused")
    expect("pause again", player.ask("pause") == "ok")
    position = player.status()["position"]
    taken = os.read(player.process.stdout.fileno(), 1 << 20)
    time.sleep(0.3)
    expect("paused", player.status()["position"] == position, position)
    expect("toggle", player.ask("toggle") == "ok" and player.status()["state"] == "playing")
    out, err, code = player.rest()
    expect("a pause changes nothing", taken + out == tune and code == 0, (len(out), err, code))


def test_volume():
    player = Player("--volume", "50", tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    expect("volume", player.status()["volume"] == "50")
    expect("up", player.ask("volume +30") == "ok" and player.status()["volume"] == "80")
    expect("down", player.ask("volume -100") == "ok" and player.status()["volume"] == "0")
    expect("too loud", player.ask("volume 101").startswith("error"))
    out, err, code = player.rest()
    sound, loud = array.array("h", out), array.array("h", tune)
    # An eighth, the third power of a half; the first 4 KiB come in from full.
    expect("an eighth", all(abs(x - y / 8) <= 1 for x, y in zip(sound[4096:16000], loud[4096:16000])))
    expect("silence in the end", not any(sound[-60000:]) and len(out) == len(tune), len(out))


def test_staying():
    folder = work / "staying"
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    player = Player("--stay", folder)
    expect("an empty list", player.status()["state"] == "stopped" and player.status()["of"] == "0")
    expect("nothing to play", player.ask("play").startswith("error: the list is empty"))
    expect("nothing to pause or seek", all(player.ask(x).startswith("error") for x in ("pause", "seek 1", "next")))
    (folder / "new.pst").write_bytes((tracks / "clip-tune.flac.pst").read_bytes())
    expect("reload", player.ask("reload") == "ok" and player.status()["of"] == "1")
    expect("play", player.ask("play") == "ok")
    out = b""
    while len(out) < len(tune):
        out += os.read(player.process.stdout.fileno(), 65536)
    expect("it plays what came", out == tune)
    expect("and stays", player.until_it_stops())
    rest, err, code = player.end()
    expect("until it is told to end", rest == b"" and code == 0, (len(rest), err, code))


def test_state():
    state, blocker, track = work / "control.state", work / "control.state.new", tracks / "rights-plays.pst"
    for path in state, blocker:
        path.unlink(missing_ok=True)
    made = subprocess.run([*command, "--state", str(state), "--new-state"])
    # A state that cannot be written: nothing plays, and none of the three plays is lost.
    blocker.mkdir()
    player = Player("--stay", "--state", state, track)
    refused = 0
    for attempt in range(4):
        if attempt > 0:
            player.ask("play 1")
        refused += player.until_it_stops()
    blocker.rmdir()
    expect("a play after all", player.ask("play 1") == "ok" and player.until_it_waits(), player.status())
    out, err, code = player.end()
    expect("what cannot be counted is refused", made.returncode == 0 and refused == 4 and code == 0 and
           err.count("the state cannot be written") == len(err.splitlines()) >= 4, (refused, code, err))
    info = subprocess.run([*command, "--state", str(state), "--info", str(track)], capture_output=True).stdout
    expect("one play was counted", b"rights-played: 1\n" in info, info)


def test_ends():
    # A track that was passed over is not what a player ends with that stays until it is told to end.
    bad, good = tracks / "stranger.pst", tracks / "clip-tune.flac.pst"
    player = Player("--stay", bad)
    expect("it stops behind a bad track", player.until_it_stops())
    out, err, code = player.end()
    expect("quit is no failure", code == 0 and "another player" in err, (code, err))
    player = Player("--stay", bad)
    player.until_it_stops()
    player.process.send_signal(signal.SIGTERM)
    out, err, code = player.rest()
    expect("nor is SIGTERM", code == 0 and "another player" in err, (code, err))
    out, err, code = Player(bad).rest()
    expect("without --stay it tells", code == 77, (code, err))
    # The output's end is the player's, whatever came before.
    player = Player("--stay", bad, good)
    player.until_it_waits()
    player.process.stdout.close()
    player.process.stdout = None
    out, err, code = player.rest()
    expect("an output that fails", code == 74, (code, err))


def test_passing_over():
    # Thousands of tracks that cannot be played: it listens in between.
    list = work / "bad.m3u"
    list.write_text("tracks/stranger.pst\n" * 9000)
    player = Player(list)
    word = player.status()
    expect("it answers while it passes over tracks", word["of"] == "9000" and int(word["track"]) < 9000 and
           word["state"] == "playing", word)
    player.process.send_signal(signal.SIGTERM)
    out, err, code = player.rest()
    expect("and ends when it is told to", code == 77 and 0 < err.count("another player") < 9000, (code, err.count("another player")))


def test_limits():
    # A play is as much sound as the track has, and half of that again, however one seeks.
    state = work / "limits.state"
    state.unlink(missing_ok=True)
    subprocess.run([*command, "--state", str(state), "--new-state"], check=True)
    player = Player("--state", state, tracks / "rights-plays.pst")
    status = player.status()
    length = int(float(status["length"]) * int(status["rate"]) * int(status["channels"]) * 2)
    total, since = 0, 0
    while total < 8 * length:
        chunk = os.read(player.process.stdout.fileno(), 65536)
        if not chunk:
            break
        total, since = total + len(chunk), since + len(chunk)
        if since > length // 2:
            since = 0
            try:
                player.ask("seek 0")
            except OSError:  # it has just ended
                pass
    else:
        player.process.kill()
    out, err, code = player.rest()
    expect("three plays are three", 3 * length < total < 5 * length and code == 77 and "as often as it may be" in err,
           (total / length, code, err))
    info = subprocess.run([*command, "--state", str(state), "--info", str(tracks / "rights-plays.pst")], capture_output=True).stdout
    expect("all three are counted", b"rights-played: 3\n" in info, info)


def test_expiry():
    # Opened in time, paused before its first note, and gone on with too late.
    import make_tracks
    end = int(time.time()) + 4
    name = make_tracks.random("rights-soon")
    (work / "soon.pst").write_bytes(make_tracks.pack(
        (tracks / "content.mp3").read_bytes(), suite=1, pattern=make_tracks.Pattern(1, 10, 0), cek=name, nonce=name, track_id=name[:16],
        codec=b"mp3 ", slots=[make_tracks.device_key("device").slot(name)], trailer=False, map=None,
        sections=[(4, 1, name, make_tracks.rights(name[:16], not_after=end))]))
    player = Player(tracks / "clip-tune.flac.pst", work / "soon.pst")
    player.until_it_waits()  # nothing of the next track goes into a full pipe
    expect("it is opened in time", player.ask("play 2") == "ok" and player.ask("pause") == "ok" and time.time() < end)
    while time.time() < end + 2:
        time.sleep(0.1)
    player.ask("play")
    out, err, code = player.rest()
    expect("it is refused too late", code == 77 and "any more" in err and is_played(out, tune), (code, err, len(out)))


def test_reloading():
    folder, list = work / "reloading", work / "twice.m3u"
    folder.mkdir(exist_ok=True)
    names = [folder / name for name in ("1.pst", "2.pst", "3.pst")]
    for name in names:
        name.write_bytes((tracks / "clip-first.flac.pst").read_bytes())
    list.write_text("".join(f"reloading/{name}\n" for name in ("1.pst", "2.pst", "1.pst", "3.pst")))
    player = Player(list)
    player.until_it_waits()
    expect("of two places it stays at its own", player.ask("reload") == "ok" and player.status()["track"] == "1")
    player.ask("play 3")
    expect("the second place too", player.ask("reload") == "ok" and player.status()["track"] == "3")
    player.end()
    player = Player("--stay", folder)
    player.until_it_waits()
    player.ask("play 2")
    names[1].unlink()
    expect("what plays goes on when it is removed", player.ask("reload") == "ok" and
           player.ask("status").endswith("2.pst") and player.status()["state"] == "playing")
    names[0].unlink()
    expect("and keeps its place", player.ask("reload") == "ok" and player.ask("name 1").endswith("2.pst") and
           player.status()["of"] == "2")
    expect("what is next comes next", player.ask("next") == "ok" and player.ask("status").endswith("3.pst"))
    names[2].unlink()
    expect("the last one goes on", player.ask("reload") == "ok" and player.status()["of"] == "1")
    expect("nothing is behind it", player.ask("next").startswith("error: that was the last"))
    player.end()


def test_secrets():
    # Each key that is in use is in memory once, and no core dump would hold it.
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Vectors"))
    from pinstripe_keys import hkdf, playback_key
    secret, salt, device, content = (hashlib.sha256(b"pinstripe player tests\0" + label).digest() for label in
                                     (b"device dus", b"device salt", b"device id", b"clip-tune.flac cek"))
    playback = playback_key(secret, salt, device[:16], 1)
    keys = {"DUS": (secret, 1), "CEK": (content, 1), "K_play": (playback, 0), "K_wrap": (hkdf(playback, bytes(32), b"wrap"), 1)}
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    found = dict.fromkeys(keys, 0)
    process = pathlib.Path(f"/proc/{player.process.pid}")
    with open(process / "mem", "rb", 0) as memory:
        for line in (process / "maps").read_text().splitlines():
            area, rights = line.split()[:2]
            start, end = (int(x, 16) for x in area.split("-"))
            if "w" in rights and end - start < 1 << 28:
                memory.seek(start)
                bytes_there = memory.read(end - start)
                for name, (key, _) in keys.items():
                    found[name] += bytes_there.count(key)
    expect("keys are in memory once", found == {name: count for name, (_, count) in keys.items()}, found)
    limits = [line.split() for line in (process / "limits").read_text().splitlines() if "core file" in line]
    expect("no core dumps", limits[0][4:6] == ["0", "0"], limits)
    player.end()


def test_not_waiting():
    # A pipe that its other user made one that does not wait; it is full long before it is read.
    ours, its = os.pipe()
    os.set_blocking(its, False)
    process = subprocess.Popen([*command, "--decrypt", str(tracks / "every10.pst")], stdout=its, stderr=subprocess.PIPE)
    os.close(its)
    time.sleep(0.5)
    with open(ours, "rb") as pipe:
        out = pipe.read()
    err = process.stderr.read()
    expect("a pipe that does not wait", out == (tracks / "content.mp3").read_bytes() and process.wait() == 0, (len(out), err))


def test_hostile():
    noise = random.Random(4)
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    # Rubbish that ends within a line's length is answered; longer lines and silence are let go.
    for line in (b"\n", b"play -1\n", b"play 99999999999999999999\n", b"seek\n", b"seek 1 2\n", b"volume x\n",
                 b"x" * 128 + b"\n", b"status now\n", b"\xff\xfe\n", b"name -1\n", b"seek +\n", b"\0\0\0\n", b"quit please\n"):
        expect(f"{line!r} is refused", player.ask(line).startswith("error: "))
    for line in (b"x" * 129, b"a" * 5000, bytes(noise.randrange(11, 256) for _ in range(100000))):
        other = connect()
        try:
            other.sendall(line)
            answer = receive(other)
        except OSError:
            answer = "error"
        expect(f"a line of {len(line)} bytes is refused", answer.startswith("error"), answer)
        other.close()
    for _ in range(100):
        other = connect()
        try:
            other.sendall(b"sta")
        except OSError:  # four others have not left yet
            pass
        other.close()
    held = [connect() for _ in range(12)]
    time.sleep(0.2)
    refused = 0
    for client in held:
        client.settimeout(2)
        try:
            refused += "four clients" in receive(client)
        except OSError:
            pass
    expect("four clients at most", refused >= 8, refused)
    expect("the first one is still heard", player.ask("status").startswith("ok"))
    for client in held:
        client.close()
    # One who asks and asks, and never takes an answer.
    time.sleep(0.2)
    deaf = connect()
    deaf.settimeout(1)
    try:
        for _ in range(20000):
            deaf.sendall(b"status\n")
    except OSError:
        pass
    expect("a deaf client harms nobody", player.ask("status").startswith("ok"))
    second = subprocess.run([*command, "--raw", "--control", path, str(tracks / "clip-tune.flac.pst")],
                            stdin=subprocess.DEVNULL, capture_output=True)
    expect("a socket in use is not taken", second.returncode == 73 and b"another player's" in second.stderr, second.stderr)
    out, err, code = player.rest()
    expect("the music went on", out == tune and code == 0, (len(out), err, code))
    pathlib.Path(path).write_text("mine")
    second = subprocess.run([*command, "--raw", "--control", path, str(tracks / "clip-tune.flac.pst")],
                            stdin=subprocess.DEVNULL, capture_output=True)
    expect("a file is not taken for a socket", second.returncode == 73 and pathlib.Path(path).read_text() == "mine")
    os.unlink(path)


def test_ending():
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    player.process.terminate()
    out, err, code = player.rest()
    expect("SIGTERM ends it", is_played(out, tune) and code == 0 and not os.path.exists(path), (len(out), err, code))
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    player.process.kill()
    player.rest()
    expect("a killed player leaves its socket", os.path.exists(path))
    player = Player(tracks / "clip-tune.flac.pst")
    player.until_it_waits()
    player.process.stdout.close()
    player.client.close()
    player.process.wait(timeout=60)
    err = player.process.stderr.read().decode()
    expect("the next one replaces it; a closed pipe is said", player.process.returncode == 74 and
           "cannot be put out" in err, (player.process.returncode, err))


def test_keys():
    master, slave = pty.openpty()
    player = Player(tracks / "clip-tune.flac.pst", tracks / "clip-first.flac.pst", keys=slave)
    player.until_it_waits()

    def press(keys, field, value):
        os.write(master, keys)
        for _ in range(200):
            if player.status()[field].startswith(value):
                return True
            time.sleep(0.02)
        return False

    expect("space pauses", press(b" ", "state", "paused"))
    expect("space goes on", press(b" ", "state", "playing"))
    expect("- is quieter", press(b"-", "volume", "95"))
    expect("+ is louder", press(b"+", "volume", "100"))
    expect("n is next", press(b"n", "track", "2"))
    expect("p is previous", press(b"p", "track", "1"))
    # The pipe is full, so the player stands where it was sent.
    expect("an arrow seeks", press(b"\x1b[C", "position", "10."))
    expect("an arrow seeks back", press(b"\x1b[D", "position", "0."))
    expect("other keys do nothing", press(b"\x1b[Z\x1bxyz\xff", "state", "playing"))
    os.write(master, b"q")
    out, err, code = player.rest()
    expect("q ends it", code == 0, (code, err))


def test_display():
    master, slave = pty.openpty()
    process = subprocess.Popen([*command, "--raw", str(tracks / "clip-tune.flac.pst")], stdin=slave, stderr=slave,
                               stdout=subprocess.PIPE, start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    time.sleep(0.5)
    os.write(master, b" ")
    time.sleep(1.2)
    os.write(master, b" ")
    out = process.stdout.read()
    shown = os.read(master, 10000)
    expect("the position is shown", b"1/1  0:00 of 0:02" in shown and b"paused" in shown and process.wait() == 0 and
           out == tune, shown)


for name, test in sorted(globals().copy().items()):
    if name.startswith("test_"):
        try:
            test()
        except Exception as error:  # one test's fault is not the next one's
            expect(f"{name} ran to its end", False, repr(error))
        if os.path.exists(path):
            os.unlink(path)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
