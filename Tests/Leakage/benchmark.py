"""Measures the corpus: what each pattern leaks of each codec, for `Tests/Benchmarks/run.sh leak`.

  benchmark.py [--tool PINSTRIPE] [--seconds 30] [--codecs mp3,opus,…] [--workers 2] [--json OUT] [--picture OUT.png]

Figures on standard output, the tables on standard error. Ends with 1 when a gate is missed, see `gates`.
"""
import argparse, concurrent.futures, json, pathlib, resource, sys, time, traceback
import numpy as np
import corpus, packer
from leakage import analysis, attacker, decoders, frames, guess_mp3, patterns, report

# Every pattern for the encodings that are compared and for each stride's limit, what matters for the rest.
COMPARED = ("full", "every:4", "every:10", "every:32", "blocks", "default", "framed:16:64")
VARIED = ("full", "every:4", "every:10", "every:32", "default")
SHORTLY = ("full", "every:10", "default")
# What the choices in SyncWalker.swift and PatternSafety.swift rest on: a head counted from the header, and the largest
# stride that is obscured where the encoder has no bit reservoir.
SPECIAL = {"mp3": ("header:32:64",), "mp3-crc": ("header:32:64",), "mp3-shine": ("every:6",)}
# Patterns that the stronger attackers are tried on as well; for full encryption L3 has the lengths only.
STRONGER = {"default": attacker.LEVELS, "header:32:64": ("L1", "L3"), "every:10": attacker.LEVELS,
            "every:32": ("L1", "L2"), "full": ("L1", "L3")}
STRONGLY = (*corpus.PRIMARY, "mp3-crc", "mp3-vbr2")


def jobs(codecs, seconds):
    """(encoding, excerpt, patterns, seconds), the slowest first."""
    wanted = codecs.split(",") if codecs else list(corpus.ENCODINGS)
    for name in wanted:
        if name not in corpus.ENCODINGS:
            raise ValueError("no encoding is called %r: %s" % (name, ", ".join(corpus.ENCODINGS)))
    listed = []
    for name in wanted:
        more = SPECIAL.get(name, ())
        if name in corpus.PRIMARY:
            listed += [(name, sound, COMPARED + more, seconds) for sound in corpus.EXCERPTS]
            listed += [(name, sound, SHORTLY, seconds) for sound in corpus.MORE_EXCERPTS]
        else:
            listed.append((name, "speech", VARIED + more, seconds))
            if name.startswith("mp3"):
                listed.append((name, "music", SHORTLY, seconds))
    return sorted(listed, key=lambda job: -(len(job[2]) + 9 * (job[0] in STRONGLY) + 9 * (job[0][:3] == "mp3")))


def load(name, sound, seconds):
    """(attack, layout, data) of a file of the corpus."""
    data = np.fromfile(corpus.encoding(name, sound, seconds), np.uint8)
    layout = frames.find(data)
    donor = corpus.donor(layout, seconds) if layout.codec == "mp3" and sound != "music2" else None
    return attacker.Attack(data, layout, seconds, seconds, donor), layout, data


def work(job):
    """Measures one file; a failure comes back as text, so that one file does not end the run."""
    name, sound, texts, seconds = job
    started = time.monotonic()
    try:
        attack, layout, data = load(name, sound, seconds)
        masks = []
        for text in texts:
            pattern = patterns.parse(text)
            mask = pattern.mask_of(data, layout)
            strong = layout.frames and name in STRONGLY and len(texts) > len(SHORTLY)
            masks.append((pattern.name, mask, STRONGER.get(text, ("L1",)) if strong else ("L1",)))
        rows, _, _ = analysis.measure(attack, masks, sound, name)
        if name == "mp3" and len(texts) > len(SHORTLY):
            rows += oracles(attack, patterns.parse("default").mask_of(data, layout), sound, name, rows[0]["floor"])
        return job, rows, time.monotonic() - started, None
    except Exception:
        return job, [], time.monotonic() - started, traceback.format_exc()


def oracles(attack, mask, sound, name, floor):
    """Guesses of MP3's side information that hold some truth: how near a guess has to be before it helps."""
    for oracle, infos in guess_mp3.oracles(attack):
        result = attack.best(guess_mp3.files(attack, mask, [(oracle, infos)]), float(mask.mean()))
        yield report.row(sound, name, "default", "L2-" + oracle.replace(" ", "-"), result, floor)


def run(listed, workers):
    """All rows in the corpus' order, and how many files could not be measured."""
    rows, broken = [], 0
    for sound, seconds in sorted({(job[1], job[3]) for job in listed}):
        corpus.excerpt(sound, seconds)
    # A worker that is killed from outside breaks this pool; multiprocessing's own would wait for ever.
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        futures = [pool.submit(work, job) for job in listed]
        for count, done in enumerate(concurrent.futures.as_completed(futures), 1):
            job, found, took, problem = done.result()
            print("%d of %d: %s, %s (%.0f s)" % (count, len(listed), job[0], job[1], took), file=sys.stderr, flush=True)
            if problem:
                print(problem, file=sys.stderr)
                broken += 1
            rows += found
    order, sounds = list(corpus.ENCODINGS), list(corpus.MAKERS)
    return sorted(rows, key=lambda r: (order.index(r["encoding"]), sounds.index(r["sound"]))), broken


# Every 10th byte, the classic, is taken for any MP3, because a packer cannot tell the encoder; of these it is unsafe.
NO_RESERVOIR = ("mp3-shine",)


def gates(rows, tool, seconds):
    """What is missed, a sentence each."""
    for r in rows:
        if r["pattern"] == "default" and r["attacker"] == "L1" and r["class"] != "sealed":
            yield "the default of %(encoding)s, %(sound)s, is %(class)s: LI %(LI).2f" % r
        limit = packer.LIMITS.get(r["encoding"], packer.LIMITS.get(r["encoding"].split("-")[0]))
        if r["encoding"] in NO_RESERVOIR:
            continue
        if r["pattern"] == "every%s" % limit and r["attacker"] == "L1" and r["class"] == "unsafe":
            yield "the tool takes %(pattern)s of %(encoding)s, which is unsafe in %(sound)s: LI %(LI).2f" % r
    worst = report.summary(rows)
    if worst.get(("mp3", "every10", "L1"), {}).get("class") == "sealed":
        yield "every 10th byte of MP3 is said to be sealed"
    if tool:
        yield from packer.faults(tool, seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tool", help="the program pinstripe: whether it encrypts what is measured here")
    parser.add_argument("--seconds", type=int, default=30, help="how much of each sound is judged")
    parser.add_argument("--codecs", help="encodings, separated by commas")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", help="where to write all rows")
    parser.add_argument("--picture", help="where to draw MP3, as attacked")
    options = parser.parse_args()
    decoders.require(*decoders.DECODERS)
    began = time.monotonic()
    rows, broken = run(jobs(options.codecs, options.seconds), options.workers)
    print(report.table(rows), file=sys.stderr)
    print("\nThe worst of all sounds:\n" + report.table(report.summary(rows).values()), file=sys.stderr)
    print("\n".join(report.figures(rows)))
    if options.json:
        pathlib.Path(options.json).write_text(report.as_json(rows) + "\n")
    if options.picture:
        draw(options.picture, options.seconds)
    missed = list(gates(rows, options.tool, options.seconds))
    for sentence in missed:
        print("gate missed: " + sentence, file=sys.stderr)
    used = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print("%d files, %d not measured, %d gates missed; %.0f s, of which processors worked %.0f s" % (
        len({(r["encoding"], r["sound"]) for r in rows}), broken, len(missed), time.monotonic() - began, used),
        file=sys.stderr)
    return 1 if broken or missed else 0


def draw(path, seconds):
    """MP3 speech: the original, every 10th byte and the default attacked, full encryption."""
    attack, layout, data = load("mp3", "speech", seconds)
    masks = [(p.name, p.mask_of(data, layout), ("L1",)) for p in map(patterns.parse, ("every:10", "default"))]
    rows, results, full = analysis.measure(attack, masks, "speech", "mp3")
    analysis.show(path, attack, rows, results, full, seconds)


if __name__ == "__main__":
    sys.exit(main())
