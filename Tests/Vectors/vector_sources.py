"""What the vectors are made from: a fixed source of random bytes, the key holders, and the cases that are accepted."""
import base64, hashlib
from pinstripe_framemap import make_map
from pinstripe_keys import KEYBOX_MAGIC, PLAYBACK_MAGIC, Key, Pattern, encode_key_file, hkdf, keystream, playback_key, \
    stripe_key
from pinstripe_reference import CRITICAL, open_track, pack, seal
from pinstripe_runs import Run
from pinstripe_sections import CHUNK_TAGS, FRAME_MAP, METADATA, PURCHASER, RIGHTS, chunk_contents, encode_fields, \
    section_tag

TEST = 1
STRIDES = (1, 2, 3, 4, 7, 9, 10, 16, 31, 32, 63, 64, 65, 100, 127, 128, 255, 256, 1000, 65535)
LENGTHS = (0, 1, 2, 9, 10, 11, 63, 64, 65, 100, 1000, 4096, 5000, 70000)
SHORT = 11
CONTENT = "byte i = (7 i + 3) mod 251"
CLEAR = Pattern(0, 0, 0)


def random(label, count):
    """`count` bytes that depend on nothing but `label`: SHA-256 of "pinstripe vectors 1", the label and a counter."""
    blocks = (hashlib.sha256(b"pinstripe vectors 1\0%s\0%d" % (label.encode(), i)).digest()
              for i in range(-(-count // 32)))
    return b"".join(blocks)[:count]


def content(length):
    period = bytes((7 * i + 3) % 251 for i in range(251))
    return (period * (length // 251 + 1))[:length]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def pieces(data):
    """A file as a list: a string is the base64 of up to 84 bytes, a number that many zero bytes."""
    out, at, start = [], 0, 0

    def text(end):
        out.extend(base64.b64encode(data[i:min(i + 84, end)]).decode() for i in range(start, end, 84))

    while (zero := data.find(bytes(64), at)) >= 0:
        end = zero + len(data[zero:]) - len(data[zero:].lstrip(b"\0"))
        text(zero)
        out.append(end - zero)
        at = start = end
    text(len(data))
    return out


def join(listed):
    return b"".join(bytes(piece) if isinstance(piece, int) else base64.b64decode(piece) for piece in listed)


# Key holders

class Device:
    """A device with all its keys; `name` seeds them."""

    def __init__(self, name, epoch=1, flags=TEST):
        self.name, self.epoch, self.flags = name, epoch, flags
        self.id, self.dus, self.salt = random(name + " id", 16), random(name + " dus", 32), random(name + " salt", 32)
        self.key = Key(1, epoch, playback_key(self.dus, self.salt, self.id, epoch), self.dus, self.id)

    def keybox(self, **changed):
        values = dict(flags=self.flags, epoch=self.epoch, device_id=self.id, secret=self.dus, last=self.salt)
        return encode_key_file(KEYBOX_MAGIC, **{**values, **changed})

    def playback(self, **changed):
        label = ("Lecteur é " + self.name).encode().ljust(32, b"\0")
        values = dict(flags=self.flags, epoch=self.epoch, device_id=self.id, secret=self.key.key, last=label)
        return encode_key_file(PLAYBACK_MAGIC, **{**values, **changed})


DEVICE, STRANGER = Device("device"), Device("stranger")
PRODUCTION = Device("production", epoch=0xFFFFFFFF, flags=0)
USER, GROUP = Key(2, 3, random("user key", 32)), Key(3, 9, random("group key", 32))


def key_cases():
    devices = [DEVICE, STRANGER, PRODUCTION, Device("epoch 2", epoch=2), Device("epoch 256", epoch=256)]
    ladder = [{"name": d.name, "dus": d.dus, "epoch": d.epoch, "epoch_salt": d.salt, "device_id": d.id,
               "k_play": d.key.key, "k_wrap": d.key.wrap_key, "key_id": d.key.id, "test": bool(d.flags & TEST),
               "keybox": d.keybox(), "playback_key": d.playback()} for d in devices]
    recipients = [{"recipient": k.recipient, "generation": k.epoch, "key": k.key, "k_wrap": k.wrap_key, "key_id": k.id}
                  for k in (USER, GROUP)]
    derived = []
    for number, (suite, pattern) in enumerate(((1, Pattern(1, 10, 3)), (2, Pattern(1, 65535, 65534)), (1, CLEAR))):
        label = "derived %d" % number
        cek = random(label + " cek", 32) if pattern.kind else bytes(32)
        nonce, salt, kind, index = random(label + " nonce", 32), random(label + " salt", 32), 2 + 7 * number, number
        where = kind.to_bytes(2, "little") + index.to_bytes(2, "little")
        derived.append({
            "cek": cek, "nonce": nonce, "suite": suite, "pattern": pattern.encode(), "wrap": DEVICE.key.slot(cek).wrap,
            "wrapped_for": DEVICE.name, "k_stripe": stripe_key(cek, nonce, suite, pattern),
            "k_head": hkdf(cek, nonce, b"head"), "k_trail": hkdf(cek, nonce, b"trail"), "section_salt": salt,
            "section_type": kind, "section_index": index, "k_sec": hkdf(cek, salt, b"section", where),
            "k_sectag": hkdf(cek, salt, b"section tag", where)})
    return {"ladder": ladder, "recipients": recipients, "derived": derived}


def keystream_cases():
    cases = []
    for suite, size, last in ((1, 64, ()), (2, 16, (1 << 32, (1 << 34) - 1))):
        for key in (bytes(32), random("keystream", 32)):
            indices = (0, 1, 2, 15, 16, 1 << 16, (1 << 32) - 1) + last
            blocks = {str(i): keystream(suite, key, i * size, size) for i in indices}
            cases.append({"suite": suite, "key": key, "block_size": size, "blocks": blocks})
    return {"cases": cases}


def stripe_cases():
    cases = []
    for stride in STRIDES:
        for phase in sorted({0, min(1, stride - 1), stride - 1}):
            for suite in (1, 2):
                label, pattern = "stripes %d %d %d" % (stride, phase, suite), Pattern(1, stride, phase)
                cek, nonce = random(label + " cek", 32), random(label + " nonce", 32)
                key = stripe_key(cek, nonce, suite, pattern)
                payloads = {n: pattern.apply(suite, key, content(n)) for n in LENGTHS}
                cases.append({
                    "stride": stride, "phase": phase, "suite": suite, "cek": cek, "nonce": nonce, "k_stripe": key,
                    "hex": {str(n): payload for n, payload in payloads.items() if n <= SHORT},
                    "sha256": {str(n): sha256(payload) for n, payload in payloads.items() if n > SHORT}})
    return {"content": CONTENT, "cases": cases}


# Tracks

def runs_of(page):
    """Runs as text, each its length and f, s or c: "417s 3c"."""
    return [Run(int(run[:-1]), "fsc".index(run[-1])) for run in page.split()]


def section(label, kind, contents, flags=0):
    return kind, flags, random(label + " salt %d" % kind, 32), contents


def build(name, length=None, suite=1, pattern=Pattern(1, 10, 0), keys=None, fields=None, sections=(), owner=DEVICE,
          codec=b"data", trailer=False, minor=0, slots=(), contents=None, pages=None, purchaser=None, rights=None,
          chunks=None):
    """The parts of a track with everything random made from its name. `contents` replaces the metadata's bytes.
    `pages` are those of a framed track, as text; `rights` the function that makes them of the track's id; `chunks` the
    chunk size, or a function as `chunk_contents` makes it."""
    map = None if pages is None else make_map(pattern, [runs_of(page) for page in pages])
    length = (map.length if map else 100) if length is None else length
    track_id = random(name + " id", 16)
    cek = random(name + " cek", 32) if pattern.kind else bytes(32)
    keys = ([owner.key] if pattern.kind else []) if keys is None else keys
    plain = encode_fields(fields) if fields is not None else contents
    planned = [] if plain is None else [section(name, METADATA, plain)]
    planned += [section(name, kind, b, f) for kind, f, b in sections]
    planned += [section(name, FRAME_MAP, map.encode(), CRITICAL)] if map else []
    planned += [section(name, PURCHASER, purchaser)] if purchaser is not None else []
    planned += [section(name, RIGHTS, rights(track_id).encode(), CRITICAL)] if rights else []
    if chunks is not None:
        planned.append(section(name, CHUNK_TAGS, chunks if callable(chunks) else chunk_contents(chunks)))
    return dict(content=content(length), suite=suite, pattern=pattern, cek=cek, nonce=random(name + " nonce", 32),
                track_id=track_id, codec=codec, slots=[key.slot(cek) for key in keys] + list(slots),
                sections=sorted(planned, key=lambda s: s[0]), trailer=trailer, minor=minor, map=map)


def track_case(name, about, owner=DEVICE, other_keys=(), verdict=None, **options):
    parts = build(name, owner=owner, **options)
    file, pattern, fields = pack(**parts), parts["pattern"], options.get("fields")
    track = open_track(file, [owner.key], allow_clear=True, obey_rights=True)
    case = {"name": name, "about": about, "status": ["OK"], "length": track.length, "sha256": sha256(parts["content"]),
            "suite": parts["suite"], "pattern": pattern.fields(),
            "mode": "trailer" if parts["trailer"] else "header", "minor": parts["minor"],
            "encrypted": track.encrypted, "codec": parts["codec"].decode(), "track_id": parts["track_id"],
            "nonce": parts["nonce"], "cek": parts["cek"], "keybox": owner.keybox(), "test_allowed": bool(owner.flags),
            "clear_allowed": not pattern.kind,
            "other_keys": [{"recipient": k.recipient, "epoch": k.epoch, "key": k.key} for k in other_keys],
            "slots": [{"recipient": s.recipient, "epoch": s.epoch, "key_id": s.key_id} for s in parts["slots"]],
            "sections": [{"type": s.type, "flags": s.flags, "offset": s.offset, "length": s.length}
                         for s in track.sections]}
    if parts["map"]:
        case.update(map_runs=track.map.run_count, pages=[" ".join(page.split()) for page in options["pages"]])
    if fields is not None:
        case["metadata"] = [{"number": n, "text": v.decode()} if n in (1, 2, 3, 4, 6, 16) else {"number": n, "hex": v}
                            for n, v in fields]
    if options.get("purchaser"):
        case["purchaser"] = options["purchaser"]
    if options.get("rights"):
        fields = vars(options["rights"](parts["track_id"]))
        case.update(rights_obeyed=True, status_unobeyed=["CRITICAL_SECTION"], k_rights=owner.key.rights_key,
                    rights={k: str(v) if k in ("not_before", "not_after") else v for k, v in fields.items()},
                    rights_verdict=verdict)
    if "chunks" in options:
        case["chunks"] = {"size": options["chunks"], "count": -(-track.length // options["chunks"])}
    return {**case, "file": pieces(file)}


def title(length):
    return [(1, "Kleine Nachtmusik ♪".encode()), (17, hashlib.sha256(content(length)).digest())]


def every(stride, phase=0):
    return Pattern(1, stride, phase)


def payload_cases(case=track_case):
    return [
        case("header-suite1-every10", "the plain case", length=1000, codec=b"mp3 ", fields=title(1000)),
        case("header-suite2-every10", "the same in the other suite", length=1000, suite=2, codec=b"aac ",
             fields=title(1000)),
        case("header-suite1-every1", "every byte encrypted", length=5000, pattern=every(1), codec=b"flac"),
        case("header-suite2-every1", "every byte encrypted", length=5000, suite=2, pattern=every(1), codec=b"ogg "),
        case("header-suite2-every3-phase2", "a phase, and 4096 bytes of content", length=4096, suite=2,
             pattern=every(3, 2), codec=b"mp4 "),
        case("header-suite1-every10-large", "more than 2^16 bytes", length=70000, pattern=every(10, 3), codec=b"wav "),
        case("trailer-suite1-every7-phase6", "trailer, metadata", length=5000, pattern=every(7, 6), codec=b"aiff",
             trailer=True, fields=title(5000)),
        case("trailer-suite2-sparse", "one encrypted byte, the one at 65534", length=65600, suite=2,
             pattern=every(65535, 65534), trailer=True),
        case("trailer-suite1-bare", "trailer without sections", length=300, pattern=every(64, 63), trailer=True),
        case("header-empty", "no content, no sections: 4096 bytes", length=0),
        case("header-empty-metadata", "no content, but metadata", length=0, suite=2, fields=title(0)),
        case("trailer-empty", "no content, no sections: 5120 bytes", length=0, suite=2, trailer=True),
        case("header-shorter-than-stride", "5 bytes, stride 10: one is encrypted", length=5),
        case("header-before-phase", "5 bytes, phase 9: none is encrypted", length=5, pattern=every(10, 9)),
        case("header-up-to-phase", "9 bytes, phase 9: none is encrypted", length=9, pattern=every(10, 9)),
        case("header-phase-reached", "10 bytes, phase 9: one is encrypted", length=10, pattern=every(10, 9)),
        case("header-one-byte", "one byte, stride 65535", length=1, pattern=every(65535)),
        case("clear-header", "nothing encrypted", length=1000, pattern=CLEAR, fields=title(1000), codec=b"mp3 "),
        case("clear-header-suite2", "the suite still serves the metadata", suite=2, pattern=CLEAR, fields=title(100)),
        case("clear-trailer", "clear, with a trailer", pattern=CLEAR, fields=title(100), trailer=True),
        case("clear-empty", "clear, no content", length=0, pattern=CLEAR),
    ]


def section_cases(case=track_case):
    picture = b"image/png\0\x89PNG\r\n\x1a\n" + random("picture", 300)
    full = [(1, "Für Élise".encode()), (2, "Ludwig".encode()), (3, "奏鳴曲".encode()),
            (4, "la\nla\r\nla".encode()), (5, picture), (5, b"image/jpeg\0"), (6, b"https://example.org/a?b=c"),
            (6, b""), (7, "Opus\0WoO 59".encode()), (7, b"\0nameless"), (7, b"empty\0"),
            (99, b"a later version's field"), (99, b""),
            (16, "Für Élise.flac".encode()), (17, hashlib.sha256(content(1000)).digest())]
    many = [(kind, 0, random("many %d" % kind, kind)) for kind in range(10, 21)]
    others = [Device("other %d" % i).key for i in range(13)]
    newer = Device("device", epoch=2)
    return [
        case("header-slots-last", "a user, a group, another device, then the matching slot", keys=[
            USER, GROUP, STRANGER.key, DEVICE.key], other_keys=[USER, GROUP, STRANGER.key], fields=title(100)),
        case("trailer-slots-last", "the same with a trailer", trailer=True, suite=2, keys=[USER, GROUP, DEVICE.key],
             other_keys=[USER, GROUP], fields=title(100)),
        case("header-two-epochs", "the same device twice, the matching epoch second", keys=[newer.key, DEVICE.key],
             other_keys=[newer.key]),
        case("header-full", "16 slots, the matching one last, and 12 sections", keys=others + [USER, GROUP, DEVICE.key],
             other_keys=[USER, GROUP], sections=many, fields=title(100)),
        case("trailer-full", "16 slots, and 12 sections in the trailer", keys=others + [USER, GROUP, DEVICE.key],
             other_keys=[USER, GROUP], sections=many, fields=title(100), trailer=True),
        case("header-unknown-section", "section type 9, not critical, after the metadata", fields=title(100),
             sections=[(9, 0, b"a later version's section")]),
        case("header-unknown-types", "the lowest and the highest type that this version does not know",
             fields=title(100), sections=[(6, 0, b"frame map"), (65535, 0, b"")]),
        case("trailer-unknown-sections", "section types 8 and 9 in the trailer", fields=title(100), trailer=True,
             sections=[(8, 0, b""), (9, 0, b"x" * 200)]),
        case("header-metadata-all", "all fields, repeated ones, an unknown one", length=1000, fields=full),
        case("header-metadata-all-suite2", "the same in the other suite", length=1000, suite=2, fields=full),
        case("header-metadata-empty", "a metadata section of 32 bytes: the salt alone", fields=[]),
        case("header-minor-7", "a later minor version with an optional section type of its own", minor=7,
             sections=[(700, 0, b"new")]),
        case("header-minor-65535", "the last minor version", minor=65535),
        case("header-production", "a keybox without TEST, epoch 2^32 - 1", owner=PRODUCTION, fields=title(100)),
    ]


def track_cases():
    return {"content": CONTENT, "tracks": payload_cases() + section_cases()}


def oversized_metadata():
    """A metadata section one byte above 16 MiB: after the salt, its stored bytes are all zero."""
    name, length = "header-metadata-oversized", 100
    parts = build(name, length, contents=b"")
    stored = random(name + " salt 2", 32) + bytes((16 << 20) + 1)
    file, entry = bytearray(pack(**parts))[:4096 + length] + stored, 128 + 64
    tag = section_tag(parts["cek"], METADATA, 0, stored)
    file[entry + 16:entry + 24], file[entry + 24:entry + 56] = len(stored).to_bytes(8, "little"), tag
    return {"name": name, "status": ["MALFORMED"], "base": "base-header",
            "file": pieces(seal(bytes(file), parts["cek"])),
            "about": "metadata above 16 MiB, which the directory cannot have"}
