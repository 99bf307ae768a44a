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
# What `leak` measures to be unsafe: format, stride.
UNSAFE = (("wav", 2), ("wav", 10), ("mp3", 32), ("opus", 2))


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


def refusals(tool, seconds):
    """(encoding, stride, whether the tool refuses it and says why)"""
    with Packer(tool) as packer:
        for name, stride in UNSAFE:
            status, said = packer.pack(corpus.encoding(name, "speech", seconds), "--every", stride)
            yield name, stride, status != 0 and "unsafe" in said and "--force-unsafe" in said


def faults(tool, seconds):
    for name, text, count in disagreements(tool, corpus.ENCODINGS, ("speech", "music"), seconds, (((), "default"),)):
        if count:
            yield "%s: %d bytes are not encrypted as measured with %s" % (name, count, text)
    for name, stride, refused in refusals(tool, seconds):
        if not refused:
            yield "the tool takes every %d of %s" % (stride, name)
