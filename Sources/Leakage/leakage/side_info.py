"""MP3's side information as fields (ISO/IEC 11172-3 §2.4.1.7, 13818-3 §2.4.1.7), read and written.

MPEG-1: main_data_begin 9, private 5 (mono) or 3, 4 selector bits a channel, then 59 bits for each granule and channel.
MPEG-2, 2.5: main_data_begin 8, private 1 or 2, one granule of 63 bits a channel.
"""
NORMAL = (("tables", 15), ("region0", 4), ("region1", 3))
WINDOWED = (("block_type", 2), ("mixed", 1), ("tables", 10), ("gains", 9))


def head_fields(first, channels):
    if first:
        return (("begin", 9), ("private", 5 if channels == 1 else 3), ("selectors", 4 * channels))
    return (("begin", 8), ("private", channels))


def granule_fields(first):
    start = (("length", 12), ("big_values", 9), ("gain", 8), ("compress", 4 if first else 9), ("windowed", 1))
    return start, ((("preflag", 1),) if first else ()) + (("scale", 1), ("count1", 1))


def read(data, first, channels):
    """(head, granules): dictionaries of fields. `first`: MPEG-1. Granules come in the order of the bits."""
    bits, at = int.from_bytes(data, "big"), 8 * len(data)

    def take(fields, into):
        nonlocal at
        for name, width in fields:
            at -= width
            into[name] = bits >> at & (1 << width) - 1
        return into
    head = take(head_fields(first, channels), {})
    granules = []
    start, end = granule_fields(first)
    for _ in range(channels * (2 if first else 1)):
        granule = take(start, {})
        take(WINDOWED if granule["windowed"] else NORMAL, granule)
        granules.append(take(end, granule))
    return head, granules


def write(head, granules, first, channels, size):
    value, used = 0, 0

    def put(fields, source):
        nonlocal value, used
        for name, width in fields:
            value = value << width | source[name] & (1 << width) - 1
            used += width
    put(head_fields(first, channels), head)
    start, end = granule_fields(first)
    for granule in granules:
        put(start, granule)
        put(WINDOWED if granule["windowed"] else NORMAL, granule)
        put(end, granule)
    return (value << 8 * size - used).to_bytes(size, "big")
