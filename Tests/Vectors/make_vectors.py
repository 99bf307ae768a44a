#!/usr/bin/env python3
"""Writes the test vectors beside it; `--check` remakes and replays them; `--export DIR` writes every case as files.

Everything random comes from `vector_sources.random`, so that each run gives the same bytes.
"""
import argparse, json, pathlib, sys
sys.dont_write_bytecode = True
from vector_check import Check
from vector_descriptors import descriptor_cases
from vector_export import Export
from vector_framed import framed_parts
from vector_framed_refusals import framed_refusals
from vector_grants import grant_cases
from vector_refusals import refusal_cases
from vector_replay import FOLDER
from vector_section_refusals import section_refusals
from vector_sections import section_tracks
from vector_sources import key_cases, keystream_cases, stripe_cases, track_cases

FILES = {"keys.json": key_cases, "keystream.json": keystream_cases, "stripes.json": stripe_cases,
         "tracks.json": track_cases, "refusals.json": refusal_cases, "framed.json": framed_parts,
         "framed-refusals.json": framed_refusals, "sections.json": section_tracks,
         "section-refusals.json": section_refusals, "grants.json": grant_cases,
         "descriptors.json": descriptor_cases}


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the vectors differ or do not hold")
    parser.add_argument("--export", type=pathlib.Path, metavar="DIR", help="write each case as files for other drivers")
    arguments = parser.parse_args()
    if arguments.check and not Check().run({name: text(make()) for name, make in FILES.items()}):
        sys.exit(1)
    if arguments.export:
        Export(arguments.export).run()
    if not arguments.check and not arguments.export:
        for name, make in FILES.items():
            (FOLDER / name).write_text(text(make()), "utf-8")


if __name__ == "__main__":
    main()
