#!/usr/bin/env python3
"""Pinstripe tracks, version 1, read and written from the page "Track format" alone.

Meant to be read beside the page and compared with other implementations, so it holds a whole track in memory.
`pinstripe_keys.py` has the keys, the keystreams and the patterns, `pinstripe_runs.py` and `pinstripe_framemap.py` what
framed patterns need, `pinstripe_sections.py` the other sections, and `pinstripe_command.py` what is done when this
file is run.
"""
import dataclasses, hmac, struct, sys
sys.dont_write_bytecode = True
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from pinstripe_framemap import MAX_ENCRYPTED, FrameMap, decode_runs
from pinstripe_keys import (
    FRAMED, ClearRefused, CriticalSection, Malformed, NoSlot, NotATrack, Pattern, Slot, SLOT, Suite, Tag, TooLarge,
    Truncated, Unwrap, Version, hkdf, mac, need, stripe_key)
from pinstripe_runs import apply_runs
# encode_fields and decode_fields are for those who import this file alone.
from pinstripe_sections import (
    FRAME_MAP, KNOWN, METADATA, RIGHTS, decode_fields, encode_fields, read_section, section_tag, section_tag_key,
    store_section)

HEADER, TRAILER, FLAG_TRAILER, CRITICAL = 4096, 1024, 1, 1
MAX_CONTENT = 1 << 56
TRACK_MAGIC, TRAILER_MAGIC = b"\x89PST\r\n\x1a\n", b"\x89PSE\r\n\x1a\n"

# Header area

# | type 2 | flags 2 | zero 4 | offset 8 | length 8 | tag 32 | zero 8 |
ENTRY = struct.Struct("<HHIQQ32s8s")
# | magic 8 | major 2 | minor 2 | suite 2 | slots 2 | sections 2 | zero 2 | flags 4 | pattern 16 | content length 8
#   | payload offset 8 | codec 4 | zero 4 | track id 16 | nonce 32 | zero 16 |
MAIN = struct.Struct("<8sHHHHHHI16sQQ4sI16s32s16s")
# | magic 8 | content length 8 | section count 2 | zero 46 | directory 64 s | zero | tag at 992 |
TAIL = struct.Struct("<8sQH46s")


@dataclasses.dataclass
class Section:
    type: int
    flags: int
    offset: int
    length: int
    tag: bytes
    zeros: bool = True

    def encode(self): return ENTRY.pack(self.type, self.flags, 0, self.offset, self.length, self.tag, bytes(8))


def decode_directory(data):
    entries = [ENTRY.unpack(data[at:at + 64]) for at in range(0, len(data), 64)]
    return [Section(e[0], e[1], e[3], e[4], e[5], not e[2] and not any(e[6])) for e in entries]


class Track:
    """A track as its first 4096 bytes describe it; `open_track` is what makes it believable."""

    def __init__(self, file):
        """Steps 1 to 4 of the page's "Opening a track"."""
        area, self.file = file[:HEADER], file
        need(file, Truncated, "an empty file")
        need(area[:8] == TRACK_MAGIC, NotATrack, "magic")
        need(len(area) == HEADER, Truncated, "the file ends within the header area")
        (_, major, self.minor, self.suite, slots, sections, zero1, self.flags, pattern, self.length,
         offset, self.codec, zero2, self.track_id, self.nonce, zero3) = MAIN.unpack(area[:128])
        need(major == 1, Version, "major version")
        need(self.suite in (1, 2), Suite, "cipher suite")
        self.pattern, self.trailer = Pattern.decode(pattern), bool(self.flags & FLAG_TRAILER)
        need(all(0x20 <= c <= 0x7E for c in self.codec), Malformed, "codec")
        need(self.flags & ~FLAG_TRAILER == 0, Malformed, "flags")
        need(not zero1 and not zero2 and not any(zero3), Malformed, "a zero field of the main header")
        need(slots <= 16 and sections <= 12 and (slots == 0) == (self.pattern.kind == 0), Malformed, "counts")
        need(offset == HEADER, Malformed, "payload offset")
        need(not self.trailer or self.length == sections == 0, Malformed, "a length or sections beside TRAILER")
        self._check_length()
        end = 128 + 64 * slots
        self.slots = []
        for at in range(128, end, 64):
            recipient, zero1, epoch, key_id, wrap, zero2 = SLOT.unpack(area[at:at + 64])
            need(1 <= recipient <= 3 and not any(zero1) and not any(zero2), Malformed, "slot")
            self.slots.append(Slot(recipient, epoch, key_id, wrap))
        need(not any(area[end + 64 * sections:4064]), Malformed, "padding of the header area")
        self.sections = decode_directory(area[end:end + 64 * sections])
        self.end, self.map = len(file), None

    def _check_length(self):
        need(self.length <= MAX_CONTENT, TooLarge, "content length")
        need(self.pattern.before(self.length) <= MAX_ENCRYPTED, TooLarge, "encrypted bytes")

    def unwrap(self, keys, allow_clear):
        """Steps 5 and 6: the policy; finds and unwraps the content key."""
        if self.pattern.kind == 0:
            need(allow_clear, ClearRefused, "a clear track, and the policy does not allow them")
            self.cek = bytes(32)
            return
        reason = NoSlot("another player's track")
        for slot in self.slots:
            for key in keys:
                if (slot.recipient, slot.epoch, slot.key_id) == (key.recipient, key.epoch, key.id):
                    try:
                        self.cek = aes_key_unwrap(key.wrap_key, slot.wrap)
                        return
                    except InvalidUnwrap:
                        reason = Unwrap("wrong key or damaged slot")
        raise reason

    def check_header_tag(self):
        """Step 7."""
        tag = mac(hkdf(self.cek, self.nonce, b"head"), self.file[:4064])
        need(hmac.compare_digest(tag, self.file[4064:HEADER]), Tag, "header")

    def read_trailer(self, verify=True):
        """Step 8."""
        self.end = len(self.file) - TRAILER
        tail = self.file[max(self.end, HEADER):]
        need(len(tail) == TRAILER and tail[:8] == TRAILER_MAGIC, Truncated, "no trailer at the end")
        _, self.length, count, zeros = TAIL.unpack(tail[:64])
        end = 64 + 64 * count
        need(count <= 12 and not any(zeros) and not any(tail[end:992]), Malformed, "trailer")
        if verify:
            tag = mac(hkdf(self.cek, self.nonce, b"trail"), self.file[4064:HEADER] + tail[:992])
            need(hmac.compare_digest(tag, tail[992:]), Tag, "trailer")
        self._check_length()
        self.sections = decode_directory(tail[64:end])

    def check_directory(self, obey_rights):
        """Step 9."""
        processed = (FRAME_MAP, RIGHTS) if obey_rights else (FRAME_MAP,)
        at, previous = HEADER + self.length, 0
        need(at <= self.end, Truncated, "the file ends within the payload")
        for section in self.sections:
            need(section.type > previous, Malformed, "section types do not ascend")
            need(section.zeros and section.flags & ~CRITICAL == 0, Malformed, "directory entry")
            need(32 <= section.length <= 1 << 56 and section.offset == at, Malformed, "section's place")
            critical = section.flags & CRITICAL != 0
            if section.type in KNOWN:
                need(critical == KNOWN[section.type][0], Malformed, "CRITICAL of section %d" % section.type)
                need(KNOWN[section.type][1](section.length), Malformed, "length of section %d" % section.type)
            need(not critical or section.type in processed, CriticalSection, "section %d is critical" % section.type)
            at, previous = at + section.length, section.type
        need(at <= self.end, Truncated, "the file holds less than its directory says")
        need(at == self.end, Malformed, "the file holds more than its directory says")

        framed = self.pattern.kind == FRAMED
        need(framed == (FRAME_MAP in [section.type for section in self.sections]), Malformed, "frame map and pattern")

    def read_map(self):
        """Step 10. Types ascend, so the frame map is the first section."""
        self.map = FrameMap(self, 0, self.sections[0]) if self.pattern.kind == FRAMED else None

    @property
    def encrypted(self):
        """How many bytes of the content are encrypted; of a framed content only the map knows, so none without one."""
        if self.pattern.kind != FRAMED:
            return self.pattern.before(self.length)
        return self.map and self.map.encrypted

    def payload(self, start=0, end=None):
        return self.file[HEADER + start:HEADER + (self.length if end is None else end)]

    def decrypt(self, offset=0, length=None):
        """Step 11: content bytes from `offset` on, at most `length` of them."""
        end = self.length if length is None else min(self.length, offset + length)
        key = stripe_key(self.cek, self.nonce, self.suite, self.pattern)
        if self.pattern.kind != FRAMED:
            return self.pattern.apply(self.suite, key, self.payload(offset, end), offset)
        data = bytearray(self.payload(offset, end))
        runs = ((run, at - offset, before) for run, at, before in self.map.runs(offset, end))
        apply_runs(self.suite, key, self.pattern, data, runs)
        return bytes(data)

    def encrypted_offsets(self):
        if self.pattern.kind != FRAMED:
            return range(self.pattern.phase, self.length, self.pattern.stride) if self.pattern.kind else ()
        return (at + i for run, at, _ in self.map.runs(0, self.length)
                for place in run.places(self.pattern, 0, run.length) for i in range(run.length)[place])

    def contents(self, type):
        """A section's plain contents, or None if the track has no such section."""
        section = read_section(self, type)
        return section and section[2]

    def metadata(self):
        return self.contents(METADATA)


def open_track(file, keys, allow_clear=False, obey_rights=False):
    """A track that passed the page's steps 1 to 10; raises a `Refusal` otherwise. Whoever sets `obey_rights` must
    read the rights and keep to them."""
    track = Track(file)
    track.unwrap(keys, allow_clear)
    track.check_header_tag()
    if track.trailer:
        track.read_trailer()
    track.check_directory(obey_rights)
    track.read_map()
    return track


# Writing

def pack(content, *, suite, pattern, cek, nonce, track_id, codec=b"data", slots=(), sections=(), trailer=False,
         minor=0, map=None):
    """A track. `sections` are (type, flags, salt, contents), where contents may be a function of the section's tag key
    and the payload. `map` is the `PlainMap` of a framed pattern; its contents are among the sections.
    Judges nothing: refused tracks are made with it."""
    key = stripe_key(cek, nonce, suite, pattern)
    payload = pattern.apply(suite, key, content) if map is None else framed_payload(suite, key, pattern, content, map)
    at, stored, directory = HEADER + len(content), b"", b""
    for index, (type, flags, salt, contents) in enumerate(sections):
        if callable(contents):
            contents = contents(section_tag_key(cek, type, index, salt), payload)
        body = store_section(suite, cek, type, index, salt, contents)
        tag = section_tag(cek, type, index, body)
        directory += Section(type, flags, at + len(stored), len(body), tag).encode()
        stored += body
    in_header, flags = (0, FLAG_TRAILER) if trailer else (1, 0)
    area = MAIN.pack(TRACK_MAGIC, 1, minor, suite, len(slots), in_header * len(sections), 0, flags, pattern.encode(),
                     in_header * len(content), HEADER, codec, 0, track_id, nonce, bytes(16))
    area += b"".join(slot.encode() for slot in slots) + in_header * directory
    tail = TAIL.pack(TRAILER_MAGIC, len(content), len(sections), bytes(46)) + directory if trailer else b""
    return seal(area.ljust(HEADER, b"\0") + payload + stored + tail.ljust(TRAILER if trailer else 0, b"\0"), cek)


def framed_payload(suite, key, pattern, content, map):
    runs, at, before = [], 0, 0
    for page in map.pages:
        for run in decode_runs(page.runs):
            runs.append((run, at, before))
            at, before = at + run.length, before + run.before(pattern, run.length)
    data = bytearray(content)
    apply_runs(suite, key, pattern, data, runs)
    return bytes(data)


def seal(file, cek):
    """The file with its header tag and, with TRAILER, its trailer tag computed anew."""
    out, nonce = bytearray(file), file[80:112]
    out[4064:HEADER] = mac(hkdf(cek, nonce, b"head"), bytes(out[:4064]))
    if out[20] & FLAG_TRAILER and len(out) >= HEADER + TRAILER:
        out[-32:] = mac(hkdf(cek, nonce, b"trail"), bytes(out[4064:HEADER] + out[-TRAILER:-32]))
    return bytes(out)


if __name__ == "__main__":
    from pinstripe_command import main
    main()
