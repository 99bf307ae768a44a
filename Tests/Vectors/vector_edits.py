"""Edits of tracks, and what collects the cases that are made of them."""
import struct
from pinstripe_reference import pack, seal
from vector_sources import DEVICE, build, pieces

HEADER_TAG = 4064
CASE_KEYS = ("metadata_status", "clear_allowed", "content_status", "map_status", "purchaser_status", "rights_status",
             "rights_verdict", "rights_obeyed", "status_unobeyed", "chunk_status", "bad_chunks", "keybox")


def u16(value): return struct.pack("<H", value)
def u32(value): return struct.pack("<I", value)
def u64(value): return struct.pack("<Q", value)
def put(offset, data): return {"offset": offset, "hex": data}
def cut(offset, count): return {"offset": offset, "remove": count}
def insert(offset, data): return {"offset": offset, "insert": data}
def truncate(size): return {"truncate": size}
def append(data): return {"append": data}


def apply(file, edits):
    """`edits` in order; their byte strings may be hex text, as in the JSON."""
    out = bytearray(file)
    for edit in edits:
        data = next((edit[k] for k in ("hex", "insert", "append") if k in edit), b"")
        data, at = bytes.fromhex(data) if isinstance(data, str) else data, edit.get("offset", len(out))
        if "truncate" in edit:
            del out[edit["truncate"]:]
        else:
            out[at:at + edit.get("remove", len(data) if "hex" in edit else 0)] = data
    return bytes(out)


def differences(old, new):
    """The edits that make `new` of `old`, which is as long; places closer than 8 bytes are one edit."""
    assert len(old) == len(new)
    places = []
    for at in (i for i in range(len(old)) if old[i] != new[i]):
        if places and at - places[-1][1] < 8:
            places[-1][1] = at
        else:
            places.append([at, at])
    return [put(first, new[first:last + 1]) for first, last in places]


class Refusals:
    """Collects the edits of some base tracks, which are given as options of `build`."""

    def __init__(self, bases):
        self.cases, self.bases = [], bases
        self.parts = {name: build(name, **options) for name, options in bases.items()}
        self.files = {name: pack(**parts) for name, parts in self.parts.items()}

    def add(self, name, status, edits=(), base="base-header", sealed=False, **more):
        """`edits` on `base`. More: about, keybox, clear_allowed, test_allowed, metadata_status, content_edits."""
        edits = [edits] if isinstance(edits, dict) else list(edits)
        if sealed:
            edited = apply(self.files[base], edits)
            new = seal(edited, self.parts[base]["cek"])
            edits += [put(at, new[at:at + 32]) for at in (HEADER_TAG, len(new) - 32)
                      if new[at:at + 32] != edited[at:at + 32]]
        case = {"name": name, "status": status.split("|"), "base": base, "edits": edits, **more}
        assert name not in [c["name"] for c in self.cases], name
        self.cases.append(case)

    def flip(self, name, status, offset, mask=1, base="base-header", **more):
        self.add(name, status, put(offset, bytes([self.files[base][offset] ^ mask])), base, **more)

    def both(self, name, status, edits, raw=None, base="base-header", **more):
        """The edit as such, where the tag may be what refuses it (`raw`), and again under a valid tag."""
        self.add(name + "-raw", raw or status, edits, base, **more)
        self.add(name, status, edits, base, True, **more)

    def whole(self, name, status, about=None, base="base-header", **options):
        """A track made like `base`, under its own name, but for some options of `build`; the others go to the case."""
        more = {"about": about, **{k: options.pop(k) for k in CASE_KEYS if k in options}}
        file = pack(**build(name, **{**self.bases[base], **options}))
        self.cases.append({"name": name, "status": status.split("|"), "base": base, "file": pieces(file),
                           **{k: v for k, v in more.items() if v}})

    def end(self, base):
        return len(self.files[base])

    def described(self):
        return {name: {"length": len(self.parts[name]["content"]), "keybox": DEVICE.keybox(),
                       "cek": self.parts[name]["cek"], "file": pieces(file)} for name, file in self.files.items()}
