"""alike.py DB A B: whether two pieces of sound (signed 16 bits) are alike but for noise so many dB below.
alike.py --step FRAME FILE: whether the step between samples there is one that the rest of the file has too (stereo).
alike.py --last COUNT FILE: whether the last samples are nearly silent.
alike.py --gaps WHOLE FILE: whether FILE, which has silent places, changes its loudness nowhere in one step."""
import array, math, sys


def load(path):
    with open(path, "rb") as file:
        return array.array("h", file.read())


def alike(limit, a, b):
    count = min(len(a), len(b))
    signal = sum(x * x for x in a[:count])
    noise = sum((x - y) ** 2 for x, y in zip(a, b))
    return count > 20000 and abs(len(a) - len(b)) < 4096 and 10 * math.log10((signal + 1) / (noise + 1)) > limit


def steps(sound):
    return [abs(x - y) for x, y in zip(sound, sound[2:])]


def main():
    kind, *rest = sys.argv[1:]
    if kind == "--step":
        place, all = 2 * int(rest[0]), steps(load(rest[1]))
        near, others = all[place - 40:place + 40], all[:place - 400] + all[place + 400:]
        return max(near) <= max(others)
    if kind == "--last":
        return max(abs(x) for x in load(rest[1])[-int(rest[0]) // 20:]) < 600
    if kind == "--gaps":
        whole, sound = load(rest[0]), load(rest[1])
        return any(not any(sound[at:at + 400]) for at in range(0, len(sound), 400)) and \
            max(steps(sound)) <= max(steps(whole)) * 1.05
    return alike(float(kind), load(rest[0]), load(rest[1]))


sys.exit(0 if main() else 1)
