"""Stock decoders at their most forgiving, and the sound they give: mono, 44.1 kHz, floats between -1 and 1."""
import struct
import numpy as np
from scipy.signal import resample_poly
from . import tools

RATE = 44100
FORGIVE = ["-v", "quiet", "-nostdin", "-err_detect", "ignore_err", "-fflags", "+genpts", "-flags",
           "+output_corrupt", "-flags2", "+showall", "-max_error_rate", "1"]


def ffmpeg(codec, demuxer=None):
    shape = (["-f", demuxer] if demuxer else []) + ["-c:a", codec]
    return lambda source, target: ["ffmpeg", *FORGIVE, *shape, "-i", source, "-vn", "-ac", "2", "-ar", str(RATE),
                                   "-f", "wav", target]


def mpg123(source, target):
    return ["mpg123", "-q", "--no-control", "--resync-limit", "-1", "-r", str(RATE), "--stereo", "-w", target, source]


def madplay(source, target):
    return ["madplay", "-Q", "-i", "-S", "-R", str(RATE), "-o", "wave:" + target, source]


def faad(source, target):
    return ["faad", "-q", "-o", target, source]


def flac(source, target):
    return ["flac", "-s", "-d", "-F", "-f", "-o", target, source]


def oggflac(source, target):
    return ["flac", "--ogg", *flac(source, target)[1:]]


def oggdec(source, target):
    return ["oggdec", "-Q", "-o", target, source]


def opusdec(source, target):
    return ["opusdec", "--quiet", "--force-wav", "--rate", str(RATE), source, target]


# The first of each row is the one that clear sound is taken from in pictures.
DECODERS = {
    "mp3": {"ffmpeg": ffmpeg("mp3float", "mp3"), "mpg123": mpg123, "madplay": madplay},
    "mp2": {"ffmpeg": ffmpeg("mp2float", "mp3"), "mpg123": mpg123, "madplay": madplay},
    "aac": {"ffmpeg": ffmpeg("aac", "aac"), "faad": faad},
    "m4a": {"ffmpeg": ffmpeg("aac"), "faad": faad},
    "alac": {"ffmpeg": ffmpeg("alac")},
    "vorbis": {"ffmpeg": ffmpeg("vorbis"), "libvorbis": ffmpeg("libvorbis"), "oggdec": oggdec},
    "opus": {"ffmpeg": ffmpeg("opus"), "libopus": ffmpeg("libopus"), "opusdec": opusdec},
    "flac": {"ffmpeg": ffmpeg("flac"), "flac": flac},
    "oggflac": {"ffmpeg": ffmpeg("flac"), "flac": oggflac},
    "pcm": {"samples": None}}
# The Debian package that has the program; where none is named, it is called like the program.
PACKAGES = {"oggdec": "vorbis-tools", "opusdec": "opus-tools", "ffprobe": "ffmpeg"}


def require(*codecs):
    """Raises tools.Missing when a decoder of these codecs is not there."""
    programs = {argv("", "")[0] for codec in codecs for argv in DECODERS[codec].values() if argv} | {"ffprobe"}
    tools.require({program: PACKAGES.get(program, program) for program in programs})


def read_wav(data):
    """(samples as floats, channels abreast; rate) of a WAV file, however its lengths lie."""
    at, channels, rate, bits = 12, 2, RATE, 16
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"fmt ":
            _, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at + 8)
        if name == b"data":
            break
        at += 8 + size + size % 2
    if bits not in (16, 24, 32) or not 1 <= channels <= 8 or rate < 4000 or at + 8 > len(data):
        return np.zeros((0, 2), np.float32), RATE
    raw = np.frombuffer(data, np.uint8, offset=at + 8)
    width = bits // 8
    raw = raw[:len(raw) // (width * channels) * width * channels].reshape(-1, width)
    wide = np.zeros((len(raw), 4), np.uint8)
    wide[:, 4 - width:] = raw
    return (wide.view("<i4")[:, 0].astype(np.float32) / 2147483648).reshape(-1, channels), rate


def mono(samples, rate):
    """One channel at 44.1 kHz."""
    sound = samples.mean(axis=1)
    if rate != RATE and len(sound):
        common = np.gcd(rate, RATE)
        sound = resample_poly(sound, RATE // common, rate // common)
    return sound.astype(np.float32)


def decode(codec, decoder, data, seconds):
    """What `decoder` makes of the file `data` (bytes): at most `seconds` and a half of sound, possibly none."""
    argv = DECODERS[codec][decoder]
    if argv is None:
        return mono(*read_wav(data))[:int((seconds + .5) * RATE)]
    with tools.workspace() as folder:
        source, target = folder + "/in." + codec, folder + "/out.wav"
        with open(source, "wb") as file:
            file.write(data)
        tools.run(argv(source, target))
        try:
            with open(target, "rb") as file:
                wav = file.read()
        except OSError:
            wav = b""
    return mono(*read_wav(wav))[:int((seconds + 1.5) * RATE)]


def duration(data):
    """The length of a sound file in seconds as ffprobe sees it, or None."""
    with tools.workspace() as folder:
        with open(folder + "/in", "wb") as file:
            file.write(data)
        said = tools.run(["ffprobe", "-v", "quiet", "-show_entries", "format=duration", "-of", "csv=p=0",
                          folder + "/in"])
    try:
        return float(said)
    except ValueError:
        return None
