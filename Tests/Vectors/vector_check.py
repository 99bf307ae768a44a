"""Remakes and replays the vectors, and the primitives against published ones."""
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pinstripe_keys import KEYBOX_MAGIC, PLAYBACK_MAGIC, Key, Pattern, Refusal, decode_key_file, hkdf, keystream, \
    playback_key, stripe_key
from pinstripe_reference import aes_key_unwrap, open_track
from pinstripe_sections import decode_fields, encode_fields
from vector_check_commands import commands
from vector_check_framed import descriptors, framed_payloads, grants, rights, run_encodings, seeks, striped_runs
from vector_replay import FOLDER, all_cases, device_key, expected, outcome, read, read_outcomes
from vector_sources import content, join, random, sha256


class Check:
    passed = failed = 0

    def expect(self, what, is_so):
        if is_so:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED", what)

    def run(self, made):
        """`made` has the text that each JSON file should have."""
        for name, text in made.items():
            path = FOLDER / name
            self.expect(name + " is what is made now", path.exists() and path.read_text("utf-8") == text)
        for part in (self.published, self.keys, self.streams, self.stripes, self.cases, self.other_keys,
                     self.key_files, self.damage):
            part()
        for part in (run_encodings, striped_runs, framed_payloads, seeks, rights, grants, descriptors, commands):
            part(self.expect)
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
            if case["rights"]:
                unobeyed, right = outcome(case, False)[0], case["json"]["status_unobeyed"]
                self.expect("%s: %s without rights" % (case["name"], unobeyed), unobeyed == right[0])
            if track:
                self.reading(case, track)

    def reading(self, case, track):
        """What is judged after opening."""
        name, results = case["name"], read_outcomes(case, track)
        for key, (status, _) in results.items():
            self.expect("%s: %s %s" % (name, key, status), status == expected(case, key)[0])
        if results["content_status"][0] == "OK":
            self.expect(name + ": content", results["content_status"][1] == case["plain"])
            for i in range(20):
                a, n = (int.from_bytes(random("range %d %s" % (i, what), 4), "little") % (track.length + 1)
                        for what in ("start", "length"))
                self.expect("%s: range %d %d" % (name, a, n), track.decrypt(a, n) == case["plain"][a:a + n])
        c, plain = case["json"], results["metadata_status"][1]
        if "metadata" in c:
            fields = [(f["number"], f["text"].encode() if "text" in f else bytes.fromhex(f["hex"]))
                      for f in c["metadata"]]
            self.expect(name + ": fields", decode_fields(plain) == fields)
            self.expect(name + ": fields' bytes", encode_fields(fields) == plain)
        if "purchaser" in c:
            self.expect(name + ": purchaser", results["purchaser_status"][1].hex() == c["purchaser"])
        if "chunks" in c:
            self.expect(name + ": chunk size", results["chunk_status"][1][0] == c["chunks"]["size"])
        if results["chunk_status"][1]:
            self.expect(name + ": chunks", results["chunk_status"][1][1] == c.get("bad_chunks", []))
        made = results["rights_status"][1]
        if made or "rights_verdict" in c:
            verdict = made and made.verdict(device_key(case))
            self.expect("%s: verdict %s" % (name, verdict), verdict == c.get("rights_verdict"))

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
