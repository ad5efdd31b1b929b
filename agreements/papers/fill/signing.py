"""The signature field of a filled form: written with the file, and filled once its bytes are known."""

from functools import lru_cache
from io import BytesIO

import pikepdf

from ..seal.signer import AGENCY_FIELD, HOSPITAL_FIELD, SUBFILTER
from . import objects

# How far left of the end of 甲方（公章）： a seal begins, and how far above that line, in points.
_LEFT, _UP = 16, 10
# Where the hospital's field waits for a seal of the same size as the usual one, 42 mm.
_ROUND = 42 / 25.4 * 72
_RANGE = b"0 %-10d %-10d %-10d"
# The agency signs with the file; the hospital's field waits for a revision of its own.
_FIELDS = {"agency": AGENCY_FIELD, "institution": HOSPITAL_FIELD}


class Signing:
    """The objects of one signature, numbered from `first`: the signature, two fields, an empty picture, the seal."""

    def __init__(self, template, signer, at, first):
        self.template, self.signer, self.at = template, signer, at
        self.value, self.fields = first, [first + 1 + place for place in range(len(_FIELDS))]
        self.unsigned = first + 3
        self.seal, self.size, self.drawn = _seal_objects(signer.appearance, first + 4)

    def shown(self):
        """What points to the fields: the page's annotations and the form's list of fields."""
        both = b" ".join(b"%d 0 R" % number for number in self.fields)
        return {"widgets": b"[%s]" % both, "fields": b"<</SigFlags 3/Fields[%s]>>" % both}

    def add_to(self, part):
        before, contents, after = self._value()
        part.add(self.value, before + contents + after)
        # From the first byte of the file: the brackets around the signature itself are not signed.
        self.begin = part.places[self.value] + len(b"%d 0 obj\n" % self.value) + len(before)
        self.end = self.begin + len(contents)
        agency, hospital = self.fields
        part.add(agency, self._widget("agency", self.size, self.seal, b"/V %d 0 R" % self.value))
        part.add(hospital, self._widget("institution", (_ROUND, _ROUND), self.unsigned))
        part.add(
            self.unsigned, objects.stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]", packed=False)
        )
        for number, content in self.drawn:
            part.add(number, content)

    def _value(self):
        moment = self.at.strftime("D:%Y%m%d%H%M%S%z")
        before = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/%s/Name%s/M(%s)/ByteRange[%s]/Contents" % (
            SUBFILTER.encode(), objects.text(self.signer.name), _pdf_moment(moment), _RANGE % (0, 0, 0)
        )  # fmt: skip
        return before, b"<%s>" % (b"0" * 2 * self.signer.reserved), b">>"

    def _widget(self, party, size, picture, value=b""):
        _, x, y = self.template.seals[party]
        left, top = x - _LEFT, y + _UP
        box = b"%.3f %.3f %.3f %.3f" % (left, top - size[1], left + size[0], top)
        return b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/F 132/P %d 0 R/Rect[%s]/AP<</N %d 0 R>>%s>>" % (
            _FIELDS[party].encode(), self.template.sheet, box, picture, value
        )  # fmt: skip

    def signed(self, part, tail):
        """The tail with the signature in it."""
        start = len(self.template.constant)
        begin, end = self.begin - start, self.end - start
        ranges = _RANGE % (self.begin, self.end, part.end - self.end)
        place = tail.rindex(b"/ByteRange[", 0, begin) + len(b"/ByteRange[")
        tail = tail[:place] + ranges + tail[place + len(ranges) :]
        digest = self.template.digest.copy()
        digest.update(tail[:begin])
        digest.update(tail[end:])
        cms = self.signer.cms(digest.digest(), self.at)
        if len(cms) > self.signer.reserved:
            raise ValueError(f"signature of {len(cms)} bytes, {self.signer.reserved} reserved")
        return b"%s<%s>%s" % (tail[:begin], cms.hex().encode().ljust(end - begin - 2, b"0"), tail[end:])


def _pdf_moment(moment):
    """D:20260101120000+0800 → D:20260101120000+08'00'."""
    return f"{moment[:-2]}'{moment[-2:]}'".encode()


@lru_cache(maxsize=8)
def _seal_objects(appearance, first):
    """(number of the picture, (width, height), [(number, body)]) of a drawn seal, numbered from `first`."""
    with pikepdf.open(BytesIO(appearance)) as drawn:
        picture = drawn.make_indirect(drawn.pages[0].as_form_xobject())
        things = objects.reachable(picture)
        numbers = {old: first + place for place, old in enumerate(sorted(things))}
        bodies = [
            (number, objects.renumbered(objects.body(things[old]), numbers))
            for old, number in numbers.items()
        ]
        left, bottom, right, top = map(float, drawn.pages[0].MediaBox)
        return numbers[picture.objgen[0]], (right - left, top - bottom), bodies
