"""Where a file's frames are, found again without the packer's code; and what an attacker can restore of them.

Each codec's module has `find(data)`, which returns a Layout or None. The rules of the runs:
an MPEG or ADTS frame is a striped run from behind its header and checksum to its end; a FLAC frame from its header on;
in Ogg, a packet's bytes within one page (set-up packets: full); in MP4, a sample. All else is a full run: tags, headers
of MPEG and ADTS frames, page headers, boxes, and what a head would cover anyway.
"""
import dataclasses, struct
import numpy as np


# A frame that has no more behind its header is no striped run to the packer (RunStart.swift, Step.head).
PACKER_HEAD = 32


@dataclasses.dataclass
class Frame:
    start: int
    length: int
    # Bytes of the header, which the attacker knows: rate, mode and length repeat, or follow from the container.
    header: int = 0
    # Bytes of side information after it: scale, tables, lengths. Known to the attacker L2 only.
    side: int = 0
    # Where in the frame its run begins.
    lead: int = 0


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

    def runs(self, from_header=False):
        """The striped runs, (start, length) each. `from_header`: where they would be if each began with its frame."""
        leads = ((f, 0 if from_header else f.lead) for f in self.frames)
        return [(f.start + lead, f.length - lead) for f, lead in leads if f.length - lead > PACKER_HEAD]

    def known_mask(self, size):
        mask = np.ones(size, bool)
        for frame in self.frames:
            mask[frame.start + frame.header:frame.start + frame.length] = False
        for start, end in self.samples:
            mask[start:end] = False
        for start, end in self.known:
            mask[start:end] = True
        return mask


def excerpt(data, layout, seconds, duration):
    """The start of a long file, its layout and its duration, which is 5 s more than asked for; MP4 as it is."""
    longer = seconds + 5
    if duration < longer + 5 or layout.codec in ("m4a", "alac", "mp4"):
        return data, layout, duration
    if layout.samples:
        start = layout.samples[0][0]
        # A multiple of the size of a sample in all channels, whatever their number up to four.
        end = start + int((len(data) - start) * longer / duration) // 48 * 48
    else:
        end = layout.frames[int(len(layout.frames) * longer / duration)].start
    return data[:end], find(data[:end]), longer


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
