#!/usr/bin/env python3
"""Writes the test vectors beside it; `--check` remakes and replays them; `--export DIR` writes every case as files.

Everything random comes from `vector_sources.random`, so that each run gives the same bytes.
"""
import argparse, json, pathlib, sys
sys.dont_write_bytecode = True
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pinstripe_keys import KEYBOX_MAGIC, PLAYBACK_MAGIC, Key, Pattern, Refusal, decode_key_file, hkdf, keystream, \
    playback_key, stripe_key
from pinstripe_reference import aes_key_unwrap, decode_fields, encode_fields, open_track
from vector_refusals import apply, refusal_cases
from vector_sources import content, join, key_cases, keystream_cases, random, sha256, stripe_cases, track_cases

FOLDER = pathlib.Path(__file__).resolve().parent
FILES = {"keys.json": key_cases, "keystream.json": keystream_cases, "stripes.json": stripe_cases,
         "tracks.json": track_cases, "refusals.json": refusal_cases}


def text(value):
    """JSON with bytes as hex; a leaf object or list that fits stands on one line."""
    def lines(value, indent):
        flat = json.dumps(value, ensure_ascii=False, default=bytes.hex)
        if len(flat) + indent <= 118 or not isinstance(value, (dict, list)):
            return flat
        pad, end = "\n" + " " * (indent + 1), "\n" + " " * indent
        if isinstance(value, list):
            return "[" + pad + ("," + pad).join(lines(v, indent + 1) for v in value) + end + "]"
        items = (json.dumps(k) + ": " + lines(v, indent + 1) for k, v in value.items())
        return "{" + pad + ("," + pad).join(items) + end + "}"

    return lines(value, 0) + "\n"


def read(name):
    return json.loads((FOLDER / name).read_text("utf-8"))


def all_cases():
    """Every track and refusal, with its file, keybox, expected content and policy; from the committed JSON."""
    def case(c, file, keybox, plain):
        return {"name": c["name"], "status": c["status"], "file": file, "keybox": keybox, "plain": plain,
                "clear": c.get("clear_allowed", False), "test": c.get("test_allowed", True),
                "metadata": c.get("metadata"), "metadata_status": c.get("metadata_status")}

    for c in read("tracks.json")["tracks"]:
        yield case(c, join(c["file"]), bytes.fromhex(c["keybox"]), content(c["length"]))
    refusals = read("refusals.json")
    bases = {name: join(base["file"]) for name, base in refusals["bases"].items()}
    for c in refusals["refusals"]:
        base = refusals["bases"][c["base"]]
        file = join(c["file"]) if "file" in c else apply(bases[c["base"]], c["edits"])
        plain = apply(content(base["length"]), c.get("content_edits", []))
        yield case(c, file, bytes.fromhex(c.get("keybox", base["keybox"])), plain)
    for c in refusals["keyboxes"]:
        base = refusals["bases"]["base-header"]
        yield case(c, bases["base-header"], bytes.fromhex(c["file"]), content(base["length"]))


def outcome(case):
    """(status, track or None) of a case, by the reference."""
    try:
        key = decode_key_file(case["keybox"], KEYBOX_MAGIC, case["test"])
        return "OK", open_track(case["file"], [key], case["clear"])
    except Refusal as refusal:
        return refusal.status, None


def metadata_outcome(track):
    """(status, plain bytes) of an open track's metadata; no bytes when there is none."""
    try:
        plain = track.metadata()
        decode_fields(plain or b"")
        return "OK", plain
    except Refusal as refusal:
        return refusal.status, None


class Check:
    passed = failed = 0

    def expect(self, what, is_so):
        if is_so:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED", what)

    def run(self):
        for name, make in FILES.items():
            path = FOLDER / name
            self.expect(name + " is what is made now", path.exists() and path.read_text("utf-8") == text(make()))
        for part in (self.published, self.keys, self.streams, self.stripes, self.cases, self.other_keys,
                     self.key_files, self.damage):
            part()
        print("%d passed, %d failed" % (self.passed, self.failed))
        return self.failed == 0

    def published(self):
        """The primitives against their standards' own vectors."""
        zero, h = bytes(32), bytes.fromhex
        self.expect("RFC 8439 A.1 #1", keystream(1, zero, 0, 16) == h("76b8e0ada0f13d90405d6ae55386bd28"))
        self.expect("RFC 8439 A.1 #2", keystream(1, zero, 64, 16) == h("9f07e7be5551387a98ba977c732d080d"))
        self.expect("AES-128 of zeros", keystream(2, zero, 0, 16) == h("66e94bd4ef8a2c3b884cfa59ca342b2e"))
        self.expect("RFC 3394 4.6", aes_key_unwrap(bytes(range(32)), h(
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"))
            == h("00112233445566778899aabbccddeeff") + bytes(range(16)))
        library = HKDF(hashes.SHA256(), 32, b"salt" * 8, b"pinstripe v1 head\0").derive(b"key" * 8)
        self.expect("RFC 5869, by the library", hkdf(b"key" * 8, b"salt" * 8, b"head") == library)

    def keys(self):
        cases = read("keys.json")
        for c in cases["ladder"]:
            b = {k: bytes.fromhex(v) for k, v in c.items() if isinstance(v, str) and k != "name"}
            key = Key(1, c["epoch"], playback_key(b["dus"], b["epoch_salt"], b["device_id"], c["epoch"]))
            held = (b["k_play"], b["k_wrap"], b["key_id"])
            self.expect(c["name"] + " ladder", (key.key, key.wrap_key, key.id) == held)
            self.expect(c["name"] + " keybox", decode_key_file(b["keybox"], KEYBOX_MAGIC) == key)
            self.expect(c["name"] + " playback key", decode_key_file(b["playback_key"], PLAYBACK_MAGIC) == key)
        for c in cases["derived"]:
            holder = next(d for d in cases["ladder"] if d["name"] == c["wrapped_for"])
            cek = aes_key_unwrap(bytes.fromhex(holder["k_wrap"]), bytes.fromhex(c["wrap"]))
            pattern, nonce = Pattern.decode(bytes.fromhex(c["pattern"])), bytes.fromhex(c["nonce"])
            self.expect("derived cek", cek.hex() == c["cek"])
            self.expect("derived k_stripe", stripe_key(cek, nonce, c["suite"], pattern).hex() == c["k_stripe"])

    def streams(self):
        for c in read("keystream.json")["cases"]:
            for index, block in c["blocks"].items():
                made = keystream(c["suite"], bytes.fromhex(c["key"]), int(index) * c["block_size"], c["block_size"])
                self.expect("keystream %d block %s" % (c["suite"], index), made.hex() == block)

    def stripes(self):
        """Byte by byte, as the page words it, where the reference works in slices."""
        for c in read("stripes.json")["cases"]:
            pattern = Pattern(1, c["stride"], c["phase"])
            key = stripe_key(bytes.fromhex(c["cek"]), bytes.fromhex(c["nonce"]), c["suite"], pattern)
            self.expect("stripes' key", key.hex() == c["k_stripe"])
            longest = max(map(int, c["sha256"]))
            stream, payload = iter(keystream(c["suite"], key, 0, longest)), bytearray(content(longest))
            for i in range(c["phase"], longest, c["stride"]):
                payload[i] ^= next(stream)
            for n, digest in list(c["sha256"].items()) + [(n, sha256(bytes.fromhex(p))) for n, p in c["hex"].items()]:
                self.expect("stripes %(stride)d %(phase)d %(suite)d" % c, sha256(payload[:int(n)]) == digest)

    def cases(self):
        names = set()
        for case in all_cases():
            status, track = outcome(case)
            self.expect("%s: %s, not %s" % (case["name"], status, case["status"]), status == case["status"][0])
            self.expect("%s: name" % case["name"], case["name"] not in names)
            names.add(case["name"])
            if status != "OK":
                continue
            self.expect(case["name"] + ": content", track.decrypt() == case["plain"])
            for i in range(20):
                a, n = (int.from_bytes(random("range %d %s" % (i, what), 4), "little") % (track.length + 1)
                        for what in ("start", "length"))
                self.expect("%s: range %d %d" % (case["name"], a, n), track.decrypt(a, n) == case["plain"][a:a + n])
            metadata_status, plain = metadata_outcome(track)
            expected = (case["metadata_status"] or ["OK"])[0]
            self.expect("%s: metadata %s" % (case["name"], metadata_status), metadata_status == expected)
            if case["metadata"] is not None:
                fields = [(f["number"], f["text"].encode() if "text" in f else bytes.fromhex(f["hex"]))
                          for f in case["metadata"]]
                self.expect(case["name"] + ": fields", decode_fields(plain) == fields)
                self.expect(case["name"] + ": fields' bytes", encode_fields(fields) == plain)

    def other_keys(self):
        for c in read("tracks.json")["tracks"]:
            for k in c["other_keys"]:
                key = Key(k["recipient"], k["epoch"], bytes.fromhex(k["key"]))
                self.expect(c["name"] + ": other key", open_track(join(c["file"]), [key]).cek.hex() == c["cek"])

    def key_files(self):
        for c in read("refusals.json")["playback_keys"]:
            try:
                decode_key_file(bytes.fromhex(c["file"]), PLAYBACK_MAGIC, c["test_allowed"])
                status = "OK"
            except Refusal as refusal:
                status = refusal.status
            self.expect(c["name"], status == c["status"][0])

    def damage(self):
        """Each bit of a header area and of a trailer, and each length of a file, is refused."""
        bases = read("refusals.json")["bases"]
        key = decode_key_file(bytes.fromhex(bases["base-header"]["keybox"]), KEYBOX_MAGIC)

        def refused(file):
            try:
                open_track(bytes(file), [key])
            except Refusal:
                return True
            return False

        for name in ("base-header", "base-trailer"):
            file = bytearray(join(bases[name]["file"]))
            accepted = []
            tail = range(len(file) - 1024, len(file)) if name == "base-trailer" else ()
            for at in (*range(4096), *tail):
                for bit in range(8):
                    file[at] ^= 1 << bit
                    accepted += [] if refused(file) else [(at, bit)]
                    file[at] ^= 1 << bit
            self.expect("%s: flipped bits %s" % (name, accepted), not accepted)
            accepted = [size for size in range(len(file)) if not refused(file[:size])]
            self.expect("%s: cut to %s" % (name, accepted), not accepted)


def export(folder):
    """NAME.pst, NAME.keybox, NAME.plain, NAME.meta, and a line for each in cases.txt and metadata.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    cases, metadata = [], []
    for case in all_cases():
        name, status = case["name"], case["status"]
        files = {".pst": case["file"], ".keybox": case["keybox"], ".plain": case["plain"] if "OK" in status else None}
        if status[0] == "OK":
            plain = metadata_outcome(outcome(case)[1])[1]
            wanted = case["metadata_status"] or (["OK"] if plain is not None else [])
            files[".meta"] = plain if "OK" in wanted else None
            if wanted:
                meta = "-" if files[".meta"] is None else name + ".meta"
                metadata.append("%s %s %s" % (name, "|".join(wanted), meta))
        for ending, data in files.items():
            if data is not None:
                (folder / (name + ending)).write_bytes(data)
        assert case["test"] or not case["clear"], "cases.txt has one flag per case"
        flags = "clear" if case["clear"] else "-" if case["test"] else "notest"
        cases.append("%s %s %s.pst %s.keybox %s %s" % (
            name, "|".join(status), name, name, "-" if files[".plain"] is None else name + ".plain", flags))
    (folder / "cases.txt").write_text("\n".join(cases) + "\n")
    (folder / "metadata.txt").write_text("\n".join(metadata) + "\n")
    print("%d cases" % len(cases))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the vectors differ or do not hold")
    parser.add_argument("--export", type=pathlib.Path, metavar="DIR", help="write each case as files for other drivers")
    arguments = parser.parse_args()
    if arguments.check and not Check().run():
        sys.exit(1)
    if arguments.export:
        export(arguments.export)
    if not arguments.check and not arguments.export:
        for name, make in FILES.items():
            (FOLDER / name).write_text(text(make()), "utf-8")


if __name__ == "__main__":
    main()
