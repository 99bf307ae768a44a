"""Metadata that is refused when it is read. The bases are those of `vector_refusals`."""
import struct

SECTION0 = 4196  # where the metadata of base-header and base-trailer starts


def metadata(r):
    """Sections are judged when they are read: these tracks open."""
    field = lambda number, value, zero=0, length=None: struct.pack(
        "<HHI", number, zero, len(value) if length is None else length) + value
    whole = lambda name, contents, status="MALFORMED", **more: r.whole(
        "metadata-" + name, "OK", metadata_status=status.split("|"), contents=contents, fields=None, **more)
    for at, what in ((0, "salt"), (31, "salt-last"), (32, "contents"), (40, "value")):
        r.flip("metadata-%s-flip" % what, "OK", SECTION0 + at, metadata_status=["TAG"])
        r.flip("trailer-metadata-%s-flip" % what, "OK", SECTION0 + at, base="base-trailer", metadata_status=["TAG"])
    r.flip("unknown-section-flip", "OK", r.end("base-header") - 1, metadata_status=["OK"],
           about="nobody reads this section")
    for count in (1, 7):
        whole("rest-of-%d" % count, field(1, b"title") + bytes(count))
    whole("only-4-bytes", bytes(4))
    whole("zero-field", field(1, b"title", zero=1))
    whole("zero-field-unknown", field(99, b"new", zero=0x100))
    whole("length-one-more", field(1, b"title", length=6))
    whole("length-2-32", field(1, b"title", length=0xFFFFFFFF))
    whole("length-wraps-round", field(99, b"x", length=0xFFFFFFF8) + field(1, b"title"))
    for number in (1, 2, 3, 4, 16, 17):
        whole("twice-%d" % number, field(number, b"x" * 32) * 2)
    whole("unknown-twice", field(99, b"a") * 2, "OK")
    whole("number-0", field(0, b"a"), "OK")
    whole("sha256-of-31", field(17, bytes(31)))
    whole("not-utf8", field(1, b"\xff\xfe"), "OK")
    whole("picture-without-zero", field(5, b"image/png"), "OK")
    whole("free-field-without-zero", field(7, b"name"), "OK")
    whole("empty-values", field(1, b"") + field(6, b"") + field(16, b""), "OK")
    whole("many-fields", field(6, b"") * 200, "OK")
