"""One file, some patterns, every attacker."""
import sys
import numpy as np
from . import attacker, decoders, frames, patterns, picture, report, tools

# What is measured when nobody names a pattern.
USUAL = ("default", "every:10", "full")
# The stronger attackers have nothing to gain from these.
UNTRIED = ("full", "clear")


class WrongPattern(ValueError):
    """A pattern that is written wrongly."""


def measure(attack, masks, sound, encoding, told=lambda text: None):
    """Rows for (name, mask, levels of the attacker), each row's Result, and full encryption's.

    A level is held against what the same attacker gets from full encryption: lengths alone say something to L3.
    """
    everything = np.ones(len(attack.data), bool)
    full = {}
    for level in sorted({"L1"}.union(*(levels for _, _, levels in masks)) - {"L2"}):
        told("full encryption, attacker " + level)
        full[level] = attack.run(everything, level)
    rows, results = [], []
    for name, mask, levels in masks:
        for level in levels:
            told("%s, attacker %s" % (name, level))
            result = full[level] if mask.all() and level in full else attack.run(mask, level)
            floor = max(full[known].score.li for known in full if known in ("L1", level))
            rows.append(report.row(sound, encoding, name, level, result, floor))
            results.append(result)
    return rows, results, full["L1"]


def masks_of(options, data, layout):
    masks = []
    try:
        chosen = [patterns.parse(text) for text in options.pattern or (() if options.mask else USUAL)]
    except ValueError as problem:
        raise WrongPattern(problem) from None
    for p in chosen:
        mask = p.mask_of(data, layout)
        strong = layout.frames and p.text not in UNTRIED and not mask.all()
        masks.append((p.name, mask, attacker.LEVELS if strong else ("L1",)))
    if options.mask:
        masks.append(("mask", patterns.read_mask(options.mask, len(data)), attacker.LEVELS))
    return masks


def analyse(options):
    def told(text):
        if options.progress:
            print(text, file=sys.stderr, flush=True)
    data = np.fromfile(options.file, np.uint8)
    layout = frames.find(data)
    decoders.require(layout.codec)
    duration = decoders.duration(data.tobytes()) or options.seconds
    if not options.mask:
        data, layout, duration = frames.excerpt(data, layout, options.seconds, duration)
    masks = masks_of(options, data, layout)
    attack = attacker.Attack(data, layout, options.seconds, duration)
    if not any(reference.windows for reference in attack.references.values()):
        raise ValueError("a second of sound that is not silent is needed")
    name = options.file.rsplit("/")[-1]
    rows, results, full = measure(attack, masks, name, layout.codec, told)
    if options.picture:
        show(options.picture, attack, rows, results, full, options.seconds)
    print(report.as_json(rows) if options.json else report.table(rows) + "\n\n" + report.legend(layout.codec, full.score.li))
    return 0


def show(path, attack, rows, results, full, seconds):
    """Draws the original, the best attack on each pattern, and what full encryption leaves."""
    sounds = [("original", next(iter(attack.references.values())).sound)]
    for row, result in zip(rows, results):
        if row["attacker"] == "L1" and row["pattern"] != "full":
            label = "attacked: %(pattern)s, LI %(LI).2f, %(class)s against %(attacker)s" % row
            sounds.append((label, attack.heard(result)))
    sounds.append(("full encryption, LI %.2f" % full.score.li, attack.heard(full)))
    picture.draw(path, sounds, seconds)
