"""Which bytes a pattern encrypts, as a mask: one bool for each byte of the content."""
import dataclasses, re
import numpy as np


# The packer's, for formats whose frames it finds.
DEFAULT = ("framed", 32, 64)


@dataclasses.dataclass(frozen=True)
class Pattern:
    """`text` is how a person writes it, `name` how figures call it."""
    text: str
    name: str
    kind: str
    head: int = 0
    stride: int = 1
    phase: int = 0
    from_header: bool = False

    def mask_of(self, data, layout):
        return self.mask(len(data), layout.runs(self.from_header))

    def mask(self, size, runs=()):
        """True where a byte is encrypted. `runs` are the striped runs of the framed pattern, (start, length) each."""
        mask = np.zeros(size, bool)
        if self.kind == "every":
            mask[self.phase::self.stride] = True
        elif self.kind == "blocks":
            # CENC's pattern for video: of ten blocks of 16 bytes, the first.
            for byte in range(16):
                mask[byte::160] = True
        elif self.kind == "framed":
            mask[:] = True
            for start, length in runs:
                run = mask[start:start + length]
                run[self.head:] = False
                run[self.head + self.stride - 1::self.stride] = True
        return mask


def parse(text):
    """`default`, `full`, `clear`, `every:10`, `every:10:3` (phase), `framed:32:64` or `32/64`.

    `blocks` is one block of 16 bytes in ten, as in video.

    `header:32:64` is what `framed` would be if the runs of MPEG and ADTS began with the frame's header.
    """
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    shape = re.sub(r"\d+", "#", text.replace("/", ":"))
    shape = "framed:#:#" if shape == "#:#" else shape
    if text == "full":
        return Pattern(text, "full", "every")
    if text == "default":
        return dataclasses.replace(parse("%s:%d:%d" % DEFAULT), text=text)
    if text == "clear":
        return Pattern(text, "clear", "clear")
    if text == "blocks":
        return Pattern(text, "blocks", "blocks")
    if shape in ("every:#", "every:#:#") and 1 <= numbers[0] and (numbers + [0])[1] < numbers[0]:
        phase = (numbers + [0])[1]
        return Pattern(text, "every%d" % numbers[0] + ("phase%d" % phase if phase else ""), "every",
                       stride=numbers[0], phase=phase)
    if shape in ("framed:#:#", "header:#:#") and numbers[1] >= 1:
        kind = shape.split(":")[0]
        name = "default" if (kind, *numbers) == DEFAULT else kind + "%d-%d" % tuple(numbers)
        return Pattern(text, name, "framed", head=numbers[0], stride=numbers[1], from_header=kind == "header")
    raise ValueError("'%s' is no pattern (default, full, clear, every:N, every:N:PHASE, HEAD/N)" % text)


def read_mask(path, size):
    """A mask from outside: the offsets of the encrypted bytes, ascending, as unsigned 64-bit little-endian numbers."""
    offsets = np.fromfile(path, "<u8")
    if len(offsets) and (offsets[-1] >= size or np.any(offsets[1:] <= offsets[:-1])):
        raise ValueError("%s: the offsets do not ascend, or leave the file's %d bytes" % (path, size))
    mask = np.zeros(size, bool)
    mask[offsets.astype(np.int64)] = True
    return mask


def write_mask(path, mask):
    np.flatnonzero(mask).astype("<u8").tofile(path)
