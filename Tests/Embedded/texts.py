"""texts.py PACKAGE FIGURES: holds the sizes in the texts' tables against the lines "figure decoder.TARGET.NAME VALUE B"
of a build; of targets that were not built it says nothing. Ends with 1 where a text has another number."""
import pathlib, re, sys

package = pathlib.Path(sys.argv[1])
figures = dict(re.findall(r"^figure decoder\.(\S+) (\d+) B$", pathlib.Path(sys.argv[2]).read_text(), re.M))
readme, embedded, firmware = (package / "README.md").read_text(), (package / "Sources/Embedded/README.md").read_text(), \
    (package / "Examples/FirmwareDecoder/README.md").read_text()
held, wrong = 0, []


def hold(text, pattern, *names):
    """Each group of the pattern, which the text has once, is the figure of that name."""
    global held
    found = re.findall(pattern, text, re.M)
    if len(found) != 1:
        wrong.append(f"{pattern!r} is there {len(found)} times")
        return
    values = found[0] if isinstance(found[0], tuple) else (found[0],)
    for value, name in zip(values, names, strict=True):
        if name not in figures:
            continue
        held += 1
        size = int(figures[name])
        # A number with a decimal point is in thousands, rounded.
        if value != (f"{size / 1000:.1f}" if "." in value else f"{size:,}"):
            wrong.append(f"{name} is {size:,}, and a text has {value}")


number = r"([\d,]+)"
names = "text_bytes", "firmware_text_bytes", "playing_text_bytes"
for row, target in (("`aarch64-linux`", "aarch64"), ("`thumb2-linux`, `cortex-m4`, `cortex-m33`", "thumb2"),
                    ("`x86_64-linux`", "x86_64"), ("`riscv64-linux`", "riscv64"),
                    (r"`armv7-linux` \(ARM instructions\)", "armv7")):
    hold(embedded, rf"^\| {row} \| {number} \| {number} \| {number} \| {number} / {number} \|", *(f"{target}.{x}" for x in names),
         *(f"{target}-every.{x}" for x in names[1:]))
for row, target in (("aarch64", "aarch64"), ("Thumb-2, Cortex-M4, M33", "thumb2"), ("armv7, ARM instructions", "armv7"),
                    ("riscv64", "riscv64")):
    hold(firmware, rf"^\| {row} \| {number} \| {number} \|", f"{target}.firmware_text_bytes", f"{target}-every.firmware_text_bytes")
hold(embedded, rf"needs {number} bytes of stack on (?:aarch64), x86_64 and as Thumb-2, {number} in ARM instructions and {number} on riscv64",
     "aarch64.stack_bytes", "armv7.stack_bytes", "riscv64.stack_bytes")
for other in "x86_64", "thumb2", "cortex-m4", "cortex-m33":
    hold(embedded, rf"needs {number} bytes of stack on aarch64, x86_64 and as Thumb-2", f"{other}.stack_bytes")
for text in readme, firmware:
    hold(text, rf"at most {number} bytes of stack \((?:riscv64: |){number}(?: on riscv64|)\)", "armv7.stack_bytes", "riscv64.stack_bytes")
hold(readme, r"([\d.]+) KB of code on aarch64 Linux and ([\d.]+) KB as Thumb-2, ([\d.]+) and ([\d.]+) KB without frame maps",
     "aarch64.playing_text_bytes", "thumb2.playing_text_bytes", "aarch64-every.playing_text_bytes", "thumb2-every.playing_text_bytes")
hold(readme, r"the whole API has ([\d.]+) and ([\d.]+) KB", "aarch64.text_bytes", "thumb2.text_bytes")
for line in wrong:
    print(f"FAILED texts: {line}")
sys.exit(bool(wrong) or (bool(figures) and not held))
