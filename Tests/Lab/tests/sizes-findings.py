#!/usr/bin/env python3
"""Judges the listing that the group sizes left in the share.

usage: sizes-findings.py SHARE ROOT
"""
import json
import pathlib
import sys

tracks = json.loads((pathlib.Path(sys.argv[1]) / "sizes.json").read_text())["tracks"]
wrong = [track for track in tracks if track["name"] != "%d.mp3" % track["bytes"]]
print("FAIL " if wrong or len(tracks) < 20 else "ok   ", "a listing has every size", wrong or len(tracks))
