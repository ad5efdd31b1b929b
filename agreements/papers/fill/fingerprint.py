"""What a form's layout depends on. When any of it changes, papers are filled into a form that is laid out anew."""

import hashlib
from functools import lru_cache
from pathlib import Path

import weasyprint
from django.conf import settings
from weasyprint.text.ffi import pango

from ..fonts import FILES, font_path
from ..press import ASSETS

# Raise it when the program lays out, or fills in, differently.
RECIPE = "1"
_TEMPLATES = ("_base.html", "_line.html", "_slot.html", "agreement.html")


def fingerprint(text):
    """{field of PrintedForm: digest} for a form with this official text. Raises FontMissing."""
    fonts = tuple((path, path.stat().st_mtime_ns) for path in map(font_path, FILES))
    parts = {
        "text_sha256": _digest([text.encode()]),
        "style_sha256": _style(),
        "fonts_sha256": _fonts(fonts),
        "renderer": renderer(),
    }
    return parts | {"fingerprint": _digest([RECIPE.encode(), *(part.encode() for part in parts.values())])}


def renderer():
    """The versions of what lays out and of what shapes."""
    version = pango.pango_version()
    return f"WeasyPrint {weasyprint.__version__}, Pango {version // 10000}.{version // 100 % 100}.{version % 100}"


def _digest(parts):
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@lru_cache(maxsize=1)
def _style():
    folder = Path(settings.BASE_DIR) / "templates" / "papers"
    files = [ASSETS / "paper.css", *(folder / name for name in _TEMPLATES)]
    return _digest([file.read_bytes() for file in files])


@lru_cache(maxsize=2)
def _fonts(files):
    """`files`: (path, time of change), so that a font that was replaced is read again."""
    return _digest([path.read_bytes() for path, _ in files])
