"""An attack on the framed pattern of MP3: its side information, which the head hides, is guessed.

What is known of a frame: its header, its length, what the head leaves of its side information (nothing, as the packer
places it), and the main data but for one byte of 64. The guesses:

typical    one granule for all, such as encoders write; the main data starts with the frame, or with a half full
           reservoir; each granule has its share of the bits; with a variable rate, the gain follows the length
donor      the side information of another sound, encoded at the same rate
neighbour  the true side information of the frame before: more than any guess from neighbours can give. An oracle.
fields     the truth but for some fields: how much has to be guessed before it helps. An oracle.
"""
import numpy as np
from . import attacker, checksums, frames as finder, side_info

# (tables, region0, region1, big_values, gain) which LAME and other encoders write often.
SHAPES = {"fine": ((13, 8, 7), 7, 5, 150, 165), "loud": ((15, 13, 10), 7, 6, 200, 175),
          "low": ((7, 5, 2), 5, 4, 80, 155)}
ORACLES = {"but gain": ("gain",), "but tables": ("tables", "region0", "region1"), "but lengths": ("length", "begin"),
           "but begin": ("begin",), "but big values": ("big_values",), "but compress": ("compress",)}


def shape(data, frame):
    """(MPEG-1, channels) of a frame."""
    return bool(data[frame.start + 1] & 8), 1 if data[frame.start + 3] >> 6 == 3 else 2


def bounds(data, frame):
    first, channels = shape(data, frame)
    size = (32 if channels == 2 else 17) if first else (17 if channels == 2 else 9)
    end = frame.start + frame.header + frame.side
    return end - size, end


def truth(data, frames):
    infos = []
    for f in frames:
        start, end = bounds(data, f)
        infos.append(side_info.read(data[start:end].tobytes(), *shape(data, f)))
    return infos


def typical(data, frames, kind, begin):
    tables, region0, region1, big, gain = SHAPES[kind]
    packed = tables[0] << 10 | tables[1] << 5 | tables[2]
    median = float(np.median([f.length for f in frames]))
    infos = []
    for f in frames:
        first, channels = shape(data, f)
        count = channels * (2 if first else 1)
        main = f.length - f.header - f.side
        louder = int(np.clip(16 * np.log2(max(main, 8) / median), -40, 40))
        granule = {"length": min(4095, 8 * main // count), "big_values": min(288, big), "gain": gain + louder,
                   "compress": 0, "windowed": 0, "tables": packed, "region0": region0, "region1": region1,
                   "preflag": 0, "scale": 0, "count1": 0}
        infos.append(({"begin": begin, "private": 0, "selectors": 0}, [dict(granule) for _ in range(count)]))
    return infos


def borrowed(data, frames, other):
    """The side information of another file's frames, as they come, in step with the music."""
    found = finder.find(other).frames
    infos = [i for i, f in zip(truth(other, found), found) if shape(other, f) == shape(data, frames[0])]
    return [infos[n % len(infos)] for n in range(len(frames))] if infos else None


def changed(infos, guesses, fields):
    """`infos` with some fields taken from `guesses`."""
    out = []
    for (head, granules), (other_head, other) in zip(infos, guesses):
        head = {**head, **{k: other_head[k] for k in fields if k in head}}
        out.append((head, [{**g, **{k: o[k] for k in fields if k in g and k in o}} for g, o in zip(granules, other)]))
    return out


def apply(attack, mask, infos, how):
    """The file with the unknown bits of the side information as guessed, all else filled."""
    unknown = mask & ~attack.known
    made = attacker.fill(attack.data, unknown, how)
    for f, (head, granules) in zip(attack.layout.frames, infos):
        start, end = bounds(made, f)
        first, channels = shape(made, f)
        if len(granules) == channels * (2 if first else 1):
            guess = np.frombuffer(side_info.write(head, granules, first, channels, end - start), np.uint8)
            made[start:end] = np.where(unknown[start:end], guess, made[start:end])
    checksums.recompute(made, attack.layout.checksums)
    return made.tobytes()


def guesses(attack):
    """(name, side information of all frames) without any oracle."""
    frames, data = attack.layout.frames, attack.data
    for kind in SHAPES:
        for begin in (0, 255):
            yield "typical %s %d" % (kind, begin), typical(data, frames, kind, begin)
    other = None if attack.donor is None else borrowed(data, frames, attack.donor)
    if other:
        yield "donor", other
        yield "donor in place", [({**h, "begin": 0}, g) for h, g in other]


def oracles(attack):
    """(name, side information) with the truth in it."""
    true = truth(attack.data, attack.layout.frames)
    yield "neighbour", true[:1] + true[:-1]
    plain = typical(attack.data, attack.layout.frames, "fine", 0)
    for name, fields in ORACLES.items():
        yield name, changed(true, plain, fields)


def files(attack, mask, infos):
    return ((("%s, %s" % (name, how)), apply(attack, mask, info, how)) for name, info in infos
            for how in ("previous", "00"))
