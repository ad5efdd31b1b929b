"""One PDF out of many, written as it is read: however many papers, only their table of places is kept in memory.

What the papers share (fonts, the pages of the form that are the same in all, profiles) is known by its content and
written once. A signature cannot outlive this: the bundle is for the printing machine, the papers keep theirs.
"""

import hashlib
import io
from array import array
from decimal import Decimal

import pikepdf

KEPT = ["/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/Rotate", "/UserUnit", "/Group"]  # of a page
CATALOG, PAGES, INFO, OUTLINES = 1, 2, 3, 4
FIRST_FREE = 5


class Bundle:
    """A context manager: `add` each paper; leaving it writes the table. `file` is open for writing bytes."""

    def __init__(self, file, title=""):
        self.file, self.title = file, title
        self.places = array("Q", [0] * FIRST_FREE)  # object number → where it begins
        self.known = {}  # digest of an object → its number
        self.papers = []  # (number of its node, of its first page, label, how many pages)
        self.at = 0
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self._close()

    def add(self, content, label):
        """All pages of a PDF, and a blank one where the last sheet would have an empty back shared with the next."""
        with pikepdf.open(io.BytesIO(content)) as paper:
            if any("/Annots" in page.obj for page in paper.pages):
                paper.flatten_annotations("print")  # a visible seal is drawn by its signature field
            node, seen = self._number(), {}
            pages = [self._page(page, node, seen) for page in paper.pages]
            if len(pages) % 2:
                pages.append(self._blank(paper.pages[-1], node))
        kids = b" ".join(b"%d 0 R" % page for page in pages)
        self._write(node, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (PAGES, len(pages), kids))
        self.papers.append((node, pages[0], label, len(pages)))

    # ── objects ──

    def _page(self, page, node, seen):
        parts = [b"/Type/Page/Parent %d 0 R" % node]
        parts += [key.encode() + b" " + self._dump(page.obj[key], seen) for key in KEPT if key in page.obj]
        if "/MediaBox" not in page.obj:
            parts.append(b"/MediaBox " + self._dump(page.mediabox, seen))
        parts.append(b"/Resources %d 0 R" % self._resources(page.resources, seen))
        if "/Contents" in page.obj:
            parts.append(b"/Contents " + self._dump(page.obj.Contents, seen))
        return self._write(self._number(), b"<<" + b"".join(parts) + b">>")

    def _resources(self, resources, seen):
        """An object of its own, so that pages which use the same things say so once."""
        return (
            self._object(resources, seen)
            if resources.is_indirect
            else self._once(self._inner(resources, seen))
        )

    def _blank(self, like, node):
        box = self._dump(like.mediabox, {})
        return self._write(
            self._number(), b"<</Type/Page/Parent %d 0 R/MediaBox %s/Resources<<>>>>" % (node, box)
        )

    def _dump(self, value, seen):
        """A value as a PDF writes it; what is an object of its own becomes a reference to where it is written."""
        if not isinstance(value, pikepdf.Object):
            return _plain(value)
        if value.is_indirect:
            return b"%d 0 R" % self._object(value, seen)
        return self._inner(value, seen)

    def _object(self, value, seen):
        """The number of an indirect object: written now, or known already from this paper or an earlier one."""
        key = value.objgen
        if key not in seen:
            seen[key] = None
            body = self._inner(value, seen)
            # What points back to it from within has reserved a number; such a ring is never another paper's.
            seen[key] = self._write(seen[key], body) if seen[key] else self._once(body)
        elif seen[key] is None:
            seen[key] = self._number()
        return seen[key]

    def _inner(self, value, seen):
        if isinstance(value, pikepdf.Stream):
            raw = value.read_raw_bytes()
            entries = self._entries(value.stream_dict, seen, without="/Length")
            return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(raw), raw)
        if isinstance(value, pikepdf.Dictionary):
            return b"<<%s>>" % self._entries(value, seen)
        if isinstance(value, pikepdf.Array):
            return b"[%s]" % b" ".join(self._dump(one, seen) for one in value)
        return value.unparse()

    def _entries(self, dictionary, seen, without=None):
        return b"".join(
            pikepdf.Name(key).unparse() + b" " + self._dump(value, seen)
            for key, value in sorted(dictionary.items())
            if key != without
        )

    def _once(self, body):
        digest = hashlib.sha256(body).digest()
        if digest not in self.known:
            self.known[digest] = self._write(self._number(), body)
        return self.known[digest]

    # ── bytes ──

    def _number(self):
        self.places.append(0)
        return len(self.places) - 1

    def _write(self, number, body):
        self.places[number] = self.at
        self._put(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def _put(self, some):
        self.file.write(some)
        self.at += len(some)

    def _close(self):
        kids = b" ".join(b"%d 0 R" % node for node, *_ in self.papers)
        count = sum(pages for *_, pages in self.papers)
        self._write(PAGES, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids))
        self._write(INFO, b"<</Title %s>>" % _text(self.title))
        self._outlines()
        self._write(
            CATALOG,
            b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R/ViewerPreferences<</Duplex/DuplexFlipLongEdge>>>>"
            % (PAGES, OUTLINES),
        )
        begin = self.at
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % len(self.places))
        for place in self.places[1:]:
            self._put(b"%010d 00000 n \n" % place)
        trailer = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self._put(trailer % (len(self.places), CATALOG, INFO, begin))

    def _outlines(self):
        """A bookmark for each paper."""
        numbers = [self._number() for _ in self.papers]
        ends = b"/First %d 0 R/Last %d 0 R" % (numbers[0], numbers[-1]) if numbers else b""
        self._write(OUTLINES, b"<</Type/Outlines/Count %d%s>>" % (len(numbers), ends))
        for place, (number, (_, page, label, _)) in enumerate(zip(numbers, self.papers, strict=True)):
            beside = b"/Prev %d 0 R" % numbers[place - 1] if place else b""
            beside += b"/Next %d 0 R" % numbers[place + 1] if place + 1 < len(numbers) else b""
            title = b"/Title %s/Parent %d 0 R/Dest[%d 0 R/Fit]" % (_text(label), OUTLINES, page)
            self._write(number, b"<<%s%s>>" % (title, beside))


def _plain(value):
    """What pikepdf gives as a value of Python."""
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, Decimal):
        return format(value, "f").encode()
    return str(value).encode()


def _text(words):
    return b"<%s>" % (b"\xfe\xff" + words.encode("utf-16-be")).hex().encode()
