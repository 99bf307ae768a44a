"""The checksums of codecs and containers, over many spans of one array at once."""
import numpy as np

# (width, polynomial, initial value); all of them most significant bit first, nothing inverted.
FLAC8, FLAC16, MPEG16, OGG32 = (8, 0x07, 0), (16, 0x8005, 0), (16, 0x8005, 0xFFFF), (32, 0x04C11DB7, 0)


def table(width, polynomial):
    top, limit = 1 << (width - 1), (1 << width) - 1
    entries = []
    for byte in range(256):
        value = byte << (width - 8)
        for _ in range(8):
            value = ((value << 1) ^ (polynomial if value & top else 0)) & limit
        entries.append(value)
    return np.array(entries, np.uint64)


TABLES = {kind: table(*kind[:2]) for kind in (FLAC8, FLAC16, MPEG16, OGG32)}


def crc(kind, data, starts, ends, values=None):
    """The checksum of data[start:end] for every pair, going on from `values`: one step a byte, all spans abreast."""
    width, _, initial = kind
    entries, limit, shift = TABLES[kind], np.uint64((1 << width) - 1), np.uint64(width - 8)
    starts, ends = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
    values = np.full(len(starts), initial, np.uint64) if values is None else values
    # Longest first, so that the spans still alive are always a prefix.
    order = np.argsort(starts - ends, kind="stable")
    at, lengths, values = starts[order], (ends - starts)[order], values[order]
    alive = len(at)
    for step in range(int(lengths[0]) if alive else 0):
        while lengths[alive - 1] <= step:
            alive -= 1
        v = values[:alive]
        values[:alive] = ((v << np.uint64(8)) & limit) ^ entries[((v >> shift) & np.uint64(255)) ^ data[at[:alive]]]
        at[:alive] += 1
    result = np.empty_like(values)
    result[order] = values
    return result


def recompute(data, checksums):
    """Writes every checksum of a layout anew into `data`."""
    for kind in {c.kind for c in checksums}:
        same = [c for c in checksums if c.kind == kind]
        width = kind[0] // 8
        for c in same:
            data[c.at:c.at + width] = 0
        values = None
        for spans in zip(*(c.spans for c in same)):
            values = crc(kind, data, [s for s, _ in spans], [e for _, e in spans], values)
        for c, value in zip(same, values):
            data[c.at:c.at + width] = np.frombuffer(int(value).to_bytes(width, c.order), np.uint8)
