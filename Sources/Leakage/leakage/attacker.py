"""The attacker: who has the encrypted file and everything that is public, and no key.

Restored: the container and its tags, frame headers, set-up headers; checksums are recomputed. What remains unknown is
filled with random bytes, 00, FF or the last clear byte, and given to every stock decoder.
L1 knows no more. L2 knows in addition MP3's side information, or the first two encrypted bytes of every frame.
L3 knows what L1 knows, and uses programs written against these patterns: see `purpose_built`.
"""
import dataclasses
import numpy as np
from . import checksums, decoders, metric

FILLS = ("random", "00", "FF", "previous")
# Draws that hold no content at all: chance, and what lengths and headers give away by themselves. `half` is zeros
# where a frame starts and noise after: decoders get further into such frames. Full encryption is measured with all
# of these, so that its LI is a maximum over as many draws as a pattern's.
CHANCE = FILLS + ("half1", "half2", "half3", "random2", "random3")
LEVELS = ("L1", "L2", "L3")


@dataclasses.dataclass
class Result:
    """The best that the attacker got, in each respect apart; with what; and the file or the sound it was."""
    score: metric.Score
    share: float
    fill: str = ""
    decoder: str = ""
    file: bytes = b""
    sound: np.ndarray = None


def fill(data, unknown, how, frames=()):
    """`data` with every unknown byte replaced."""
    attacked = data.copy()
    if how[:4] in ("rand", "half"):
        seed = int(how[-1]) if how[-1].isdigit() else 1
        attacked[unknown] = np.random.default_rng(seed).integers(0, 256, int(unknown.sum()), np.uint8)
        for f in frames if how[:4] == "half" else ():
            start = attacked[f.start + f.header:f.start + min(32, f.length)]
            start[unknown[f.start + f.header:f.start + min(32, f.length)]] = 0
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

    def __init__(self, data, layout, seconds, duration, donor=None):
        """`duration` is the data's, in seconds; `donor` an MP3 file of similar making, whose side information L3 tries."""
        self.data, self.layout, self.seconds = np.asarray(data, np.uint8), layout, seconds
        self.known, self.duration, self.donor = layout.known_mask(len(self.data)), duration, donor
        self.references = {name: metric.Reference(decoders.decode(layout.codec, name, self.data.tobytes(), seconds),
                                                  seconds) for name in decoders.DECODERS[layout.codec]}

    def attacked(self, mask, how, extra=None):
        """The file as the attacker rebuilds it."""
        unknown = mask & ~self.known
        if extra is not None:
            unknown &= ~extra
        made = fill(self.data, unknown, how, self.layout.frames)
        if unknown.any():
            checksums.recompute(made, self.layout.checksums)
        return made

    def best(self, files, share):
        """The largest values that decoders get from `files`, (name, bytes) each."""
        best = Result(metric.Score(), share)
        for how, made in files:
            for name, reference in self.references.items():
                score = reference.score(decoders.decode(self.layout.codec, name, made, self.seconds))
                if score.li > best.score.li:
                    best.fill, best.decoder, best.file = how, name, made
                best.score = metric.Score(*map(max, dataclasses.astuple(best.score), dataclasses.astuple(score)))
        return best

    def try_all(self, mask, extra=None, fills=FILLS):
        return self.best(((how, self.attacked(mask, how, extra).tobytes()) for how in fills), float(mask.mean()))

    def heard(self, result):
        """The sound of a Result."""
        if result.sound is not None or not result.file:
            return np.zeros(0, np.float32) if result.sound is None else result.sound
        return decoders.decode(self.layout.codec, result.decoder, result.file, self.seconds)

    def run(self, mask, level="L1"):
        """What the attacker of this level gets from the file encrypted where `mask` is true."""
        if level == "L1":
            return self.try_all(mask, fills=CHANCE if mask.all() else FILLS if mask.any() else ("00",))
        if level == "L2":
            frames = self.layout.frames
            known = [first_two(mask, frames)]
            if any(f.side for f in frames):
                known.append(side_information(mask, frames))
            return max((self.try_all(mask, extra) for extra in known), key=lambda result: result.score.li)
        if level == "L3":
            return self.purpose_built(mask)
        raise ValueError("no attacker is called %r" % level)

    def purpose_built(self, mask):
        """Lengths as loudness; Rice codes of FLAC read without a decoder; guessed side information of MP3."""
        from . import blind_flac, guess_mp3, lengths
        unknown = mask & ~self.known
        made = list(lengths.sounds(self.data, unknown, self.layout, self.seconds, self.duration))
        if self.layout.codec in ("flac", "oggflac"):
            made += blind_flac.attack(np.where(unknown, 0, self.data), unknown, self.layout, self.seconds)
        best = self.best_sound(made, float(mask.mean()))
        if self.layout.codec == "mp3" and not mask.all():
            guessed = self.best(guess_mp3.files(self, mask, guess_mp3.guesses(self)), float(mask.mean()))
            best = max(best, guessed, key=lambda result: result.score.li)
        return best

    def best_sound(self, made, share):
        """As `best`, for (name, sound)."""
        best, reference = Result(metric.Score(), share), next(iter(self.references.values()))
        for name, sound in made:
            score = reference.score(sound)
            if score.li > best.score.li:
                best.fill, best.decoder, best.sound = name, "own", sound
            best.score = metric.Score(*map(max, dataclasses.astuple(best.score), dataclasses.astuple(score)))
        return best
