"""Classes, tables, figures and JSON. A row is a dictionary, see `row`."""
import json

# The largest LI of full encryption when the classes were drawn. A file whose own full encryption scores more (lengths
# that vary give something away by themselves) is held against that instead.
FLOOR, MARGIN = 0.13, 0.05
SEALED_GOOD, OBSCURED_LI, OBSCURED_GOOD, OBSCURED_SNR = 0.0005, 0.60, 0.001, 1.0
CLASSES = ("sealed", "obscured", "unsafe")


def classify(li, good, snr, floor):
    """sealed: no more than full encryption gives. obscured: rhythm and loudness at best. unsafe: beyond."""
    if li <= max(FLOOR, floor) + MARGIN and good <= SEALED_GOOD:
        return "sealed"
    if li <= OBSCURED_LI and good <= OBSCURED_GOOD and snr <= OBSCURED_SNR:
        return "obscured"
    return "unsafe"


def row(sound, encoding, pattern, attacker, result, floor):
    s = result.score
    return {"sound": sound, "encoding": encoding, "pattern": pattern, "attacker": attacker,
            "share": round(result.share, 4), "LI": round(s.li, 3), "floor": round(floor, 3), "good": round(s.good, 5),
            "snr": round(s.snr, 2), "class": classify(s.li, s.good, s.snr, floor), "fill": result.fill,
            "decoder": result.decoder}


def table(rows):
    """Lines for a person: a row a measurement, its class with the attacker it holds against."""
    head = ("sound", "encoding", "pattern", "encrypted", "LI", "full's LI", "good frames", "segmental SNR", "class",
            "by")
    lines = [head]
    for r in rows:
        lines.append((r["sound"], r["encoding"], r["pattern"], "%.1f %%" % (100 * r["share"]), "%.2f" % r["LI"],
                      "%.2f" % r["floor"], "%.2f %%" % (100 * r["good"]), "%.1f dB" % r["snr"],
                      "%s against %s" % (r["class"], r["attacker"]), "%s, %s" % (r["fill"], r["decoder"])
                      if r["decoder"] else "nothing"))
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def figures(rows):
    """Lines that the benchmark's gates read; the class as a number, 0 sealed, 1 obscured, 2 unsafe."""
    for r in rows:
        level = "" if r["attacker"] == "L1" else "." + r["attacker"]
        name = "figure leak.%s.%s.%s%s." % (r["encoding"], r["sound"], r["pattern"], level)
        yield name + "LI %.3f ratio" % r["LI"]
        yield name + "good %.5f ratio" % r["good"]
        yield name + "class %d class" % CLASSES.index(r["class"])


def summary(rows):
    """The worst of all sounds: {(encoding, pattern, attacker): row}."""
    worst = {}
    for r in rows:
        key = r["encoding"], r["pattern"], r["attacker"]
        if key not in worst or (CLASSES.index(r["class"]), r["LI"]) > (CLASSES.index(worst[key]["class"]),
                                                                       worst[key]["LI"]):
            worst[key] = r
    return worst


# What is refused by a decoder that somebody else could write.
REFUSING = ("aac", "m4a", "flac", "oggflac", "alac")


# An excerpt whose full encryption scores more is all of one kind: whatever rises and falls with it is alike.
TELLING = 0.25


def legend(codec, floor):
    lines = ["LI: 1 is the sound itself, full encryption's is what chance and the frames' lengths give.",
             "sealed: no more than full encryption. obscured: rhythm and loudness at best. unsafe: beyond.",
             "L1 restores headers and tries every stock decoder. L2 knows the first two encrypted bytes of each frame",
             "as well, or MP3's side information. L3 uses programs written against these patterns. All of them are told",
             "where frames begin, which the packer's framed patterns and full encryption hide."]
    if floor > TELLING:
        lines.append("Here full encryption itself scores %.2f: too little happens in this sound to tell patterns apart. "
                     "Judge more seconds, or another file." % floor)
    if codec in REFUSING:
        lines.append("Stock decoders refuse such damaged frames; another program might make more of them.")
    return "\n".join(lines)


def as_json(rows):
    return json.dumps({"units": {"share": "encrypted bytes / bytes", "LI": "0 to 1", "floor": "LI of full encryption",
                                 "good": "frames above 15 dB / frames", "snr": "segmental SNR, dB"}, "rows": rows})
