"""The square code on a scanned page. Runs in a process of its own (`apart`): pages come from strangers."""

from io import BytesIO
from urllib.parse import parse_qs, urlsplit

PAGES = 3  # of a scan are searched: the code is on every page
DPI = 200
MOST_PIXELS = 60_000_000  # an A4 page at 600 dpi has 35 million; more is no scan


def code_on_pages(content, kind):
    """The verification code in a square of a PDF, JPEG or PNG (bytes); "" when none is readable."""
    pages = _pages_of_pdf(content) if kind == "PDF" else _picture(content)
    return next(filter(None, map(_code_on, pages)), "")


def _code_on(page):
    import zxingcpp

    found = (
        _code_of(one.text) for one in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    )
    return next(filter(None, found), "")


def _code_of(text):
    """The `code` of a verification address; "" for any other text in a square."""
    return parse_qs(urlsplit(text).query).get("code", [""])[0][:20]


def _picture(content):
    """The picture, when it is one of a size that a scanner makes."""
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height <= MOST_PIXELS:
                yield picture.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return


def _pages_of_pdf(content):
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as pdf:
            for number in range(min(len(pdf), PAGES)):
                page = pdf[number]
                scale = DPI / 72
                if page.get_width() * page.get_height() * scale**2 <= MOST_PIXELS:
                    yield page.render(scale=scale, grayscale=True).to_pil()
    except pypdfium2.PdfiumError:
        return
