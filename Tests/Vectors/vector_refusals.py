"""The cases that are refused, and the odd ones next to them that are not.

A case edits a base track. With `sealed` its tags are made anew, so that only the rule itself can refuse it.
Each has one status: the page fixes the order of the checks.
"""
from pinstripe_keys import Key, Pattern
from pinstripe_reference import pack, seal
from vector_edits import Refusals, append, cut, insert, put, truncate, u16, u32, u64
from vector_key_files import keyboxes
from vector_metadata_refusals import metadata
from vector_sources import CLEAR, DEVICE, GROUP, STRANGER, USER, Device, build, content, oversized_metadata, pieces, \
    random, title

LENGTH = 100
SECTIONS = [(9, 0, b"a later version's section")]
BASES = {
    "base-header": dict(keys=[USER, DEVICE.key], pattern=Pattern(1, 3, 1), fields=title(LENGTH), sections=SECTIONS,
                        codec=b"mp3 "),
    "base-trailer": dict(keys=[USER, DEVICE.key], pattern=Pattern(1, 3, 1), fields=title(LENGTH), sections=SECTIONS,
                         codec=b"mp3 ", trailer=True, suite=2),
    "base-clear": dict(pattern=CLEAR, fields=title(LENGTH)),
    "base-bare": dict(length=0),
    "base-bare-trailer": dict(length=0, trailer=True),
}
# Where the bases have what: two slots, then a directory of two entries; the sections follow 100 bytes of payload.
SLOT0, SLOT1, ENTRY0, ENTRY1, PADDING = 128, 192, 256, 320, 384
HEADER_TAG, PAYLOAD, SECTION0 = 4064, 4096, 4196


def start_of_file(r):
    for base in ("base-header", "base-trailer", "base-bare", "base-bare-trailer"):
        r.add(base, "OK", base=base)
    r.add("cut-to-0", "TRUNCATED", truncate(0))
    for size in (1, 7):
        r.add("cut-to-%d" % size, "NOT_A_TRACK", truncate(size), about="too short to tell")
    for size in (8, 127, 128, 4063, 4095):
        r.add("cut-to-%d" % size, "TRUNCATED", truncate(size))
    r.add("short-text", "NOT_A_TRACK", [truncate(0), append(b"ID3\x03\0\0\0\0\0\0")])
    for at in range(8):
        r.flip("magic-byte-%d" % at, "NOT_A_TRACK", at, 0x80)
    r.add("magic-of-a-trailer", "NOT_A_TRACK", put(3, b"E"))
    r.add("magic-line-ends-converted", "NOT_A_TRACK", cut(4, 1), about="CR LF became LF")
    for major in (0, 2, 256, 65535):
        r.both("major-%d" % major, "VERSION", put(8, u16(major)), "VERSION")
    r.add("minor-7-raw", "TAG", put(10, u16(7)))
    r.add("minor-7", "OK", put(10, u16(7)), sealed=True)
    for suite in (0, 3, 258, 65535):
        r.both("suite-%d" % suite, "SUITE", put(12, u16(suite)), "SUITE")
    r.add("suite-of-the-other", "TAG", put(12, u16(2)))
    r.add("order-version-first", "VERSION", [put(8, u16(2)), put(12, b"\xff" * 116)])
    r.add("order-suite-second", "SUITE", [put(12, u16(9)), put(20, b"\xff" * 40)])
    r.add("order-cut-before-version", "TRUNCATED", [put(8, u16(2)), truncate(4095)])
    r.add("order-pattern-third", "PATTERN", [put(20, u32(2)), put(24, b"\x07"), put(56, b"\0\0\0\0")])


def main_header(r):
    """All of the main header is judged before any tag."""
    pattern = lambda kind, stride, phase: put(24, Pattern(kind, stride, phase).encode())
    r.both("pattern-kind-2", "PATTERN", pattern(2, 3, 1), "PATTERN", about="framed has no phase")
    r.both("pattern-kind-3", "PATTERN", pattern(3, 3, 0), "PATTERN")
    r.both("pattern-kind-255", "PATTERN", pattern(255, 3, 1), "PATTERN")
    r.both("pattern-stride-0", "PATTERN", pattern(1, 0, 0), "PATTERN")
    r.both("pattern-phase-is-stride", "PATTERN", pattern(1, 3, 3), "PATTERN")
    r.both("pattern-phase-above-stride", "PATTERN", pattern(1, 3, 65535), "PATTERN")
    r.both("pattern-phase-is-stride-1", "PATTERN", pattern(1, 1, 1), "PATTERN")
    for at in (25, 30, 35, 39):
        r.both("pattern-zero-%d" % (at - 24), "PATTERN", put(at, b"\x01"))
    r.add("pattern-other-stride", "TAG", pattern(1, 4, 1))
    r.add("pattern-other-phase", "TAG", pattern(1, 3, 2))
    r.add("clear-with-stride", "PATTERN", pattern(0, 3, 0), "base-clear", True, clear_allowed=True)
    r.add("clear-with-phase", "PATTERN", pattern(0, 0, 1), "base-clear", True, clear_allowed=True)
    r.whole("clear-with-slots", "MALFORMED", "clear, with a slot that wraps 32 zero bytes", "base-clear",
            clear_allowed=True, keys=[DEVICE.key])
    r.add("slots-0", "MALFORMED", put(14, u16(0)))
    r.whole("slots-none", "MALFORMED", "every, but truly without slots", keys=[])
    r.add("slots-1", "MALFORMED", put(14, u16(1)), about="the directory would start at the second slot")
    r.whole("slots-17", "MALFORMED", "the matching one last",
            keys=[Device("s%d" % i).key for i in range(16)] + [DEVICE.key])
    r.add("slots-65535", "MALFORMED", put(14, u16(65535)))
    r.whole("sections-13", "MALFORMED", sections=[(kind, 0, b"") for kind in range(9, 21)])
    r.both("sections-65535", "MALFORMED", put(16, u16(65535)))
    r.both("sections-0", "MALFORMED", put(16, u16(0)), about="the directory is now padding that is not zero")
    for at in (18, 19, 60, 63, 112, 119, 127):
        r.both("main-zero-%d" % at, "MALFORMED", put(at, b"\x01"), "MALFORMED")
    for bit in (1, 7, 8, 31):
        r.both("flags-bit-%d" % bit, "MALFORMED", put(20, u32(1 << bit)), "MALFORMED")
    for offset in (0, 4095, 4097, 8192, (1 << 64) - 1):
        r.both("payload-offset-%d" % offset, "MALFORMED", put(48, u64(offset)))
    for codec in (b"\0\0\0\0", b"mp3\0", b"mp3\x1f", b"mp3\x7f", b"\xe9   "):
        r.both("codec-%s" % codec.hex(), "MALFORMED", put(56, codec), "MALFORMED")
    r.add("codec-edited", "TAG", put(56, b"aac "))
    r.flip("track-id-first", "TAG", 64)
    r.flip("track-id-last", "TAG", 79, 0x80)
    r.flip("nonce-first", "TAG", 80)
    r.flip("nonce-last", "TAG", 111, 0x80)


def slots(r):
    for recipient in (0, 4, 5, 255):
        r.both("recipient-%d" % recipient, "MALFORMED", put(SLOT0, bytes([recipient])),
               about="of a slot before the matching one")
    r.whole("recipient-4-behind", "MALFORMED", "in the slot behind the matching one",
            keys=[DEVICE.key, Key(4, 1, random("hpke", 32))])
    r.whole("recipient-5-other-player", "MALFORMED", "slots are judged before they are searched",
            keys=[STRANGER.key, Key(5, 1, random("hpke", 32))])
    for slot in (SLOT0, SLOT1):
        for at in (1, 3, 56, 63):
            r.both("slot-%d-zero-%d" % ((slot - 128) // 64, at), "MALFORMED", put(slot + at, b"\x01"))
    for at in (PADDING, 2000, 4063):
        r.both("padding-%d" % at, "MALFORMED", put(at, b"\x01"))
    r.add("other-player", "NO_SLOT", keybox=STRANGER.keybox())
    r.add("other-epoch", "NO_SLOT", keybox=DEVICE.keybox(epoch=2))
    r.add("other-device-id", "NO_SLOT", keybox=DEVICE.keybox(device_id=bytes(16)))
    r.add("other-epoch-salt", "NO_SLOT", keybox=DEVICE.keybox(last=bytes(32)))
    r.add("other-player-bad-tag", "NO_SLOT", put(HEADER_TAG, bytes(32)), keybox=STRANGER.keybox())
    r.add("other-player-cut", "NO_SLOT", truncate(4150), keybox=STRANGER.keybox())
    r.whole("user-slots-only", "NO_SLOT", keys=[USER, GROUP])
    r.add("slot-recipient-user", "NO_SLOT", put(SLOT1, b"\x02"), sealed=True, about="the device's key in a user's slot")
    r.add("slot-epoch", "NO_SLOT", put(SLOT1 + 4, u32(0)), sealed=True)
    r.add("slot-epoch-high-byte", "NO_SLOT", put(SLOT1 + 7, b"\x01"), sealed=True)
    r.flip("slot-key-id-first", "NO_SLOT", SLOT1 + 8)
    r.flip("slot-key-id-last", "NO_SLOT", SLOT1 + 15, 0x80)
    for at in (16, 24, 55):
        r.flip("slot-wrap-%d" % at, "UNWRAP", SLOT1 + at)
    r.add("slot-wrap-zero", "UNWRAP", put(SLOT1 + 16, bytes(40)), sealed=True)
    r.add("slot-wrap-and-tag", "UNWRAP", [put(SLOT1 + 16, bytes(40)), put(HEADER_TAG, bytes(32))])
    r.add("slot-other-cek", "TAG", put(SLOT1 + 16, DEVICE.key.slot(random("another cek", 32)).wrap))
    r.flip("slot-of-others-wrap", "TAG", SLOT0 + 20)
    first, second = (r.files["base-header"][at:at + 64] for at in (SLOT0, SLOT1))
    r.add("slot-twice-first-damaged", "OK", put(SLOT0, second[:16] + bytes(40) + bytes(8)), sealed=True,
          about="both slots are the device's; the second unwraps")
    r.add("slot-twice-both-damaged", "UNWRAP", put(SLOT0, (second[:16] + bytes(40) + bytes(8)) * 2), sealed=True)
    r.add("slots-swapped-raw", "TAG", put(SLOT0, second + first))
    r.add("slots-swapped", "OK", put(SLOT0, second + first), sealed=True)
    r.flip("header-tag-first", "TAG", HEADER_TAG)
    r.flip("header-tag-last", "TAG", HEADER_TAG + 31, 0x80)
    r.add("header-tag-of-zero-key", "TAG", put(HEADER_TAG, seal(r.files["base-header"], bytes(32))[4064:4096]),
          about="the tag that would be right if the content key were zeros")


def lengths(r):
    length = lambda value: put(40, u64(value))
    stride1 = put(24, Pattern(1, 1, 0).encode())
    r.both("content-above-2-56", "TOO_LARGE", length((1 << 56) + 1), base="base-clear", clear_allowed=True)
    r.both("content-2-64", "TOO_LARGE", length((1 << 64) - 1), base="base-clear", clear_allowed=True)
    r.add("content-is-2-56", "TRUNCATED", [length(1 << 56), put(16, u16(0)), put(128, bytes(64))],
          "base-clear", True, clear_allowed=True, about="within the limit, and not in the file; no sections")
    r.both("encrypted-above-2-38", "TOO_LARGE", [length((1 << 38) + 1), stride1], base="base-bare")
    r.both("encrypted-above-2-38-stride", "TOO_LARGE",
           [length((1 << 38) * 3 + 1), put(24, Pattern(1, 3, 0).encode())], base="base-bare")
    r.add("encrypted-2-64", "TOO_LARGE", [length((1 << 64) - 1), stride1], "base-bare", True)
    r.add("encrypted-is-2-38", "TRUNCATED", [length(1 << 38), stride1], "base-bare", True, about="within the limit")
    r.add("encrypted-is-2-38-phase", "TRUNCATED", [length((1 << 38) * 3 + 2), put(24, Pattern(1, 3, 2).encode())],
          "base-bare", True, about="within the limit thanks to the phase")
    r.add("content-one-more", "TRUNCATED", length(1), "base-bare", True)
    r.add("content-one-more-sections", "MALFORMED", length(LENGTH + 1), sealed=True,
          about="the first section starts too early")
    r.add("content-one-less-sections", "MALFORMED", length(LENGTH - 1), sealed=True,
          about="a gap before the first section")
    end = r.end("base-header")
    for size in (4096, 4097, SECTION0 - 1, SECTION0, SECTION0 + 31, end - 1):
        r.add("cut-to-%d" % size, "TRUNCATED", truncate(size))
    for count in (1, 64, 4096):
        r.add("appended-%d" % count, "MALFORMED", append(bytes(count)))
    r.add("bare-appended", "MALFORMED", append(b"\0"), "base-bare")
    r.add("bare-twice", "MALFORMED", append(r.files["base-bare"]), "base-bare")
    r.add("payload-byte-removed", "TRUNCATED", cut(PAYLOAD + 10, 1))
    r.add("payload-byte-inserted", "MALFORMED", insert(PAYLOAD + 10, b"\0"))
    r.add("payload-clear-byte", "OK", put(PAYLOAD, b"\xff"), content_edits=[put(0, b"\xff")], metadata_status=["OK"],
          about="the tags do not cover the payload")
    byte = bytes([r.files["base-header"][PAYLOAD + 1] ^ 0xFF])
    r.add("payload-encrypted-byte", "OK", put(PAYLOAD + 1, byte), content_edits=[put(1, bytes([content(2)[1] ^ 0xFF]))])


def directory(r, base, entry0, name):
    """The same rules for the directory in a header and in a trailer. `entry0` is the first of two entries."""
    entry1 = entry0 + 64
    add = lambda what, status, edits, **more: r.add("%s-%s" % (name, what), status, edits, base, True, **more)
    field = lambda at, size: int.from_bytes(r.files[base][at:at + size], "little")
    offset0, length0, offset1, length1 = (field(at, 8) for at in (entry0 + 8, entry0 + 16, entry1 + 8, entry1 + 16))
    for at in (4, 7, 56, 63):
        r.both("%s-zero-%d" % (name, at), "MALFORMED", put(entry1 + at, b"\x01"), "TAG", base)
    for bit in (1, 15):
        r.both("%s-flags-bit-%d" % (name, bit), "MALFORMED", put(entry1 + 2, u16(1 << bit)), "TAG", base)
    add("type-0", "MALFORMED", put(entry0, u16(0)))
    add("type-twice", "MALFORMED", put(entry1, u16(2)))
    add("types-descend", "MALFORMED", put(entry1, u16(1)))
    r.both("%s-critical" % name, "CRITICAL_SECTION", put(entry1 + 2, u16(1)), "TAG", base)
    for kind in (3, 4, 5):
        add("critical-type-%d" % kind, "MALFORMED", put(entry1, u16(kind) + u16(1)),
            about="a known type with a CRITICAL flag or a length that it cannot have")
    for kind in (6, 65535):
        add("critical-type-%d" % kind, "CRITICAL_SECTION", put(entry1, u16(kind) + u16(1)))
    add("critical-type-1", "MALFORMED", put(entry0, u16(1) + u16(1)), about="a frame map's length is 96 + 1024 k")
    add("critical-metadata", "MALFORMED", put(entry0 + 2, u16(1)), about="metadata is never CRITICAL")
    add("optional-type-1", "MALFORMED", put(entry0, u16(1)), about="a frame map is always CRITICAL")
    add("critical-before-malformed", "CRITICAL_SECTION",
        [put(entry0, u16(8) + u16(1)), put(entry1 + 16, u64(31))], about="the entries are judged in order")
    add("malformed-before-critical", "MALFORMED", [put(entry0 + 16, u64(31)), put(entry1 + 2, u16(1))])
    limit = 32 + (16 << 20)
    for what, status, size in (("of-16-mib", "TRUNCATED", limit), ("above-16-mib", "MALFORMED", limit + 1)):
        add("metadata-" + what, status, [put(entry0 + 16, u64(size)), put(entry1 + 8, u64(offset0 + size))])
    add("gap", "MALFORMED", put(entry1 + 8, u64(offset1 + 1)))
    add("overlap", "MALFORMED", put(entry1 + 8, u64(offset1 - 1)))
    add("same-place", "MALFORMED", put(entry1 + 8, u64(offset0)))
    add("in-the-header", "MALFORMED", put(entry0 + 8, u64(0)))
    add("offset-2-64", "MALFORMED", put(entry1 + 8, u64((1 << 64) - 16)))
    add("swapped-places", "MALFORMED", [put(entry0 + 8, u64(offset0 + length1)), put(entry1 + 8, u64(offset0))])
    add("length-0", "MALFORMED", put(entry1 + 16, u64(0)))
    add("length-31", "MALFORMED", put(entry1 + 16, u64(31)))
    add("length-one-more", "TRUNCATED", put(entry1 + 16, u64(length1 + 1)))
    add("length-one-less", "MALFORMED", put(entry1 + 16, u64(length1 - 1)))
    add("length-2-56", "TRUNCATED", put(entry1 + 16, u64(1 << 56)))
    add("length-above-2-56", "MALFORMED", put(entry1 + 16, u64((1 << 56) + 1)))
    add("length-2-64", "MALFORMED", put(entry1 + 16, u64((1 << 64) - 1)))
    add("length-wraps-round", "MALFORMED", put(entry1 + 16, u64((1 << 64) - 4096)))
    both = [put(entry0 + 16, u64(1 << 56)), put(entry1 + 8, u64(offset0 + (1 << 56))), put(entry1 + 16, u64(1 << 56))]
    add("both-2-56", "MALFORMED", both, about="metadata is shorter")
    add("both-2-56-unknown", "TRUNCATED", [put(entry0, u16(8)), *both])
    r.flip("%s-tag" % name, "TAG", entry0 + 24, base=base, about="edited without the key")
    add("section-tag", "OK", put(entry0 + 24, bytes(32)), metadata_status=["TAG"])


def trailer(r):
    base, end = "base-trailer", r.end("base-trailer")
    start = end - 1024
    both = lambda name, status, edits, raw=None: r.both("trailer-" + name, status, edits, raw, base)
    add = lambda name, status, edits, sealed=True, **more: r.add("trailer-" + name, status, edits, base, sealed, **more)
    for size in (4096, 4097, 4096 + 500, 5119, 5120, start, start + 1, end - 1):
        add("cut-to-%d" % size, "TRUNCATED", truncate(size), False)
    for size in (4096, 4096 + 64, 5119):
        r.add("trailer-bare-cut-to-%d" % size, "TRUNCATED", truncate(size), "base-bare-trailer")
    for count in (1, 1024):
        add("appended-%d" % count, "TRUNCATED", append(bytes(count)), False, about="the last 1024 bytes are no trailer")
    add("twice", "MALFORMED", append(r.files[base][start:]), False, about="a valid trailer after the trailer")
    for at in range(8):
        r.flip("trailer-magic-%d" % at, "TRUNCATED", start + at, 0x80, base)
    add("magic-of-a-track", "TRUNCATED", put(start + 3, b"T"))
    both("content-one-more", "MALFORMED", put(start + 8, u64(LENGTH + 1)), "TAG")
    both("content-one-less", "MALFORMED", put(start + 8, u64(LENGTH - 1)), "TAG")
    both("content-above-2-56", "TOO_LARGE", put(start + 8, u64((1 << 56) + 1)), "TAG")
    both("encrypted-above-2-38", "TOO_LARGE", put(start + 8, u64((1 << 38) * 3 + 2)), "TAG")
    both("sections-13", "MALFORMED", put(start + 16, u16(13)))
    both("sections-65535", "MALFORMED", put(start + 16, u16(65535)))
    both("sections-1", "MALFORMED", put(start + 16, u16(1)))
    both("sections-3", "MALFORMED", put(start + 16, u16(3)), "TAG")
    for at in (18, 40, 63, 64 + 128, 500, 991):
        both("zero-%d" % at, "MALFORMED", put(start + at, b"\x01"))
    r.flip("trailer-tag-first", "TAG", end - 32, base=base)
    r.flip("trailer-tag-last", "TAG", end - 1, 0x80, base=base)
    other = pack(**build("base-trailer-2", **BASES[base]))
    add("of-another-track", "TAG", put(start, other[-1024:]), False)
    add("of-header-key", "TAG", put(end - 32, r.files[base][HEADER_TAG:HEADER_TAG + 32]), False)
    add("payload-byte-removed", "TRUNCATED", cut(PAYLOAD + 10, 1), False)
    add("payload-byte-inserted", "MALFORMED", insert(PAYLOAD + 10, b"\0"), False)
    both("header-has-length", "MALFORMED", put(40, u64(LENGTH)))
    both("header-has-section-count", "MALFORMED", put(16, u16(1)))
    both("header-has-padding", "MALFORMED", put(ENTRY0, b"\x01"))
    add("flag-cleared", "TAG", put(20, u32(0)), False)
    add("flag-cleared-sealed", "MALFORMED", put(20, u32(0)))
    r.add("trailer-flag-set", "MALFORMED", put(20, u32(1)), about="on a track that has its length in the header")
    r.add("trailer-flag-set-bare", "TRUNCATED", put(20, u32(1)), "base-bare", True)
    add("other-player-cut", "NO_SLOT", truncate(start), False, keybox=STRANGER.keybox())
    directory(r, base, start + 64, "trailer-entry")


def clear(r):
    base = "base-clear"
    r.add("clear-refused", "CLEAR_REFUSED", base=base)
    r.add("clear-allowed", "OK", base=base, clear_allowed=True, metadata_status=["OK"])
    r.add("clear-allowed-other-player", "OK", base=base, clear_allowed=True, keybox=STRANGER.keybox())
    r.flip("clear-tag", "TAG", HEADER_TAG, base=base, clear_allowed=True)
    r.flip("clear-tag-refused", "CLEAR_REFUSED", HEADER_TAG, base=base)
    r.flip("clear-track-id", "TAG", 64, base=base, clear_allowed=True)
    base_header = build("base-header", **BASES["base-header"])
    forged = pack(**{**base_header, "pattern": CLEAR, "cek": bytes(32), "slots": [], "sections": []})
    r.cases.append({"name": "clear-forged", "status": ["CLEAR_REFUSED"], "base": "base-header", "file": pieces(forged),
                    "about": "what anybody can make of a track: clear, sealed with the key of zeros"})


def refusal_cases():
    r = Refusals(BASES)
    for part in (start_of_file, main_header, slots, lengths, trailer, clear, metadata):
        part(r)
    directory(r, "base-header", ENTRY0, "entry")
    r.cases.append(oversized_metadata())
    return {"bases": r.described(), "refusals": r.cases, **keyboxes()}
