"""The square code in the corner of every page. One writer for all papers: the same address, the same dots."""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from math import isqrt

import zxingcpp
from PIL import Image

SCALE = 4  # dots of the picture for one of the code: small pictures are blurred by some viewers
_DIGITS = bytes.maketrans(b"\x00\xff", b"0F")


def qr_data_uri(url):
    """A black-and-white PNG of `url` as a data: address. The style sheet keeps its quiet zone free."""
    return f"data:image/png;base64,{b64encode(qr_picture(url)).decode()}"


def qr_picture(url):
    """The same as the bytes of a PNG."""
    side, dots = qr_dots(url)
    picture = BytesIO()
    Image.frombytes("1", (side, side), dots).save(picture, "PNG")
    return picture.getvalue()


@lru_cache(maxsize=8)
def qr_dots(url):
    """(side, dots) of the same picture: one bit a dot, 0 for black, each row filled up to whole bytes."""
    code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    dots = bytes(memoryview(code.to_image(scale=1, add_quiet_zones=False)))
    size = isqrt(len(dots))
    # Four dots side by side are one hexadecimal digit.
    digits = dots.translate(_DIGITS).decode()
    rows = (digits[start : start + size] + "0" * (size % 2) for start in range(0, len(digits), size))
    return size * SCALE, b"".join(bytes.fromhex(row) * SCALE for row in rows)
