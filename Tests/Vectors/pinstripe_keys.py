"""Pinstripe's refusals, key ladder, key files, keystreams and patterns, from the page "Track format" alone.

Needs Python 3.11 and the package `cryptography` for AES, AES-KW and ChaCha20.
"""
import dataclasses, hashlib, hmac, struct
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

KEYBOX_MAGIC, PLAYBACK_MAGIC = b"\x89PSK\r\n\x1a\n", b"\x89PSP\r\n\x1a\n"


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

    @property
    def wrap_key(self): return hkdf(self.key, bytes(32), b"wrap")
    @property
    def id(self): return mac(self.wrap_key, b"id")[:8]
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
    return Key(1, epoch, playback_key(secret, last, device_id, epoch) if magic == KEYBOX_MAGIC else secret)


# Stripes

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


# | kind 1 | zero 1 | stride 2 | phase 2 | zero 10 |
@dataclasses.dataclass
class Pattern:
    kind: int
    stride: int
    phase: int

    def encode(self): return struct.pack("<BxHH10x", self.kind, self.stride, self.phase)

    @classmethod
    def decode(cls, data):
        kind, zero, stride, phase, zeros = struct.unpack("<BBHH10s", data)
        need(kind <= 1 and not zero and not any(zeros), BadPattern, "kind or zero fields")
        need(phase < stride if kind else stride == phase == 0, BadPattern, "stride or phase")
        return cls(kind, stride, phase)

    def before(self, offset):
        """How many of the content's first `offset` bytes are encrypted: ceil((offset - p) / N)."""
        return -(-max(0, offset - self.phase) // self.stride) if self.kind else 0

    def apply(self, suite, key, data, offset=0):
        """Encrypts or decrypts the bytes of `data`, the first of which is content byte `offset`."""
        first, end = self.before(offset), self.before(offset + len(data))
        if first == end:
            return bytes(data)
        out, start = bytearray(data), self.phase + first * self.stride - offset
        out[start::self.stride] = xor(out[start::self.stride], keystream(suite, key, first, end - first))
        return bytes(out)


def stripe_key(cek, nonce, suite, pattern):
    return hkdf(cek, nonce, b"stripe", struct.pack("<H", suite) + pattern.encode())
