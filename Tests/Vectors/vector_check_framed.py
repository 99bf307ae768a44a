"""Checks of framed tracks, rights, grants and descriptors that word the page a second time, where the reference is quicker.

Each takes `expect(what, is_so)`.
"""
from pinstripe_framemap import decode_runs
from pinstripe_keys import PLAYBACK_MAGIC, Pattern, decode_descriptor, decode_key_file, keystream, mac, stripe_key
from pinstripe_reference import HEADER, open_track
from pinstripe_runs import Run
from pinstripe_sections import RIGHTS, decode_rights
from vector_replay import all_cases, attempt, grant_outcome, outcome, read
from vector_sources import DEVICE, PRODUCTION, content, join, runs_of


def encrypted_in(length, kind, head, stride):
    """A run's encrypted bytes as the page lists them."""
    if kind != 1:
        return list(range(length)) if kind == 0 else []
    places = list(range(min(length, head)))
    k = 1
    while head + k * stride - 1 < length:
        places.append(head + k * stride - 1)
        k += 1
    return places


def run_encodings(expect):
    for c in read("framed.json")["run_encodings"]:
        run = Run(int(c["length"]), c["kind"])
        number, groups = int(c["length"]) * 4 + c["kind"], bytes.fromhex(c["hex"])
        expect("run %(length)s %(kind)d" % c, decode_runs(groups) == [run])
        expect("run %(length)s %(kind)d by groups" % c, sum((g & 127) << 7 * i for i, g in enumerate(groups)) == number)


def striped_runs(expect):
    for c in read("framed.json")["striped"]:
        name, length = "striped %(stride)d %(head)d %(length)s" % c, int(c["length"])
        formula = min(length, c["head"]) + (max(0, length - c["head"]) // c["stride"])
        expect(name, int(c["encrypted"]) == formula)
        if length < 1 << 20:
            places = encrypted_in(length, 1, c["head"], c["stride"])
            expect(name + ": count", len(places) == formula)
            expect(name + ": offsets", "offsets" not in c or places == c["offsets"])


def framed_payloads(expect):
    """Byte by byte, with one keystream from the first encrypted byte to the last."""
    for c in read("framed.json")["tracks"]:
        pattern = Pattern(**c["pattern"])
        cek, nonce = bytes.fromhex(c["cek"]), bytes.fromhex(c["nonce"])
        payload, at, offsets = bytearray(content(c["length"])), 0, []
        for page in c["pages"]:
            for run in runs_of(page):
                offsets += [at + i for i in encrypted_in(run.length, run.kind, pattern.head, pattern.stride)]
                at += run.length
        stream = keystream(c["suite"], stripe_key(cek, nonce, c["suite"], pattern), 0, len(offsets))
        for j, offset in enumerate(offsets):
            payload[offset] ^= stream[j]
        file = join(c["file"])
        expect(c["name"] + ": payload", file[HEADER:HEADER + c["length"]] == payload)
        expect(c["name"] + ": counts", (at, len(offsets)) == (c["length"], c["encrypted"]))
        expect(c["name"] + ": runs", c["map_runs"] == sum(len(runs_of(page)) for page in c["pages"]))
        expect(c["name"] + ": offsets", list(open_track(file, [DEVICE.key]).encrypted_offsets()) == offsets)


def seeks(expect):
    """Every single byte and every stretch of 5 bytes, each by a reader that starts at the front; and how few pages a
    seek reads."""
    for c in read("framed.json")["tracks"]:
        file, plain = join(c["file"]), content(c["length"])
        for at in range(min(c["length"], 400)):
            track = open_track(file, [DEVICE.key])
            expect("%s: seek to %d" % (c["name"], at), track.decrypt(at, 5) == plain[at:at + 5])
        for at in range(max(0, c["length"] - 30), c["length"]):
            track = open_track(file, [DEVICE.key])
            expect("%s: seek to %d" % (c["name"], at), track.decrypt(at, 1) == plain[at:at + 1])
            pages = track.map.page_count
            expect("%s: pages read" % c["name"], len(track.map.judged) <= max(1, (pages - 1).bit_length() + 1))
        expect(c["name"] + ": nothing at the end", open_track(file, [DEVICE.key]).decrypt(c["length"], 10) == b"")


def rights(expect):
    """Whoever holds only a playback key cannot verify what was issued."""
    for case in all_cases():
        verdict = case["json"].get("rights_verdict")
        if verdict not in ("issued", "advice") or outcome(case)[0] != "OK":
            continue
        device = DEVICE if case["json"].get("k_rights", DEVICE.key.rights_key.hex()) == DEVICE.key.rights_key.hex() \
            else PRODUCTION
        key = decode_key_file(device.playback(), PLAYBACK_MAGIC)
        track = outcome(case)[1]
        seen = decode_rights(track.contents(RIGHTS), track.track_id).verdict(key)
        expect(case["name"] + ": by a playback key", seen == ("unverified" if verdict == "issued" else "advice"))


def grants(expect):
    cases = read("grants.json")
    by_name = {c["name"]: c for c in cases["grants"]}
    expect("grants: names", len(by_name) == len(cases["grants"]))
    for c in cases["grants"]:
        status, made = grant_outcome(c)
        expect("%s: %s" % (c["name"], status), status == c["status"][0])
        if made:
            key, id = made
            held = (c["recipient"], c["generation"], c["key"], c["key_id"], c["id"])
            expect(c["name"] + ": key", (key.recipient, key.epoch, key.key.hex(), key.id.hex(), id.hex()) == held)
            tag = mac(bytes.fromhex(c["k_grant"]), bytes.fromhex(c["file"])[:96]).hex()
            expect(c["name"] + ": tag", c["file"][192:] == tag)
    for case in all_cases():
        if "grants" in case["json"]:
            keys = [grant_outcome(by_name[name])[1][0] for name in case["json"]["grants"]]
            status, track = outcome(case, keys=keys)
            expect("%s: %s" % (case["name"], status), status == case["json"]["status_with_grants"][0])
            expect(case["name"] + ": content", track is None or track.decrypt() == case["plain"])


def descriptors(expect):
    names = set()
    for c in read("descriptors.json")["descriptors"]:
        file, held = bytes.fromhex(c["file"]), bytes.fromhex(c["playback_key"])
        device = decode_key_file(held, PLAYBACK_MAGIC)
        status, made = attempt(lambda: decode_descriptor(file, device, test=held[10] == 1))
        expect("%s: %s" % (c["name"], status), status == c["status"][0])
        expect(c["name"] + ": name", c["name"] not in names)
        names.add(c["name"])
        if made:
            tag = mac(bytes.fromhex(c["k_descriptor"]), file[:96]).hex()
            expect(c["name"] + ": tag", (c["file"][192:], made["fingerprint"].hex()) == (tag, c["fingerprint"]))
