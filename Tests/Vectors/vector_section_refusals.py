"""Purchaser, rights and chunk tags that are refused, at opening or when they are read."""
import dataclasses
from pinstripe_reference import pack
from pinstripe_sections import CHUNK_TAGS, ISSUED, RIGHTS, chunk_contents, chunk_tag
from vector_edits import Refusals, differences, put, truncate, u16, u64
from vector_framed import framed
from vector_sections import BUYER, rights
from vector_sources import DEVICE, STRANGER, content, random

BASES = {
    "base-purchaser": dict(purchaser=BUYER),
    "base-rights": dict(rights=rights(plays=5, not_before=10, not_after=20)),
    "base-rights-trailer": dict(rights=rights(plays=5), trailer=True, suite=2),
    "base-advice": dict(rights=rights(flags=0)),
    "base-rights-framed": dict(rights=rights(), pattern=framed(3, 2), pages=["40s 60c"]),
    "base-chunks": dict(length=9000, chunks=4096),
    "base-chunks-short": dict(chunks=4096, trailer=True, suite=2),
    "base-chunks-empty": dict(length=0, chunks=4096),
}
ENTRY0 = 192  # one slot; but for base-rights-framed, each base has one section


class SectionRefusals(Refusals):
    def obeyed(self, name, status, edits=(), base="base-rights", **more):
        """A reader that obeys rights, and one that does not."""
        unobeyed = more.pop("status_unobeyed", ["CRITICAL_SECTION"] if status == "OK" else [status])
        self.add(name, status, edits, base, rights_obeyed=True, status_unobeyed=unobeyed, **more)

    def section(self, name, type, contents, status_key, status, base, add=None, **more):
        """Other contents of the same length, under a section tag made anew, and raw: under the old one."""
        add, parts, old = add or self.add, self.parts[base], self.files[base]
        sections = [(t, f, salt, contents if t == type else c) for t, f, salt, c in parts["sections"]]
        new, start = pack(**{**parts, "sections": sections}), 4096 + len(parts["content"])
        raw = old[:start] + new[start:self.end(base) - (1024 if parts["trailer"] else 0)]
        raw += old[len(raw):]
        add(name, "OK", differences(old, new), base=base, **{status_key: [status]}, **more)
        if raw[start:start + 64] != old[start:start + 64] or type != CHUNK_TAGS:
            about = {"about": more["about"]} if "about" in more else {}
            add(name + "-raw", "OK", differences(old, raw), base=base, **{status_key: ["TAG"]}, **about)


def purchaser(r):
    base = "base-purchaser"
    start = 4096 + 100
    for at in (0, 31, 32, 32 + len(BUYER) - 1):
        r.flip("purchaser-flip-%d" % at, "OK", start + at, base=base, purchaser_status=["TAG"])
    r.both("purchaser-critical", "MALFORMED", put(ENTRY0 + 2, u16(1)), "TAG", base)
    r.whole("purchaser-empty", "MALFORMED", "a salt alone", base, purchaser=b"")
    r.whole("purchaser-of-1025", "MALFORMED", None, base, purchaser=b"x" * 1025)
    r.whole("purchaser-of-1025-trailer", "MALFORMED", None, base, purchaser=b"x" * 1025, trailer=True)
    r.add("purchaser-claims-1056", "TRUNCATED", put(ENTRY0 + 16, u64(1056)), base, True)
    r.add("purchaser-claims-1057", "MALFORMED", put(ENTRY0 + 16, u64(1057)), base, True)
    r.add("purchaser-claims-32", "MALFORMED", put(ENTRY0 + 16, u64(32)), base, True)


def rights_directory(r):
    for base, entry in (("base-rights", ENTRY0), ("base-rights-trailer", r.end("base-rights-trailer") - 960)):
        name = base[5:]
        r.obeyed(name + "-not-critical-raw", "TAG", put(entry + 2, u16(0)), base)
        r.obeyed(name + "-not-critical", "MALFORMED", put(entry + 2, u16(0)), base, sealed=True)
        for size in (128, 159, 161, 192):
            r.obeyed("%s-claims-%d" % (name, size), "MALFORMED", put(entry + 16, u64(size)), base, sealed=True,
                     about="judged before what the reader obeys")
        r.obeyed(name + "-type-6", "CRITICAL_SECTION", put(entry, u16(6)), base, sealed=True)
        r.obeyed(name + "-tag", "OK", put(entry + 24, bytes(32)), base, sealed=True, rights_status=["TAG"])
    r.obeyed("rights-cut", "TRUNCATED", truncate(r.end("base-rights") - 1), status_unobeyed=["CRITICAL_SECTION"],
             about="an entry is judged before the end of the file")
    r.obeyed("rights-before-the-map", "TAG", put(ENTRY0 + 24, bytes(32)), "base-rights-framed", sealed=True,
             status_unobeyed=["CRITICAL_SECTION"], about="a bad tag of the map, which is judged after the directory")
    r.obeyed("rights-behind-the-payload", "TRUNCATED", truncate(4150),
             about="the payload is judged before the directory")
    for at in (0, 31, 32, 100, 128, 159):
        byte = bytes([r.files["base-rights"][4196 + at] ^ 1])
        r.obeyed("rights-flip-%d" % at, "OK", put(4196 + at, byte), rights_status=["TAG"])
    for size in (31, 127, 129):
        contents = random("rights of %d" % size, size)
        r.whole("rights-of-%d" % size, "MALFORMED", None, "base-rights", rights=None, sections=[(RIGHTS, 1, contents)],
                rights_obeyed=True, status_unobeyed=["MALFORMED"])


def rights_contents(r):
    def case(name, status="MALFORMED", base="base-rights", verdict=None, reissue=True, about=None, **changed):
        old = rights(**{"plays": 5, "not_before": 10, "not_after": 20} if base == "base-rights" else {"flags": 0})(
            r.parts[base]["track_id"])
        new = dataclasses.replace(old, **changed)
        if new.flags & ISSUED and reissue:
            new = new.issue(DEVICE.key.rights_key)
        more = {k: v for k, v in (("rights_verdict", verdict), ("about", about)) if v}
        r.section("rights-" + name, RIGHTS, new.encode(), "rights_status", status, base, r.obeyed, **more)

    for version in (0, 2, 257):
        case("version-%d" % version, version=version)
    for bit in (2, 8, 15):
        case("flags-bit-%d" % bit, flags=ISSUED | 1 << bit)
    case("zero-72", zeros=b"\x01" + bytes(23))
    case("zero-95", zeros=bytes(23) + b"\x01")
    case("of-another-track", track_id=random("another track", 16))
    case("advice-of-another-track", base="base-advice", track_id=random("another track", 16))
    case("end-before-start", not_before=21)
    case("end-before-start-2-63", not_before=1 << 63, about="as a signed number it would be before")
    case("advice-end-before-start", base="base-advice", not_before=2, not_after=1)
    case("advice-with-tag", base="base-advice", tag=bytes(31) + b"\x01")
    case("no-longer-issued", flags=0, about="the flag cleared, the tag left")
    same = dict(status="OK", reissue=False, verdict="unverified")
    case("more-plays", **same, plays=6, about="edited by somebody who has the content key, but not K_rights")
    case("later-end", **same, not_after=21)
    case("other-id", **same, rights_id=bytes(16))
    case("becomes-test", **same, flags=ISSUED | 1)
    case("tag-zero", **same, tag=bytes(32))
    case("becomes-issued", base="base-advice", **same, flags=ISSUED)
    case("given-to-another-device", "OK", verdict="other-device", reissue=False, device_id=STRANGER.id)


def chunk_directory(r):
    base = "base-chunks"
    r.both("chunks-critical", "MALFORMED", put(ENTRY0 + 2, u16(1)), "TAG", base)
    for size in (0, 16, 31, 33, 47, 49):
        r.whole("chunks-section-of-%d" % (32 + size), "MALFORMED", None, "base-chunks-empty", chunks=None,
                sections=[(CHUNK_TAGS, 0, random("chunk tags of %d" % size, size))])
    for size in (32, 63, 65, 79, 81, 64 + 16 * 3 + 1):
        r.add("chunks-claim-%d" % size, "MALFORMED", put(ENTRY0 + 16, u64(size)), base, True)
    r.add("chunks-claim-64", "MALFORMED", put(ENTRY0 + 16, u64(64)), base, True, about="the file holds more")
    r.add("chunks-claim-one-more", "TRUNCATED", put(ENTRY0 + 16, u64(64 + 16 * 4)), base, True)
    r.add("chunks-claim-2-56", "TRUNCATED", put(ENTRY0 + 16, u64(1 << 56)), base, True)
    r.add("chunks-tag", "OK", put(ENTRY0 + 24, bytes(32)), base, True, chunk_status=["TAG"])


def chunk_headers(r):
    def case(name, status="MALFORMED", base="base-chunks", size=4096, **changed):
        more = {k: changed.pop(k) for k in ("about",) if k in changed}

        def contents(key, payload):
            """The base's tags behind another head, so that the section keeps its length."""
            head = chunk_contents(size, **{"count": -(-len(payload) // 4096), **changed})(key, b"")
            return head + chunk_contents(4096)(key, payload)[32:]
        r.section("chunks-" + name, CHUNK_TAGS, contents, "chunk_status", status, base, **more)

    for size in (0, 1, 2048, 4095, 4097, 6144, 12288, 1 << 21, 1 << 31, (1 << 32) - 4096):
        case("short-size-%d" % size, base="base-chunks-short", size=size, about="one chunk, whatever the size")
    case("short-size-8192", "OK", "base-chunks-short", 8192, about="one chunk as well, and the same tag")
    case("empty-size-3", base="base-chunks-empty", size=3)
    case("size-8192", size=8192, about="would be two chunks")
    for at in (0, 2, 4, 3 + (1 << 60), (1 << 64) - 1):
        case("count-%d" % at, count=at)
    case("empty-count-1", base="base-chunks-empty", count=1)
    case("zero-4", zero=1)
    case("zero-7", zero=1 << 31)
    case("zero-16", zeros=b"\x01" + bytes(15))
    case("zero-31", zeros=bytes(15) + b"\x01")
    one_more = lambda count: lambda key, payload: chunk_contents(4096, count)(key, payload) + bytes(16)
    r.whole("chunks-a-tag-more", "OK", "the count is right, the section longer", "base-chunks-short",
            chunks=one_more(1), chunk_status=["MALFORMED"])
    r.whole("chunks-a-tag-more-claimed", "OK", None, "base-chunks-short", chunks=one_more(2),
            chunk_status=["MALFORMED"])
    r.whole("chunks-empty-with-a-tag", "OK", None, "base-chunks-empty", chunks=one_more(1), chunk_status=["MALFORMED"])
    r.whole("chunks-without-tags", "OK", None, "base-chunks-short", chunk_status=["MALFORMED"],
            chunks=lambda key, payload: chunk_contents(4096, 0)(key, b""))


def chunks(r):
    base, start = "base-chunks", 4096 + 9000
    for at in (0, 31, 32, 63):
        r.flip("chunks-header-flip-%d" % at, "OK", start + at, base=base, chunk_status=["TAG"])
    for at in (0, 15, 16, 47):
        r.flip("chunks-tag-flip-%d" % at, "OK", start + 64 + at, base=base, chunk_status=["TAG"], bad_chunks=[at // 16])
    tags = r.files[base][start + 64:start + 96]
    r.add("chunks-tags-swapped", "OK", put(start + 64, tags[16:] + tags[:16]), base, chunk_status=["TAG"],
          bad_chunks=[0, 1])
    plain = content(9000)
    for at in (0, 1, 4095, 4096, 8191, 8192, 8999):
        # The same bit of the payload and of the content, whether the byte is encrypted or not.
        r.flip("chunks-payload-flip-%d" % at, "OK", 4096 + at, base=base, chunk_status=["TAG"], bad_chunks=[at // 4096],
               content_edits=[put(at, bytes([plain[at] ^ 1]))])
    r.add("chunks-payload-two", "OK", [put(4096 + 5001, b"\xff"), put(4096 + 8993, b"\xff")], base,
          chunk_status=["TAG"], bad_chunks=[1, 2], content_edits=[put(5001, b"\xff"), put(8993, b"\xff")])
    for name, last in (("chunks-last-not-marked", (0, 0, 0)), ("chunks-all-marked-last", (1, 1, 1))):
        def contents(key, payload):
            made = [chunk_tag(key, k, payload[k * 4096:(k + 1) * 4096], last[k]) for k in range(3)]
            return chunk_contents(4096, 3)(key, b"") + b"".join(made)
        r.section(name, CHUNK_TAGS, contents, "chunk_status", "TAG", base, bad_chunks=[2] if not last[0] else [0, 1])


def section_refusals():
    r = SectionRefusals(BASES)
    for base in BASES:
        if "rights" in BASES[base]:
            r.obeyed(base, "OK", base=base, rights_verdict="advice" if base == "base-advice" else "issued")
        else:
            r.add(base, "OK", base=base)
    for part in (purchaser, rights_directory, rights_contents, chunk_directory, chunk_headers, chunks):
        part(r)
    return {"bases": r.described(), "refusals": r.cases}
