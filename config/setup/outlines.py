"""A CFF outline to a TrueType glyph, in one pass.

fontTools has pens for this; through them 62,000 glyphs take more than twice as long, and the first
`make run` waits for it. tests/test_setup.py holds this module to the result of fontTools' own pens.
"""

from math import floor
from struct import pack

from fontTools.cu2qu import curve_to_quadratic

ON_CURVE, X_IS_BYTE, Y_IS_BYTE, X_SAME_OR_PLUS, Y_SAME_OR_PLUS = 0x01, 0x02, 0x04, 0x10, 0x20


class QuadraticPen:
    """Collects contours of (x, y, on curve) in TrueType's direction, curves within `largest_error` units."""

    def __init__(self, largest_error):
        self.largest_error = largest_error
        self.contours = []

    def moveTo(self, point):
        self.contour = [(point, ON_CURVE)]

    def lineTo(self, point):
        self.contour.append((point, ON_CURVE))

    def curveTo(self, *points):
        start = self.contour[-1][0]
        _, *controls, end = curve_to_quadratic((start, *points), self.largest_error)
        self.contour.extend((control, 0) for control in controls)
        self.contour.append((end, ON_CURVE))

    def closePath(self):
        first, *others = self.contour
        if others and others[-1] == first:
            others.pop()
        self.contours.append([rounded(point) for point in (first, *reversed(others))])


def rounded(point):
    (x, y), on_curve = point
    return floor(x + 0.5), floor(y + 0.5), on_curve


def simple_glyph(contours):
    """The entry of the `glyf` table for these contours; empty when there is nothing to draw."""
    if not contours:
        return b""
    xs = [x for contour in contours for x, _, _ in contour]
    ys = [y for contour in contours for _, y, _ in contour]
    box = pack(">5h", len(contours), min(xs), min(ys), max(xs), max(ys))
    last_points, last = [], -1
    for contour in contours:
        last += len(contour)
        last_points.append(last)
    no_instructions = 0
    return box + pack(f">{len(last_points)}HH", *last_points, no_instructions) + packed_points(contours)


def packed_points(contours):
    """Flags, then x steps, then y steps: nothing for a step of 0, one byte below 256, else two."""
    flags, x_steps, y_steps = bytearray(), bytearray(), bytearray()
    last_x = last_y = 0
    for contour in contours:
        for x, y, on_curve in contour:
            flags.append(
                on_curve
                | pack_step(x - last_x, x_steps, X_IS_BYTE, X_SAME_OR_PLUS)
                | pack_step(y - last_y, y_steps, Y_IS_BYTE, Y_SAME_OR_PLUS)
            )
            last_x, last_y = x, y
    return flags + x_steps + y_steps


def pack_step(step, steps, is_byte, same_or_plus):
    """Append the step, return the flag bits that tell a reader how it was written."""
    if step == 0:
        return same_or_plus
    if -256 < step < 256:
        steps.append(abs(step))
        return is_byte | same_or_plus if step > 0 else is_byte
    steps += pack(">h", step)
    return 0
