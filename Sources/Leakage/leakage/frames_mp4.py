"""MP4: boxes, of which `moov` has the tables that say where each sample of the sound track is."""
import struct
from .frames import Frame, Layout

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
CODECS = {b"mp4a": "m4a", b"alac": "alac", b"fLaC": "flac", b"Opus": "opus"}


def boxes(data, at, end):
    """(type, start of the contents, end), containers opened."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        stop = end if size == 0 else at + size
        if size != 0 and size < head or stop > end:
            return
        yield kind, at + head, stop
        if kind in CONTAINERS:
            yield from boxes(data, at + head, stop)
        at = stop


def find(array):
    data = array.tobytes()
    tables = {}
    for kind, start, end in boxes(data, 0, len(data)):
        if kind in (b"stsd", b"stsz", b"stsc", b"stco", b"co64"):
            tables.setdefault(kind, data[start:end])
    codec = CODECS.get(tables[b"stsd"][12:16], "mp4")
    _, fixed, count = struct.unpack_from(">III", tables[b"stsz"])
    sizes = [fixed] * min(count, len(data)) if fixed else struct.unpack_from(">%dI" % count, tables[b"stsz"], 12)
    wide = b"co64" in tables
    offsets = tables[b"co64" if wide else b"stco"]
    chunks = struct.unpack_from(">%d%s" % (struct.unpack_from(">I", offsets, 4)[0], "Q" if wide else "I"), offsets, 8)
    rows = struct.unpack_from(">I", tables[b"stsc"], 4)[0]
    groups = [struct.unpack_from(">III", tables[b"stsc"], 8 + 12 * i) for i in range(rows)]
    frames, sample = [], 0
    for number, at in enumerate(chunks, 1):
        per_chunk = next(per for first, per, _ in reversed(groups) if first <= number)
        for size in sizes[sample:sample + per_chunk]:
            if at + size <= len(data):
                frames.append(Frame(at, size))
            at, sample = at + size, sample + 1
    if not frames:
        raise ValueError("an MP4 file without samples")
    return Layout(codec, frames)
