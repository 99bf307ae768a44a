"""portions.py CALLS: judges qemu's list of system calls of a player that put a WAV's samples out. Content starts at
byte 4096 of the track, its samples 44 bytes behind."""
import re, sys

written = reads = largest = farthest = 0
for line in open(sys.argv[1], errors="replace"):
    # 32-bit ARM puts an offset into two registers, an even and an odd one.
    if match := re.search(r" pread64\(\d+,\s*\w+,\s*(\d+),\s*(\d+)(?:,\s*(\d+))?", line):
        size, offset = int(match[1]), int(match[3] if sys.argv[2] == "arm" else match[2])
        if offset >= 4096:
            reads, largest = reads + 1, max(largest, size)
            farthest = max(farthest, offset + size - 4096 - 44 - written)
    elif match := re.search(r" write\(1,\s*0x[0-9a-f]+,\s*(\d+)\)", line):
        written += int(match[1])
# A portion of 16 KiB, what libsndfile has of the portion before, and two pieces of sound of 4 KiB.
good = reads >= 352844 // 16384 and largest <= 16384 and farthest <= 16384 + 16384 + 2 * 4096 and written == 352800
print(f"{reads} reads of at most {largest} bytes, {farthest} ahead, {written} written")
sys.exit(0 if good else 1)
