"""Handwriting as vectors: what the browser draws, checked before it is kept, and drawn again as a path.

A drawing is {"width", "height", "strokes": [[[x, y], ...], ...]} in whole units of a box 1,000 wide.
"""

import json

from .canonical import canonical

WIDTH = 1000
HEIGHTS = range(100, 1501)
MOST_STROKES, MOST_POINTS = 300, 12_000
SMALLEST = 30  # units from side to side: less is a slip of the finger, not a name


class BadDrawing(ValueError):
    """The drawing cannot be a signature. The message is a sentence for the person."""


def read_drawing(text):
    """The drawing as canonical bytes. Raises BadDrawing."""
    try:
        drawing = json.loads(text or "null")
    except (ValueError, RecursionError):
        raise BadDrawing("签名没有传完整，重签后再送") from None
    if not isinstance(drawing, dict) or not drawing.get("strokes"):
        raise BadDrawing("还没有签名，在签名区书写后再确认")
    height, strokes = drawing.get("height"), drawing["strokes"]
    if drawing.get("width") != WIDTH or not _whole(height) or height not in HEIGHTS:
        raise BadDrawing("签名区的大小不对，刷新页面后重签")
    _check_strokes(strokes, height)
    return canonical({"width": WIDTH, "height": height, "strokes": strokes})


def _check_strokes(strokes, height):
    if not isinstance(strokes, list):
        raise BadDrawing("签名没有传完整，重签后再送")
    if len(strokes) > MOST_STROKES:
        raise BadDrawing(f"笔画超过 {MOST_STROKES} 笔，重签后再送")
    points = [point for stroke in strokes for point in (stroke if isinstance(stroke, list) else [None])]
    if len(points) > MOST_POINTS:
        raise BadDrawing("笔迹太长，重签后再送")
    if not all(_is_point(point, height) for point in points) or not all(strokes):
        raise BadDrawing("签名没有传完整，重签后再送")
    spread = max(max(x) - min(x) for x in zip(*points, strict=True))
    if spread < SMALLEST:
        raise BadDrawing("签名太小，看不出姓名。在签名区重签")


def _is_point(point, height):
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(_whole(value) for value in point)
        and 0 <= point[0] <= WIDTH
        and 0 <= point[1] <= height
    )


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def path_of(drawing):
    """The `d` of an SVG path. A stroke of one point becomes a dot."""
    return "".join(_stroke(points) for points in drawing["strokes"])


def _stroke(points):
    (x, y), rest = points[0], points[1:] or [[points[0][0] + 1, points[0][1]]]
    return f"M{x} {y}" + "".join(f"L{a} {b}" for a, b in rest)
