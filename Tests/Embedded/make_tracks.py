"""make_tracks.py FILE.mp3 FOLDER: a real MP3 as tracks of every kind, with the device's keybox, made by the vectors'
reference program, which shares no code with Pinstripe. Fixed keys: these tracks protect nothing."""
import hashlib, pathlib, sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Vectors"))
from pinstripe_framemap import fill_pages, make_map
from pinstripe_keys import KEYBOX_MAGIC, Key, Pattern, encode_key_file, playback_key
from pinstripe_reference import pack
from pinstripe_runs import FULL, STRIPED, Run

CLEAR = Pattern(0, 0, 0)


def random(label):
    return hashlib.sha256(b"pinstripe player tests\0" + label.encode()).digest()


def device_key(name):
    return Key(1, 1, playback_key(random(name + " dus"), random(name + " salt"), random(name + " id")[:16], 1))


def main():
    mp3, folder = pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)

    def track(name, pattern=Pattern(1, 10, 0), suite=1, device="device", content=mp3, codec=b"mp3 ", trailer=False,
              map=None):
        cek = random(name + " cek") if pattern.kind else bytes(32)
        slots = [device_key(device).slot(cek)] if pattern.kind else []
        sections = [(1, 1, random(name + " salt"), map.encode())] if map else []
        file = pack(content, suite=suite, pattern=pattern, cek=cek, nonce=random(name), track_id=random(name)[:16],
                    codec=codec, slots=slots, trailer=trailer, map=map, sections=sections)
        (folder / (name + ".pst")).write_bytes(file)
        return file

    keybox = encode_key_file(KEYBOX_MAGIC, 1, 1, random("device id")[:16], random("device dus"), random("device salt"))
    (folder / "device.keybox").write_bytes(keybox)
    file = track("every10")
    track("every10-aes", suite=2)
    track("every3-phase2", pattern=Pattern(1, 3, 2))
    track("every1", pattern=Pattern(1, 1, 0), suite=2)
    track("trailer", trailer=True)
    # The decoder knows no codec, so runs of a frame's size do as well as frames; they fill several pages.
    framed = Pattern(2, 64, 0, 32)
    runs = [Run(1000, FULL)] + [Run(418, STRIPED)] * ((len(mp3) - 1000) // 418) + [Run((len(mp3) - 1000) % 418, FULL)]
    map = make_map(framed, fill_pages(runs))
    track("framed", pattern=framed, map=map)
    track("framed-trailer", pattern=framed, map=map, suite=2, trailer=True)
    track("stranger", device="stranger")
    track("clear", pattern=CLEAR)
    track("flac", codec=b"flac")
    track("noise", content=b"".join(random(str(i)) for i in range(1000)))
    (folder / "truncated.pst").write_bytes(file[:-1])
    edited = bytearray(file)
    edited[26] = 11  # the stride
    (folder / "edited.pst").write_bytes(edited)


main()
