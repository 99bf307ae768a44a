"""Tracks with a purchaser, rights and chunk tags that open."""
from pinstripe_sections import ISSUED, RIGHTS_TEST, Rights
from vector_framed import framed
from vector_sources import CLEAR, CONTENT, DEVICE, PRODUCTION, STRANGER, Device, every, random, title, track_case

BUYER = "Zoë Müller <zoe@example.org>, 注文 4711".encode()


def rights(device=DEVICE, flags=ISSUED, issuer=None, **fields):
    """For `build`: rights for a device, issued with the rights key of `issuer` or else of that device."""
    def make(track_id):
        made = Rights(flags, **{"plays": 0, "rights_id": random("rights id", 16), "device_id": device.id,
                                "track_id": track_id, **fields})
        return made.issue((issuer or device).key.rights_key) if flags & ISSUED else made

    return make


def purchasers():
    case = track_case
    yield case("purchaser", "who bought it", purchaser=BUYER, fields=title(100))
    yield case("purchaser-trailer", "with a trailer, in the other suite", suite=2, trailer=True, purchaser=BUYER)
    yield case("purchaser-one-byte", "the shortest", purchaser=b"x")
    yield case("purchaser-1024", "the longest", purchaser=("ü" * 512).encode())
    yield case("purchaser-clear", "in a clear track, where anybody can read it", pattern=CLEAR, purchaser=BUYER)
    yield case("purchaser-not-utf8", "shown with replacement characters, as metadata", purchaser=b"Zo\xeb")


def with_rights():
    case = track_case
    newer, highest = Device("device", epoch=2), (1 << 64) - 1
    yield case("rights-advice", "nobody issued them", rights=rights(flags=0, plays=3), verdict="advice")
    yield case("rights-advice-test", "with TEST", rights=rights(flags=RIGHTS_TEST), verdict="advice")
    yield case("rights-advice-other-device", "advice for another device is advice", rights=rights(STRANGER, 0),
               verdict="advice")
    yield case("rights-issued", "any number of plays, at any time", rights=rights(), verdict="issued",
               fields=title(100))
    yield case("rights-issued-trailer", "with a trailer, in the other suite", suite=2, trailer=True,
               rights=rights(plays=1), verdict="issued", fields=title(100))
    yield case("rights-issued-test", "with TEST", rights=rights(flags=ISSUED | RIGHTS_TEST), verdict="issued")
    yield case("rights-issued-production", "a keybox without TEST", owner=PRODUCTION, rights=rights(PRODUCTION),
               verdict="issued")
    yield case("rights-issued-epoch-2", "K_rights does not depend on the epoch", owner=newer, rights=rights(newer),
               verdict="issued")
    yield case("rights-times", "a second is enough", verdict="issued",
               rights=rights(plays=(1 << 32) - 1, not_before=1700000000, not_after=1700000000))
    yield case("rights-not-before", "with an end at any time", rights=rights(not_before=1 << 40), verdict="issued")
    yield case("rights-not-after", "from any time on", rights=rights(not_after=1), verdict="issued")
    yield case("rights-times-highest", "beyond every calendar", verdict="issued",
               rights=rights(not_before=highest, not_after=highest))
    yield case("rights-other-device", "issued for another device: not played", rights=rights(STRANGER),
               verdict="other-device")
    yield case("rights-other-issuer", "for this device, but not by who knows its DUS: not played",
               rights=rights(issuer=STRANGER), verdict="unverified")


def with_chunks():
    case = track_case
    yield case("chunks-4096", "two chunks and a short one", length=9000, chunks=4096)
    yield case("chunks-4096-suite2-trailer", "the last chunk is a whole one", length=8192, suite=2, trailer=True,
               chunks=4096, fields=title(8192))
    yield case("chunks-4096-and-a-byte", "the last chunk has one byte", length=4097, chunks=4096, pattern=every(1))
    yield case("chunks-8192", "other chunks", length=8193, chunks=8192, suite=2)
    yield case("chunks-65536", "content shorter than a chunk", length=300, chunks=65536)
    yield case("chunks-1048576", "the largest chunks", length=1, chunks=1 << 20)
    yield case("chunks-empty", "no content, no chunks", length=0, chunks=4096)
    yield case("chunks-clear", "in a clear track they are checksums", pattern=CLEAR, length=4200, chunks=4096)


def all_sections():
    everything = dict(pattern=framed(10, 4), pages=["100s 200s 31c", "150s 19f"], fields=title(500), purchaser=BUYER,
                      rights=rights(plays=10), chunks=4096, verdict="issued", codec=b"mp3 ")
    yield track_case("sections-all", "every known section and one of a later version", suite=1,
                     sections=[(77, 0, b"later")], **everything)
    yield track_case("sections-all-trailer", "the same with a trailer", suite=2, trailer=True,
                     sections=[(77, 0, b"later")], **everything)


def section_tracks():
    return {"content": CONTENT, "tracks": [*purchasers(), *with_rights(), *with_chunks(), *all_sections()]}
