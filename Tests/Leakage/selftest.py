"""What selftest.sh runs: masks, frame finders, checksums, limits, what known cases must score, and the tool.

  selftest.py PINSTRIPE
"""
import concurrent.futures, json, pathlib, subprocess, sys, tempfile, time, traceback
import numpy as np
import benchmark, corpus, packer
from leakage import analysis, attacker, blind_flac, checksums, decoders, frames, guess_mp3, metric, patterns, report, \
    side_info, tools

SECONDS = 3
passed = failed = 0


def check(name, fact, *shown):
    global passed, failed
    passed, failed = passed + bool(fact), failed + (not fact)
    if not fact:
        print("FAILED: %s %s" % (name, " ".join(map(str, shown))))


def refuses(name, action):
    try:
        action()
        check(name, False, "was accepted")
    except ValueError:
        check(name, True)


def load(encoding, sound="speech"):
    data = np.fromfile(corpus.encoding(encoding, sound, SECONDS), np.uint8)
    return data, frames.find(data)


def masks():
    def offsets(text, size, runs=()): return np.flatnonzero(patterns.parse(text).mask(size, runs)).tolist()
    check("full", offsets("full", 4) == [0, 1, 2, 3])
    check("every", offsets("every:10", 31) == [0, 10, 20, 30])
    check("every with phase", offsets("every:10:3", 31) == [3, 13, 23])
    check("blocks", offsets("blocks", 170) == [*range(16), *range(160, 170)])
    # Head 3 and every 4th: 0, 1, 2, then 6 and 10 of each run; what lies outside runs is encrypted.
    check("framed", offsets("framed:3:4", 20, [(1, 12), (15, 2)]) == [
        0, 1, 2, 3, 7, 11, 13, 14, 15, 16, 17, 18, 19])
    check("the packer's notation", patterns.parse("32/64").name == patterns.parse("default").name == "default")
    layout = frames.Layout("mp3", [frames.Frame(10, 50, lead=4), frames.Frame(60, 36, lead=4), frames.Frame(96, 40, lead=4),
                                   frames.Frame(140, 40, lead=6)])
    # The second frame has 32 bytes behind its header, which a head covers.
    check("runs begin behind headers", layout.runs() == [(14, 46), (100, 36), (146, 34)], layout.runs())
    check("runs from headers", layout.runs(True) == [(10, 50), (60, 36), (96, 40), (140, 40)], layout.runs(True))
    for text in ("every:0", "every:4:4", "framed:3", "framed:3:0", "half"):
        refuses("pattern " + text, lambda text=text: patterns.parse(text))
    with tempfile.NamedTemporaryFile() as file:
        mask = patterns.parse("every:7:2").mask(100)
        patterns.write_mask(file.name, mask)
        check("mask file", (patterns.read_mask(file.name, 100) == mask).all())
        refuses("mask beyond the end", lambda: patterns.read_mask(file.name, 50))
        np.array([3, 3], "<u8").tofile(file.name)
        refuses("mask that does not ascend", lambda: patterns.read_mask(file.name, 100))


def layouts():
    text = np.frombuffer(b"123456789", np.uint8)
    for kind, value in ((checksums.FLAC8, 0xF4), (checksums.FLAC16, 0xFEE8), (checksums.MPEG16, 0xAEE7),
                        (checksums.OGG32, 0x89A1897F)):
        check("checksum %s" % (kind,), checksums.crc(kind, text, [0], [9])[0] == value)
    for name in ("mp3", "mp3-crc", "mp3-vbr2", "mp3-lsf", "mp2-192", "aac", "m4a", "opus", "vorbis", "flac",
                 "flac-ogg", "alac"):
        data, layout = load(name)
        again = data.copy()
        checksums.recompute(again, layout.checksums)
        check(name + ": recomputed checksums are the encoder's", (again == data).all())
        check(name + ": frames ascend and do not overlap",
              all(a.start + a.length <= b.start for a, b in zip(layout.frames, layout.frames[1:])))
        covered = sum(f.length for f in layout.frames)
        check(name + ": frames and what is known cover the file",
              covered >= .6 * len(data) and layout.known_mask(len(data)).sum() >= len(data) - covered, covered)
        chance = np.random.default_rng(5)
        for _ in range(20):
            broken = data[:chance.integers(1, len(data))].copy()
            broken[chance.integers(0, len(broken), 40)] = chance.integers(0, 256, 40)
            try:
                frames.find(broken)
            except ValueError:
                pass
    check("no finder fails otherwise on damaged files", True)


def guessing():
    for name in ("mp3", "mp3-lsf", "mp3-mono64"):
        data, layout = load(name)
        fields = guess_mp3.truth(data, layout.frames)
        for frame, (head, granules) in zip(layout.frames, fields):
            start, end = guess_mp3.bounds(data, frame)
            first, channels = guess_mp3.shape(data, frame)
            made = side_info.write(head, granules, first, channels, end - start)
            if made != data[start:end].tobytes():
                check("%s: side information is read and written alike, frame at %d" % (name, frame.start), False)
                break
        # What is given with the truth as the guess is the file that was encrypted nowhere but in the main data.
        attack = attacker.Attack(data, layout, SECONDS, SECONDS)
        mask = attacker.side_information(np.ones(len(data), bool), layout.frames)
        check(name + ": the right guess gives the file", guess_mp3.apply(attack, mask, fields, "00") == data.tobytes())
    chance = np.random.default_rng(2)
    residual = np.round(chance.laplace(0, 90, 3000)).astype(int)
    values = np.where(residual < 0, -2 * residual - 1, 2 * residual)
    text = "".join("0" * (v >> 7) + "1" + format(v & 127, "07b") for v in values)
    data = np.packbits(np.array([int(c) for c in text + "1" * 64], np.uint8))
    bits = blind_flac.Bits(data)
    fits = [blind_flac.read_codes(bits, np.array([100]), np.array([1100]), k)[1][0] for k in range(4, 11)]
    check("the fit of Rice codes tells their parameter", int(np.argmax(fits)) + 4 == 7, fits)
    codes = blind_flac.read_codes(bits, np.array([100]), np.array([1100]), 7)[0][0]
    check("Rice codes find their step", " ".join(map(str, codes[60:160])) in " ".join(map(str, values)))


def limits():
    started = time.monotonic()
    tools.run(["sh", "-c", "while :; do :; done"], seconds=1)
    check("a busy program is stopped", time.monotonic() - started < 5)
    check("memory is limited", tools.run(["python3", "-c", "len(bytearray(3 << 30)); print('had it')"]) == b"")
    check("no sound from no file", len(decoders.decode("mp3", "mpg123", b"", SECONDS)) == 0)
    for data in (b"", b"RIFF", bytes(64), b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + bytes(16) + b"data\xff\xff\xff\xff\0"):
        check("odd WAV", len(decoders.read_wav(data)[0]) <= 1)


def scores():
    chance = np.random.default_rng(1)
    noise = .1 * chance.standard_normal(3 * metric.RATE).astype(np.float32)
    judge = metric.Reference(noise, 3)
    shifted = np.concatenate([np.zeros(1000, np.float32), noise])
    score = judge.score(shifted)
    check("a shifted sound is itself", score.li > .99 and score.good > .99 and score.snr > 30, score)
    half = judge.score(noise / 2)
    check("half as loud is itself but for raw SNR", half.good == 0 and half.li > .98, half)
    check("silence scores nothing", judge.score(np.zeros(100000, np.float32)) == metric.Score())
    check("other noise scores nothing", judge.score(.1 * chance.standard_normal(130000).astype(np.float32)).li < .15)
    classes = [report.classify(*case) for case in ((.18, 0, 0, 0), (.19, 0, 0, 0), (.25, 0, 0, .21), (.1, .0007, 0, 0),
                                                   (.6, .001, 1, 0), (.61, 0, 0, 0), (.3, 0, 1.1, 0), (.3, .01, 0, 0))]
    check("classes", classes == ["sealed", "obscured", "sealed", "obscured", "obscured", "unsafe", "unsafe", "unsafe"],
          classes)


def measured(job):
    encoding, sound, texts = job
    try:
        attack, layout, data = benchmark.load(encoding, sound, SECONDS)
        masks = [(p.name, p.mask_of(data, layout), levels) for p, levels in ((patterns.parse(t), l) for t, l in texts)]
        return analysis.measure(attack, masks, sound, encoding)[0], None
    except Exception:
        return [], traceback.format_exc()


L1, L2, L3, FULL = ("L1",), ("L1", "L2"), ("L1", "L3"), ("full", ("L1",))


def cases():
    jobs = [("mp3", "speech", (FULL, ("clear", L1), ("every:10", L1), ("default", ("L1", "L2", "L3")))),
            ("mp3", "mix", (FULL, ("default", L1))), ("wav", "speech", (FULL, ("every:10", L1), ("default", L1))),
            ("vorbis", "speech", (FULL, ("default", L1))), ("aac", "speech", (FULL, ("clear", L1), ("default", L1))),
            ("flac", "speech", (("full", L3), ("clear", L1), ("default", L1))),
            ("opus", "speech", (("clear", L1), ("blocks", L1))), ("mp3", "speech", (("every:10", L1),))]
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        found = list(pool.map(measured, jobs))
    for job, (_, problem) in zip(jobs, found):
        check("%s of %s was measured" % job[:2], problem is None, problem)
    rows = {(r["encoding"], r["sound"], r["pattern"], r["attacker"]): r for many, _ in found[:-1] for r in many}

    def li(*key): return rows[key]["LI"]
    for encoding, sound, _ in jobs[:-1]:
        if (encoding, sound, "full", "L1") in rows:
            check("%s %s: full is near the floor" % (encoding, sound), li(encoding, sound, "full", "L1") < .25)
        if (encoding, sound, "clear", "L1") in rows:
            check("%s %s: clear is the sound" % (encoding, sound), li(encoding, sound, "clear", "L1") > .98)
        if (encoding, sound, "default", "L1") in rows:
            row = rows[encoding, sound, "default", "L1"]
            check("%s %s: the default is sealed against L1" % (encoding, sound), row["class"] == "sealed", row)
    check("every 10th byte of a WAV hides nothing", li("wav", "speech", "every10", "L1") > .98 and
          rows["wav", "speech", "every10", "L1"]["class"] == "unsafe")
    every, full = li("mp3", "speech", "every10", "L1"), li("mp3", "speech", "full", "L1")
    check("every 10th byte of an MP3 lies between", full + .1 < every < .85, every)
    check("knowing MP3's side information helps", li("mp3", "speech", "default", "L2") > .7)
    check("lengths of FLAC's frames say something", li("flac", "speech", "full", "L3") > li("flac", "speech", "full", "L1"))
    check("no guess of MP3's side information leads far", li("mp3", "speech", "default", "L3") < .3)
    check("blocks of Opus are unsafe", rows["opus", "speech", "blocks", "L1"]["class"] == "unsafe")
    again = found[-1][0]
    check("two runs give the same figures", again == [rows["mp3", "speech", "every10", "L1"]], again)


def program(tool):
    """`pinstripe leak`: the command, its files and its endings."""
    path = str(corpus.encoding("wav", "speech", SECONDS))

    def run(*words):
        done = subprocess.run([tool, "leak", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr
    with tempfile.TemporaryDirectory() as folder:
        picture = folder + "/p.png"
        status, out, error = run(path, "--seconds", "3", "--json", "--picture", picture)
        check("leak measures", status == 0, error)
        rows = json.loads(out)["rows"] if status == 0 else []
        check("leak's rows", [(r["pattern"], r["class"]) for r in rows] == [
            ("default", "sealed"), ("every10", "unsafe"), ("full", "sealed")], rows)
        check("the picture is a PNG", pathlib.Path(picture).read_bytes()[:4] == b"\x89PNG")
        status, out, _ = run(path, "--seconds", "3", "--pattern", "every:10")
        check("leak's table", status == 0 and "unsafe against L1" in out, out)
        for words, wanted in ((["--pattern", "most", path], 64), (["--pattern", "every:0", path], 64),
                              (["--seconds", "0", path], 64), ([folder + "/none.mp3"], 66), ([__file__], 66)):
            status, out, error = run(*words, "--json")
            said = json.loads(out).get("error", {}).get("message", "") if out else ""
            check("leak %s ends with %d and a sentence" % (words, wanted), status == wanted and said, status, out, error)


def agreement(tool):
    """The bytes that are measured are those that the tool encrypts."""
    few = ("mp3-crc", "aac", "vorbis", "flac", "m4a")
    for encodings, chosen in ((corpus.ENCODINGS, packer.PATTERNS[-1:]), (few, packer.PATTERNS[:-1])):
        for name, text, count in packer.disagreements(tool, encodings, ("speech",), SECONDS, chosen):
            check("%s, %s: the tool encrypts what is measured" % (name, text), count == 0, count)
    wrong = packer.disagreements(tool, ("mp3",), ("speech",), SECONDS, (((), "header:32:64"),))
    check("another place of the head is noticed", all(count for _, _, count in wrong))
    for name, stride, right in packer.limits(tool, SECONDS):
        check("every %d of %s is taken or refused" % (stride, name), right)


def main():
    decoders.require(*decoders.DECODERS)
    for part in (masks, limits, scores, layouts, guessing, cases, agreement, program):
        started = time.monotonic()
        part(*([sys.argv[1]] if part in (agreement, program) else []))
        print("%s: %.0f s" % (part.__name__, time.monotonic() - started), file=sys.stderr)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
