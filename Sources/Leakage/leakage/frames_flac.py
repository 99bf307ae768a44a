"""FLAC: metadata blocks, then frames; each found by its sync code, a header that checks, and the right number."""
from .checksums import FLAC16, FLAC8, TABLES
from .frames import Checksum, Frame, Layout


def header(data, at):
    """(header length, block size, number, by samples) of a frame header at `at`, or None."""
    if at + 6 > len(data) or data[at] != 0xFF or data[at + 1] & 0xFE != 0xF8:
        return None
    size, rate, channels, bits = data[at + 2] >> 4, data[at + 2] & 15, data[at + 3] >> 4, data[at + 3] & 15
    if size == 0 or rate == 15 or channels > 10 or bits & 1 or bits >> 1 == 3:
        return None
    first, at_number = data[at + 4], at + 5
    extra = 0
    while extra < 7 and first & (0x80 >> extra):
        extra += 1
    if extra in (1, 8) or at_number + extra + 6 > len(data):
        return None
    number = first & (0xFF >> (extra + 1)) if extra else first
    for _ in range(max(0, extra - 1)):
        number, at_number = number << 6 | data[at_number] & 63, at_number + 1
    end = at_number
    if size in (6, 7):
        block = int.from_bytes(data[end:end + size - 5], "big") + 1
        end += size - 5
    else:
        block = 192 if size == 1 else 576 << (size - 2) if size < 6 else 256 << (size - 8)
    end += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    check = 0
    for byte in data[at:end]:
        check = int(TABLES[FLAC8][check ^ byte])
    return (end + 1 - at, block, number, data[at + 1] & 1) if data[end] == check else None


def frames_from(data, at):
    """The frames from `at` to the end, as (start, end, header length)."""
    place, found = at, header(data, at)
    while found:
        length, block, number, by_samples = found
        expected = number + (block if by_samples else 1)
        following, after = place + length, None
        while True:
            following = data.find(b"\xFF", following)
            if following < 0:
                break
            after = header(data, following)
            if after and after[2] == expected:
                break
            following, after = following + 1, None
        end = following if after else len(data)
        yield place, end, length
        place, found = end, after


def find(array):
    data = array.tobytes()
    at, last = 4, False
    while not last and at + 4 <= len(data):
        last = bool(data[at] & 0x80)
        at += 4 + int.from_bytes(data[at + 1:at + 4], "big")
    frames, checksums = [], []
    for start, end, length in frames_from(data, at):
        # The checksum at a frame's end is recomputed, and so not counted as known.
        frames.append(Frame(start, end - start, length))
        checksums.append(Checksum(FLAC16, ((start, end - 2),), end - 2))
    if not frames:
        raise ValueError("no FLAC frames were found")
    return Layout("flac", frames, [(0, at)], checksums=checksums)
