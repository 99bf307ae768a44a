"""Spectrograms for a person to look at: the original, what the attacker gets, what full encryption leaves."""
import numpy as np
from scipy.signal import resample_poly
from . import metric

# Black, purple, orange, pale yellow.
COLOURS = np.array([(0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)], float)
WIDTH, HEIGHT, LABEL = 1200, 160, 16


def panel(sound):
    """A mel spectrogram as pixels, 70 dB from black to white."""
    low = resample_poly(np.pad(sound, (0, max(0, metric.RATE - len(sound)))), 160, 441).astype(np.float32)
    mel = metric.log_mel(low).T[::-1]
    level = np.clip((mel * 4.343 + 90) / 70, 0, 1)
    rows = np.arange(HEIGHT) * level.shape[0] // HEIGHT
    columns = np.arange(WIDTH) * level.shape[1] // WIDTH
    place = level[rows][:, columns] * (len(COLOURS) - 1)
    index = np.minimum(place.astype(int), len(COLOURS) - 2)
    part = (place - index)[..., None]
    return (COLOURS[index] * (1 - part) + COLOURS[index + 1] * part).astype(np.uint8)


def draw(path, panels, seconds):
    """Writes a PNG; `panels` are (label, sound at 44.1 kHz)."""
    from PIL import Image, ImageDraw
    image = Image.new("RGB", (WIDTH, (HEIGHT + LABEL) * len(panels)), "white")
    pen = ImageDraw.Draw(image)
    for number, (label, sound) in enumerate(panels):
        top = number * (HEIGHT + LABEL)
        sound = np.pad(sound, (0, max(0, seconds * metric.RATE - len(sound))))[:seconds * metric.RATE]
        pen.text((4, top + 2), label, fill="black")
        image.paste(Image.fromarray(panel(sound)), (0, top + LABEL))
    image.save(path)
