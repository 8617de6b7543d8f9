"""A report for funders as a picture: figures for themselves, bars with a legend, the definitions below.

One SVG file that a browser shows and a printer prints, in grey too. What is not shown has a dotted frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fabgate.reports.drawing import BLANK, DARK, DOTTED, STRIPES, Bar, Page, Tile
from fabgate.reports.figure_sheet import HIDDEN, Paper, cell, definitions, keys, name, shown
from fabgate.reports.public import VERSION, Row, Table, Value
from fabgate.texts.report_words import ReportWords

MEASURE = {
    "visits": "visits",
    "autonomous": "autonomous",
    "supervision": "supervision_hours",
    "downtime": "out_hours",
    "causes": "out_hours",
}
"""What the bars of a table are as long as; of all others the hours worked."""
_BESIDE = {"autonomous": "median_days", "downtime": "out_share"}
_OFFERED = (("inside_hours", DARK), ("down_hours", STRIPES))


def svg(paper: Paper, words: ReportWords) -> str:
    """The whole picture."""
    title = words.report(paper.report)
    period = words.period(paper.first, paper.last)
    page = Page(title, f"{paper.lab}, {period}")
    page.head(title, [f"{paper.lab}, {period}"])
    for one in paper.tables:
        page.heading(_heading(one, words))
        _table(page, one, words)
    page.heading(words.word("definitions"))
    page.words(definitions(paper.tables, words))
    page.words([("", note) for note in (*paper.notes, f"{words.word('version')} {VERSION}.")])
    return page.svg()


def _heading(one: Table, words: ReportWords) -> str:
    if keys(one):
        return words.table(one.id)
    measure = "occupancy" if one.id == "machines" else MEASURE.get(one.id, "worked_hours")
    if measure == one.id:
        return words.table(one.id)
    return f"{words.table(one.id)} – {words.figure(measure).title}"


def _table(page: Page, one: Table, words: ReportWords) -> None:
    if keys(one):
        page.tiles([_tile(row, words) for row in one.rows])
    elif one.id == "machines":
        items = [(fill, words.figure(figure).title) for figure, fill in _OFFERED]
        unused = (BLANK, words.word("unused"))
        page.legend([items[0], unused, items[1], *_hidden_legend(one, words)])
        offered = shown(cell(one.rows[0], "offered_hours"), words)
        page.words([("", words.note("bar", hours=offered))])
        page.bars(_occupied(one, words))
    else:
        page.legend(_hidden_legend(one, words))
        page.bars(_bars(one, words))


def _tile(row: Row, words: ReportWords) -> Tile:
    told = words.figure(row.name[0])
    plain = told.unit in (words.said["unit"]["number"], words.said["unit"]["people"])
    unit = "" if plain or not row.shown else told.unit
    return Tile(shown(cell(row, "value"), words), unit, told.title)


def _hidden_legend(one: Table, words: ReportWords) -> Iterator[tuple[str, str]]:
    if any(not row.shown for row in one.rows):
        yield DOTTED, f"{HIDDEN} {words.word('hidden')}"


# --- bars -------------------------------------------------------------------------------------


def _bars(one: Table, words: ReportWords) -> Iterator[Bar]:
    """Bars of one measure, against the longest that is shown; months in their order, others by length."""
    measure = MEASURE.get(one.id, "worked_hours")
    longest = max((_number(row, measure) for row in one.rows), default=Decimal(0))
    for row in _ordered(one, measure):
        label = ", ".join(filter(None, name(words, one, row)))
        if not row.open(measure):
            yield Bar(label, ((DOTTED, 1000),), HIDDEN)
            continue
        share = int(_number(row, measure) * 1000 / longest) if longest else 0
        yield Bar(label, ((DARK, share),) if share else (), _said(one, row, measure, words))


def _said(one: Table, row: Row, measure: str, words: ReportWords) -> str:
    """The number, its unit where it is not plain, and the figure that goes with it."""
    said, beside = _with_unit(row, measure, words), _BESIDE.get(one.id)
    return said if beside is None else f"{said} ({_with_unit(row, beside, words)})"


def _with_unit(row: Row, figure: str, words: ReportWords) -> str:
    unit = words.figure(figure).unit
    plain = unit in (words.said["unit"]["number"], words.said["unit"]["people"])
    unit = words.word("h") if unit == words.said["unit"]["hours"] else unit
    number = shown(cell(row, figure), words)
    return number if plain else f"{number} {unit}"


def _occupied(one: Table, words: ReportWords) -> Iterator[Bar]:
    """Each machine's offered hours: worked, not used, out of service."""
    for row in (*_ordered(one, "occupancy"), *(() if one.whole is None else (one.whole,))):
        label = ", ".join(filter(None, name(words, one, row)))
        offered, down = _number(row, "offered_hours"), _number(row, "down_hours")
        if not row.open("occupancy"):
            yield Bar(label, ((DOTTED, 1000),), HIDDEN)
        elif not offered:
            yield Bar(label, (), "–")
        else:
            inside = min(_number(row, "inside_hours"), offered - down)
            worked, out = int(inside * 1000 / offered), int(down * 1000 / offered)
            parts = ((DARK, worked), (BLANK, 1000 - worked - out), (STRIPES, out))
            said = _with_unit(row, "occupancy", words)
            yield Bar(label, tuple(part for part in parts if part[1]), said)


def _ordered(one: Table, measure: str) -> Sequence[Row]:
    """The longest first. Where one that is hidden would stand is not told: those come last, by name."""
    if one.id in ("visits", "months", "modes"):
        return one.rows
    open_ = [row for row in one.rows if row.open(measure)]
    by_length = sorted(open_, key=lambda row: (-_number(row, measure), row.name))
    return [*by_length, *(row for row in one.rows if not row.open(measure))]


def _number(row: Row, figure: str) -> Decimal:
    value: Value | str = cell(row, figure)
    return Decimal(0) if value is None or isinstance(value, str) else Decimal(value)
