"""Pinstripe's refusals, key ladder, key files, grants, keystreams and patterns, from the page "Track format" alone.

Needs Python 3.11 and the package `cryptography` for AES, AES-KW and ChaCha20.
"""
import dataclasses, hashlib, hmac, struct
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

KEYBOX_MAGIC, PLAYBACK_MAGIC = b"\x89PSK\r\n\x1a\n", b"\x89PSP\r\n\x1a\n"
GRANT_MAGIC = b"\x89PSG\r\n\x1a\n"
DESCRIPTOR_MAGIC = b"\x89PSD\r\n\x1a\n"


class Refusal(Exception):
    """Why a track or key file is refused; `status` is the name the vectors use."""
    status = "?"


class Truncated(Refusal): status = "TRUNCATED"
class NotATrack(Refusal): status = "NOT_A_TRACK"
class Version(Refusal): status = "VERSION"
class Suite(Refusal): status = "SUITE"
class BadPattern(Refusal): status = "PATTERN"
class Malformed(Refusal): status = "MALFORMED"
class CriticalSection(Refusal): status = "CRITICAL_SECTION"
class NoSlot(Refusal): status = "NO_SLOT"
class Unwrap(Refusal): status = "UNWRAP"
class Tag(Refusal): status = "TAG"
class Keybox(Refusal): status = "KEYBOX"
class ClearRefused(Refusal): status = "CLEAR_REFUSED"
class TestKeybox(Refusal): status = "TEST_KEYBOX"
class TooLarge(Refusal): status = "TOO_LARGE"


def need(condition, refusal, why):
    if not condition:
        raise refusal(why)


# Keys

def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf(key, salt, label, rest=b""):
    """RFC 5869 with 32 bytes of output, which is one round of its expand step."""
    return mac(mac(salt, key), b"pinstripe v1 " + label + b"\0" + rest + b"\x01")


def playback_key(dus, epoch_salt, device_id, epoch):
    return hkdf(dus, epoch_salt, b"playback", device_id + struct.pack("<I", epoch))


# | recipient 1 | zero 3 | epoch 4 | key id 8 | wrapped content key 40 | zero 8 |
SLOT = struct.Struct("<B3sI8s40s8s")
@dataclasses.dataclass
class Slot:
    recipient: int
    epoch: int
    key_id: bytes
    wrap: bytes

    def encode(self): return SLOT.pack(self.recipient, bytes(3), self.epoch, self.key_id, self.wrap, bytes(8))


@dataclasses.dataclass
class Key:
    """A recipient's key: K_play of a device (recipient 1), or a user's (2) or group's (3) key."""
    recipient: int
    epoch: int
    key: bytes
    # What rights are verified with: both are in a keybox, a playback key has no DUS.
    dus: bytes | None = dataclasses.field(default=None, compare=False)
    device_id: bytes | None = dataclasses.field(default=None, compare=False)

    @property
    def wrap_key(self): return hkdf(self.key, bytes(32), b"wrap")
    @property
    def id(self): return mac(self.wrap_key, b"id")[:8]
    @property
    def grant_key(self): return hkdf(self.key, bytes(32), b"grant")
    @property
    def descriptor_key(self): return hkdf(self.key, bytes(32), b"descriptor")
    @property
    def rights_key(self): return self.dus and hkdf(self.dus, bytes(32), b"rights")
    def slot(self, cek): return Slot(self.recipient, self.epoch, self.id, aes_key_wrap(self.wrap_key, cek))


# | magic 8 | version 2 | flags 2 | epoch 4 | device id 16 | DUS or K_play 32 | salt or name 32 | checksum 32 |
KEY_FILE = struct.Struct("<8sHHI16s32s32s")


def encode_key_file(magic, flags, epoch, device_id, secret, last, version=1):
    body = KEY_FILE.pack(magic, version, flags, epoch, device_id, secret, last)
    return body + mac(bytes(32), body)


def decode_key_file(data, magic, allow_test=True):
    """The key of a keybox, or of a playback key, whichever `magic` says."""
    need(len(data) == 128 and data[:8] == magic, Keybox, "not such a key file")
    need(hmac.compare_digest(mac(bytes(32), data[:96]), data[96:]), Keybox, "checksum")
    _, version, flags, epoch, device_id, secret, last = KEY_FILE.unpack(data[:96])
    need(version == 1, Version, "version of the key file")
    need(flags & ~1 == 0 and epoch > 0, Keybox, "flags, or epoch 0")
    need(allow_test or not flags & 1, TestKeybox, "a TEST key file in production")
    if magic == PLAYBACK_MAGIC:
        return Key(1, epoch, secret, None, device_id)
    return Key(1, epoch, playback_key(secret, last, device_id, epoch), secret, device_id)


# | magic 8 | version 2 | flags 2 | recipient 4 | id 16 | generation 4 | device epoch 4 | device key id 8 | wrap 40
#   | zero 8 | tag 32 |
GRANT = struct.Struct("<8sHHI16sII8s40s8s")


def encode_grant(key, id, device, flags=0):
    """A user's or group's `key` for one device."""
    body = GRANT.pack(GRANT_MAGIC, 1, flags, key.recipient, id, key.epoch, device.epoch, device.id,
                      aes_key_wrap(device.wrap_key, key.key), bytes(8))
    return body + mac(device.grant_key, body)


def decode_grant(data, device, allow_test=True):
    """(the user's or group's key, their id), judged in the page's order."""
    need(len(data) == 128 and data[:8] == GRANT_MAGIC, Keybox, "not a grant")
    _, version, flags, recipient, id, generation, epoch, key_id, wrap, zeros = GRANT.unpack(data[:96])
    need(version == 1, Version, "version of the grant")
    need(flags & ~1 == 0 and recipient in (2, 3) and generation > 0 and not any(zeros), Keybox, "a field of the grant")
    need(allow_test or not flags & 1, TestKeybox, "a TEST grant in production")
    need((epoch, key_id) == (device.epoch, device.id), NoSlot, "another device's grant")
    need(hmac.compare_digest(mac(device.grant_key, data[:96]), data[96:]), Tag, "grant")
    try:
        return Key(recipient, generation, aes_key_unwrap(device.wrap_key, wrap)), id
    except InvalidUnwrap:
        raise Unwrap("the key within the grant") from None


# | magic 8 | format 2 | flags 2 | epoch 4 | device id 16 | version 4 | suites 4 | formats 4 | key slots 2 | features 2
#   | X25519 key 32 | zero 16 | tag 32 |
DESCRIPTOR = struct.Struct("<8sHHI16sIIIHH32s16s")


def encode_descriptor(device, version=1, suites=6, formats=0, slots=16, features=1, public=bytes(32), flags=0):
    """The descriptor of the device whose key is `device`."""
    body = DESCRIPTOR.pack(DESCRIPTOR_MAGIC, 1, flags, device.epoch, device.device_id, version, suites, formats, slots,
                           features, public, bytes(16))
    return body + mac(device.descriptor_key, body)


def decode_descriptor(data, device, test=False):
    """The fields, judged in the page's order; `device` has K_play, `test` says whether it is a TEST device's."""
    need(data[:8] == DESCRIPTOR_MAGIC and len(data) == 128, Keybox, "not a descriptor")
    _, form, flags, epoch, device_id, version, suites, formats, slots, features, public, zeros = \
        DESCRIPTOR.unpack(data[:96])
    need(form == 1 and suites & 6, Version, "format of the descriptor, or no suite that is known")
    need(flags & ~1 == 0 and epoch and version and not suites & 1 and 1 <= slots <= 16 and features & ~1 == 0
         and not any(zeros), Keybox, "a field of the descriptor")
    need((epoch, device_id, bool(flags)) == (device.epoch, device.device_id, test), NoSlot, "another device's descriptor")
    need(hmac.compare_digest(mac(device.descriptor_key, data[:96]), data[96:]), Tag, "descriptor")
    return {"version": version, "suites": suites, "formats": formats, "slots": slots, "features": features,
            "public": public, "fingerprint": mac(bytes(32), data[:96])[:16]}


# Keystreams

def keystream(suite, key, first, count):
    """Keystream bytes `first` to `first + count - 1`."""
    size = {1: 64, 2: 16}[suite]
    block, skip = divmod(first, size)
    if suite == 1:
        cipher = Cipher(algorithms.ChaCha20(key, struct.pack("<I12x", block)), mode=None)
    else:
        cipher = Cipher(algorithms.AES(key[:16]), modes.CTR(block.to_bytes(16, "big")))
    return cipher.encryptor().update(bytes(skip + count))[skip:]


def xor(one, other):
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


# Patterns

EVERY, FRAMED = 1, 2  # kinds of pattern; 0 is clear


# | kind 1 | zero 1 | stride 2 | phase 2 | head 2 | zero 8 |
@dataclasses.dataclass
class Pattern:
    kind: int
    stride: int
    phase: int
    head: int = 0

    def encode(self): return struct.pack("<BxHHH8x", self.kind, self.stride, self.phase, self.head)

    @classmethod
    def decode(cls, data):
        kind, zero, stride, phase, head, zeros = struct.unpack("<BBHHH8s", data)
        need(kind <= FRAMED and not zero and not any(zeros), BadPattern, "kind or zero fields")
        need(phase < stride if kind else stride == phase == 0, BadPattern, "stride or phase")
        need(not phase if kind == FRAMED else not head, BadPattern, "a phase or head that the kind does not have")
        return cls(kind, stride, phase, head)

    def fields(self):
        """For JSON; only framed patterns have a head."""
        return {k: v for k, v in dataclasses.asdict(self).items() if k != "head" or self.kind == FRAMED}

    def before(self, offset):
        """How many of the content's first `offset` bytes *every* encrypts: ceil((offset - p) / N)."""
        return -(-max(0, offset - self.phase) // self.stride) if self.kind == EVERY else 0

    def apply(self, suite, key, data, offset=0):
        """Encrypts or decrypts the bytes of `data`, the first of which is content byte `offset`; not for framed."""
        first, end = self.before(offset), self.before(offset + len(data))
        if first == end:
            return bytes(data)
        out, start = bytearray(data), self.phase + first * self.stride - offset
        out[start::self.stride] = xor(out[start::self.stride], keystream(suite, key, first, end - first))
        return bytes(out)


def stripe_key(cek, nonce, suite, pattern):
    return hkdf(cek, nonce, b"stripe", struct.pack("<H", suite) + pattern.encode())
