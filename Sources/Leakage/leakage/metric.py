"""How much of the sound came through.

LI: the correlation of mel spectrograms (40 bands, log, frames of 25 ms every 10 ms, the bands' means removed). Windows
of one second are aligned by cross-correlation, each for itself, and laid end to end; the quiet ones are left out. 1 is
the sound itself, and what full encryption gives is the floor. Two modes: within 2400 samples, and within 1.5 s.
Good frames: the share of 20 ms frames whose signal-to-noise ratio exceeds 15 dB. Segmental SNR: the mean of the
frames' ratios after the best gain, each held between -10 and 35 dB.
"""
import dataclasses
import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import resample_poly

RATE, MEL_RATE = 44100, 16000
NEAR, FAR = 2400, RATE * 3 // 2
QUIET = 1e-5
FRAME, GOOD_DB, LOW_DB, HIGH_DB = 882, 15, -10, 35
BANDS, SPAN, HOP, POINTS = 40, 400, 160, 512
# Relative to full scale, far below what 16 bits can hold: a muted passage is one constant, not minus infinity.
FLOOR = 1e-8


@dataclasses.dataclass
class Score:
    li: float = 0.0
    good: float = 0.0
    snr: float = LOW_DB


def mel_filters():
    def mel(hertz): return 2595 * np.log10(1 + hertz / 700)
    edges = 700 * (10 ** (np.linspace(mel(20), mel(MEL_RATE / 2), BANDS + 2) / 2595) - 1)
    bins = np.arange(POINTS // 2 + 1) * MEL_RATE / POINTS
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))


FILTERS = mel_filters().astype(np.float32)
WINDOW = np.hanning(SPAN).astype(np.float32)


def log_mel(sound):
    """The log-mel spectrogram of a sound at 16 kHz, a row a frame."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, SPAN)[::HOP] * WINDOW
    power = np.abs(rfft(frames, POINTS)) ** 2 / (SPAN * SPAN / 4)
    return np.log(power @ FILTERS.T + FLOOR)


def padded(sound, start, end):
    """sound[start:end], zeros where there is none."""
    piece = sound[max(start, 0):max(end, 0)]
    left = min(max(-start, 0), end - start)
    result = np.zeros(end - start, np.float32)
    result[left:left + len(piece)] = piece
    return result


def correlation(a, b):
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    norm = np.sqrt((a * a).sum() * (b * b).sum())
    return float((a * b).sum() / norm) if norm > 1e-9 else 0.0


class Reference:
    """A clear decode, prepared for comparing many attacked ones with it."""

    def __init__(self, sound, seconds):
        self.sound = sound[:seconds * RATE]
        self.low = resample_poly(self.sound, 160, 441).astype(np.float32)
        self.windows = []
        for second in range(len(self.sound) // RATE):
            clear = self.sound[second * RATE:(second + 1) * RATE]
            if (clear ** 2).mean() >= QUIET:
                low = self.low[second * MEL_RATE:(second + 1) * MEL_RATE]
                self.windows.append((second, clear, low))
        self.mel = np.concatenate([log_mel(low) for _, _, low in self.windows] or [np.zeros((0, BANDS))])

    def score(self, attacked):
        """The better of both modes of alignment, in each respect."""
        attacked = np.nan_to_num(attacked[:len(self.sound) + 2 * RATE], nan=0, posinf=0, neginf=0)
        if not self.windows or len(attacked) < RATE // 10 or not attacked.any():
            return Score()
        low = resample_poly(attacked, 160, 441).astype(np.float32)
        near, far, ratios, gained = [], [], [], []
        for second, clear, clear_low in self.windows:
            lag = best_lag(clear, attacked, second * RATE, NEAR)
            near.append(window_mel(low, second, lag * MEL_RATE / RATE))
            lag_far = best_lag(clear_low, low, second * MEL_RATE, FAR * MEL_RATE // RATE)
            far.append(window_mel(low, second, lag_far))
            raw, best = frame_ratios(clear, padded(attacked, second * RATE + lag, (second + 1) * RATE + lag))
            ratios.append(raw)
            gained.append(best)
        li = max(correlation(self.mel, np.concatenate(found)) for found in (near, far))
        ratios, gained = np.concatenate(ratios), np.concatenate(gained)
        return Score(li, float((ratios > GOOD_DB).mean()), float(gained.mean())) if len(ratios) else Score(li)


def window_mel(low, second, lag):
    start = second * MEL_RATE + int(round(lag))
    return log_mel(padded(low, start, start + MEL_RATE))


def best_lag(clear, attacked, start, reach):
    """The shift within `reach` at which the attacked sound resembles the clear window most."""
    piece = padded(attacked, start - reach, start + len(clear) + reach)
    size = next_fast_len(len(piece), real=True)
    product = irfft(rfft(piece, size) * np.conj(rfft(clear, size)), size)[:2 * reach + 1]
    # Beyond the ends there is silence, which would look like a pause of the clear sound: an overhang of 62 ms at most.
    overhang = len(clear) // 16
    first, last = max(0, reach - start - overhang), len(attacked) - len(clear) - start + reach + overhang
    if last > first:
        return int(np.argmax(product[first:last + 1])) + first - reach
    return int(np.argmax(product)) - reach


def frame_ratios(clear, attacked):
    """Signal-to-noise ratios of the frames that are not silent, in dB: as they are, and with the best gain."""
    count = len(clear) // FRAME
    x, y = (s[:count * FRAME].reshape(count, FRAME).astype(np.float64) for s in (clear, attacked))
    power = (x * x).sum(axis=1)
    loud = power > QUIET * FRAME / 100
    x, y, power = x[loud], y[loud], power[loud]
    gain = (x * y).sum(axis=1) / np.maximum((y * y).sum(axis=1), 1e-12)

    def ratio(error): return 10 * np.log10(power / np.maximum((error * error).sum(axis=1), 1e-12))
    return ratio(x - y), np.clip(ratio(x - gain[:, None] * y), LOW_DB, HIGH_DB)
