"""Every case as files, for drivers that read no JSON; README.md has the lines' forms."""
from vector_replay import all_cases, expected, outcome, read, read_outcomes


class Export:
    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.lines = folder, {}

    def line(self, file, *words):
        self.lines.setdefault(file, []).append(" ".join(words))

    def write(self, name, data):
        """The file's name, or "-" for none."""
        if data is None:
            return "-"
        (self.folder / name).write_bytes(data)
        return name

    def run(self):
        for case in all_cases():
            self.case(case)
        self.grants()
        for file, lines in self.lines.items():
            (self.folder / file).write_text("\n".join(lines) + "\n")
        print("%d cases" % len(self.lines["cases.txt"]))

    def case(self, case):
        name, status = case["name"], case["status"]
        assert (case["clear"], case["test"], case["rights"]).count(True) <= 2 - (not case["test"]), "one flag per case"
        readable = "OK" in status and "OK" in expected(case, "content_status")
        files = (self.write(name + ".pst", case["file"]), self.write(name + ".keybox", case["keybox"]),
                 self.write(name + ".plain", case["plain"] if readable else None))
        flag = "clear" if case["clear"] else "-" if case["test"] else "notest"
        if case["rights"]:
            # A reader that does not obey rights finds its outcome under the case's own name.
            unobeyed = case["json"]["status_unobeyed"]
            self.line("cases.txt", name, "|".join(unobeyed), *files[:2], "-", flag)
            self.line("cases.txt", name + "+rights", "|".join(status), *files,
                      "rights" if flag == "-" else flag + ",rights")
        else:
            self.line("cases.txt", name, "|".join(status), *files, flag)
        if status[0] == "OK":
            self.sections(case, outcome(case)[1])

    def sections(self, case, track):
        name, results = case["name"], read_outcomes(case, track)
        right = {key: "|".join(expected(case, key)) for key in results}

        def plain(key, ending, encode=lambda result: result):
            """The name of a file with a section's plain bytes, if it is there and can be read."""
            result = results[key][1]
            return self.write(name + ending, None if result is None or right[key] != "OK" else encode(result))

        there = {key: result is not None or status != "OK" for key, (status, result) in results.items()}
        if there["metadata_status"]:
            self.line("metadata.txt", name, right["metadata_status"], plain("metadata_status", ".meta"))
        if right["content_status"] != "OK":
            self.line("content.txt", name, right["content_status"])
        if "seek" in right:
            self.line("seek.txt", name, right["seek"], str(case["json"]["seek"]["offset"]))
        if track.map:
            self.line("map.txt", name, right["map_status"], str(track.map.run_count))
        if there["purchaser_status"]:
            self.line("purchaser.txt", name, right["purchaser_status"], plain("purchaser_status", ".purchaser"))
        if there["rights_status"]:
            verdict = case["json"].get("rights_verdict", "-")
            self.line("rights.txt", name, right["rights_status"], verdict,
                      plain("rights_status", ".rights", lambda rights: rights.encode()))
        if there["chunk_status"]:
            bad = ",".join(map(str, case["json"].get("bad_chunks", []))) or "-"
            self.line("chunks.txt", name, right["chunk_status"], bad)

    def grants(self):
        grants = read("grants.json")
        for c in grants["grants"]:
            files = (self.write(c["name"] + ".grant", bytes.fromhex(c["file"])),
                     self.write(c["name"] + ".keybox", bytes.fromhex(c["keybox"])))
            self.line("grants.txt", c["name"], "|".join(c["status"]), *files, c.get("key", "-"),
                      "-" if c["test_allowed"] else "notest")
        for c in grants["tracks"]:
            name, opens = c["name"], "OK" in c["status_with_grants"]
            plain = next(case["plain"] for case in all_cases() if case["name"] == name) if opens else None
            self.line("granted.txt", name, "|".join(c["status_with_grants"]), name + ".pst", name + ".keybox",
                      self.write(name + ".plain", plain), ",".join(g + ".grant" for g in c["grants"]))
