"""One sheet to draw on: boxes, wires, contacts, words, at places that are written down.

Every drawing is made of these few signs, so that a sign means the same on each of them. Units: half an
inch; x to the right, y upwards. Contacts are drawn at rest: no current, nothing pressed, the Pi off.
schemdraw puts them to paper through its SVG backend, which needs no other package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import schemdraw
import schemdraw.elements as elm
from schemdraw.elements.elements import gap
from schemdraw.segments import Segment, SegmentCircle, SegmentText

Point = tuple[float, float]

INK = "#111111"
PLUS = "#b00020"  # 3.3 V, 5 V, 24 V
ZERO = "#1a4fa0"  # ground, 0 V
SIGNAL = "#176b2c"  # between the Pi and what it reads or switches
MAINS = "#8a4b00"  # an electrician's
FAINT = "#666666"
SMALL, USUAL, LARGE = 9, 11, 14
WIDTH = 0.0165  # of one letter, in units, for each point of its size: a wide font's

schemdraw.use("svg")
schemdraw.svgconfig.text = "text"  # also where a package is installed that would make outlines of it
elm.style(elm.STYLE_IEC)  # resistors as boxes, as in European papers


@dataclass(frozen=True, slots=True)
class Row:
    """One line between two boxes: what stands at its left end, at its right end, and its colour."""

    left: str
    right: str
    colour: str = SIGNAL


class Contact(elm.Element2Term):
    """Two terminals and a bar: it lies on both where the contact is closed at rest, else on one."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__()
        bar = [(0, 0.1), (1.05, 0.1)] if closed else [(0.07, 0.08), (0.95, 0.55)]
        self.segments.append(Segment([(0, 0), gap, (1, 0)]))
        self.segments.append(Segment(bar, lw=2.4))
        for x in (0.08, 0.92):
            self.segments.append(SegmentCircle((x, 0), 0.08, fill="bg", zorder=3))


class Sheet:
    """A drawing with a title."""

    def __init__(self, title: str) -> None:
        self._drawing = schemdraw.Drawing(show=False)
        self._drawing.config(
            unit=2, inches_per_unit=0.5, fontsize=USUAL, font="sans-serif", lw=1.6, color=INK, margin=0.4
        )
        self._drawing.config(bgcolor="white")  # the page behind it may be black
        self.title = title
        self._words: list[Point] = []  # the corners of what was written

    def svg(self) -> str:
        """The drawing as text, with its title for who can't see it."""
        self._make_room()
        made = self._drawing.get_imagedata("svg").decode("utf-8")
        made = made.replace("/>", "/>\n").replace("</text>", "</text>\n")  # a change shows in its own line
        head, tail = made.split(">", 1)
        return f"{head}>\n<title>{self.title}</title>{tail.rstrip()}\n"

    def _make_room(self) -> None:
        """schemdraw takes words for narrower than a browser does, and would cut them off at the edge."""
        low, high = map(min, zip(*self._words, strict=True)), map(max, zip(*self._words, strict=True))
        room = elm.Element()
        room.segments.append(Segment([tuple(low), tuple(high)], visible=False))
        self._drawing.add(room.at((0, 0)).right())

    # --- words and lines

    def text(
        self, x: float, y: float, words: str, *, side: str = "left", size: int = USUAL, colour: str = INK
    ) -> None:
        """Words that begin (`left`), end (`right`) or stand (`center`) at a point, at their own height."""
        label = elm.Element()
        label.segments.append(
            SegmentText((x, y), words, align=(side, "center"), fontsize=size, color=colour)  # type: ignore[arg-type]
        )
        self._drawing.add(label.at((0, 0)).right())
        wide = len(words) * size * WIDTH
        begin = x - {"left": 0.0, "center": wide / 2, "right": wide}[side]
        self._words += [(begin, y - 0.2), (begin + wide, y + 0.2)]

    def notes(self, x: float, y: float, lines: Sequence[str], size: int = USUAL) -> None:
        """Lines of words, one under the other."""
        for number, line in enumerate(lines):
            self.text(x, y - 0.55 * number, line, size=size)

    def wire(self, *points: Point, colour: str = INK, dashed: bool = False, thick: bool = False) -> None:
        """A line through the points."""
        for start, end in pairwise(points):
            line = elm.Line().at(start).to(end).color(colour).linewidth(3.2 if thick else 1.6)
            self._drawing.add(line.linestyle("--") if dashed else line)

    def dot(self, x: float, y: float, colour: str = INK) -> None:
        """Wires that meet here are joined."""
        self._drawing.add(elm.Dot().at((x, y)).color(colour))

    def blank(self, x: float, y: float) -> None:
        """Room in a line for a part that is put there: a unit long."""
        self.wire((x, y), (x + 1, y), colour="white", thick=True)

    def end(self, x: float, y: float, colour: str = INK) -> None:
        """A terminal."""
        self._drawing.add(elm.Dot(open=True).at((x, y)).color(colour))

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        name: str = "",
        *,
        colour: str = INK,
        dashed: bool = False,
    ) -> None:
        """A box with its lower left corner at a point, its name above it."""
        corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y))
        self.wire(*corners, colour=colour, dashed=dashed)
        if name:
            self.text(x + w / 2, y + h + 0.35, name, side="center", size=LARGE, colour=colour)

    # --- parts

    def part(self, kind: str, start: Point, end: Point, words: str = "", *, under: str = "") -> None:
        """A part with two ends, such as `Resistor`, as schemdraw names it."""
        made = getattr(elm, kind)().at(start).to(end)
        self._drawing.add(made)
        self._beside(start, end, words, under)

    def contact(self, start: Point, end: Point, words: str, under: str = "", *, closed: bool) -> None:
        """A contact as it is at rest: `closed`, or open."""
        self._drawing.add(Contact(closed=closed).at(start).to(end))
        self._beside(start, end, words, under or ("normally closed" if closed else "normally open"))

    def transistor(self, kind: str, x: float, y: float) -> dict[str, Point]:
        """A transistor by its input (base or gate) at a point; where its other ends are."""
        entry, others = (
            ("base", ("collector", "emitter")) if kind == "BjtNpn" else ("gate", ("drain", "source"))
        )
        made = self._drawing.add(getattr(elm, kind)().right().anchor(entry).at((x, y)))
        return {other: (made.absanchors[other].x, made.absanchors[other].y) for other in others}

    def suppressed(self, x: float, y: float, name: str, words: str, small: str) -> None:
        """A coil with a diode across it, three units to its right; both ends of it are dots."""
        self.coil(x, y, name)
        self.wire((x, y), (x + 2.4, y))
        self.part("Diode", (x + 2.4, y - 2), (x + 2.4, y))
        self.wire((x + 2.4, y - 2), (x, y - 2), colour=ZERO)
        self.text(x + 3, y - 0.85, words)
        self.text(x + 3, y - 1.35, small, size=SMALL, colour=FAINT)
        self.dot(x, y)
        self.dot(x, y - 2, ZERO)

    def zero(self, x: float, y: float, begin: float) -> None:
        """From the foot of a coil at a point down and left to the terminal 0 V."""
        self.wire((x, y), (x, y - 0.6), (begin + 0.1, y - 0.6), colour=ZERO)
        self.end(begin, y - 0.6, ZERO)
        self.text(begin - 0.3, y - 0.6, "0 V", side="right", colour=ZERO)

    def plus(self, y: float, words: str = "24 V") -> None:
        """The terminal of a supply at x = 0, and its fuse, to x = 2.6."""
        self.end(0, y, PLUS)
        self.text(-0.3, y, words, side="right", colour=PLUS)
        self.part("Fuse", (0.1, y), (2.6, y), "fuse 1 A")

    def coil(self, x: float, y: float, name: str) -> None:
        """A coil upright, its upper terminal A1 at the point, its lower A2 two units below."""
        self.box(x - 0.7, y - 1.5, 1.4, 1.0)
        self.wire((x, y), (x, y - 0.5))
        self.wire((x, y - 1.5), (x, y - 2))
        self.text(x, y - 1.0, name, side="center")

    def named(self, x: float, y: float, w: float, h: float, *lines: str, colour: str = INK) -> None:
        """A box with its words inside."""
        self.box(x, y, w, h, colour=colour)
        for number, line in enumerate(lines):
            top = y + h / 2 + 0.25 * (len(lines) - 1) - 0.5 * number
            self.text(x + w / 2, top, line, side="center", colour=colour)

    def _beside(self, start: Point, end: Point, words: str, under: str) -> None:
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        if start[0] == end[0]:
            self.text(x + 0.55, y + (0.25 if under else 0), words)
            self.text(x + 0.55, y - 0.25, under, size=SMALL, colour=FAINT)
            return
        self.text(x, y + 0.9, words, side="center")
        self.text(x, y - 0.45, under, side="center", size=SMALL, colour=FAINT)

    # --- two boxes and the wires between them

    def joined(
        self, rows: Sequence[Row], left: str, right: str, *, x: float = 0, y: float = 0, wide: float = 3.6
    ) -> None:
        """Two boxes side by side with a wire a row, the first row at height `y`; 4 units lie between them."""
        height = 0.8 * len(rows) + 0.4
        below = y - height + 0.6
        self.box(x, below, wide, height, left)
        self.box(x + wide + 4, below, wide, height, right)
        for number, row in enumerate(rows):
            at = y - 0.8 * number
            self.text(x + wide - 0.2, at, row.left, side="right")
            self.text(x + wide + 4.2, at, row.right)
            self.wire((x + wide, at), (x + wide + 4, at), colour=row.colour)
