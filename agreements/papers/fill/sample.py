"""Made-up agreements that show whether a published form may be used."""

from agreements.edition_text import BLANK

from .. import boxes
from ..cover import signature_blanks
from ..render import Stamp

# Characters that every form has and that it has not, letters beside digits, brackets.
_WORDS = "海西蒙古族藏族自治州医疗保障服务中心（扎西卓玛：H63·Q-0917）德令哈市昆仑中路288号"


def sample(form, template):
    """[(values, Stamp)]: short words and every blank filled; the longest that fit and the signatures left open."""
    first = Stamp("样〔2026〕1号", "K7QM-3D9F", "https://example.org/verify/?code=K7QM-3D9F")
    second = Stamp("样〔2026〕10987654号", "XW2P-44TJ", "https://example.org/verify/?code=XW2P-44TJ")
    worded = [slot for slot in template.slots.values() if slot.settings and slot.kind != boxes.STAMP.name]
    blank = dict.fromkeys(form.placeholders, BLANK)
    short = {slot.name: _short(slot) for slot in worded}
    long = {slot.name: _longest(slot) for slot in worded}
    return [
        (blank | short, first),
        (blank | long | dict.fromkeys(signature_blanks(form), BLANK), second),
    ]


def _short(slot):
    return {boxes.YEAR.name: "2026", boxes.DAY.name: "1"}.get(slot.kind, _WORDS[:5])


def _longest(slot):
    """As many of the words as the box takes in any of its settings."""
    if slot.kind in (boxes.YEAR.name, boxes.DAY.name):
        return {boxes.YEAR.name: "2031", boxes.DAY.name: "30"}[slot.kind]
    kind = boxes.KINDS[slot.kind]
    lengths = range(len(_WORDS), 0, -1)
    fits = (_WORDS[:length] for length in lengths)
    return next(text for text in fits if boxes.set_in(kind, text, slot.width).setting != boxes.FREE)
