"""Sections but for the frame map: their keys and tags, metadata, purchaser, rights and chunk tags, from the page
"Track format" alone."""
import dataclasses, hmac, struct
from pinstripe_keys import Malformed, Tag, hkdf, keystream, mac, need, xor

FRAME_MAP, METADATA, PURCHASER, RIGHTS, CHUNK_TAGS = 1, 2, 3, 4, 5
# Known types: whether CRITICAL, and which lengths (salt included) the directory may give.
KNOWN = {
    FRAME_MAP: (True, lambda n: n >= 96 and (n - 96) % 1024 == 0),
    METADATA: (False, lambda n: 32 <= n <= 32 + (16 << 20)),
    PURCHASER: (False, lambda n: 33 <= n <= 1056),
    RIGHTS: (True, lambda n: n == 160),
    CHUNK_TAGS: (False, lambda n: n >= 64 and (n - 64) % 16 == 0),
}
# How many stored bytes the section tag covers, where that is not all of them.
COVERED = {FRAME_MAP: 96, CHUNK_TAGS: 64}


def section_key(cek, type, index, salt):
    return hkdf(cek, salt, b"section", struct.pack("<HH", type, index))


def section_tag_key(cek, type, index, salt):
    return hkdf(cek, salt, b"section tag", struct.pack("<HH", type, index))


def section_tag(cek, type, index, stored):
    return mac(section_tag_key(cek, type, index, stored[:32]), stored[:COVERED.get(type)])


def section_cipher(suite, cek, type, index, salt, contents):
    return xor(contents, keystream(suite, section_key(cek, type, index, salt), 0, len(contents)))


def store_section(suite, cek, type, index, salt, contents):
    """Plain contents as the file has them. The page tags of a frame map are made here: they cover stored bytes."""
    body = salt + section_cipher(suite, cek, type, index, salt, contents)
    if type == CHUNK_TAGS:
        return body[:64] + contents[32:]
    if type == FRAME_MAP:
        key, out = section_tag_key(cek, type, index, salt), bytearray(body)
        for at in range(96, len(out) - 1023, 1024):
            out[at + 992:at + 1024] = mac(key, bytes(out[at:at + 992]))
        return bytes(out)
    return body


def read_section(track, type):
    """(index, stored bytes, plain contents) of a section whose tag is right, or None if the track has none such.
    The tags within chunk tags stand in clear."""
    for index, section in enumerate(track.sections):
        if section.type == type:
            stored = track.file[section.offset:section.offset + section.length]
            need(hmac.compare_digest(section.tag, section_tag(track.cek, type, index, stored)), Tag, "section")
            covered = stored[32:COVERED.get(type)]
            return index, stored, section_cipher(track.suite, track.cek, type, index, stored[:32], covered)
    return None


# Metadata

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


# Rights

RIGHTS_TEST, ISSUED = 1, 2
# | version 2 | flags 2 | plays 4 | rights id 16 | device id 16 | track id 16 | not before 8 | not after 8 | zero 24
#   | issuer's tag 32 |
RIGHTS_BODY = struct.Struct("<HHI16s16s16sQQ24s")


@dataclasses.dataclass
class Rights:
    flags: int
    plays: int
    rights_id: bytes
    device_id: bytes
    track_id: bytes
    not_before: int = 0
    not_after: int = 0
    version: int = 1
    zeros: bytes = bytes(24)
    tag: bytes = bytes(32)

    def body(self):
        return RIGHTS_BODY.pack(self.version, self.flags, self.plays, self.rights_id, self.device_id, self.track_id,
                                self.not_before, self.not_after, self.zeros)

    def encode(self): return self.body() + self.tag

    def issue(self, rights_key):
        return dataclasses.replace(self, tag=mac(rights_key, self.body()))

    def verdict(self, key):
        """What the holder of a device's `key` makes of them; only `advice` and `issued` let the track be played."""
        if not self.flags & ISSUED:
            return "advice"
        if key.device_id != self.device_id:
            return "other-device"
        verified = key.rights_key and hmac.compare_digest(mac(key.rights_key, self.body()), self.tag)
        return "issued" if verified else "unverified"


def decode_rights(contents, track_id):
    version, flags, plays, rights_id, device_id, own_track, before, after, zeros = RIGHTS_BODY.unpack(contents[:96])
    need(version == 1 and flags & ~(RIGHTS_TEST | ISSUED) == 0 and not any(zeros), Malformed, "a field of the rights")
    need(own_track == track_id, Malformed, "another track's rights")
    need(not after or after >= before, Malformed, "rights that end before they start")
    need(flags & ISSUED or not any(contents[96:]), Malformed, "an issuer's tag on rights that nobody issued")
    return Rights(flags, plays, rights_id, device_id, own_track, before, after, tag=contents[96:])


# Chunk tags

# | chunk size 4 | zero 4 | chunk count 8 | zero 16 | 16-byte tags |
CHUNK_HEAD = struct.Struct("<IIQ16s")


def chunk_tag(key, index, data, last):
    return mac(key, struct.pack("<QII", index, len(data), 1 if last else 0) + data)[:16]


def chunk_tags(key, payload, size):
    count = -(-len(payload) // size)
    return [chunk_tag(key, k, payload[k * size:(k + 1) * size], k == count - 1) for k in range(count)]


def chunk_contents(size, count=None, zero=0, zeros=bytes(16)):
    """For `pack`: the section's plain contents, once its tag key and the payload are known."""
    def contents(key, payload):
        tags = chunk_tags(key, payload, size or 4096)
        return CHUNK_HEAD.pack(size, zero, len(tags) if count is None else count, zeros) + b"".join(tags)

    return contents


def check_chunks(track):
    """(chunk size, the chunks of the payload that were changed), or None if the track has no chunk tags."""
    section = read_section(track, CHUNK_TAGS)
    if section is None:
        return None
    index, stored, contents = section
    size, zero, count, zeros = CHUNK_HEAD.unpack(contents)
    need(size & (size - 1) == 0 and 4096 <= size <= 1 << 20, Malformed, "chunk size")
    need(not zero and not any(zeros), Malformed, "a zero field of the chunk tags")
    need(count == -(-track.length // size) and len(stored) == 64 + 16 * count, Malformed, "chunk count")
    key = section_tag_key(track.cek, CHUNK_TAGS, index, stored[:32])
    tags = chunk_tags(key, track.payload(), size)
    return size, [k for k, tag in enumerate(tags) if not hmac.compare_digest(tag, stored[64 + 16 * k:80 + 16 * k])]
