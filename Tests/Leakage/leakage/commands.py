"""The two commands."""
import concurrent.futures, resource, sys, time, traceback
import numpy as np
from . import attacker, corpus, decoders, frames, patterns, picture, report, tools

DEFAULT = ("full", "framed:32:64", "every:10")
# Every pattern for the encodings that are compared, the three that matter for the rest.
COMPARED = ("full", "every:4", "every:10", "every:32", "blocks", "framed:32:64", "framed:16:64")
# Patterns that the stronger attackers are tried on as well; for full encryption L3 has the lengths only.
STRONGER = {"framed:32:64": attacker.LEVELS, "every:10": attacker.LEVELS, "full": ("L1", "L3")}
UNTRIED = ("full", "clear")


def measure(attack, masks, sound, encoding):
    """Rows for (name, mask, levels of the attacker), each row's Result, and full encryption's.

    A level is held against what the same attacker gets from full encryption: lengths alone say something to L3.
    """
    everything = np.ones(len(attack.data), bool)
    full = {level: attack.run(everything, level) for level in {"L1"}.union(*(levels for _, _, levels in masks))
            if level != "L2"}
    rows, results = [], []
    for name, mask, levels in masks:
        for level in levels:
            result = full[level] if mask.all() and level in full else attack.run(mask, level)
            floor = max(full[known].score.li for known in full if known in ("L1", level))
            rows.append(report.row(sound, encoding, name, level, result, floor))
            results.append(result)
    return rows, results, full["L1"]


def analyse(options):
    data = np.fromfile(options.file, np.uint8)
    layout = frames.find(data)
    chosen = [patterns.parse(text) for text in options.pattern or (() if options.mask else DEFAULT)]
    levels = attacker.LEVELS if layout.frames else attacker.LEVELS[:1]
    masks = [(p.name, p.mask(len(data), layout.runs()), ("L1",) if p.text in UNTRIED else levels) for p in chosen]
    if options.mask:
        masks.append(("mask", patterns.read_mask(options.mask, len(data)), levels))
    if options.write_mask:
        patterns.write_mask(options.write_mask, masks[-1][1])
        return 0
    tools.need(*decoders.PACKAGES, *(corpus.DONOR_PACKAGES if layout.codec == "mp3" else ()))
    attack = attacker.Attack(data, layout, options.seconds)
    if not any(reference.windows for reference in attack.references.values()):
        raise ValueError("%s: a second of sound that is not silent is needed" % options.file)
    rows, results, full = measure(attack, masks, options.file.rsplit("/")[-1].split(".")[0], layout.codec)
    print(report.as_json(rows) if options.json else report.table(rows))
    if options.picture:
        first = next((i for i, r in enumerate(rows) if r["pattern"] != "full"), 0)
        name = next(iter(attack.references))
        sounds = [("original", attack.references[name].sound)]
        label = "attacked: %(pattern)s, LI %(LI).2f, %(class)s against %(attacker)s" % rows[first]
        sounds.append((label, attack.heard(results[first])))
        sounds.append(("full encryption, LI %.2f" % full.score.li, attack.heard(full)))
        picture.draw(options.picture, sounds, options.seconds)
    return 0


def jobs(options):
    """(encoding, excerpt, patterns) of the run, the slowest first."""
    wanted = options.codecs.split(",") if options.codecs else list(corpus.ENCODINGS)
    for name in wanted:
        if name not in corpus.ENCODINGS:
            raise ValueError("no encoding is called %r: %s" % (name, ", ".join(corpus.ENCODINGS)))
    listed = []
    for name in wanted:
        if name in corpus.PRIMARY:
            listed += [(name, sound, COMPARED, options.seconds) for sound in corpus.EXCERPTS]
        if options.set == "all":
            sounds = corpus.MORE_EXCERPTS if name in corpus.PRIMARY else corpus.EXCERPTS[:2]
            listed += [(name, sound, DEFAULT, options.seconds) for sound in sounds]
    return sorted(listed, key=lambda job: (-len(job[2]), "opus" not in job[0]))


def work(job):
    """Measures one file; a failure comes back as text, so that one file does not end the run."""
    name, sound, texts, seconds = job
    started = time.monotonic()
    try:
        data = np.fromfile(corpus.encoding(name, sound, seconds), np.uint8)
        layout = frames.find(data)
        chosen = [patterns.parse(text) for text in texts if layout.frames or not text.startswith("framed")]
        masks = [(p.name, p.mask(len(data), layout.runs()), STRONGER.get(p.text, ("L1",)) if layout.frames else ("L1",))
                 for p in chosen]
        rows, _, _ = measure(attacker.Attack(data, layout, seconds), masks, sound, name)
        return job, rows, time.monotonic() - started, None
    except Exception:
        return job, [], time.monotonic() - started, traceback.format_exc()


def corpus_run(options):
    tools.need(*corpus.PACKAGES, *decoders.PACKAGES)
    listed, rows, broken, began = jobs(options), [], 0, time.monotonic()
    for sound in {job[1] for job in listed}:
        corpus.excerpt(sound, options.seconds)
    # A worker that is killed from outside breaks this pool; multiprocessing's own would wait for ever.
    with concurrent.futures.ProcessPoolExecutor(options.workers) as pool:
        for count, done in enumerate(concurrent.futures.as_completed([pool.submit(work, job) for job in listed]), 1):
            job, found, took, problem = done.result()
            print("%d of %d: %s, %s (%.0f s)" % (count, len(listed), job[0], job[1], took), file=sys.stderr, flush=True)
            if problem:
                print(problem, file=sys.stderr)
                broken += 1
            rows += found
    order = {(name, sound): i for i, (name, sound, _, _) in enumerate(
        sorted(listed, key=lambda job: (list(corpus.ENCODINGS).index(job[0]), list(corpus.MAKERS).index(job[1]))))}
    rows.sort(key=lambda r: order[r["encoding"], r["sound"]])
    print(report.table(rows), file=sys.stderr)
    used = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print("%.0f s, of which processors worked %.0f s" % (time.monotonic() - began, used), file=sys.stderr)
    print(report.as_json(rows) if options.json else "\n".join(report.figures(rows)))
    open_defaults = [r for r in rows if r["pattern"] == "default" and r["attacker"] == "L1" and r["class"] != "sealed"]
    for r in open_defaults:
        print("not sealed: default of %(encoding)s, %(sound)s: LI %(LI).2f" % r, file=sys.stderr)
    return 1 if broken or (options.gate and open_defaults) else 0
