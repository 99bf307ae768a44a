"""make_tracks.py FILE.mp3 FOLDER [CLIPS]: a real MP3 as tracks of every kind, a folder of clips of other formats as one each,
and the device's keybox and play counts, made by the vectors' reference program, which shares no code with Pinstripe.
Fixed keys: these tracks protect nothing."""
import hashlib, pathlib, struct, sys, time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Vectors"))
from pinstripe_framemap import fill_pages, make_map
from pinstripe_keys import KEYBOX_MAGIC, Key, Pattern, encode_key_file, hkdf, mac, playback_key
from pinstripe_reference import pack
from pinstripe_runs import FULL, STRIPED, Run
from pinstripe_sections import chunk_contents

CLEAR = Pattern(0, 0, 0)
TAGS = {"mp3": b"mp3 ", "flac": b"flac", "ogg": b"ogg ", "wav": b"wav ", "aiff": b"aiff", "aac": b"aac ", "m4a": b"mp4 "}


def random(label):
    return hashlib.sha256(b"pinstripe player tests\0" + label.encode()).digest()


def device_key(name):
    return Key(1, 1, playback_key(random(name + " dus"), random(name + " salt"), random(name + " id")[:16], 1))


def group_key():
    return Key(3, 2, random("group key"))


def grant(device, key):
    """TrackFormat.md, "Grant", for a TEST device; the wrap of a slot is that of a grant."""
    body = struct.pack("<8sHHI16sII8s40s8s", b"\x89PSG\r\n\x1a\n", 1, 1, key.recipient, random("group id")[:16],
                       key.epoch, device.epoch, device.id, device.slot(key.key).wrap, bytes(8))
    return body + mac(hkdf(device.key, bytes(32), b"grant"), body)


def rights(track_id, plays=0, not_before=0, not_after=0, device="device", flags=3):
    """TrackFormat.md, "Rights", for a TEST device."""
    body = struct.pack("<HHI16s16s16sQQ24s", 1, flags, plays, random("rights")[:16], random(device + " id")[:16],
                       track_id, not_before, not_after, bytes(24))
    return body + (mac(hkdf(random(device + " dus"), bytes(32), b"rights"), body) if flags & 2 else bytes(32))


def play_counts(plays=0, latest=0, device="device"):
    """PlayLedger.swift: a device's memory of plays."""
    entries = struct.pack("<16sIi", random("rights")[:16], plays, 0) if plays else b""
    body = struct.pack("<8sHHIQQ16s", b"\x89PSC\r\n\x1a\n", 1, 0, len(entries) // 24, 7, latest,
                       random(device + " id")[:16]) + entries
    return body + mac(hkdf(random(device + " dus"), bytes(32), b"play counts"), body)


def main():
    mp3, folder = pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "content.mp3").write_bytes(mp3)

    def track(name, pattern=Pattern(1, 10, 0), suite=1, device="device", content=mp3, codec=b"mp3 ", trailer=False,
              keys=None, allows=None, map=None, chunks=0, extras=()):
        cek = random(name + " cek") if pattern.kind else bytes(32)
        slots = [key.slot(cek) for key in keys or [device_key(device)]] if pattern.kind else []
        sections = [(1, 1, random(name + " salt"), map.encode())] if map else []
        if allows:
            sections.append((4, 1, random(name + " salt"), allows(random(name)[:16])))
        sections += [(kind, 0, random("%s %d" % (name, kind)), data) for kind, data in extras]
        if chunks:
            sections.append((5, 0, random(name + " chunks"), chunk_contents(chunks)))
        file = pack(content, suite=suite, pattern=pattern, cek=cek, nonce=random(name), track_id=random(name)[:16],
                    codec=codec, slots=slots, trailer=trailer, map=map, sections=sections)
        (folder / (name + ".pst")).write_bytes(file)
        return file

    keybox = encode_key_file(KEYBOX_MAGIC, 1, 1, random("device id")[:16], random("device dus"), random("device salt"))
    (folder / "device.keybox").write_bytes(keybox)
    keybox = encode_key_file(KEYBOX_MAGIC, 0, 1, random("device id")[:16], random("device dus"), random("device salt"))
    (folder / "production.keybox").write_bytes(keybox)
    file = track("every10")
    track("every10-aes", suite=2)
    track("every3-phase2", pattern=Pattern(1, 3, 2))
    track("every1", pattern=Pattern(1, 1, 0), suite=2)
    track("every1-chacha20", pattern=Pattern(1, 1, 0))
    track("trailer", trailer=True)
    # The decoder knows no codec, so runs of a frame's size do as well as frames; they fill several pages.
    framed = Pattern(2, 64, 0, 32)
    runs = [Run(1000, FULL)] + [Run(418, STRIPED)] * ((len(mp3) - 1000) // 418) + [Run((len(mp3) - 1000) % 418, FULL)]
    map = make_map(framed, fill_pages(runs))
    track("framed", pattern=framed, map=map)
    track("framed-aes", pattern=framed, map=map, suite=2)
    track("framed-trailer", pattern=framed, map=map, suite=2, trailer=True)
    fields = [(1, b"Idle tune"), (9, b"unknown"), (4, b"La la la\n" * 40), (5, b"image/png\0" + bytes(100)), (6, b"")]
    metadata = b"".join(struct.pack("<HHI", number, 0, len(value)) + value for number, value in fields)
    # One second of noise: uncompressed sound is encrypted in full.
    noise = b"".join(random("sample %d" % i) for i in range(44100 * 4 // 32))
    wav = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(noise), b"WAVE", b"fmt ", 16, 1, 2, 44100, 176400, 4, 16,
                      b"data", len(noise)) + noise
    (folder / "content.wav").write_bytes(wav)
    track("wav", pattern=Pattern(1, 1, 0), content=wav, codec=b"wav ")
    # The same at the highest rate that a header can name, and none of it.
    fast = wav[:24] + struct.pack("<I", (1 << 31) - 1) + wav[28:]
    track("fast", pattern=Pattern(1, 1, 0), content=fast, codec=b"wav ")
    none = wav[:40] + struct.pack("<I", 0)
    track("no-frames", pattern=Pattern(1, 1, 0), content=none, codec=b"wav ")
    track("sections", extras=[(2, metadata), (3, b"order 4711")])
    track("stranger", device="stranger")
    track("group", keys=[device_key("stranger"), group_key()])
    (folder / "group.grant").write_bytes(grant(device_key("device"), group_key()))
    (folder / "stranger.grant").write_bytes(grant(device_key("stranger"), group_key()))
    track("rights", allows=lambda id: rights(id, not_before=1, not_after=1 << 40))
    track("rights-trailer", trailer=True, suite=2, allows=lambda id: rights(id))
    track("rights-advice", allows=lambda id: rights(id, device="stranger", flags=1))
    track("rights-plays", allows=lambda id: rights(id, plays=3))
    track("rights-early", allows=lambda id: rights(id, not_before=int(time.time()) + 86400))
    track("rights-late", allows=lambda id: rights(id, not_after=1_000_000_000))
    track("rights-stranger", allows=lambda id: rights(id, device="stranger"))
    track("rights-edited", allows=lambda id: rights(id, plays=3)[:4] + bytes(4) + rights(id, plays=3)[8:])
    track("clear", pattern=CLEAR)
    track("noise", content=b"".join(random(str(i)) for i in range(1000)))
    (folder / "truncated.pst").write_bytes(file[:-1])
    (folder / "two-plays.state").write_bytes(play_counts(plays=2))
    (folder / "later.state").write_bytes(play_counts(latest=int(time.time()) + 86400 * 60))
    (folder / "stranger.state").write_bytes(play_counts(device="stranger"))
    track("rights-month", allows=lambda id: rights(id, not_after=int(time.time()) + 86400 * 30))
    edited = bytearray(file)
    edited[26] = 11  # the stride
    (folder / "edited.pst").write_bytes(edited)
    if len(sys.argv) < 4:
        return
    clips = pathlib.Path(sys.argv[3])
    for clip in sorted(clips.iterdir()):
        codec, content = TAGS[clip.suffix[1:]], clip.read_bytes()
        track("clip-" + clip.name, content=content, codec=codec, pattern=Pattern(1, 1 if clip.suffix == ".wav" else 10, 0))
    flac = (clips / "tune.flac").read_bytes()
    for name, size, trailer in ("chunks-4k", 4096, False), ("chunks-64k", 65536, True):
        tagged = bytearray(track(name, content=flac, codec=b"flac", chunks=size, trailer=trailer, suite=1 + trailer))
        tagged[4096 + 70000] ^= 1
        (folder / (name + "-damaged.pst")).write_bytes(tagged)
    # Damage that nothing but the codec can notice, in three places.
    for suffix in "flac", "mp3", "ogg", "aac", "m4a":
        damaged = bytearray((folder / f"clip-tune.{suffix}.pst").read_bytes())
        for part in (5,) if suffix == "ogg" else (2, 3, 4):
            start = 4096 + (len(damaged) - 4096) * part // 6
            damaged[start:start + 400] = random(suffix + str(part)) * 12 + bytes(16)
        (folder / f"damaged-{suffix}.pst").write_bytes(damaged)


if __name__ == "__main__":
    main()
