"""The frame map, read and written from the page "Track format" alone. A reader reads only the pages it needs."""
import dataclasses, hmac, struct
from pinstripe_keys import Malformed, Tag, TooLarge, keystream, mac, need, xor
from pinstripe_runs import Run
from pinstripe_sections import FRAME_MAP, section_key, section_tag, section_tag_key

MAX_ENCRYPTED, MAX_RUN, PAGE_SIZE, PAGE_RUNS, PAGE_TAG = 1 << 38, 1 << 56, 1024, 968, 992
# | page count 4 | zero 4 | run count 8 | content length 8 | encrypted bytes 8 | zero 32 |
HEAD = struct.Struct("<IIQQQ32s")
# | index 4 | bytes of runs r 2 | zero 2 | content offset 8 | encrypted bytes before 8 | runs r | zero | tag 32 at 992 |
PAGE = struct.Struct("<IHHQQ")


# Runs

def encode_run(run):
    number, out = run.length * 4 + run.kind, b""
    while number > 127:
        number, out = number >> 7, out + bytes([number & 127 | 128])
    return out + bytes([number])


def decode_runs(data):
    runs, at = [], 0
    while at < len(data):
        number = 0
        for group in range(9):
            need(at < len(data), Malformed, "a run is cut by the end of its page's runs")
            byte, at = data[at], at + 1
            number |= (byte & 127) << 7 * group
            if byte < 128:
                break
        need(byte < 128, Malformed, "a run of more than 9 bytes")
        need(byte or not group, Malformed, "a run with a needless last group")
        need(number & 3 < 3 and 1 <= number >> 2 <= MAX_RUN, Malformed, "kind or length of a run")
        runs.append(Run(number >> 2, number & 3))
    return runs


# Writing. Refused maps are made with it, so it judges nothing, and everything it derives can be replaced.

@dataclasses.dataclass
class PlainPage:
    index: int
    start: int
    before: int
    runs: bytes
    run_bytes: int | None = None
    zero: int = 0
    padding: bytes = b""

    def encode(self):
        count = len(self.runs) if self.run_bytes is None else self.run_bytes
        page = PAGE.pack(self.index, count, self.zero, self.start, self.before) + self.runs + self.padding
        return page.ljust(PAGE_SIZE, b"\0")


@dataclasses.dataclass
class PlainMap:
    pages: list
    page_count: int
    run_count: int
    length: int
    encrypted: int
    zero: int = 0
    zeros: bytes = bytes(32)

    def encode(self):
        """The section's plain contents; `store_section` fills in the page tags."""
        head = HEAD.pack(self.page_count, self.zero, self.run_count, self.length, self.encrypted, self.zeros)
        return head + b"".join(page.encode() for page in self.pages)


def make_map(pattern, pages):
    """The map of `pages`, each a list of runs."""
    start = before = 0
    plain = []
    for index, runs in enumerate(pages):
        plain.append(PlainPage(index, start, before, b"".join(map(encode_run, runs))))
        start += sum(run.length for run in runs)
        before += sum(run.before(pattern, run.length) for run in runs)
    return PlainMap(plain, len(pages), sum(map(len, pages)), start, before)


def fill_pages(runs):
    """`runs` in as few pages as possible."""
    pages, used = [], PAGE_RUNS
    for run in runs:
        size = len(encode_run(run))
        if used + size > PAGE_RUNS:
            pages.append([])
            used = 0
        pages[-1].append(run)
        used += size
    return pages


# Reading

@dataclasses.dataclass
class Page:
    """A page that passed all checks."""
    index: int
    start: int
    before: int
    runs: list
    end: int
    encrypted: int  # bytes of the content before its end


class FrameMap:
    def __init__(self, track, index, section):
        """Step 10 of the page's "Opening a track"."""
        self.file, self.offset, self.suite, self.pattern = track.file, section.offset, track.suite, track.pattern
        stored = self.file[self.offset:self.offset + 96]
        need(hmac.compare_digest(section.tag, section_tag(track.cek, FRAME_MAP, index, stored)), Tag, "frame map")
        self.key = section_key(track.cek, FRAME_MAP, index, stored[:32])
        self.tag_key = section_tag_key(track.cek, FRAME_MAP, index, stored[:32])
        self.page_count, zero, self.run_count, self.length, self.encrypted, zeros = HEAD.unpack(
            xor(stored[32:], keystream(self.suite, self.key, 0, 64)))
        need(not zero and not any(zeros), Malformed, "a zero field of the frame map")
        need(section.length == 96 + PAGE_SIZE * self.page_count, Malformed, "page count")
        need(self.length == track.length and (self.page_count == 0) == (self.length == 0), Malformed, "content length")
        # Without a page to end there, nothing else would hold these two against what they say.
        need(self.page_count or self.run_count == self.encrypted == 0, Malformed, "runs in an empty content")
        need(self.encrypted <= MAX_ENCRYPTED, TooLarge, "encrypted bytes")
        self.judged = {}

    def page(self, index):
        if index not in self.judged:
            self.judged[index] = self._read_page(index)
        return self.judged[index]

    def _read_page(self, index):
        at = PAGE_SIZE * index
        stored = self.file[self.offset + 96 + at:self.offset + 96 + at + PAGE_SIZE]
        need(hmac.compare_digest(mac(self.tag_key, stored[:PAGE_TAG]), stored[PAGE_TAG:]), Tag, "page %d" % index)
        plain = xor(stored[:PAGE_TAG], keystream(self.suite, self.key, 64 + at, PAGE_TAG))
        own, count, zero, start, before = PAGE.unpack(plain[:24])
        need(own == index, Malformed, "index of page %d" % index)
        need(1 <= count <= PAGE_RUNS, Malformed, "bytes of runs")
        need(not zero and not any(plain[24 + count:]), Malformed, "zeros of page %d" % index)
        runs = decode_runs(plain[24:24 + count])
        end = start + sum(run.length for run in runs)
        encrypted = before + sum(run.before(self.pattern, run.length) for run in runs)
        need(index or start == before == 0, Malformed, "the first page does not start at 0")
        need(encrypted <= self.encrypted, Malformed, "page %d has too many encrypted bytes" % index)
        if index == self.page_count - 1:
            need((end, encrypted) == (self.length, self.encrypted), Malformed, "the last page does not end at the end")
        else:
            need(end < self.length, Malformed, "page %d ends too late" % index)
        return Page(index, start, before, runs, end, encrypted)

    def find(self, offset):
        """The page of a content offset."""
        low, high = 0, self.page_count  # page `low` does not start behind the offset, page `high` does
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.page(middle).start <= offset else (low, middle)
        page = self.page(low)
        need(offset < page.end, Malformed, "no page has the content offset %d" % offset)
        return page

    def next(self, page):
        after = self.page(page.index + 1)
        need((after.start, after.before) == (page.end, page.encrypted), Malformed, "pages that do not join")
        return after

    def runs(self, start, end):
        """(run, content offset, encrypted bytes before it) of the runs that have bytes from `start` to `end`."""
        page = self.find(start) if start < end else None
        while page:
            at, before = page.start, page.before
            for run in page.runs:
                if at < end and at + run.length > start:
                    yield run, at, before
                at, before = at + run.length, before + run.before(self.pattern, run.length)
            page = self.next(page) if at < end else None

    def walk(self):
        """Every page, from the first to the last, and then the run count, which only this can judge."""
        pages = [self.page(0)] if self.page_count else []
        while pages and len(pages) < self.page_count:
            pages.append(self.next(pages[-1]))
        need(sum(len(page.runs) for page in pages) == self.run_count, Malformed, "run count")
        return pages
