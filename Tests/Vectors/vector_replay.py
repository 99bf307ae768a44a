"""The committed vectors as cases, and what the reference makes of them."""
import json, pathlib
from pinstripe_keys import KEYBOX_MAGIC, Refusal, decode_grant, decode_key_file
from pinstripe_reference import open_track
from pinstripe_sections import PURCHASER, RIGHTS, check_chunks, decode_fields, decode_rights
from vector_edits import apply
from vector_sources import content, join

FOLDER = pathlib.Path(__file__).resolve().parent
TRACKS = ("tracks.json", "framed.json", "sections.json")
REFUSALS = ("refusals.json", "framed-refusals.json", "section-refusals.json")


def read(name):
    return json.loads((FOLDER / name).read_text("utf-8"))


def all_cases():
    """Every track and refusal, with its file, keybox, expected content and policy. `json` is the case as written."""
    def case(c, file, keybox, plain):
        return {"name": c["name"], "status": c["status"], "file": file, "keybox": keybox, "plain": plain,
                "clear": c.get("clear_allowed", False), "test": c.get("test_allowed", True),
                "rights": c.get("rights_obeyed", False), "json": c}

    def edited(c, bases, files):
        base = bases[c["base"]]
        file = join(c["file"]) if "file" in c else apply(files[c["base"]], c["edits"])
        plain = apply(content(base["length"]), c.get("content_edits", []))
        return case(c, file, bytes.fromhex(c.get("keybox", base["keybox"])), plain)

    def kept(names):
        for name in names:
            yield read(name)

    # tracks.json and refusals.json come first, so that their lines in cases.txt stay what they were.
    for tracks, refusals in zip(kept(TRACKS), kept(REFUSALS)):
        for c in tracks["tracks"]:
            yield case(c, join(c["file"]), bytes.fromhex(c["keybox"]), content(c["length"]))
        bases = refusals["bases"]
        files = {name: join(base["file"]) for name, base in bases.items()}
        for c in refusals["refusals"]:
            yield edited(c, bases, files)
        for c in refusals.get("keyboxes", ()):
            yield case(c, files["base-header"], bytes.fromhex(c["file"]), content(bases["base-header"]["length"]))
    for c in read("grants.json")["tracks"]:
        yield case(c, join(c["file"]), bytes.fromhex(c["keybox"]), content(c["length"]))


def attempt(action):
    """(status, result or None) of what may be refused."""
    try:
        return "OK", action()
    except Refusal as refusal:
        return refusal.status, None


def device_key(case):
    return decode_key_file(case["keybox"], KEYBOX_MAGIC, case["test"])


def outcome(case, obey_rights=None, keys=()):
    """(status, track or None) of opening; with the case's own policy for rights unless `obey_rights` says another."""
    obey = case["rights"] if obey_rights is None else obey_rights
    return attempt(lambda: open_track(case["file"], [device_key(case), *keys], case["clear"], obey))


def grant_outcome(c):
    """(status, (key, id) or None) of a grant as grants.json has it."""
    def action():
        device = decode_key_file(bytes.fromhex(c["keybox"]), KEYBOX_MAGIC)
        return decode_grant(bytes.fromhex(c["file"]), device, c["test_allowed"])
    return attempt(action)


def read_outcomes(case, track):
    """Of a track that opened: by the JSON's name, (status, result) of reading all content and each section.
    A section that is not there has the result None."""
    def metadata():
        plain = track.metadata()
        decode_fields(plain or b"")
        return plain

    def rights():
        contents = track.contents(RIGHTS)
        return contents and decode_rights(contents, track.track_id)

    outcomes = {"metadata_status": attempt(metadata)}
    # Before anything else reads pages, since pages are judged once.
    if "seek" in case["json"]:
        outcomes["seek"] = attempt(lambda: track.decrypt(case["json"]["seek"]["offset"], 1))
    return {**outcomes, "content_status": attempt(track.decrypt),
            "map_status": attempt(lambda: track.map and track.map.walk()),
            "purchaser_status": attempt(lambda: track.contents(PURCHASER)), "rights_status": attempt(rights),
            "chunk_status": chunk_outcome(track)}


def chunk_outcome(track):
    """(status, (size, changed chunks) or None): changed chunks are TAG, but still a result."""
    status, result = attempt(lambda: check_chunks(track))
    return ("TAG" if result and result[1] else status), result


def expected(case, key):
    """The list of right outcomes of reading something; what nothing is said of is OK. The rules that refuse content
    refuse the whole map as well."""
    c = case["json"]
    if key == "seek":
        return c["seek"]["status"]
    return c.get(key) or (c.get("content_status") if key == "map_status" else None) or ["OK"]
