"""An attack on partially encrypted FLAC that needs no decoder: Rice codes find their own step again.

FLAC's residual is a chain of codes q zeros, a one, k bits. Whoever starts anywhere reads nonsense for some ten codes
and is then in step; only k must be known, and the frame's length tells it within two. So each stretch of clear bytes
is read with every k, the chain of k along a frame is chosen by how well the codes fit (Viterbi), and the residual of
the stretches is laid out over the frame's samples. Without the predictor's coefficients it is the whitened sound;
a fixed filter that falls with the frequency stands for them. (In music, a third of the frames has the header of its
second subframe in clear, and it can be found; its predictor made no better sound of these residuals.)
"""
import numpy as np
from scipy.signal import lfilter
from .decoders import mono

PARAMETERS = range(0, 15)
# In bytes: shorter stretches never come into step, longer ones are cut, for k changes on the way.
SHORTEST, LONGEST = 4, 128
# What it costs, in bits of fit, when k changes from one stretch to the next by one.
CHANGE = 6.0
# How often the quotient q may be exceeded; the rest is where a code was lost.
LARGEST_QUOTIENT = 12
FILTERS = {"residual": (1.0,), "falling": (1.0, -0.9), "falling twice": (1.0, -1.8, 0.81)}


def stretches(unknown, frames):
    """Arrays (frame, first byte, end) of the clear stretches."""
    found = []
    for number, f in enumerate(frames):
        start, end = f.start + f.header, f.start + f.length - 2
        edges = np.flatnonzero(unknown[start:end]) + start
        bounds = np.concatenate([[start - 1], edges, [end]])
        for a, b in zip(bounds[:-1] + 1, bounds[1:]):
            found += [(number, c, min(b, c + LONGEST)) for c in range(a, b, LONGEST) if min(b - c, LONGEST) >= SHORTEST]
    return np.array(found, np.int64).reshape(-1, 3)


class Bits:
    """A byte array as bits: where the next one is, and the bits from any position on."""

    def __init__(self, data):
        padded = np.concatenate([data, np.zeros(8, np.uint8)])
        ones = np.flatnonzero(np.unpackbits(padded))
        size = 8 * len(padded)
        self.next = np.full(size + 1, size, np.int64)
        marks = np.concatenate([[-1], ones])
        self.next[:ones[-1] + 1 if len(ones) else 0] = np.repeat(ones, np.diff(marks))
        words = np.zeros(len(data), np.uint64)
        for byte in range(8):
            words = words << np.uint64(8) | padded[byte:byte + len(data)].astype(np.uint64)
        self.words = words

    def read(self, at, count):
        """`count` bits from each position in `at`."""
        word = self.words[at >> 3] << (at & 7).astype(np.uint64)
        return (word >> np.uint64(64 - count)).astype(np.int64) if count else np.zeros(len(at), np.int64)


def read_codes(bits, starts, ends, k):
    """(codes, -1 where there is none; the fit in bits) of every stretch, read with parameter k."""
    at, alive = starts * 8, np.arange(len(starts))
    limit = ends * 8
    steps = int((limit - at).max()) // (k + 1) if len(starts) else 0
    codes, fit = [], np.zeros(len(starts))
    # Of a well chosen k, the folded residual is geometric with half of its weight below 2^k.
    ratio = .5 ** (1 / (1 << k))
    for _ in range(steps):
        one = bits.next[at[alive]]
        end = one + 1 + k
        alive, one, end = (a[end <= limit[alive]] for a in (alive, one, end))
        if not len(alive):
            break
        quotient = one - at[alive]
        value = quotient << k | bits.read(one + 1, k)
        row = np.full(len(starts), -1, np.int32)
        row[alive] = np.where(quotient > LARGEST_QUOTIENT, 0, value)
        codes.append(row)
        fit[alive] += np.log2(1 - ratio) + value * np.log2(ratio) + quotient + 1 + k
        at[alive] = end
    return (np.stack(codes, axis=1) if codes else np.full((len(starts), 1), -1, np.int32)), fit


def best_parameters(fits, frame, expected):
    """The likeliest k of every stretch: fits, few changes along a frame, and near what the frame's length says."""
    chosen = np.zeros(len(frame), np.int64)
    ks = np.arange(fits.shape[1])
    cost = CHANGE * np.abs(ks[:, None] - ks[None, :])
    for number in np.unique(frame):
        rows = np.flatnonzero(frame == number)
        prior = -0.5 * (ks - expected[number]) ** 2
        score, back = fits[rows[0]] + prior, []
        for row in rows[1:]:
            steps = score[:, None] - cost
            back.append(steps.argmax(axis=0))
            score = steps.max(axis=0) + fits[row] + prior
        k = int(score.argmax())
        for row, pointers in zip(rows[::-1], back[::-1] + [None]):
            chosen[row] = k
            k = int(pointers[k]) if pointers is not None else k
    return chosen


def stream_information(data):
    """(rate, channels, total samples) as STREAMINFO says.

    | sizes 10 bytes | rate 20 bits | channels - 1, 3 bits | bits - 1, 5 bits | samples 36 bits |
    """
    at = data[:4096].tobytes().find(b"fLaC") + 8
    word = int.from_bytes(data[at + 10:at + 18].tobytes(), "big")
    return word >> 44, (word >> 41 & 7) + 1, word & (1 << 36) - 1


def block_size(frames, total):
    """Samples of a frame: all have the same number but for the last, in what encoders write."""
    size = -(-total // len(frames))
    usual = min((192, 576, 1152, 2304, 4096, 4608), key=lambda s: abs(s - size))
    return usual if abs(usual - size) <= .02 * usual + 1 else size


def attack(data, unknown, layout, seconds):
    """Sounds (name, samples at 44.1 kHz) that the clear bytes give by themselves."""
    rate, coded, total = stream_information(data)
    if not (layout.frames and total and 4000 <= rate <= 192000):
        return
    block = block_size(layout.frames, total)
    frames = layout.frames[:int(seconds * rate / block) + 2]
    found = stretches(unknown, frames)
    if not len(found):
        return
    frame, starts, ends = found.T
    bits = Bits(data[:frames[-1].start + frames[-1].length])
    read = [read_codes(bits, starts, ends, k) for k in PARAMETERS]
    fits = np.stack([fit for _, fit in read], axis=1)
    # A second channel that equals the first one takes no bits at all.
    for channels in {1, min(2, coded)}:
        # A frame of b bits a sample has residuals of about b - 1.7 bits.
        expected = np.array([8 * f.length / (block * channels) - 1.7 for f in frames])
        sound = lay_out(frames, block, channels, found, read, best_parameters(fits, frame, expected))
        for name, taps in FILTERS.items():
            yield "%s, %d coded" % (name, channels), mono(lfilter([1.0], taps, sound[:, :1], axis=0), rate)


def lay_out(frames, block, channels, found, read, chosen):
    """The residuals of all stretches over the samples of their frames, which the channels share evenly."""
    sound = np.zeros((len(frames) * block, channels), np.float32)
    for number in np.unique(found[:, 0]):
        start = frames[number].start + frames[number].header
        # Residuals with the place in the file they were read from: lost codes leave no shift behind.
        values, places = [], []
        for row in np.flatnonzero(found[:, 0] == number):
            codes = read[chosen[row]][0][row]
            codes = codes[codes >= 0]
            values.append((codes >> 1) ^ -(codes & 1))
            places.append(np.linspace(found[row, 1], found[row, 2], len(codes), endpoint=False))
        values, places = np.concatenate(values), np.concatenate(places)
        bounds = np.linspace(start, frames[number].start + frames[number].length, channels + 1)
        for channel in range(channels):
            part = (places >= bounds[channel]) & (places < bounds[channel + 1])
            if part.any():
                sound[number * block:(number + 1) * block, channel] = spread(
                    values[part], places[part], bounds[channel], bounds[channel + 1], block)
    return sound / 32768


def spread(values, places, first, last, block):
    """`block` samples: each value where its place in the bytes says; between stretches, silence."""
    usual = (last - first) / block
    steps = np.minimum(np.diff(places, append=last), 4 * usual)
    gaps = np.diff(places, append=last) - steps
    # Codes in loud passages are longer: time goes by codes within a stretch, by bytes between stretches.
    time = np.cumsum(np.concatenate([[0.0], (1 + gaps / usual)[:-1]]))
    time *= (block - 1) / max(1.0, time[-1] + 1 + gaps[-1] / usual)
    made = np.zeros(block, np.float32)
    made[time.astype(int)] = values
    return made
