"""What lengths say by themselves: noise that is as loud as the frames are long.

Every pattern leaves them to an attacker who knows where frames begin, full encryption too. They are the floor that
the attacks built against a pattern are held against. MP3 adds what the last bytes of its side information say, when
the head does not reach that far: the last granule's tables in four bytes, its gain in five.
"""
import numpy as np
from .decoders import RATE

# dB for a standard deviation of the logarithm of the lengths.
DEPTHS = (6, 12, 24)
# log2 of the largest value of each of MP3's Huffman tables.
TABLES = np.log2(1 + np.array([0, 1, 2, 2, 0, 3, 3, 5, 5, 5, 7, 7, 7, 15, 0, 15, 16, 18, 22, 30, 78, 270, 1038, 8206,
                               30, 46, 78, 142, 270, 526, 2062, 8206]))


def noise(levels, depth, seconds):
    """Noise whose loudness follows `levels`, spread evenly over the sound."""
    spread = levels.std()
    if not spread > 1e-6:
        return None
    z = np.clip((levels - levels.mean()) / spread, -3, 3)
    size = seconds * RATE
    gains = np.interp(np.arange(0, size, 100), np.linspace(0, size, len(z)), z)
    white = np.random.default_rng(7).standard_normal(size).astype(np.float32)
    return white * np.repeat(.02 * 10 ** (depth * gains / 20), 100)[:size].astype(np.float32)


def sounds(data, unknown, layout, seconds, duration):
    """(name, sound). `duration` is the whole file's, in seconds."""
    frames = layout.frames
    if len(frames) < 8:
        return
    count = max(8, int(len(frames) * min(1, seconds / max(duration, 1))))
    series = {"lengths": np.log(np.array([max(1, f.length) for f in frames[:count]]))}
    for name, tail in (("tables", _tables), ("gain", _gain)) if layout.codec == "mp3" else ():
        tails = [tail(data, unknown, f) for f in frames[:count]]
        told = [t for t in tails if t is not None]
        if 2 * len(told) > count:
            middle = float(np.median(told))
            series[name] = np.array([middle if t is None else t for t in tails])
    for name, levels in series.items():
        for depth in DEPTHS:
            made = noise(levels, depth, seconds)
            if made is not None:
                yield "%s %d dB" % (name, depth), made


def _end(data, unknown, frame, count):
    """The last `count` bytes of the side information of a stereo MPEG-1 frame as a number; None when they are hidden.

    | length 12 | big values 9 | gain 8 | compress 4 | windowed 1 | tables 15 | regions 7 | flags 3 |
    """
    end = frame.start + frame.header + frame.side
    if frame.side < 32 or unknown[end - count:end].any():
        return None
    return int.from_bytes(data[end - count:end].tobytes(), "big")


def _tables(data, unknown, frame):
    """The mean of the last granule's tables."""
    word = _end(data, unknown, frame, 4)
    if word is None:
        return None
    if word >> 25 & 1:
        return TABLES[[word >> 17 & 31, word >> 12 & 31]].mean()
    return TABLES[[word >> 20 & 31, word >> 15 & 31, word >> 10 & 31]].mean()


def _gain(data, unknown, frame):
    """The last granule's gain."""
    word = _end(data, unknown, frame, 5)
    return None if word is None else float(word >> 30 & 255)
