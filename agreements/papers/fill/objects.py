"""Objects of a PDF written by hand: the few rules of the file format that filling in needs."""

import re
import zlib

import pikepdf

# A reference, or a string to be passed over: words may look like a reference.
_REFERENCE = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f]+>|(?<![\w.])(\d+) 0 R\b", re.DOTALL)

_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe)/Ordering (UCS)/Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
%sendcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def stream(data, entries=b"", packed=True):
    """The body of a stream object; `entries` besides its length and filter."""
    if packed:
        data, entries = zlib.compress(data), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def text(words):
    """A text string: UTF-16 with its mark, in hexadecimal."""
    return b"<FEFF%s>" % words.encode("utf-16-be").hex().upper().encode()


def unicode_map(pairs):
    """The map from glyphs to what they say, for whoever reads or copies: [(glyph, character)]."""
    lines = [f"<{glyph:04x}> <{char.encode('utf-16-be').hex()}>\n" for glyph, char in pairs]
    blocks = (lines[start : start + 100] for start in range(0, len(lines), 100))
    return _UNICODE % "".join(f"{len(one)} beginbfchar\n{''.join(one)}endbfchar\n" for one in blocks).encode()


def body(thing):
    """The body of a pikepdf object; a stream that is packed stays as it is."""
    if not isinstance(thing, pikepdf.Stream):
        return thing.unparse(resolved=True)
    entries = pikepdf.Dictionary({key: value for key, value in thing.items() if key != "/Length"})
    data, head = thing.read_raw_bytes(), entries.unparse().removeprefix(b"<<").removesuffix(b">>")
    return stream(data, head, packed="/Filter" not in entries)


def reachable(*roots):
    """{number: object} of everything that these point to."""
    found, waiting = {}, list(roots)
    while waiting:
        thing = waiting.pop()
        if getattr(thing, "is_indirect", False):
            if thing.objgen[0] in found:
                continue
            found[thing.objgen[0]] = thing
        if isinstance(thing, pikepdf.Array):
            waiting += list(thing)
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            waiting += [value for _, value in thing.items()]
    return found


def renumbered(content, numbers):
    """The body with its references changed by `numbers`: old number → new one."""
    return _REFERENCE.sub(lambda found: b"%d 0 R" % numbers[int(found[1])] if found[1] else found[0], content)


class Part:
    """A stretch of a file that begins at `start`: objects one after the other, and where each begins."""

    def __init__(self, start):
        self.pieces, self.end, self.places = [], start, {}

    def add(self, number, content):
        self.places[number] = self.end
        self.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    def write(self, piece):
        self.pieces.append(piece)
        self.end += len(piece)

    def rows(self, numbers):
        """Their rows of the cross-reference table; a number without an object is free."""
        return b"".join(
            b"%010d 00000 n \n" % self.places[number] if number in self.places else b"0000000000 65535 f \n"
            for number in numbers
        )
