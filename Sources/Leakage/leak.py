#!/usr/bin/python3
"""Measures what a partially encrypted file would leak to somebody without the key. `pinstripe leak` runs this.

  leak.py FILE [--pattern P]… [--seconds 30] [--json] [--progress] [--picture OUT.png] [--mask OFFSETS]

Exit status: 0 measured, 64 the command line is wrong, 66 the file cannot be read or is of no known format, 70 a program
or a Python module is missing or failed. The reason is the last line on standard error.
"""
import argparse, os, sys
sys.dont_write_bytecode = True
# A thread pool would take the core that the decoder runs on.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

USAGE, NO_INPUT, SYSTEM, CANCELLED = 64, 66, 70, 130


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(USAGE, message + "\n")


def arguments():
    parser = Parser(prog="leak.py", description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--pattern", action="append", default=[],
                        help="default, full, clear, every:N[:PHASE] or HEAD/N; may be given several times")
    parser.add_argument("--mask", help="a file with the offsets of the encrypted bytes, ascending, as unsigned 64-bit "
                        "little-endian numbers, for patterns of your own")
    parser.add_argument("--picture", help="PNG: spectrograms of the original, of the first pattern's best attack, and "
                        "of full encryption's")
    parser.add_argument("--seconds", type=int, default=30, help="how much of the sound is judged")
    parser.add_argument("--progress", action="store_true", help="say on standard error what is being tried")
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        import numpy, scipy.signal
        if options.picture:
            import PIL.ImageDraw
    except ImportError as missing:
        package = {"numpy": "python3-numpy", "scipy": "python3-scipy", "PIL": "python3-pil"}.get(missing.name)
        print("The Debian package %s is needed: apt-get install %s" % (package, package), file=sys.stderr)
        return SYSTEM
    from leakage import analysis, tools
    try:
        return analysis.analyse(options)
    except analysis.WrongPattern as problem:
        print(problem, file=sys.stderr)
        return USAGE
    except OSError as problem:
        inside = problem.filename is not None and problem.filename == options.file
        print("%s: %s" % (problem.filename or "leak.py", problem.strerror), file=sys.stderr)
        return NO_INPUT if inside else SYSTEM
    except ValueError as problem:
        print("%s: %s" % (options.file, problem), file=sys.stderr)
        return NO_INPUT
    except tools.Missing as problem:
        print(problem, file=sys.stderr)
        return SYSTEM


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(CANCELLED)
