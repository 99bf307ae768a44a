"""Keyboxes and playback keys that are refused, and those beside them that are not."""
from pinstripe_keys import mac
from vector_edits import apply, put, u16, u32
from vector_sources import DEVICE


def resealed(file):
    return file[:96] + mac(bytes(32), file[:96])


def keyboxes():
    """(name, status, file, TEST allowed) of key files: keyboxes, tried on base-header, then playback keys."""
    good = DEVICE.keybox()

    def edited(at, data, sealed=True):
        file = apply(good, [put(at, data)])
        return resealed(file) if sealed else file

    cases = [("good", "OK", good, True), ("test-refused", "TEST_KEYBOX", good, False),
             ("production", "OK", DEVICE.keybox(flags=0), False), ("empty", "KEYBOX", b"", True),
             ("cut-to-127", "KEYBOX", good[:127], True), ("cut-to-96", "KEYBOX", good[:96], True),
             ("appended", "KEYBOX", good + b"\0", True),
             ("magic", "KEYBOX", edited(3, b"T"), True), ("version-0", "VERSION", edited(8, u16(0)), True),
             ("version-2", "VERSION", edited(8, u16(2)), True),
             ("flags-bit-1", "KEYBOX", edited(10, u16(2)), True),
             ("version-2-damaged", "KEYBOX", edited(8, u16(2), False), True),
             ("version-2-flags", "VERSION", edited(8, u16(2) + u16(2)), True),
             ("epoch-0", "KEYBOX", edited(12, u32(0)), True),
             ("epoch-0-test-refused", "KEYBOX", edited(12, u32(0)), False),
             ("flags-bit-15", "KEYBOX", edited(10, u16(0x8001)), True),
             ("test-flag-cleared", "KEYBOX", edited(10, u16(0), False), False),
             ("playback-key-instead", "KEYBOX", DEVICE.playback(), True)]
    cases += [("flip-%d" % at, "KEYBOX", edited(at, bytes([good[at] ^ 1]), False), True)
              for at in (0, 12, 16, 31, 32, 63, 64, 95, 96, 127)]
    playback = DEVICE.playback()
    held = [("good", "OK", playback, True), ("test-refused", "TEST_KEYBOX", playback, False),
            ("cut-to-127", "KEYBOX", playback[:127], True), ("appended", "KEYBOX", playback + b"\0", True),
            ("version-2", "VERSION", resealed(apply(playback, [put(8, u16(2))])), True),
            ("flags-bit-1", "KEYBOX", resealed(apply(playback, [put(10, u16(2))])), True),
            ("epoch-0", "KEYBOX", resealed(apply(playback, [put(12, u32(0))])), True),
            ("flip-32", "KEYBOX", apply(playback, [put(32, bytes([playback[32] ^ 1]))]), True),
            ("keybox-instead", "KEYBOX", good, True)]
    listed = lambda prefix, rows: [{"name": prefix + n, "status": s.split("|"), "file": f, "test_allowed": t}
                                   for n, s, f, t in rows]
    return {"keyboxes": listed("keybox-", cases), "playback_keys": listed("playback-", held)}
