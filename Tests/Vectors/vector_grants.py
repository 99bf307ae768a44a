"""Grants, and tracks that only their keys open."""
from pinstripe_keys import Key, encode_grant, mac
from pinstripe_reference import pack
from vector_edits import apply, put, u16, u32
from vector_framed import framed
from vector_sources import CONTENT, DEVICE, GROUP, PRODUCTION, STRANGER, TEST, USER, Device, build, pieces, random

USER_ID, GROUP_ID = random("user id", 16), random("group id", 16)
NEXT_GROUP = Key(3, GROUP.epoch + 1, random("group key 10", 32))
HIGHEST = Key(2, (1 << 32) - 1, random("user key of the last generation", 32))


def granted(key, id, device=DEVICE, flags=0):
    return encode_grant(key, id, device.key, flags)


def accepted():
    """(name, key, id, file, device, TEST allowed, about)"""
    return [
        ("user", USER, USER_ID, granted(USER, USER_ID), DEVICE, True, "a user's key"),
        ("group", GROUP, GROUP_ID, granted(GROUP, GROUP_ID), DEVICE, True, "a group's key"),
        ("group-next", NEXT_GROUP, GROUP_ID, granted(NEXT_GROUP, GROUP_ID), DEVICE, True, "its next generation"),
        ("last-generation", HIGHEST, USER_ID, granted(HIGHEST, USER_ID), DEVICE, True, "2^32 - 1"),
        ("id-zero", USER, bytes(16), granted(USER, bytes(16)), DEVICE, True, "any id is one"),
        ("test", USER, USER_ID, granted(USER, USER_ID, flags=TEST), DEVICE, True, "TEST, where that is allowed"),
        ("production", USER, USER_ID, granted(USER, USER_ID, PRODUCTION), PRODUCTION, False, "epoch 2^32 - 1, no TEST"),
    ]


def refused():
    """(name, status, file, TEST allowed, about)"""
    good = granted(USER, USER_ID)

    def both(name, status, at, data, raw="TAG"):
        """As such, and under a tag made anew by somebody who holds K_play."""
        body = apply(good, [put(at, data)])
        yield name + "-raw", raw, body, True, None
        if at < 96:
            yield name, status, body[:96] + mac(DEVICE.key.grant_key, body[:96]), True, None

    sealed = lambda at, data: list(both("", "", at, data))[1][2]
    cases = [("empty", "KEYBOX", b"", True, None), ("cut-to-127", "KEYBOX", good[:127], True, None),
             ("cut-to-96", "KEYBOX", good[:96], True, None), ("appended", "KEYBOX", good + b"\0", True, None),
             ("keybox-instead", "KEYBOX", DEVICE.keybox(), True, None),
             ("playback-key-instead", "KEYBOX", DEVICE.playback(), True, None),
             ("test-refused", "TEST_KEYBOX", granted(USER, USER_ID, flags=TEST), False, None),
             ("test-flag-cleared", "TAG", apply(granted(USER, USER_ID, flags=TEST), [put(10, u16(0))]), True, None),
             ("of-another-device", "NO_SLOT", granted(USER, USER_ID, STRANGER), True, None),
             ("of-another-epoch", "NO_SLOT", granted(USER, USER_ID, Device("device", epoch=2)), True, None),
             ("test-of-another-device", "TEST_KEYBOX", granted(USER, USER_ID, STRANGER, TEST), False, None)]
    for at in range(8):
        cases += both("magic-%d" % at, "KEYBOX", at, bytes([good[at] ^ 0x80]), "KEYBOX")
    for version in (0, 2, 257):
        cases += both("version-%d" % version, "VERSION", 8, u16(version), "VERSION")
    for bit in (1, 8, 15):
        cases += both("flags-bit-%d" % bit, "KEYBOX", 10, u16(1 << bit), "KEYBOX")
    for recipient in (0, 1, 4, 5, 258, 1 << 31):
        cases += both("recipient-%d" % recipient, "KEYBOX", 12, u32(recipient), "KEYBOX")
    cases += both("generation-0", "KEYBOX", 32, u32(0), "KEYBOX")
    for at in (88, 95):
        cases += both("zero-%d" % at, "KEYBOX", at, b"\x01", "KEYBOX")
    cases += both("device-epoch-0", "NO_SLOT", 36, u32(0), "NO_SLOT")
    cases += both("device-epoch-2", "NO_SLOT", 36, u32(2), "NO_SLOT")
    for at in (40, 47):
        cases += both("key-id-%d" % at, "NO_SLOT", at, bytes([good[at] ^ 1]), "NO_SLOT")
    for at in (48, 60, 87):
        cases += both("wrap-%d" % at, "UNWRAP", at, bytes([good[at] ^ 1]))
    for at in (16, 31):
        cases += list(both("id-%d" % at, "OK", at, bytes([good[at] ^ 1])))[:1]
    cases += list(both("recipient-3", "OK", 12, u32(3)))[:1] + list(both("generation-4", "OK", 32, u32(4)))[:1]
    cases += both("tag-first", None, 96, bytes([good[96] ^ 1]))
    cases += both("tag-last", None, 127, bytes([good[127] ^ 0x80]))
    cases += [("order-version-before-flags", "VERSION", sealed(8, u16(2) + u16(2)), True, None),
              ("order-fields-before-test", "KEYBOX", sealed(10, u16(3)), False, None),
              ("order-test-before-device", "TEST_KEYBOX", sealed(10, u16(1)), False, None),
              ("order-fields-before-device", "KEYBOX", sealed(32, u32(0) + u32(2)), True, None),
              ("order-device-before-tag", "NO_SLOT", apply(good, [put(36, u32(2)), put(96, bytes(32))]), True, None),
              ("order-tag-before-wrap", "TAG", apply(good, [put(48, bytes(40))]), True, None)]
    return cases


def grant_list():
    made = [{"name": "grant-" + name, "about": about, "status": ["OK"], "recipient": key.recipient, "id": id,
             "generation": key.epoch, "key": key.key, "key_id": key.id, "keybox": device.keybox(),
             "k_grant": device.key.grant_key, "test_allowed": test, "file": file}
            for name, key, id, file, device, test, about in accepted()]
    for name, status, file, test, about in refused():
        made.append({"name": "grant-" + name, "status": [status], "keybox": DEVICE.keybox(), "test_allowed": test,
                     "file": file})
    return made


def opened():
    """Without the grants, nothing in these tracks is for the device."""
    def case(name, about, grants, status, **options):
        parts = build(name, **options)
        return {"name": name, "about": about, "status": ["NO_SLOT"], "grants": ["grant-" + g for g in grants],
                "status_with_grants": [status], "length": len(parts["content"]), "cek": parts["cek"],
                "keybox": DEVICE.keybox(), "file": pieces(pack(**parts))}

    return [
        case("granted-user", "for a user", ["user"], "OK", keys=[USER]),
        case("granted-group", "for a group", ["group"], "OK", keys=[GROUP], suite=2, trailer=True),
        case("granted-framed", "a framed track for a user and a group", ["group"], "OK", keys=[USER, GROUP],
             pattern=framed(10, 4), pages=["100s", "50f 3c"]),
        case("granted-second", "the second grant is the one", ["user", "group"], "OK", keys=[STRANGER.key, GROUP]),
        case("granted-other", "a user's key does not open what is for a group", ["user"], "NO_SLOT", keys=[GROUP]),
        case("granted-too-late", "packed for the next generation", ["group"], "NO_SLOT", keys=[NEXT_GROUP]),
        case("granted-next", "a device that stayed in the group", ["group", "group-next"], "OK", keys=[NEXT_GROUP]),
    ]


def grant_cases():
    return {"content": CONTENT, "grants": grant_list(), "tracks": opened()}
