"""The command `pinstripe_reference.py`: unpack, info, encrypted-offsets."""
import argparse, json, sys
from pinstripe_keys import KEYBOX_MAGIC, PLAYBACK_MAGIC, FRAMED, NoSlot, Refusal, decode_grant, \
    decode_key_file, need
from pinstripe_reference import Track, open_track
from pinstripe_sections import PURCHASER, RIGHTS, check_chunks, decode_fields, decode_rights


def read_keys(paths, production):
    """The keys of a keybox or playback key file, and of the grants behind it."""
    files = []
    for path in paths:
        with open(path, "rb") as file:
            files.append(file.read())
    magic = PLAYBACK_MAGIC if files[0][:8] == PLAYBACK_MAGIC else KEYBOX_MAGIC
    device = decode_key_file(files[0], magic, not production)
    return [device] + [decode_grant(grant, device, not production)[0] for grant in files[1:]]


def describe(track, keys):
    """What `info` prints."""
    out = {"suite": track.suite, "pattern": track.pattern.fields(), "minor": track.minor,
           "mode": "trailer" if track.trailer else "header", "length": track.length,
           "encrypted": track.encrypted, "codec": track.codec.decode(),
           "track_id": track.track_id.hex(), "nonce": track.nonce.hex(),
           "slots": [{"recipient": s.recipient, "epoch": s.epoch, "key_id": s.key_id.hex()} for s in track.slots],
           "sections": [{"type": s.type, "flags": s.flags, "offset": s.offset, "length": s.length}
                        for s in track.sections],
           "metadata": None}
    return {**out, **sections(track, keys)} if keys else out


def sections(track, keys):
    out = {}
    if (contents := track.metadata()) is not None:
        out["metadata"] = [{"number": n, "hex": value.hex()} for n, value in decode_fields(contents)]
    if track.map:
        pages = track.map.walk()
        out["map"] = {"pages": len(pages), "runs": track.map.run_count}
    if (contents := track.contents(PURCHASER)) is not None:
        out["purchaser"] = contents.decode(errors="replace")
    if (contents := track.contents(RIGHTS)) is not None:
        rights = decode_rights(contents, track.track_id)
        out["rights"] = {**vars(rights), "verdict": rights.verdict(keys[0])}
    if (chunks := check_chunks(track)) is not None:
        out["chunks"] = {"size": chunks[0], "changed": chunks[1]}
    return out


def check_rights(track, keys):
    """Plays, dates and TEST are a player's business; this only keeps from unpacking what no device would play."""
    if (contents := track.contents(RIGHTS)) is not None:
        verdict = decode_rights(contents, track.track_id).verdict(keys[0])
        need(verdict in ("advice", "issued"), NoSlot, "the rights do not let this device play it: " + verdict)


def load(arguments):
    """(track, keys) of a command: proven with --keybox, else only as far as that goes without a key."""
    with open(arguments.track, "rb") as file:
        data = file.read()
    if arguments.keybox:
        keys = read_keys([arguments.keybox, *arguments.grant], arguments.production)
        track = open_track(data, keys, arguments.allow_clear, arguments.obey_rights)
        if arguments.obey_rights:
            check_rights(track, keys)
        return track, keys
    track = Track(data)
    if track.trailer:
        track.read_trailer(verify=False)
    return track, []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (("unpack", "write a track's content"), ("info", "describe a track as JSON"),
                        ("encrypted-offsets", "print the content offset of each encrypted byte, one a line")):
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("track")
        command.add_argument("--keybox", required=name == "unpack", help="keybox or playback key file")
        command.add_argument("--grant", action="append", default=[], help="a user's or group's grant for that key")
        command.add_argument("--obey-rights", action="store_true", help="open tracks with rights, and keep to them")
        command.add_argument("--allow-clear", action="store_true", help="open clear tracks too")
        command.add_argument("--production", action="store_true", help="refuse TEST key files")
    commands.choices["unpack"].add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    try:
        track, keys = load(arguments)
        if arguments.command == "unpack":
            content = track.decrypt()  # before the file is made, which a refusal must not leave behind
            with open(arguments.output, "wb") as out:
                out.write(content)
        elif arguments.command == "info":
            print(json.dumps(describe(track, keys), indent=1, default=bytes.hex))
        else:
            need(keys or track.pattern.kind != FRAMED, NoSlot, "only a key opens the frame map")
            sys.stdout.writelines("%d\n" % at for at in track.encrypted_offsets())
    except Refusal as refusal:
        sys.exit("%s: %s" % (refusal.status, refusal))
