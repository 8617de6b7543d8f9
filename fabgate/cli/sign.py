"""`fabgate sign`: the sheet to hang beside a machine, in the languages that people read there."""

from __future__ import annotations

import click

from fabgate.cli import sign_page
from fabgate.cli.frame import Here, example, found, pass_here, pour, spoken
from fabgate.cli.sign_sheet import Maker


@click.command(epilog=example("fabgate sign laser", "fabgate sign laser --html --language fr --language nl"))
@click.argument("machine")
@click.option(
    "--language",
    "languages",
    metavar="CODE",
    multiple=True,
    help="In this language, a sheet each: en, fr, nl, de (default: the lab's own).",
)
@click.option("--html/--text", "as_html", default=False, help="A page to print on A4, or text (default).")
@pass_here
def sign(here: Here, machine: str, languages: tuple[str, ...], as_html: bool) -> None:
    """Print the sheet to hang beside a machine.

    How to use this machine as it is set, what its lamp and buzzer say, whom to call, what is recorded.
    Hang up a new one when its configuration changes. A browser prints the page, or makes a PDF of it.
    """
    with here.desk() as desk:
        wired = found(here, desk.machine(machine))
    lab, now_ms = here.settings.lab, here.clock.now().wall_ms
    sheets = [
        Maker(wired, lab, spoken(here, language), language).sheet(now_ms)
        for language in languages or lab.languages[:1]
    ]
    pour([sign_page.html(sheets) if as_html else sign_page.text(sheets)])
