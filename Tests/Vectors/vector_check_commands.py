"""The reference as a command: what it writes, prints and refuses."""
import json, pathlib, subprocess, sys, tempfile
from vector_replay import FOLDER, all_cases, read

WANTED = ("framed-suite1", "sections-all-trailer", "rights-other-device", "trailer-suite1-every7-phase6",
          "granted-framed")


def commands(expect):
    cases = {case["name"]: case for case in all_cases() if case["name"] in WANTED}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        track, keybox, out, grant = (folder / file for file in ("t.pst", "k.keybox", "out", "g.grant"))

        def run(case, command, *options, key=True):
            track.write_bytes(cases[case]["file"])
            keybox.write_bytes(cases[case]["keybox"])
            options = (*options, "--keybox", keybox) if key else options
            return subprocess.run([sys.executable, FOLDER / "pinstripe_reference.py", command, track, *options],
                                  capture_output=True, text=True)

        def unpacks(case, *options):
            out.unlink(missing_ok=True)
            result = run(case, "unpack", "-o", out, *options)
            return result.returncode == 0 and out.read_bytes() == cases[case]["plain"]

        expect("unpack, every", unpacks("trailer-suite1-every7-phase6"))
        expect("unpack, framed", unpacks("framed-suite1"))
        expect("unpack, with rights", unpacks("sections-all-trailer", "--obey-rights"))
        refused = run("sections-all-trailer", "unpack", "-o", out)
        expect("unpack, rights not obeyed", (refused.returncode, refused.stderr[:17]) == (1, "CRITICAL_SECTION:"))
        out.unlink(missing_ok=True)
        refused = run("rights-other-device", "unpack", "--obey-rights", "-o", out)
        expect("unpack, another device's rights", refused.returncode == 1 and not out.exists())
        grants = {c["name"]: bytes.fromhex(c["file"]) for c in read("grants.json")["grants"]}
        grant.write_bytes(grants["grant-group"])
        expect("unpack, with a grant", unpacks("granted-framed", "--grant", grant))
        expect("unpack, without it", not unpacks("granted-framed"))

        c = cases["framed-suite1"]["json"]
        offsets = run("framed-suite1", "encrypted-offsets").stdout.split()
        expect("encrypted-offsets, framed", len(offsets) == c["encrypted"] and offsets == sorted(offsets, key=int))
        expect("encrypted-offsets, no key", run("framed-suite1", "encrypted-offsets", key=False).returncode == 1)
        offsets = run("trailer-suite1-every7-phase6", "encrypted-offsets", key=False).stdout.split()
        expect("encrypted-offsets, every", list(map(int, offsets)) == list(range(6, 5000, 7)))
        info = json.loads(run("framed-suite1", "info").stdout)
        expect("info, framed", (info["pattern"], info["encrypted"], info["map"]["runs"]) == (
            c["pattern"], c["encrypted"], c["map_runs"]))
        info = json.loads(run("framed-suite1", "info", key=False).stdout)
        expect("info, no key", info["encrypted"] is None and info["length"] == c["length"])
        info = json.loads(run("sections-all-trailer", "info", "--obey-rights").stdout)
        expect("info, rights", info["rights"]["verdict"] == "issued")
        expect("info, chunks", info["chunks"] == {"size": 4096, "changed": []})
        expect("info, purchaser", info["purchaser"].startswith("Zo\u00eb"))
