"""Writes FILE.frames beside every file of this folder: "offset size" of each frame in it.

By ffprobe; of Ogg by mutagen, because ffprobe knows only the page that a packet ends in.
"""
import glob, subprocess
from mutagen.ogg import OggPage

def packets(name):
    """Every packet, or piece of one, of the pages whose stream has a known codec."""
    known, heads = {}, {}
    with open(name, "rb") as file:
        while True:
            try:
                page = OggPage(file)
            except EOFError:
                return
            sizes = [len(packet) for packet in page.packets]
            offset = page.offset + 27 + sum(size // 255 + 1 for size in sizes)
            if sizes and not page.complete:
                offset -= 1 if sizes[-1] % 255 == 0 else 0
            if page.first:
                first = page.packets[0]
                known[page.serial] = (
                    "vorbis" if first[:7] == b"\1vorbis" else "opus" if first[:8] == b"OpusHead"
                    else "flac" if first[:5] == b"\x7fFLAC" else None)
                heads[page.serial] = 0
            for index, (packet, size) in enumerate(zip(page.packets, sizes)):
                codec = known.get(page.serial)
                begins = index > 0 or not page.continued
                if begins:
                    heads[page.serial] += 1
                    audio = {
                        "vorbis": heads[page.serial] > 3, "opus": heads[page.serial] > 2,
                        "flac": packet[:1] == b"\xff", None: False}[codec]
                    known[page.serial, "audio"] = audio
                if known[page.serial, "audio"] and size:
                    yield offset, size
                offset += size

def ffprobe(name):
    text = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pos,size",
         "-of", "compact=p=0", name], check=True, capture_output=True, text=True).stdout
    for line in text.split():
        fields = dict(field.split("=", 1) for field in line.split("|") if "=" in field)
        yield int(fields["pos"]), int(fields["size"])

def free(name):
    """Free format, which ffprobe does not know: 400 kbit/s, as fetch.sh asked for."""
    data = open(name, "rb").read()
    offset = 0
    while offset + 4 <= len(data) and data[offset] == 0xFF:
        size = 144 * 400000 // 44100 + (data[offset + 2] >> 1 & 1)
        yield offset, size
        offset += size

for name in sorted(glob.glob("*.*")):
    ogg = name.rsplit(".", 1)[1] in ("ogg", "oga", "opus", "ogv")
    find = free if name == "free.mp3" else packets if ogg else ffprobe
    with open(name + ".frames", "w") as out:
        for offset, size in find(name):
            out.write(f"{offset} {size}\n")
