"""Ogg: pages with a header, a table of lacing values and pieces of packets.

| "OggS" 4 | version 1 | flags 1 | position 8 | serial 4 | page 4 | CRC 4 | count 1 | lacing values, count bytes |
A lacing value below 255 ends a packet.
"""
from .checksums import OGG32
from .frames import Checksum, Frame, Layout

# How many packets at the start of a stream set the decoder up: the attacker knows a file of the same encoder.
SETUP = {b"\x01vorbis": ("vorbis", 3), b"OpusHea": ("opus", 2), b"\x7fFLAC\x01\x00": ("oggflac", 2)}


def pages(data):
    """(start, start of the body, [(piece's length, whether a packet ends with it)], end) of every page."""
    at = 0
    while True:
        at = data.find(b"OggS", at)
        if at < 0 or at + 27 > len(data):
            return
        body = at + 27 + data[at + 26]
        pieces, size = [], 0
        for value in data[at + 27:body]:
            size += value
            if value < 255:
                pieces.append((size, True))
                size = 0
        if data[at + 26] and data[body - 1] == 255:
            pieces.append((size, False))
        end = body + sum(length for length, _ in pieces)
        if end > len(data):
            return
        yield at, body, pieces, end
        at = end


def find(array):
    data = array.tobytes()
    codec, setup, packet, fresh = "ogg", 1, 0, True
    frames, known, checksums = [], [], []
    for start, body, pieces, end in pages(data):
        known.append((start, body))
        checksums.append(Checksum(OGG32, ((start, end),), start + 22, "little"))
        at = body
        for length, ends in pieces:
            if packet == 0 and fresh:
                codec, setup = SETUP.get(data[at:at + 7], ("ogg", 1))
                if codec == "oggflac":
                    setup = 1 + int.from_bytes(data[at + 7:at + 9], "big")
            if packet < setup:
                known.append((at, at + length))
            elif length:
                # Opus: the first byte says mode and size, the same in nearly every packet.
                frames.append(Frame(at, length, 1 if codec == "opus" and fresh else 0))
            at += length
            fresh = ends
            packet += ends
    if not frames:
        raise ValueError("an Ogg file without packets")
    return Layout(codec, frames, known, checksums=checksums)
