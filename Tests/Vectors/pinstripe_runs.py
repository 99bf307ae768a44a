"""The runs of a framed content and which of their bytes are encrypted, from the page "Track format" alone."""
import dataclasses
from pinstripe_keys import keystream, xor

FULL, STRIPED = 0, 1  # kinds of run; 2 is clear


@dataclasses.dataclass
class Run:
    """A stretch of a framed content; its methods take that content's pattern."""
    length: int
    kind: int

    def before(self, pattern, offset):
        """How many of the run's first `offset` bytes are encrypted: min(n, H) + floor((n - H) / N) if striped."""
        n = min(offset, self.length)
        if self.kind != STRIPED:
            return n if self.kind == FULL else 0
        return min(n, pattern.head) + max(0, n - pattern.head) // pattern.stride

    def places(self, pattern, start, end):
        """The run's encrypted bytes from `start` to `end`, as slices of it in order."""
        if self.kind != STRIPED:
            return [slice(start, end, 1)] if self.kind == FULL else []
        first = pattern.head + pattern.stride - 1
        first += -(-max(0, start - first) // pattern.stride) * pattern.stride
        # No slice may end before it starts: moved to a place in the data, its end could be negative.
        return [slice(start, max(start, min(end, pattern.head)), 1), slice(first, max(first, end), pattern.stride)]


def apply_runs(suite, key, pattern, data, runs):
    """Encrypts or decrypts the bytearray `data`. `runs` are (run, place of its first byte, encrypted bytes before it);
    a run may start before the data and end behind it."""
    for run, at, j in runs:
        start, end = max(0, -at), min(run.length, len(data) - at)
        if start >= end:
            continue
        first = run.before(pattern, start)
        stream = keystream(suite, key, j + first, run.before(pattern, end) - first)
        for place in run.places(pattern, start, end):
            part = slice(at + place.start, at + place.stop, place.step)
            count = len(data[part])
            data[part], stream = xor(data[part], stream[:count]), stream[count:]
