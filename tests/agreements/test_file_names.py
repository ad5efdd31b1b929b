"""A file whose name the print fonts cannot draw does not keep the form from being printed."""

from agreements.papers.fonts import drawable
from agreements.papers.render import Stamp
from agreements.papers.sheet import Sheet, render_sheet

from ..desk import upload


def files_listed(desk, *names):
    request = desk.change_request(desk.signed(), files=[upload(one) for one in names])
    return dict(request.form_paper.snapshot["rows"])["所附材料"]


def test_a_character_that_no_font_has_is_seen(settings):
    assert drawable("批准文件.pdf") and not drawable("批准🏥文件.pdf")


def test_such_a_name_is_listed_by_its_place_and_kind(desk):
    assert files_listed(desk, "批准🏥文件.pdf", "证明.pdf") == "附件1（PDF）\n证明.pdf"


def test_such_a_form_is_printed(desk):
    request = desk.change_request(desk.signed(), files=[upload("批准🏥文件.pdf")])
    kept = request.form_paper
    stamp = Stamp(number=kept.number, code=kept.code, verify_url=kept.verify_url)
    assert render_sheet(Sheet(**kept.snapshot), stamp=stamp).startswith(b"%PDF")
