"""Framed tracks that are refused, at opening or when a page is read."""
from pinstripe_framemap import PAGE_SIZE, PlainPage, encode_run, make_map
from pinstripe_keys import Pattern
from pinstripe_reference import CRITICAL, pack
from pinstripe_sections import FRAME_MAP
from vector_edits import append, put, truncate, u16, u64
from vector_framed import framed
from vector_map_edits import FramedRefusals, setting, shifted
from vector_sources import CLEAR, build, runs_of, title

PAGES = ["10s 20f 30c 1s", "50s 7c 9f", "40s 3c"]
LENGTH, SECOND, THIRD = 170, 61, 127  # the content's length, and where the second and third page start
SECTIONS = [(9, 0, b"a later version's section")]
BASES = {
    "base-framed": dict(pattern=framed(3, 2), pages=PAGES, fields=title(LENGTH), sections=SECTIONS),
    "base-framed-trailer": dict(pattern=framed(3, 2), pages=PAGES, fields=title(LENGTH), sections=SECTIONS,
                                trailer=True, suite=2),
    "base-framed-one": dict(pattern=framed(3, 2), pages=["40s 60c"]),
    "base-framed-empty": dict(pattern=framed(3, 2), pages=[]),
}
ENTRY0 = 192  # one slot


def encoded(text):
    return b"".join(map(encode_run, runs_of(text)))


def page_forms(r):
    # All of a page is judged before its first byte is used.
    page = lambda name, change, **more: r.page(name, change, seek=SECOND, **more)
    runs = lambda *parts: b"".join(encoded(p) if isinstance(p, str) else p for p in parts)
    for target, index in ((0, 1), (1, 0), (1, 2), (1, 1 << 24), (1, (1 << 32) - 1), (2, 3)):
        r.page("page-%d-index-%d" % (target, index), setting(target, index=index), seek=(0, SECOND, THIRD)[target])
    for count in (0, 3, 5, 969, 65535):
        page("page-run-bytes-%d" % count, setting(1, run_bytes=count), about="4 would be right")
    page("page-zero-6", setting(1, zero=1))
    page("page-zero-7", setting(1, zero=0x8000))
    page("page-padding-first", setting(1, padding=b"\x06"), about="a byte that could be a run")
    page("page-padding-last", setting(1, padding=bytes(963) + b"\x01"))
    for what, data in (("kind-3", b"\x1f"), ("kind-3-long", b"\x9f\x01"), ("needless-group", b"\x9e\0"),
                       ("needless-groups", b"\x9e" + b"\x80" * 7 + b"\0"),
                       ("of-10-bytes", b"\x9e" + b"\x80" * 8 + b"\0"),
                       ("of-10-bytes-high", b"\x9e" + b"\x80" * 8 + b"\x01"),
                       ("of-10-bytes-wraps-round", b"\x9e" + b"\x80" * 8 + b"\x02"),
                       ("of-9-bytes-goes-on", b"\x9a" + b"\x80" * 8 + b"\x06"),
                       ("that-goes-on", b"\x9e" + b"\xff" * 20)):
        page("run-" + what, setting(1, runs=runs("50s", data, "9f")), about="in the place of a clear run of 7 bytes")
    for kind in range(4):
        page("run-empty-kind-%d" % kind, setting(1, runs=runs("50s 7c", bytes([kind]), "9f")))
    page("run-empty-needless-group", setting(1, runs=runs("50s 7c", b"\x80\0", "9f")))
    page("run-empty-last", setting(1, runs=runs("50s 7c 9f", b"\x02")))
    page("run-cut", setting(1, runs=runs("50s 7c 9f", b"\x80")))
    page("run-cut-in-the-last", setting(1, runs=runs("50s 7c", b"\xa4")))
    for what, length in (("2-56", 1 << 56), ("above-2-56", (1 << 56) + 1), ("2-60", 1 << 60)):
        for kind in "fsc":
            page("run-of-%s-%s" % (what, kind), setting(1, runs=runs("50s %d%s" % (length, kind))))
    page("run-of-63-bits", setting(1, runs=runs("50s", b"\xfe" + b"\xff" * 7 + b"\x7f")))
    page("runs-of-2-62", setting(1, runs=runs(*["%df" % (1 << 56)] * 64)))
    for name, last in (("run-cut-by-the-page", b"\x86"), ("run-cut-by-the-page-high", b"\xff")):
        r.full_page(name, setting(0, runs=b"\x06" * 967 + last),
                    about="its last byte says that another one follows: that would be the page's tag")
    for count in (969, 65535):
        r.full_page("page-full-run-bytes-%d" % count, setting(0, run_bytes=count),
                    about="968 bytes of runs that are right")


def page_sums(r, base="base-framed", prefix=""):
    """Each change keeps every other sum right, so that one rule alone can notice it."""
    page = lambda name, change, **more: r.page(prefix + name, change, base, **more)
    first, second, third = (lambda *a, _at=at, **more: page(*a, seek=_at, **more) for at in (0, SECOND, THIRD))
    second("pages-gap", shifted(1, "start", 1, runs=encoded("50s 6c 9f")))
    page("pages-overlap", shifted(1, "start", -1, runs=encoded("50s 8c 9f")))
    page("pages-encrypted-gap", shifted(1, "before", 1, runs=encoded("50s 7c 8f 1c")))
    page("pages-encrypted-overlap", shifted(1, "before", -1, runs=encoded("50s 1f 6c 9f")))
    first("first-page-starts-at-1", setting(0, start=1, runs=encoded("10s 20f 29c 1s")))
    first("first-page-has-1-before", setting(0, before=1, runs=encoded("10s 19f 31c 1s")))
    third("last-page-short", setting(2, runs=encoded("40s 2c")))
    third("last-page-long", setting(2, runs=encoded("40s 4c")))
    third("last-page-one-run-more", setting(2, runs=encoded("40s 3c 1c")))
    third("last-page-encrypts-one-more", setting(2, runs=encoded("40s 1f 2c")))
    third("last-page-encrypts-one-less", setting(2, runs=encoded("37s 6c")))
    second("page-ends-at-the-end", setting(1, runs=encoded("50s 50c 9f")), about="where only the last one may end")
    second("page-ends-behind-the-end", setting(1, runs=encoded("50s 51c 9f")))
    second("page-encrypts-too-much", setting(1, runs=encoded("66f")))
    page("page-start-0", setting(1, start=0))
    page("page-start-of-the-third", setting(1, start=THIRD))
    page("page-start-at-the-end", setting(2, start=LENGTH))
    page("page-starts-swapped", lambda plain: (setting(1, start=THIRD)(plain), setting(2, start=SECOND)(plain)))
    page("page-start-2-63", setting(1, start=1 << 63))
    page("page-start-wraps-round", setting(1, start=(1 << 64) - 1), about="added up in 64 bits, it would end at 65")
    page("last-page-start-wraps-round", setting(2, start=(1 << 64) - 1, runs=encoded("40s 131c")),
         about="added up in 64 bits, it would end at the content's end")
    second("page-before-wraps-round", setting(1, before=(1 << 64) - 1))
    second("page-before-is-total", lambda plain: setting(1, before=plain.encrypted)(plain))

    def emptied(plain):
        plain.pages[2].runs = plain.pages[1].runs + plain.pages[2].runs
        plain.pages[2].start, plain.pages[2].before = plain.pages[1].start, plain.pages[1].before
        plain.pages[1].runs = b""
    page("page-without-runs", emptied, about="all sums are right; a seek need not read the page")


def page_tags(r, base):
    name = "map-tags" if base == "base-framed" else "map-tags-trailer"
    at, count = r.stored(base)
    refused = {"base": base, "content_status": ["TAG"]}
    for k in range(count):
        page = at + 96 + PAGE_SIZE * k
        for where in (0, 24, 500, 991, 992, 1023):
            r.flip("%s-page-%d-flip-%d" % (name, k, where), "OK", page + where, **refused,
                   seek={"offset": (0, SECOND, THIRD)[k], "status": ["TAG"]})
    r.add(name + "-page-zeros", "OK", put(at + 96 + PAGE_SIZE, bytes(PAGE_SIZE)), **refused)
    file = r.files[base]
    first, second = (file[p:p + PAGE_SIZE] for p in (at + 96, at + 96 + PAGE_SIZE))
    r.add(name + "-pages-swapped", "OK", put(at + 96, second + first), base, content_status=["MALFORMED"],
          about="their tags are right, but not the place, so that they do not decrypt")
    r.add(name + "-page-twice", "OK", put(at + 96 + PAGE_SIZE, first), base, content_status=["MALFORMED"])
    other = pack(**build(base + "-2", **BASES[base]))
    r.add(name + "-page-of-another-track", "OK", put(at + 96, other[at + 96:at + 96 + PAGE_SIZE]), **refused)
    for where in (0, 31, 32, 63, 64, 95):
        r.flip("%s-header-flip-%d" % (name, where), "TAG", at + where, base=base)


def heads(r, base="base-framed", prefix="map-"):
    add = lambda name, status, change, **more: r.map(prefix + name, status, change, base, **more)
    add("page-count-0", "MALFORMED", setting(None, page_count=0))
    add("page-count-one-less", "MALFORMED", setting(None, page_count=2))
    add("page-count-one-more", "MALFORMED", setting(None, page_count=4))
    add("page-count-2-32", "MALFORMED", setting(None, page_count=(1 << 32) - 1))
    add("page-count-wraps-round", "MALFORMED", setting(None, page_count=3 + (1 << 22)),
        about="times 1024 in 32 bits, it would be right")
    add("zero-4", "MALFORMED", setting(None, zero=1))
    add("zero-7", "MALFORMED", setting(None, zero=1 << 31))
    add("zero-32", "MALFORMED", setting(None, zeros=b"\x01" + bytes(31)))
    add("zero-63", "MALFORMED", setting(None, zeros=bytes(31) + b"\x80"))
    for what, length in (("0", 0), ("one-less", LENGTH - 1), ("one-more", LENGTH + 1), ("2-64", (1 << 64) - 1)):
        add("content-length-" + what, "MALFORMED", setting(None, length=length))
    for what, by in (("one-less", -1), ("one-more", 1)):
        add("total-" + what, "OK", shifted(None, "encrypted", by), content_status=["MALFORMED"])
        add("run-count-" + what, "OK", shifted(None, "run_count", by), map_status=["MALFORMED"],
            about="nobody notices but who reads all pages")
    add("run-count-0", "OK", setting(None, run_count=0), map_status=["MALFORMED"])
    add("run-count-2-64", "OK", setting(None, run_count=(1 << 64) - 1), map_status=["MALFORMED"])
    add("total-0", "OK", setting(None, encrypted=0), content_status=["MALFORMED"])
    add("total-2-38", "OK", setting(None, encrypted=1 << 38), content_status=["MALFORMED"], about="within the limit")
    add("total-above-2-38", "TOO_LARGE", setting(None, encrypted=(1 << 38) + 1))
    add("total-2-64", "TOO_LARGE", setting(None, encrypted=(1 << 64) - 1))
    add("order-malformed-before-too-large", "MALFORMED", setting(None, zero=1, encrypted=(1 << 64) - 1))


def lengths(r):
    """Maps of another length, with a directory that agrees."""
    def resized(**values):
        def change(plain):
            pages = values.pop("pages", None)
            plain.pages = plain.pages if pages is None else pages(plain.pages)
            setting(None, **values)(plain)
        return change

    page = PlainPage(1, 100, 0, b"\x06")
    r.rebuilt("map-without-pages", "MALFORMED", resized(pages=lambda pages: [], page_count=0, run_count=0))
    r.rebuilt("map-without-its-page", "MALFORMED", resized(pages=lambda pages: []))
    r.rebuilt("map-with-a-page-more", "MALFORMED", resized(pages=lambda pages: pages + [page]))
    r.rebuilt("map-with-a-page-behind-the-end", "OK", resized(pages=lambda pages: pages + [page], page_count=2),
              content_status="MALFORMED", about="the first page ends where only the last one may")
    empty = "base-framed-empty"
    with_page = lambda runs: lambda pages: [PlainPage(0, 0, 0, runs)]
    r.rebuilt("empty-with-a-page", "MALFORMED", resized(pages=with_page(b"\x06"), page_count=1), empty)
    r.rebuilt("empty-with-an-unclaimed-page", "MALFORMED", resized(pages=with_page(b"")), empty)
    r.map("empty-page-count-1", "MALFORMED", setting(None, page_count=1), empty)
    r.map("empty-content-length-1", "MALFORMED", setting(None, length=1), empty)
    r.map("empty-total-1", "MALFORMED", setting(None, encrypted=1), empty)
    r.map("empty-run-count-1", "MALFORMED", setting(None, run_count=1), empty)
    r.map("empty-total-above-2-38", "MALFORMED", setting(None, encrypted=(1 << 38) + 1), empty)
    for size in (32, 95, 97, 96 + 1023, 96 + 1025, 96 + 512):
        edits = [put(ENTRY0 + 16, u64(size)), truncate(4196), append(bytes(size))]
        r.add("map-length-%d" % size, "MALFORMED", edits, "base-framed-one", True, about="the file is as long as that")
    for size, status in ((96 + 2048, "TRUNCATED"), (96 + 1024 + 1, "MALFORMED"), (96, "MALFORMED"),
                         (1 << 56, "MALFORMED"), (96 + 1024 * ((1 << 32) - 1), "TRUNCATED")):
        r.add("map-claims-length-%d" % size, status, put(ENTRY0 + 16, u64(size)), "base-framed-one", True)


def directory(r):
    for base, entry in (("base-framed", ENTRY0), ("base-framed-trailer", r.end("base-framed-trailer") - 960)):
        name = base[5:]
        r.both(name + "-map-not-critical", "MALFORMED", put(entry + 2, u16(0)), "TAG", base)
        r.flip(name + "-map-tag-first", "TAG", entry + 24, base=base)
        r.add(name + "-map-tag", "TAG", put(entry + 24, bytes(32)), base, True, about="under a valid header tag")
        r.flip(name + "-payload-encrypted-byte", "OK", 4096, base=base, content_edits=[put(0, b"\x02")],
               about="content byte 0 was 3; the tags do not cover the payload")
        r.add(name + "-cut-in-the-map", "TRUNCATED", truncate(4096 + LENGTH + 500), base)
    critical = [(FRAME_MAP, CRITICAL, make_map(framed(3, 2), [runs_of("40s 60c")]).encode())]
    none = dict(base="base-framed", pages=None, length=100, fields=None)
    r.whole("map-with-every", "MALFORMED", pattern=Pattern(1, 3, 1), **{**none, "sections": critical})
    r.whole("map-with-clear", "MALFORMED", pattern=CLEAR, clear_allowed=True, **{**none, "sections": critical})
    r.whole("map-with-every-trailer", "MALFORMED", pattern=Pattern(1, 3, 1), trailer=True,
            **{**none, "sections": critical})
    r.whole("framed-without-map", "MALFORMED", **{**none, "sections": ()})
    r.whole("framed-without-map-but-others", "MALFORMED", **{**none, "fields": title(100)})
    r.whole("framed-without-map-trailer", "MALFORMED", trailer=True, **{**none, "sections": ()})
    r.whole("framed-without-map-empty", "MALFORMED", **{**none, "length": 0, "sections": ()})


def patterns(r):
    one = "base-framed-one"
    for name, pattern in (("kind-3", Pattern(3, 3, 0, 2)), ("kind-4", Pattern(4, 3, 0, 2)),
                          ("stride-0", Pattern(2, 0, 0, 2)),
                          ("phase-1", Pattern(2, 3, 1, 2)), ("phase-2", Pattern(2, 3, 2, 0)),
                          ("every-with-head", Pattern(1, 3, 0, 2)), ("clear-with-head", Pattern(0, 0, 0, 2)),
                          ("clear-with-stride", Pattern(0, 3, 0, 0))):
        r.both("framed-pattern-" + name, "PATTERN", put(24, pattern.encode()), base=one)
    for at in (1, 8, 15):
        r.both("framed-pattern-zero-%d" % at, "PATTERN", put(24 + at, b"\x01"), base=one)
    for name, pattern in (("head-0", framed(3, 0)), ("head-65535", framed(3, 65535)), ("stride-4", framed(4, 2))):
        r.add("framed-pattern-%s-raw" % name, "TAG", put(24, pattern.encode()), one)
        r.add("framed-pattern-" + name, "OK", put(24, pattern.encode()), one, True, content_status=["MALFORMED"],
              about="the runs no longer add up to the total")
    r.both("framed-becomes-every", "MALFORMED", put(24, Pattern(1, 3, 0).encode()), "TAG", one)
    r.both("framed-content-above-2-56", "TOO_LARGE", put(40, u64((1 << 56) + 1)), base=one)
    r.add("framed-content-is-2-56", "TRUNCATED", put(40, u64(1 << 56)), one, True, about="within the limit")


def framed_refusals():
    r = FramedRefusals(BASES)
    for base in BASES:
        r.add(base, "OK", base=base)
    patterns(r)
    directory(r)
    heads(r)
    heads(r, "base-framed-trailer", "map-trailer-")
    lengths(r)
    for base in ("base-framed", "base-framed-trailer"):
        page_tags(r, base)
    page_forms(r)
    page_sums(r)
    page_sums(r, "base-framed-trailer", "trailer-")
    return {"bases": r.described(), "refusals": r.cases}
