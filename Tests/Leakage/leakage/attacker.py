"""The attacker: who has the encrypted file and everything that is public, and no key.

Restored: the container and its tags, frame headers, set-up headers; checksums are recomputed. What remains unknown is
filled with random bytes, 00, FF or the last clear byte, and given to every stock decoder.
L1 knows no more. L2 knows in addition MP3's side information, or the first two encrypted bytes of every frame.
"""
import dataclasses
import numpy as np
from . import checksums, decoders, metric

FILLS = ("random", "00", "FF", "previous")
# By what else is known.
LEVELS = {"L1": (), "L2": ("side", "two")}


@dataclasses.dataclass
class Result:
    """The best that the attacker got, in each respect apart, and with what."""
    score: metric.Score
    fill: str = ""
    decoder: str = ""
    share: float = 0.0
    detail: dict = dataclasses.field(default_factory=dict)


def fill(data, unknown, how, seed=1):
    """`data` with every unknown byte replaced."""
    attacked = data.copy()
    if how == "random":
        attacked[unknown] = np.random.default_rng(seed).integers(0, 256, int(unknown.sum()), np.uint8)
    elif how == "previous":
        # The index of the last byte that is not unknown, at or before each one.
        last = np.maximum.accumulate(np.where(unknown, -1, np.arange(len(data))))
        attacked[unknown] = np.where(last < 0, 0, data[last])[unknown]
    else:
        attacked[unknown] = int(how, 16)
    return attacked


def first_two(mask, frames):
    """The first two encrypted bytes of each frame after its header."""
    known = np.zeros(len(mask), bool)
    for f in frames:
        start = f.start + f.header
        known[start + np.flatnonzero(mask[start:f.start + f.length])[:2]] = True
    return known


def side_information(mask, frames):
    known = np.zeros(len(mask), bool)
    for f in frames:
        known[f.start + f.header:f.start + f.header + f.side] = True
    return known


class Attack:
    """One file, its layout and its clear decodes; many masks can be tried on it."""

    def __init__(self, data, layout, seconds):
        self.data, self.layout, self.seconds = np.asarray(data, np.uint8), layout, seconds
        self.known = layout.known_mask(len(self.data))
        self.references = {name: metric.Reference(decoders.decode(layout.codec, name, self.data.tobytes(), seconds),
                                                  seconds) for name in decoders.DECODERS[layout.codec]}

    def attacked(self, mask, how, extra=None, seed=1):
        """The file as the attacker rebuilds it."""
        unknown = mask & ~self.known
        if extra is not None:
            unknown &= ~extra
        made = fill(self.data, unknown, how, seed)
        if unknown.any():
            checksums.recompute(made, self.layout.checksums)
        return made

    def try_all(self, mask, extra=None, fills=FILLS):
        """The largest values over fills and decoders."""
        best = Result(metric.Score(), share=float(mask.mean()))
        for how in fills if mask.any() else ("00",):
            made = self.attacked(mask, how, extra).tobytes()
            for name, reference in self.references.items():
                score = reference.score(decoders.decode(self.layout.codec, name, made, self.seconds))
                best.detail["%s/%s" % (how, name)] = dataclasses.astuple(score)
                if score.li > best.score.li:
                    best.fill, best.decoder = how, name
                best.score = metric.Score(*(max(p) for p in zip(dataclasses.astuple(best.score),
                                                                dataclasses.astuple(score))))
        return best

    def run(self, mask, level="L1"):
        if level == "L1":
            return self.try_all(mask)
        results = []
        if any(f.side for f in self.layout.frames):
            results.append(self.try_all(mask, side_information(mask, self.layout.frames)))
        results.append(self.try_all(mask, first_two(mask, self.layout.frames)))
        return max(results, key=lambda r: r.score.li)
