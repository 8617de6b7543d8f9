"""A sheet as a page to print on A4, and as text. Nothing is decided here."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import cycle, groupby, islice

from fabgate.cli.sign_sheet import Light, Part, Sheet, Tone
from fabgate.devices.protocols import Colour
from fabgate.devices.rhythms import STEP_S, steps

SHOWN_S = 6
"""So much of a rhythm is drawn: twice the longest."""
_WIDE = 80
_SHADE = {
    Colour.WHITE: "#ffffff",
    Colour.GREEN: "#1f9d3a",
    Colour.RED: "#d11f1f",
    Colour.AMBER: "#f0a000",
    Colour.BLUE: "#1f5fd1",
    Colour.OFF: "#444444",
}
_STYLE = """\
@page { size: A4; margin: 10mm 12mm; }
* { box-sizing: border-box; }
body { margin: 0; font: 9pt/1.3 "DejaVu Sans", "Noto Sans", Arial, sans-serif; color: #000; }
article { max-width: 186mm; margin: 0 auto; break-after: page; }
article:last-child { break-after: auto; }
header { display: flex; justify-content: space-between; align-items: baseline; }
header { border-bottom: 1.2mm solid #000; }
h1 { font-size: 24pt; line-height: 1.15; margin: 0 0 1mm; }
header p { margin: 0 0 0 6mm; font-size: 12pt; white-space: nowrap; }
h2 { font-size: 11pt; margin: 3mm 0 1mm; }
ul { margin: 0; padding-left: 4mm; }
li { margin: 0 0 0.7mm; break-inside: avoid; }
ul.first { font-size: 13pt; font-weight: bold; padding: 0; list-style: none; }
section.use ul + ul { columns: 2; column-gap: 7mm; }
div.signs { display: grid; grid-template-columns: 1.9fr 1fr; column-gap: 7mm; }
table { border-collapse: collapse; width: 100%; }
td { padding: 0.6mm 2mm 0.6mm 0; vertical-align: middle; border-top: 0.2mm solid #bbb; }
td.strip { width: 36mm; }
td.means { font-weight: bold; }
svg { display: block; }
section.wrong { border: 0.8mm solid #000; padding: 0 3mm 1.5mm; margin-top: 3mm; font-size: 10pt; }
section.wrong h2 { margin-top: 1.5mm; }
section.kept { font-size: 8pt; }
footer { margin-top: 2mm; font-size: 7pt; color: #333; }
"""


def html(sheets: Sequence[Sheet]) -> str:
    """A whole page, a sheet of paper for each; it needs nothing from elsewhere."""
    title = escape(sheets[0].title)
    body = "\n".join(map(_article, sheets))
    head = f'<head>\n<meta charset="utf-8">\n<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>'
    whole = f'<html lang="{sheets[0].language}">\n{head}\n<body>\n{body}\n</body>\n</html>'
    return f"<!doctype html>\n{whole}\n"


def text(sheets: Sequence[Sheet]) -> str:
    """The sheets on eighty columns, a form feed between them: a printer begins a new sheet there."""
    return "\f".join("\n".join(_text(sheet)) + "\n" for sheet in sheets)


# --- a page -------------------------------------------------------------------------------------


def _article(sheet: Sheet) -> str:
    parts = [f'<article lang="{sheet.language}">', _header(sheet), _section("use", sheet.use)]
    signs = _table("lamp", sheet.lamp, map(_light, sheet.lights)) if sheet.lights else ""
    signs += _table("sound", sheet.sound, map(_tone, sheet.tones)) if sheet.tones else ""
    parts += [
        f'<div class="signs">{signs}</div>',
        _section("wrong", sheet.wrong),
        _section("kept", sheet.kept),
    ]
    return "\n".join([*parts, f"<footer>{escape(sheet.made)}</footer>", "</article>"])


def _header(sheet: Sheet) -> str:
    return f"<header><h1>{escape(sheet.title)}</h1><p>{escape(sheet.lab)}</p></header>"


def _section(name: str, part: Part) -> str:
    first = 2 if name == "use" else 0
    lists = _list("first", part.lines[:first]) + _list("rest", part.lines[first:])
    return f'<section class="{name}"><h2>{escape(part.heading)}</h2>\n{lists}</section>'


def _list(name: str, lines: Sequence[str]) -> str:
    points = "\n".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="{name}">\n{points}\n</ul>' if lines else ""


def _table(name: str, heading: str, rows: Iterable[str]) -> str:
    body = "\n".join(rows)
    return f'<section class="{name}"><h2>{escape(heading)}</h2>\n<table>\n{body}\n</table></section>'


def _light(light: Light) -> str:
    cells = (escape(light.looks), escape(light.means))
    return (
        f'<tr><td class="strip">{strip(light)}</td><td>{cells[0]}</td><td class="means">{cells[1]}</td></tr>'
    )


def _tone(tone: Tone) -> str:
    return f'<tr><td>{escape(tone.sounds)}</td><td class="means">{escape(tone.means)}</td></tr>'


def strip(light: Light) -> str:
    """Some seconds of a light, as a picture: a block where it shines."""
    blocks = "".join(
        f'<rect x="{start}" y="1" width="{length}" height="7" fill="{_SHADE[light.colour]}" stroke="#000" '
        'stroke-width="0.5"/>'
        for start, length in _blocks(light)
    )
    ground = '<line x1="0" y1="8" x2="60" y2="8" stroke="#000" stroke-width="0.5"/>'
    size = 'viewBox="-1 0 62 9" width="34mm" height="5mm"'
    return f'<svg role="img" aria-label="{escape(light.looks)}" {size}>{ground}{blocks}</svg>'


def _blocks(light: Light) -> Iterator[tuple[int, int]]:
    """Where it begins to shine and for how long, in steps."""
    at = 0
    for shines, run in groupby(_steps(light)):
        length = len(list(run))
        if shines:
            yield at, length
        at += length


def _steps(light: Light) -> tuple[bool, ...]:
    if light.colour is Colour.OFF:
        once: tuple[bool, ...] = (False,)
    else:
        once = steps(light.pattern) or (True,)
    return tuple(islice(cycle(once), round(SHOWN_S / STEP_S)))


# --- text ---------------------------------------------------------------------------------------


def _text(sheet: Sheet) -> Iterator[str]:
    yield f"{sheet.title} - {sheet.lab}"
    yield "=" * _WIDE
    yield from _listed(sheet.use)
    if sheet.lights:
        yield from ("", sheet.lamp)
        wide = max(len(light.looks) for light in sheet.lights)
        for light in sheet.lights:
            yield from _row(f"  {bar(light)}  {light.looks:<{wide}}  ", light.means)
    if sheet.tones:
        yield from ("", sheet.sound)
        wide = max(len(tone.sounds) for tone in sheet.tones)
        for tone in sheet.tones:
            yield from _row(f"  {tone.sounds:<{wide}}  ", tone.means)
    yield from _listed(sheet.wrong)
    yield from _listed(sheet.kept)
    yield ""
    yield from textwrap.wrap(sheet.made, _WIDE)


def _listed(part: Part) -> Iterator[str]:
    yield from ("", part.heading)
    for line in part.lines:
        yield from _row("  - ", line)


def _row(head: str, said: str) -> list[str]:
    return textwrap.wrap(said, _WIDE, initial_indent=head, subsequent_indent=" " * len(head))


def bar(light: Light) -> str:
    """Three seconds of a light in fifteen signs."""
    return "".join("#" if on else "." for on in _steps(light)[:30:2])
