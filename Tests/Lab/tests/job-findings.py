#!/usr/bin/env python3
"""Judges what the main job left in the share, with code that shares nothing with Pinstripe.

usage: job-findings.py SHARE ROOT
"""
import json
import pathlib
import subprocess
import sys

share, root = (pathlib.Path(path) for path in sys.argv[1:])
REFERENCE = root / "Tests/Vectors/pinstripe_reference.py"
HEADER = 4096
song = (root / "Examples/Media/idle_tune.mp3").read_bytes()
stored = (share / "stored.pst").read_bytes()


def check(what, passed, why=""):
    print("ok   " if passed else "FAIL ", what + ("" if passed else ": %s" % (why,)))


def reference(command, *arguments):
    return subprocess.run([sys.executable, REFERENCE, command, "--keybox", share / "keybox", share / "stored.pst",
                           *arguments], capture_output=True, text=True, check=False)


def one_object(name):
    """The JSON of a command: one object on one line."""
    text = (share / name).read_text()
    check("%s is one object on one line" % name, text.count("\n") == 1 and text.startswith("{"), text[:80])
    return json.loads(text)


run = reference("unpack", "-o", str(share / "unpacked.mp3"))
check("the reference reads the stored track with the keybox", run.returncode == 0, run.stderr)
check("it finds the music", run.returncode == 0 and (share / "unpacked.mp3").read_bytes() == song)

offsets = [int(line) for line in reference("encrypted-offsets").stdout.split()]
check("it says that every 10th byte is encrypted", offsets == list(range(0, len(song), 10)), offsets[:3])
payload = stored[HEADER:HEADER + len(song)]
differing = [at for at in range(len(song)) if payload[at] != song[at]]
check("no other byte differs from the MP3", not [at for at in differing if at % 10], differing[:3])
# One encrypted byte in 256 stays what it was.
share_changed = len(differing) / len(offsets) if offsets else 0
check("nearly each of those does", 0.99 < share_changed < 0.999, share_changed)

players = one_object("players.json")["players"]
check("players: one, with its ids and profile",
      [(p["name"], p["usb"], p["profile"], p["decoder"]) for p in players]
      == [("Lab Player", "1d6b:0100", "umtp-responder", "pinstripe")], players)
push = one_object("push.json")
check("push: the bytes stored, and those encrypted",
      (push["name"], push["bytes"], push["encryptedBytes"]) == ("idle_tune.pst", len(stored), len(offsets)), push)
listing = one_object("ls.json")
check("ls: the track", listing["tracks"] == [
    {"name": "idle_tune.pst", "bytes": len(stored), "format": None, "original": None}], listing)
check("ls: the free space is the storage's",
      listing["freeBytes"] == int((share / "free").read_text()), listing["freeBytes"])
