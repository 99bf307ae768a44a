"""Sounds and encodings to measure with, all from Debian packages, made once and kept in the cache.

| excerpt | from | licence |
|---|---|---|
| speech | asterisk-core-sounds-en-g722, demo-instruct | CC-BY-SA-3.0 |
| music | extremetuxracer-data, freezingpoint.ogg | GPL-2+ |
| mix | espeak-ng reading over chords plucked by sox | made here |
| speech2 | asterisk-core-sounds-ru-g722: another voice, another language | CC-BY-3.0 |
| music2 | extremetuxracer-data, race1-jt.ogg from 10 s | GPL-2+ |
"""
import os, pathlib, subprocess
import numpy as np

PROMPTS = pathlib.Path("/usr/share/asterisk/sounds")
MUSIC = "/usr/share/games/etr/music/"
TEXT = ("It was late in the evening when the train reached the village. Snow lay deep on the roofs, and nobody was "
        "waiting on the platform. She counted seven lamps along the road, then the bridge, the mill, and at last the "
        "house. A fire burned inside. Ninety three years had passed since the letter was written, and the blue ink was "
        "still quite clear. He opened the window, whistled twice, and a small brown dog came running down the hill. "
        "The river carries everything away, they used to say, except the names of those who crossed it. ")
CHORDS = (("A2", "E3", "C4"), ("F2", "C3", "A3"), ("C3", "G3", "E4"), ("G2", "D3", "B3"))
EXCERPTS = ("speech", "music", "mix")
MORE_EXCERPTS = ("speech2", "music2")
FFMPEG = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
WAV = ["-ar", "44100", "-ac", "2", "-c:a", "pcm_s16le", "-bitexact"]


def cache():
    """The folder that keeps the excerpts and their encodings between runs."""
    home = os.environ.get("PINSTRIPE_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "pinstripe")
    return pathlib.Path(home) / "leakage"


def make(argv, seconds=120):
    """Runs a program of ours on input of ours, which has to succeed."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                          stdin=subprocess.DEVNULL)
    if done.returncode:
        raise OSError("%s ended with status %d: %s" % (argv[0], done.returncode, done.stdout[-300:].decode(
            "utf-8", "replace")))
    return done.stdout


def lame(*options): return lambda wav, out: make(["lame", "--quiet", *options, wav, out])
def oggenc(*options): return lambda wav, out: make(["oggenc", "-Q", "-s", "1", *options, "-o", out, wav])
def flac(*options): return lambda wav, out: make(["flac", "-s", "-f", *options, "-o", out, wav])
def flake(wav, out): make(["flake", "-q", wav, "-o", out])
def twolame(*options): return lambda wav, out: make(["twolame", "--quiet", *options, wav, out])


def opusenc(*options):
    return lambda wav, out: make(["opusenc", "--quiet", "--serial", "1", *options, wav, out])


def ffmpeg(*options):
    return lambda wav, out: make([*FFMPEG, "-i", wav, *options, "-fflags", "+bitexact", "-strict", "-2", out])


def vo_aac(rate):
    def encode(wav, out):
        from vo_aacenc import encode as vo
        with open(wav, "rb") as file:
            pcm = file.read()[44:]
        pathlib.Path(out).write_bytes(vo(pcm, rate))
    return encode


def copy(wav, out): pathlib.Path(out).write_bytes(pathlib.Path(wav).read_bytes())


# What FACTS-like tables compare: one encoding a codec, at the rate that was usual for portable players.
PRIMARY = {
    "mp3": ("mp3", lame("-b", "128")), "opus": ("opus", opusenc("--bitrate", "128")),
    "vorbis": ("ogg", oggenc("-q", "4")), "aac": ("aac", ffmpeg("-c:a", "aac", "-b:a", "128k")),
    "flac": ("flac", flac("-5")), "wav": ("wav", copy)}
# Other rates, modes, containers and encoders.
VARIANTS = {
    "mp3-64": ("mp3", lame("-b", "64")), "mp3-mono64": ("mp3", lame("-b", "64", "-m", "m")),
    "mp3-192": ("mp3", lame("-b", "192")), "mp3-320": ("mp3", lame("-b", "320")), "mp3-vbr2": ("mp3", lame("-V", "2")),
    "mp3-vbr7": ("mp3", lame("-V", "7")), "mp3-crc": ("mp3", lame("-b", "128", "-p")),
    "mp3-lsf": ("mp3", lame("-b", "64", "--resample", "22.05")),
    "mp3-shine": ("mp3", ffmpeg("-c:a", "libshine", "-b:a", "128k")),
    "mp2-192": ("mp2", twolame("-b", "192")),
    "opus-64": ("opus", opusenc("--bitrate", "64")), "opus-256": ("opus", opusenc("--bitrate", "256")),
    "opus-60ms": ("opus", opusenc("--bitrate", "96", "--framesize", "60")),
    "opus-ffmpeg": ("opus", ffmpeg("-ar", "48000", "-c:a", "opus", "-b:a", "128k")),
    "vorbis-q0": ("ogg", oggenc("-q", "0")), "vorbis-q9": ("ogg", oggenc("-q", "9")),
    "vorbis-ffmpeg": ("ogg", ffmpeg("-c:a", "vorbis", "-b:a", "160k")),
    "aac-64": ("aac", ffmpeg("-c:a", "aac", "-b:a", "64k")), "aac-256": ("aac", ffmpeg("-c:a", "aac", "-b:a", "256k")),
    "aac-320": ("aac", ffmpeg("-c:a", "aac", "-b:a", "320k")), "aac-vo": ("aac", vo_aac(128000)),
    "aac-mono64": ("aac", ffmpeg("-ac", "1", "-c:a", "aac", "-b:a", "64k")),
    "m4a": ("m4a", ffmpeg("-c:a", "aac", "-b:a", "128k")), "alac": ("m4a", ffmpeg("-c:a", "alac")),
    "flac-0": ("flac", flac("-0")), "flac-8": ("flac", flac("-8")), "flac-flake": ("flac", flake),
    "flac-ffmpeg": ("flac", ffmpeg("-c:a", "flac")), "flac-ogg": ("oga", flac("--ogg", "--serial-number=1", "-5"))}
ENCODINGS = {**PRIMARY, **VARIANTS}


def begin(seconds):
    """Short excerpts start later, where each of the sounds is in full swing."""
    return "4" if int(seconds) < 10 else "0"


def prompts(language, names, target, seconds):
    paths = [next(PROMPTS.glob(language + "*/" + name + ".g722")) for name in names]
    joined = target + ".g722"
    pathlib.Path(joined).write_bytes(b"".join(path.read_bytes() for path in paths))
    make([*FFMPEG, "-f", "g722", "-ss", begin(seconds), "-i", joined, "-t", seconds, *WAV, target])
    os.unlink(joined)


def song(name, start, target, seconds):
    make([*FFMPEG, "-ss", start, "-i", MUSIC + name, "-t", seconds, *WAV, target])


def mix(target, seconds):
    """A voice over plucked chords: two seconds a chord."""
    voice, chords = target + ".voice.wav", target + ".chords.wav"
    make(["espeak-ng", "-v", "en", "-s", "165", "-w", voice, TEXT])
    parts = []
    for number, notes in enumerate(CHORDS):
        parts.append("%s.%d.wav" % (target, number))
        plucks = [word for note in notes for word in ("pluck", note)]
        # -R: sox's string is plucked with noise, and this makes it the same noise every time.
        make(["sox", "-R", "-n", "-r", "44100", "-c", "1", parts[-1], "synth", "2", *plucks, "remix", "-",
                    "fade", "0", "2", "0.1", "norm", "-9"])
    make(["sox", *parts, chords, "repeat", "4"])
    make([*FFMPEG, "-i", voice, "-i", chords, "-filter_complex",
                "[0]aresample=44100,volume=-4dB[a];[1]volume=-2dB[b];[a][b]amix=duration=longest:normalize=0", "-t",
                seconds, "-ss", begin(seconds), *WAV, target])
    for path in [voice, chords, *parts]:
        os.unlink(path)


MAKERS = {
    "speech": lambda target, seconds: prompts("en", ["demo-instruct"], target, seconds),
    "music": lambda target, seconds: song("freezingpoint.ogg", begin(seconds), target, seconds),
    "mix": mix,
    "speech2": lambda target, seconds: prompts("ru", ["demo-congrats", "demo-instruct"], target, seconds),
    "music2": lambda target, seconds: song("race1-jt.ogg", 10, target, seconds)}


def made(path, maker):
    """`path`, made under another name first, so that nothing half-made is ever taken for whole."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = str(path.with_name("part.%d.%s" % (os.getpid(), path.name)))
        maker(part)
        os.replace(part, path)
    return path


def excerpt(name, seconds):
    path = cache() / ("corpus-%d" % seconds) / (name + ".wav")
    return made(path, lambda part: MAKERS[name](part, str(seconds)))


def encoding(name, source, seconds):
    """The path of excerpt `source` in encoding `name`."""
    suffix, encode = ENCODINGS[name]
    wav = excerpt(source, seconds)
    path = wav.with_name("%s.%s.%s" % (source, name, suffix))
    return made(path, lambda part: encode(str(wav), part))


# The donors of guess_mp3: kbit/s of MPEG-1 stereo.
DONORS = {"mp3-64": 64, "mp3": 128, "mp3-192": 192, "mp3-320": 320}


def donor(layout, seconds):
    """An MP3 of another sound whose frames are about as long."""
    rate = 8 * sorted(f.length for f in layout.frames)[len(layout.frames) // 2] * 44100 / 1152 / 1000
    name = min(DONORS, key=lambda r: abs(DONORS[r] - rate))
    return np.fromfile(encoding(name, "music2", seconds), np.uint8)
