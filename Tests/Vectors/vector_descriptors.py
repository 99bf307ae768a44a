"""Device descriptors, of the page "Device descriptor"."""
from pinstripe_keys import encode_descriptor, mac
from vector_edits import apply, put, u16, u32
from vector_sources import DEVICE, PRODUCTION, STRANGER, TEST, Device, random

X25519 = random("x25519 public key", 32)


def described(device=DEVICE, **fields):
    return encode_descriptor(device.key, flags=device.flags, **fields)


def accepted():
    """(name, device, file, about)"""
    return [
        ("plain", DEVICE, described(), "both suites, 16 slots, frame maps"),
        ("production", PRODUCTION, described(PRODUCTION), "epoch 2^32 - 1, no TEST"),
        ("last-version", DEVICE, described(version=(1 << 32) - 1), "version 2^32 - 1"),
        ("aes-only", DEVICE, described(suites=4), "AES-128-CTR alone"),
        ("later-suite", DEVICE, described(suites=0x8000_0002), "a suite that nobody knows yet is passed over"),
        ("formats", DEVICE, described(formats=0x119), "MP3, Ogg, FLAC, Opus"),
        ("later-format", DEVICE, described(formats=0x8000_0001), "a format that nobody knows yet is passed over"),
        ("one-slot", DEVICE, described(slots=1), "one key slot"),
        ("no-maps", DEVICE, described(features=0), "a decoder without frame maps"),
        ("public-key", DEVICE, described(public=X25519), "with a key for pairing"),
    ]


def refused():
    """(name, status, file)"""
    good = described(public=X25519)

    def both(name, status, at, data, raw="TAG"):
        """As such, and under a tag made anew by somebody who holds K_play."""
        body = apply(good, [put(at, data)])
        yield name + "-raw", raw, body
        yield name, status, body[:96] + mac(DEVICE.key.descriptor_key, body[:96])

    cases = [("empty", "KEYBOX", b""), ("magic-only", "KEYBOX", good[:8]), ("cut-to-127", "KEYBOX", good[:127]),
             ("cut-to-96", "KEYBOX", good[:96]), ("appended", "KEYBOX", good + b"\0"),
             ("keybox-instead", "KEYBOX", DEVICE.keybox()), ("playback-key-instead", "KEYBOX", DEVICE.playback()),
             ("of-another-device", "NO_SLOT", described(STRANGER)),
             ("of-another-epoch", "NO_SLOT", described(Device("device", epoch=2))),
             ("of-production", "NO_SLOT", encode_descriptor(DEVICE.key))]
    for at in range(8):
        cases += both("magic-%d" % at, "KEYBOX", at, bytes([good[at] ^ 0x80]), "KEYBOX")
    for form in (0, 2, 257):
        cases += both("format-%d" % form, "VERSION", 8, u16(form), "VERSION")
    for suites in (0, 8, 0x8000_0000):
        cases += both("suites-%x" % suites, "VERSION", 36, u32(suites), "VERSION")
    for name, at, data in [
            ("flags-bit-1", 10, u16(3)), ("flags-bit-15", 10, u16(0x8001)), ("epoch-0", 12, u32(0)),
            ("version-0", 32, u32(0)), ("suite-0", 36, u32(3)), ("slots-0", 44, u16(0)), ("slots-17", 44, u16(17)),
            ("slots-65535", 44, u16(65535)), ("features-bit-1", 46, u16(2)), ("features-bit-15", 46, u16(0x8001)),
            ("zero-80", 80, b"\x01"), ("zero-95", 95, b"\x80")]:
        cases += both(name, "KEYBOX", at, data, "KEYBOX")
    for name, at, data in [("epoch-2", 12, u32(2)), ("device", 16, bytes([good[16] ^ 1])),
                           ("device-last", 31, bytes([good[31] ^ 0x80])), ("test-cleared", 10, u16(0))]:
        cases += both(name, "NO_SLOT", at, data, "NO_SLOT")
    for name, at, data in [("version", 32, u32(2)), ("suites", 36, u32(2)), ("formats", 40, u32(1)),
                           ("slots", 44, u16(15)), ("features", 46, u16(0)), ("public-first", 48, b"\0"),
                           ("public-last", 79, bytes([good[79] ^ 1]))]:
        cases += list(both(name, "OK", at, data))[:1]
    for at in (96, 127):
        cases.append(("tag-%d" % at, "TAG", apply(good, [put(at, bytes([good[at] ^ 1]))])))
    return cases


def descriptor_cases():
    made = [{"name": "descriptor-" + name, "about": about, "status": ["OK"], "playback_key": device.playback(),
             "k_descriptor": device.key.descriptor_key, "fingerprint": mac(bytes(32), file[:96])[:16], "file": file}
            for name, device, file, about in accepted()]
    made += [{"name": "descriptor-" + name, "status": [status], "playback_key": DEVICE.playback(), "file": file}
             for name, status, file in refused()]
    return {"descriptors": made}
