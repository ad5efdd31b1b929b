"""The usual way to print agreements by the hundred, for comparison: a docx with fields, filled and given to LibreOffice."""

import re
import subprocess
import zipfile
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape

from agreements.papers.layout import value_of
from agreements.papers.qr import qr_picture

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_BLANK = re.compile(r"\{([a-z_]+)(?::[^{}]*)?\}")
_STARTS_AGAIN = 81  # what LibreOffice says after it has made itself a profile
_SIDE = 504000  # of the square code: 14 mm, in the units of the format


class MailMerge:
    """A docx of the form, as an office would make it: text, page numbers, and the number and code on every page."""

    def __init__(self, text, folder):
        self.folder = Path(folder)
        lines = [line for line in text.source.split("\n") if line.strip()]
        self.parts = {
            "[Content_Types].xml": _types(),
            "_rels/.rels": _links({"officeDocument": "word/document.xml"}),
            "word/_rels/document.xml.rels": _links({"header": "header.xml", "footer": "footer.xml"}),
            "word/_rels/header.xml.rels": _links({"image": "square.png"}),
            "word/document.xml": _document(lines),
            "word/header.xml": f"<w:hdr {_W} {_R}>{_paragraph('{stamp}', _picture())}</w:hdr>",
            "word/footer.xml": f"<w:ftr {_W}>{_paragraph('', _page_numbers())}</w:ftr>",
        }

    def fill(self, name, values, stamp):
        """Write one agreement's docx; returns its path."""
        words = {blank: value_of(blank, values) for blank in values} | {"stamp": stamp.line}
        path = self.folder / f"{name}.docx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as docx:
            for part, content in self.parts.items():
                filled = _BLANK.sub(lambda found: escape(words.get(found[1], "")), content)
                docx.writestr(part, filled)
            docx.writestr("word/square.png", qr_picture(stamp.verify_url))
        return path

    def to_pdf(self, paths):
        """All of them in one start of the program, which is what takes longest."""
        profile = f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"
        convert = ["--headless", "--convert-to", "pdf", "--outdir", str(self.folder)]
        command = ["soffice", profile, *convert, *map(str, paths)]
        if subprocess.run(command, capture_output=True).returncode == _STARTS_AGAIN:
            subprocess.run(command, check=True, capture_output=True)
        made = [path.with_suffix(".pdf") for path in paths]
        if not all(path.stat().st_size for path in made):
            raise RuntimeError("LibreOffice printed nothing")


def _types():
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {"document": "document.main", "header": "header", "footer": "footer"}
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="png" ContentType="image/png"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/word/{part}.xml" ContentType="{main}.{kind}+xml"/>'
            for part, kind in parts.items()
        )
        + "</Types>"
    )


def _links(targets):
    links = (
        f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(links)}</Relationships>'


def _document(lines):
    page = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header"/><w:footerReference w:type="default" r:id="footer"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1814" w:right="1508" w:bottom="1417" w:left="1508" w:header="700" w:footer="700" w:gutter="0"/></w:sectPr>'
    )
    body = chain(map(_paragraph, lines), [page])
    return f"<w:document {_W} {_R}><w:body>{''.join(body)}</w:body></w:document>"


def _paragraph(line, more=""):
    # Blanks keep their braces: they are filled in as text.
    font = '<w:rPr><w:rFonts w:eastAsia="Noto Serif SC" w:ascii="Noto Serif SC"/><w:sz w:val="24"/></w:rPr>'
    shape = '<w:pPr><w:spacing w:line="456" w:lineRule="exact"/></w:pPr>'
    return f'<w:p>{shape}<w:r>{font}<w:t xml:space="preserve">{escape(line)}</w:t></w:r>{more}</w:p>'


def _page_numbers():
    return "".join(
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{code}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        for code in ("PAGE", "NUMPAGES")
    )


def _picture():
    draw = "http://schemas.openxmlformats.org/drawingml/2006"
    size = f'cx="{_SIDE}" cy="{_SIDE}"'
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{draw}/wordprocessingDrawing"><wp:extent {size}/><wp:docPr id="1" name="q"/>'
        f'<a:graphic xmlns:a="{draw}/main"><a:graphicData uri="{draw}/picture"><pic:pic xmlns:pic="{draw}/picture">'
        f'<pic:nvPicPr><pic:cNvPr id="1" name="q"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="image"/>'
        f"<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x='0' y='0'/><a:ext {size}/></a:xfrm>"
        f"<a:prstGeom prst='rect'/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
