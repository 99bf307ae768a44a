"""MPEG audio (Layer I to III) and AAC in ADTS: frames that start with a sync word, tags around them.

| AAAAAAAA | AAABBCCD | EEEEFFGH | IIJJKLMM |   A sync, B version, C layer, D no CRC, E bit rate, F rate, G padding
"""
from .checksums import MPEG16
from .frames import Checksum, Frame, Layout

BITRATES = {
    (3, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)}
BITRATES[2, 3] = BITRATES[2, 2]
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def mpeg_frame(data, at):
    """(length, header bytes, CRC bytes, side bytes, layer) of the frame at `at`, or None."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = data[at + 1] >> 3 & 3, 4 - (data[at + 1] >> 1 & 3)
    bits, rate = data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or layer == 4 or rate == 3 or bits in (0, 15):
        return None
    rate = RATES[version][rate]
    bits = 1000 * BITRATES[3 if version == 3 else 2, layer][bits]
    padding = data[at + 2] >> 1 & 1
    mono = data[at + 3] >> 6 == 3
    if layer == 1:
        length = (12 * bits // rate + padding) * 4
    else:
        length = (72 if layer == 3 and version != 3 else 144) * bits // rate + padding
    side = 0
    if layer == 3:
        side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    elif layer == 2:
        # Bit allocations take at most 94 bits a channel, scale factor selectors at most 60.
        side = 24 if mono else 39
    return int(length), 4, 0 if data[at + 1] & 1 else 2, side, layer


def adts_frame(data, at):
    if at + 7 > len(data) or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return None
    length = (int(data[at + 3]) & 3) << 11 | int(data[at + 4]) << 3 | int(data[at + 5]) >> 5
    header = 7 if data[at + 1] & 1 else 9
    return (length, header, 0, 0, 0) if length > header else None


def tag_end(data):
    """Where an ID3v2 tag at the start ends."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = (data[6] & 127) << 21 | (data[7] & 127) << 14 | (data[8] & 127) << 7 | data[9] & 127
    return min(len(data), 10 + size + (10 if data[5] & 16 else 0))


def find(array):
    data = array.tobytes()
    at = start = tag_end(data)
    # A sync word counts when three frames follow each other from there.
    while at < len(data):
        for reader in (adts_frame, mpeg_frame):
            place = at
            for _ in range(3):
                found = reader(data, place)
                if not found:
                    break
                place += found[0]
            else:
                return _collect(data, at, start, reader)
        at += 1
    raise ValueError("no frames were found")


def _collect(data, at, start, reader):
    adts = reader is adts_frame
    codec, frames, checksums = "aac" if adts else "mp3", [], []
    while at < len(data):
        found = reader(data, at)
        if not found or at + found[0] > len(data):
            # Out of step: look for the next header whose successor is one too.
            at += 1
            while at < len(data):
                at = data.find(b"\xFF", at)
                if at < 0:
                    at = len(data)
                    break
                found = reader(data, at)
                if found and reader(data, at + found[0]):
                    break
                at += 1
            continue
        length, header, crc, side, layer = found
        if layer == 2:
            codec = "mp2"
        frame = Frame(at, length, header + crc, side, header + crc)
        if crc and layer == 3:
            frame.header = header
            checksums.append(Checksum(MPEG16, ((at + 2, at + 4), (at + 6, at + 6 + side)), at + 4))
            frame.side = side + 2
        frames.append(frame)
        at += length
    return Layout(codec, frames, checksums=checksums)
