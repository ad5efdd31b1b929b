"""A photograph made small enough to stand on a paper: upright, without the camera's notes, as a data: address."""

from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageOps

EDGE = 640  # px; on paper at most 46 mm (`.drawn img`), so about 350 dots an inch
QUALITY = 82


def for_paper(file):
    """The data: address of a JPEG, at most EDGE px; "" for what is no picture, as a PDF, or cannot be read."""
    try:
        with file.open("rb") as source, Image.open(source, formats=["JPEG", "PNG"]) as photo:
            photo.draft("RGB", (EDGE * 2, EDGE * 2))
            upright = ImageOps.exif_transpose(photo)
            upright.thumbnail((EDGE, EDGE))
            kept = BytesIO()
            _on_white(upright).save(kept, "JPEG", quality=QUALITY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    return f"data:image/jpeg;base64,{b64encode(kept.getvalue()).decode()}"


def _on_white(picture):
    """Without transparency, which would print black."""
    layered = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
