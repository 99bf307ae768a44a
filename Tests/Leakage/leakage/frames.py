"""Where a file's frames are, found again without the packer's code; and what an attacker can restore of them.

Each codec's module has `find(data)`, which returns a Layout or None. The rules of the runs:
an MPEG, ADTS or FLAC frame is a striped run from its header to its end; in Ogg, a packet's bytes within one page
are a striped run (set-up packets: full); in MP4, a sample. All else is a full run: tags, page headers, boxes.
"""
import dataclasses, struct
import numpy as np


@dataclasses.dataclass
class Frame:
    start: int
    length: int
    # Bytes of the header, which the attacker knows: rate, mode and length repeat, or follow from the container.
    header: int = 0
    # Bytes of side information after it: scale, tables, lengths. Known to the attacker L2 only.
    side: int = 0


@dataclasses.dataclass
class Checksum:
    kind: tuple
    # The spans (start, end) it covers.
    spans: tuple
    # Where it stands; it counts as zero itself when it lies within a span.
    at: int
    order: str = "big"


@dataclasses.dataclass
class Layout:
    codec: str
    frames: list
    # (start, end) of tags, page headers, boxes and set-up packets, all restored by the attacker.
    known: list = dataclasses.field(default_factory=list)
    # (start, end) of samples without frames.
    samples: list = dataclasses.field(default_factory=list)
    # The attacker recomputes these.
    checksums: list = dataclasses.field(default_factory=list)

    def runs(self):
        return [(f.start, f.length, True) for f in self.frames]

    def known_mask(self, size):
        mask = np.ones(size, bool)
        for frame in self.frames:
            mask[frame.start + frame.header:frame.start + frame.length] = False
        for start, end in self.samples:
            mask[start:end] = False
        for start, end in self.known:
            mask[start:end] = True
        return mask


def find(data):
    """The layout of `data` (uint8 array). Which codec it is follows from the first bytes."""
    from . import frames_flac, frames_mp4, frames_mpeg, frames_ogg, frames_pcm
    head = data[:12].tobytes()
    if head[:4] == b"OggS":
        finder = frames_ogg
    elif head[:4] == b"fLaC":
        finder = frames_flac
    elif head[4:8] == b"ftyp":
        finder = frames_mp4
    elif head[:4] in (b"RIFF", b"FORM"):
        finder = frames_pcm
    else:
        finder = frames_mpeg
    try:
        return finder.find(data)
    except (IndexError, KeyError, StopIteration, struct.error) as problem:
        raise ValueError("the file is damaged, or of a kind that is not known here: %r" % problem) from None
