"""The square code in the corner of every page."""

import segno

# Trying all eight masks takes longer than drawing the code, and one mask keeps reprints identical.
MASK = 2


def qr_data_uri(url):
    """A black-and-white PNG of `url` as a data: address. The style sheet keeps its quiet zone free."""
    return segno.make(url, error="m", micro=False, mask=MASK).png_data_uri(scale=4, border=0)
