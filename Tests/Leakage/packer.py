"""Whether the tool encrypts those bytes that are measured here, and refuses what is measured to be unsafe.

A track's content begins at byte 4096. Which of its bytes are encrypted is seen from outside: they differ from the file's,
but for one in 256 by chance, and each track has a key of its own; so a byte that is alike in four tracks is clear, but
for one in 2^32.
"""
import os, subprocess, tempfile
import numpy as np
import corpus
from leakage import frames, patterns

CONTENT, TRACKS = 4096, 4


class Packer:
    """A device of its own, in a folder of its own, for the time of a `with`."""

    def __init__(self, tool):
        self.tool = os.path.abspath(tool)

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pinstripe-leak-")
        self.environment = {**os.environ, "PINSTRIPE_KEYS": self.folder.name + "/keys.pks"}
        self.run("device", "new", "leakage", check=True)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def run(self, *words, check=False):
        return subprocess.run([self.tool, *map(str, words)], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=check)

    def pack(self, path, *options):
        """(exit status, what the tool said)"""
        done = self.run("pack", path, "-o", self.folder.name + "/track", "--device", "leakage", *options)
        return done.returncode, done.stdout.strip()

    def mask(self, path, *options):
        """True where the tool encrypts."""
        data = np.fromfile(path, np.uint8)
        mask = np.zeros(len(data), bool)
        for _ in range(TRACKS):
            status, said = self.pack(path, *options)
            if status:
                raise ValueError("pinstripe pack %s ended with status %d: %s" % (path, status, said))
            track = np.fromfile(self.folder.name + "/track", np.uint8)
            mask |= track[CONTENT:CONTENT + len(data)] != data
        return mask


# As the tool writes them, and as patterns.py does. The strides are the largest that the tool takes for MP3.
PATTERNS = ((("--framed", "40/16"), "40/16"), (("--every", "10", "--phase", "3"), "every:10:3"), ((), "default"))
# The largest stride that the tool takes unless forced (PatternSafety.swift): what is measured there may be obscured, but
# must not be unsafe.
LIMITS = {"wav": 1, "mp3": 10, "opus": 1, "vorbis": 10, "aac": 32, "flac": 32, "m4a": 32, "alac": 32, "mp2-192": 10}


def disagreements(tool, encodings, sounds, seconds, chosen=PATTERNS):
    """(file, pattern, number of bytes) wherever patterns.py and the tool differ; 0 bytes says that it was looked at."""
    with Packer(tool) as packer:
        for name in encodings:
            for sound in sounds:
                path = corpus.encoding(name, sound, seconds)
                data = np.fromfile(path, np.uint8)
                layout = frames.find(data)
                for options, text in chosen if layout.frames and "opus" not in name else (((), "default"),):
                    wanted = patterns.parse(text).mask_of(data, layout)
                    yield path.name, text, int((packer.mask(path, *options) != wanted).sum())


def limits(tool, seconds):
    """(encoding, stride, whether the tool does what it should: take it at the limit, refuse it with a reason beyond)"""
    with Packer(tool) as packer:
        for name, limit in LIMITS.items():
            path = corpus.encoding(name, "speech", seconds)
            yield name, limit, packer.pack(path, "--every", limit)[0] == 0
            for stride in (limit + 1, 1000):
                status, said = packer.pack(path, "--every", stride)
                yield name, stride, status == 64 and "unsafe" in said and "--force-unsafe" in said
                yield name, stride, packer.pack(path, "--every", stride, "--force-unsafe")[0] == 0


def faults(tool, seconds):
    for name, text, count in disagreements(tool, corpus.ENCODINGS, ("speech", "music"), seconds, (((), "default"),)):
        if count:
            yield "%s: %d bytes are not encrypted as measured with %s" % (name, count, text)
    for name, stride, right in limits(tool, seconds):
        if not right:
            yield "the tool takes or refuses every %d of %s, and should not" % (stride, name)
