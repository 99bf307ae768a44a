#!/usr/bin/env python3
"""Pinstripe tracks, version 1, read and written from the page "Track format" alone.

Meant to be read beside the page and compared with other implementations, so it holds a whole track in memory.
`pinstripe_keys.py` has the keys, the keystreams and the patterns.
"""
import argparse, dataclasses, hmac, json, struct, sys
sys.dont_write_bytecode = True
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from pinstripe_keys import (
    KEYBOX_MAGIC, PLAYBACK_MAGIC, ClearRefused, CriticalSection, Malformed, NoSlot, NotATrack, Pattern,
    Refusal, Slot, SLOT, Suite, Tag, TooLarge, Truncated, Unwrap, Version, decode_key_file, hkdf, keystream, mac, need,
    stripe_key, xor)

HEADER, TRAILER, FLAG_TRAILER, CRITICAL, METADATA = 4096, 1024, 1, 1, 2
MAX_CONTENT, MAX_ENCRYPTED, MAX_METADATA = 1 << 56, 1 << 38, 16 << 20
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
        self.end = len(file)

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

    def check_directory(self):
        """Step 9."""
        at, previous = HEADER + self.length, 0
        need(at <= self.end, Truncated, "the file ends within the payload")
        for section in self.sections:
            need(section.type > previous, Malformed, "section types do not ascend")
            need(section.zeros and section.flags & ~CRITICAL == 0, Malformed, "directory entry")
            need(32 <= section.length <= 1 << 56 and section.offset == at, Malformed, "section's place")
            need(not section.flags & CRITICAL, CriticalSection, "section %d is critical" % section.type)
            at, previous = at + section.length, section.type
        need(at <= self.end, Truncated, "the file holds less than its directory says")
        need(at == self.end, Malformed, "the file holds more than its directory says")

    def decrypt(self, offset=0, length=None):
        """Step 10: content bytes from `offset` on, at most `length` of them."""
        end = self.length if length is None else min(self.length, offset + length)
        key = stripe_key(self.cek, self.nonce, self.suite, self.pattern)
        return self.pattern.apply(self.suite, key, self.file[HEADER + offset:HEADER + end], offset)

    def metadata(self):
        """The metadata's plain bytes, or None if the track has no such section."""
        for index, section in enumerate(self.sections):
            if section.type == METADATA:
                need(section.length - 32 <= MAX_METADATA, Malformed, "metadata is too long")
                stored = self.file[section.offset:section.offset + section.length]
                need(hmac.compare_digest(section.tag, section_tag(self.cek, METADATA, index, stored)), Tag, "section")
                return section_cipher(self.suite, self.cek, METADATA, index, stored[:32], stored[32:])
        return None


def open_track(file, keys, allow_clear=False):
    """A track that passed the page's steps 1 to 9; raises a `Refusal` otherwise."""
    track = Track(file)
    track.unwrap(keys, allow_clear)
    track.check_header_tag()
    if track.trailer:
        track.read_trailer()
    track.check_directory()
    return track


# Sections

def section_cipher(suite, cek, type, index, salt, contents):
    key = hkdf(cek, salt, b"section", struct.pack("<HH", type, index))
    return xor(contents, keystream(suite, key, 0, len(contents)))


def section_tag(cek, type, index, stored):
    return mac(hkdf(cek, stored[:32], b"section tag", struct.pack("<HH", type, index)), stored)


def encode_fields(fields):
    return b"".join(struct.pack("<HHI", number, 0, len(value)) + value for number, value in fields)


def decode_fields(data):
    """[(number, value)] in the order of the section, unknown numbers included."""
    fields, at = [], 0
    while at < len(data):
        need(at + 8 <= len(data), Malformed, "metadata ends within a field's head")
        number, zero, length = struct.unpack("<HHI", data[at:at + 8])
        need(zero == 0 and at + 8 + length <= len(data), Malformed, "metadata field")
        fields.append((number, data[at + 8:at + 8 + length]))
        at += 8 + length
    for once in (1, 2, 3, 4, 16, 17):
        need([number for number, _ in fields].count(once) <= 1, Malformed, "a metadata field occurs twice")
    for number, value in fields:
        need(number != 17 or len(value) == 32, Malformed, "length of the SHA-256")
    return fields


# Writing

def pack(content, *, suite, pattern, cek, nonce, track_id, codec=b"data", slots=(), sections=(), trailer=False,
         minor=0):
    """A track. `sections` are (type, flags, salt, contents). Judges nothing: refused tracks are made with it."""
    at, stored, directory = HEADER + len(content), b"", b""
    for index, (type, flags, salt, contents) in enumerate(sections):
        body = salt + section_cipher(suite, cek, type, index, salt, contents)
        tag = section_tag(cek, type, index, body)
        directory += Section(type, flags, at + len(stored), len(body), tag).encode()
        stored += body
    in_header, flags = (0, FLAG_TRAILER) if trailer else (1, 0)
    area = MAIN.pack(TRACK_MAGIC, 1, minor, suite, len(slots), in_header * len(sections), 0, flags, pattern.encode(),
                     in_header * len(content), HEADER, codec, 0, track_id, nonce, bytes(16))
    area += b"".join(slot.encode() for slot in slots) + in_header * directory
    tail = TAIL.pack(TRAILER_MAGIC, len(content), len(sections), bytes(46)) + directory if trailer else b""
    payload = pattern.apply(suite, stripe_key(cek, nonce, suite, pattern), content)
    return seal(area.ljust(HEADER, b"\0") + payload + stored + tail.ljust(TRAILER if trailer else 0, b"\0"), cek)


def seal(file, cek):
    """The file with its header tag and, with TRAILER, its trailer tag computed anew."""
    out, nonce = bytearray(file), file[80:112]
    out[4064:HEADER] = mac(hkdf(cek, nonce, b"head"), bytes(out[:4064]))
    if out[20] & FLAG_TRAILER and len(out) >= HEADER + TRAILER:
        out[-32:] = mac(hkdf(cek, nonce, b"trail"), bytes(out[4064:HEADER] + out[-TRAILER:-32]))
    return bytes(out)


# Commands

def read_keys(path, production):
    """The key of a keybox or playback key file."""
    with open(path, "rb") as file:
        data = file.read()
    return [decode_key_file(data, PLAYBACK_MAGIC if data[:8] == PLAYBACK_MAGIC else KEYBOX_MAGIC, not production)]


def describe(track, fields):
    """What `info` prints."""
    return {"suite": track.suite, "pattern": dataclasses.asdict(track.pattern), "minor": track.minor,
            "mode": "trailer" if track.trailer else "header", "length": track.length,
            "encrypted": track.pattern.before(track.length), "codec": track.codec.decode(),
            "track_id": track.track_id.hex(), "nonce": track.nonce.hex(),
            "slots": [{"recipient": s.recipient, "epoch": s.epoch, "key_id": s.key_id.hex()} for s in track.slots],
            "sections": [{"type": s.type, "flags": s.flags, "offset": s.offset, "length": s.length}
                         for s in track.sections],
            "metadata": fields and [{"number": n, "hex": value.hex()} for n, value in fields]}


def load(arguments):
    """The track of a command: proven with --keybox, else only as far as that goes without a key."""
    with open(arguments.track, "rb") as file:
        data = file.read()
    if arguments.keybox:
        return open_track(data, read_keys(arguments.keybox, arguments.production), arguments.allow_clear)
    track = Track(data)
    if track.trailer:
        track.read_trailer(verify=False)
    return track


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (("unpack", "write a track's content"), ("info", "describe a track as JSON"),
                        ("encrypted-offsets", "print the content offset of each encrypted byte, one a line")):
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("track")
        command.add_argument("--keybox", required=name == "unpack", help="keybox or playback key file")
        command.add_argument("--allow-clear", action="store_true", help="open clear tracks too")
        command.add_argument("--production", action="store_true", help="refuse TEST key files")
    commands.choices["unpack"].add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    try:
        track = load(arguments)
        if arguments.command == "unpack":
            with open(arguments.output, "wb") as out:
                out.write(track.decrypt())
        elif arguments.command == "info":
            contents = track.metadata() if arguments.keybox else None
            print(json.dumps(describe(track, None if contents is None else decode_fields(contents)), indent=1))
        elif track.pattern.kind:
            sys.stdout.writelines("%d\n" % at for at in range(track.pattern.phase, track.length, track.pattern.stride))
    except Refusal as refusal:
        sys.exit("%s: %s" % (refusal.status, refusal))


if __name__ == "__main__":
    main()
