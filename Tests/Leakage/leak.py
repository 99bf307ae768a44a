#!/usr/bin/python3
"""Measures what partial encryption leaks to somebody without the key.

  leak.py analyse FILE [--pattern P]… [--mask OFFSETS] [--seconds 30] [--json] [--picture OUT.png]
  leak.py corpus [--seconds 30|3] [--set primary|all] [--codecs mp3,opus,…] [--json]

Patterns: full, clear, every:N[:PHASE], framed:HEAD:N, blocks. A mask holds the offsets of the encrypted bytes,
ascending, as unsigned 64-bit little-endian numbers. README.md says what is measured, and what the classes mean.
"""
import argparse, os, sys
sys.dont_write_bytecode = True
# Two workers share two cores; a thread pool in each would only be in the way.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from leakage import tools


def arguments():
    parser = argparse.ArgumentParser(prog="leak.py", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("analyse", help="one file")
    one.add_argument("file")
    one.add_argument("--pattern", action="append", default=[], help="may be given several times")
    one.add_argument("--mask", help="file with the offsets of the encrypted bytes")
    one.add_argument("--write-mask", help="write the (last) pattern's mask here, and measure nothing")
    one.add_argument("--picture", help="PNG with spectrograms of the first pattern's best attack")
    many = commands.add_parser("corpus", help="the corpus; figures on standard output, the table on standard error")
    many.add_argument("--set", choices=("primary", "all"), default="all")
    many.add_argument("--codecs", help="encodings, separated by commas")
    many.add_argument("--workers", type=int, default=2)
    many.add_argument("--gate", action="store_true", help="fail when a default is not sealed")
    for command in (one, many):
        command.add_argument("--seconds", type=int, default=30, help="how much of each sound is judged")
        command.add_argument("--json", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    tools.need("python3-numpy", "python3-scipy", *(["python3-pil"] if getattr(options, "picture", None) else []))
    from leakage import commands
    return commands.analyse(options) if options.command == "analyse" else commands.corpus_run(options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, OSError, tools.Missing) as problem:
        print("leak.py: %s" % problem, file=sys.stderr)
        sys.exit(1)
