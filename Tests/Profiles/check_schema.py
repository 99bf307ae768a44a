#!/usr/bin/env python3
"""Holds profile files against their JSON Schema.

usage: check_schema.py SCHEMA FILE...

Prints "invalid FILE KEY MESSAGE" for each thing the schema has against a file, and "key PATH" for
each key that the schema knows; "*" stands for the name of a format.
"""

import json
import sys

import jsonschema

FORMATS = {"mp3", "wav", "wma", "ogg", "flac", "aac", "mp4", "audible", "opus", "alac", "ape", "aiff"}


def keys(schema, root, path):
    """All key paths below a schema; references and alternatives are followed."""
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from keys(target, root, path)
    for kind in ("oneOf", "allOf"):
        for part in schema.get(kind, []):
            yield from keys(part, root, path)
    if "items" in schema:
        yield from keys(schema["items"], root, path)
    for name, member in schema.get("properties", {}).items():
        below = path + ("*" if name in FORMATS else name,)
        yield ".".join(below)
        yield from keys(member, root, below)


def main():
    """Judges, and tells what it found."""
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        for error in validator.iter_errors(document):
            place = ".".join(str(part) for part in error.absolute_path)
            print("invalid", path, place or "-", error.message)
    for key in sorted(set(keys(schema, schema, ()))):
        print("key", key)


main()
