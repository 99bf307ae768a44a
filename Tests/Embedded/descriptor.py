"""descriptor.py KEYBOX FILE VERSION FINGERPRINT: judges a player's device descriptor by the reference."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Vectors"))
from pinstripe_keys import KEYBOX_MAGIC, decode_descriptor, decode_key_file

keybox, file = (pathlib.Path(name).read_bytes() for name in sys.argv[1:3])
made = decode_descriptor(file, decode_key_file(keybox, KEYBOX_MAGIC), test=keybox[10] == 1)
digits = made["fingerprint"].hex()
shown = "-".join(digits[at:at + 4] for at in range(0, 32, 4))
said = (made["version"], made["suites"], made["slots"], made["features"], shown)
sys.exit(0 if said == (int(sys.argv[3]), 6, 16, 1, sys.argv[4]) else "not as it should be: %s" % (said,))
