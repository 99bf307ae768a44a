"""Changes of frame maps, and what makes cases of them.

A change is made to the plain map. The case without "-raw" carries it under tags made anew; "-raw" carries the same
bytes under the old tags.
"""
import copy
from pinstripe_framemap import PAGE_SIZE, make_map
from pinstripe_reference import pack
from pinstripe_sections import FRAME_MAP
from vector_edits import Refusals, differences
from vector_framed import framed
from vector_sources import build, pieces, runs_of


class FramedRefusals(Refusals):
    def changed(self, base, change):
        parts = self.parts[base]
        plain = copy.deepcopy(parts["map"])
        change(plain)
        sections = [(t, f, salt, plain.encode() if t == FRAME_MAP else c) for t, f, salt, c in parts["sections"]]
        return pack(**{**parts, "sections": sections})

    def stored(self, base):
        """Where the map starts in the file, and how many pages it has."""
        return 4096 + len(self.parts[base]["content"]), len(self.parts[base]["map"].pages)

    def map(self, name, status, change, base="base-framed", raw="TAG", **more):
        """`status` at opening, for a change of the map's header; `content_status` when all content is read."""
        old, new = self.files[base], self.changed(base, change)
        at, pages = self.stored(base)
        untagged = bytearray(old)
        for start in [at, *(at + 96 + PAGE_SIZE * k for k in range(pages))]:
            size = 96 if start == at else PAGE_SIZE - 32
            untagged[start:start + size] = new[start:start + size]
        self.add(name, status, differences(old, new), base, **more)
        more = {k: v for k, v in more.items() if not k.endswith("_status") and k != "seek"}
        if raw == "TAG":
            self.add(name + "-raw", "TAG", differences(old, bytes(untagged)), base, **more)
        else:
            self.add(name + "-raw", "OK", differences(old, bytes(untagged)), base, content_status=["TAG"], **more)

    def page(self, name, change, base="base-framed", seek=None, **more):
        """The track opens; whoever reads the page refuses it, and so does, if given, who seeks to `seek` at once."""
        if seek is not None:
            more["seek"] = {"offset": seek, "status": ["MALFORMED"]}
        self.map(name, "OK", change, base, raw="content", content_status=["MALFORMED"], **more)

    def full_page(self, name, change, **more):
        """A change of a track with one page of 968 runs, as a file of its own."""
        parts = build(name, pattern=framed(3, 2), pages=["1c " * 968])
        change(parts["map"])
        sections = [(t, f, salt, parts["map"].encode()) for t, f, salt, _ in parts["sections"]]
        parts["map"] = make_map(framed(3, 2), [runs_of("968c")])  # what `pack` encrypts by: nothing
        self.cases.append({"name": name, "status": ["OK"], "content_status": ["MALFORMED"], "base": "base-framed-one",
                           "file": pieces(pack(**{**parts, "sections": sections})), **more})

    def rebuilt(self, name, status, change, base="base-framed-one", **more):
        """A change that makes the file longer or shorter, as a file of its own."""
        content_status = more.pop("content_status", None)
        case = {"name": name, "status": [status], "base": base, "file": pieces(self.changed(base, change)), **more}
        self.cases.append({**case, "content_status": [content_status]} if content_status else case)


def setting(target, **values):
    """A change of some fields: of the map, or of the page with that number."""
    def change(plain):
        where = plain if target is None else plain.pages[target]
        for name, value in values.items():
            assert hasattr(where, name), name
            setattr(where, name, value)
    return change


def shifted(target, name, by, **values):
    def change(plain):
        setting(target, **values)(plain)
        where = plain if target is None else plain.pages[target]
        setattr(where, name, (getattr(where, name) + by) % (1 << 64))
    return change
