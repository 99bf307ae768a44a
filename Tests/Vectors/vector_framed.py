"""Framed tracks that open, and the runs they are made of."""
from pinstripe_framemap import encode_run, fill_pages
from pinstripe_keys import FRAMED, Pattern
from pinstripe_runs import STRIPED, Run
from vector_sources import CONTENT, DEVICE, GROUP, STRANGER, USER, runs_of, title, track_case

LENGTHS = (1, 31, 32, 4095, 4096, (1 << 19) - 1, 1 << 19, (1 << 26) - 1, 1 << 26, 1 << 33, 1 << 40, 1 << 47, 1 << 54,
           (1 << 56) - 1, 1 << 56)
SHAPES = ((1, 0), (1, 5), (2, 0), (3, 2), (10, 4), (16, 16), (65535, 0), (7, 65535))


def framed(stride, head=0):
    return Pattern(FRAMED, stride, 0, head)


def text_of(runs):
    return " ".join("%d%s" % (run.length, "fsc"[run.kind]) for run in runs)


def encodings():
    return [{"length": str(n), "kind": kind, "hex": encode_run(Run(n, kind))} for n in LENGTHS for kind in range(3)]


def striped():
    """Where the formula turns: around the head and around the first byte that is encrypted behind it."""
    cases = []
    for stride, head in SHAPES:
        pattern = framed(stride, head)
        turns = {n for at in (1, head, head + stride, head + 2 * stride) for n in (at - 1, at, at + 1)}
        for n in sorted(turns | {100, 1 << 56}):
            run = Run(n, STRIPED)
            case = {"stride": stride, "head": head, "length": str(n), "encrypted": str(run.before(pattern, n))}
            if n > 0 and run.before(pattern, n) <= 30:
                case["offsets"] = [i for place in run.places(pattern, 0, n) for i in range(n)[place]]
            cases += [case] if n > 0 else []
    return cases


def boundary(head, stride):
    """Striped runs of every length around the places where a byte more becomes encrypted."""
    lengths = [n for at in (head, head + stride, head + 2 * stride) for n in (at - 1, at, at + 1) if n > 0]
    return " ".join("%ds 3c" % n for n in lengths)


def one_page():
    case = track_case
    frames = "10c 417s 418s 417s 4f 418s 5c"
    yield case("framed-suite1", "tags in clear around striped frames, a full one between them", pattern=framed(10, 36),
               pages=[frames], codec=b"mp3 ", fields=title(1689))
    yield case("framed-suite2", "the same in the other suite", suite=2, pattern=framed(10, 36), pages=[frames],
               codec=b"mp3 ", fields=title(1689))
    yield case("framed-trailer-suite1", "the same with a trailer", pattern=framed(10, 36), pages=[frames],
               codec=b"mp3 ", trailer=True, fields=title(1689))
    yield case("framed-trailer-suite2", "and in the other suite", suite=2, pattern=framed(10, 36), pages=[frames],
               codec=b"mp3 ", trailer=True, fields=title(1689))
    yield case("framed-trailer-bare", "no section but the frame map", pattern=framed(3), pages=["100s"], trailer=True)
    yield case("framed-head-0", "no head: the first bytes are H + N - 1 = 6, 13, ... of each run", pattern=framed(7),
               pages=["6s 7s 8s 20s 1s 13s 14s"])
    yield case("framed-head-larger", "a head longer than every run: striped is as full", pattern=framed(5, 65535),
               pages=["1s 100s 3c 200s"])
    yield case("framed-head-edges", "run lengths around head and stride", pattern=framed(5, 4), pages=[boundary(4, 5)])
    yield case("framed-head-edges-suite2", "and others", suite=2, pattern=framed(16, 16), pages=[boundary(16, 16)])
    yield case("framed-stride-1", "every byte of a striped run", pattern=framed(1), pages=["100s 50c 1s 1c 30s"])
    yield case("framed-stride-1-head", "the same with a head", suite=2, pattern=framed(1, 8), pages=["100s 50c 7s 9s"])
    yield case("framed-stride-65535", "nothing behind the head", pattern=framed(65535, 2), pages=["1000s 1s 2s 3s"])
    yield case("framed-all-clear", "no byte is encrypted", pattern=framed(10), pages=["31c 32c"])
    yield case("framed-all-full", "one run", suite=2, pattern=framed(10, 3), pages=["1000f"])
    for kind, what in (("f", "full"), ("s", "striped"), ("c", "clear")):
        yield case("framed-one-byte-" + what, "one run of one byte", pattern=framed(10, 1), pages=["1" + kind])
    yield case("framed-blocks-suite1", "runs that end around the keystream's blocks", pattern=framed(10),
               pages=["63f 1c 1f 1c 1f 62f 1c 64f 65f 127f 3c 2f"])
    yield case("framed-blocks-suite2", "the same for blocks of 16", suite=2, pattern=framed(10),
               pages=["15f 1c 1f 1c 1f 14f 1c 16f 17f 31f 3c 2f"])
    yield case("framed-long-runs", "runs of one, two and three bytes", pattern=framed(9, 1),
               pages=["31s 32s 4095c 4096s"])
    yield case("framed-equal-neighbours", "runs of one kind side by side are not one: the count starts anew",
               pattern=framed(3, 1), pages=["5s 5s 5s 2f 3f 1c 1c"])
    yield case("framed-slots-last", "a user, a group, another device, then the matching slot", pattern=framed(4),
               pages=["40s 60c"], keys=[USER, GROUP, STRANGER.key, DEVICE.key], other_keys=[USER, GROUP, STRANGER.key])


def several_pages():
    case = track_case
    yield case("framed-empty", "no content: a map without pages", pattern=framed(10, 4), pages=[])
    yield case("framed-empty-trailer", "the same with a trailer", pattern=framed(10, 4), pages=[], trailer=True,
               suite=2, fields=title(0))
    for count in range(2, 8):
        runs = ["%d%s" % (7 + 3 * i, "sfc"[i % 3]) for i in range(count)]
        yield case("framed-pages-%d" % count, "one run on each page", suite=1 + count % 2, pattern=framed(3, 2),
                   pages=runs, trailer=count == 5)
    yield case("framed-pages-clear", "pages that begin and end with the same count of encrypted bytes",
               pattern=framed(3, 2), pages=["20c", "5c 5c", "10s", "30c", "1c"])
    yield case("framed-pages-uneven", "pages of one and of many runs", suite=2, pattern=framed(4, 1),
               pages=["1s", "2s 3c " * 100, "1f", "200s", "9s " * 50])
    small = [Run(1 + i * i % 5, (i + i // 7) % 3) for i in range(2100)]
    yield case("framed-pages-full", "968 runs of one byte on each full page", pattern=framed(2, 1),
               pages=[text_of(page) for page in fill_pages(small)])
    edge = runs_of("1s " * 965 + "32s 33s 2f")
    yield case("framed-page-of-967", "a run of two bytes that would not fit stands on the next page", suite=2,
               pattern=framed(3), pages=[text_of(page) for page in fill_pages(edge)])


def tracks():
    return [*one_page(), *several_pages()]


def framed_parts():
    return {"content": CONTENT, "run_encodings": encodings(), "striped": striped(), "tracks": tracks()}
