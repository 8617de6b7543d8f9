"""`fabgate demo`: a lab's day as it happens, to the closing of its month; then a hub and two gates, live."""

from __future__ import annotations

import sys
import time
from importlib import resources
from pathlib import Path

import click

from fabgate.cli.frame import example
from fabgate.devices.protocols import Pattern
from fabgate.rehearsal.play import Failure, Told, play
from fabgate.rehearsal.scenario import Scenario, load

STORY = "#:"
PACE_S = 0.25
LIGHT = {"green": "green", "red": "red", "blue": "blue", "amber": "yellow", "white": "white", "off": "black"}


@click.command(epilog=example("fabgate demo"))
@click.option(
    "--live/--no-live",
    default=True,
    help="Then a hub and two gates, as processes over a broker that the demo starts (default: yes).",
)
@click.option(
    "--pace",
    type=click.FloatRange(0, 5),
    default=None,
    help="Seconds between two lines (default: 0.25 at a terminal, 0 otherwise).",
)
def demo(pace: float | None, live: bool) -> None:
    """Play a lab's day, then a hub with two gates.

    A trainee, a sponsor, a power cut, a month that is closed: a day in a second. The rules, the books and
    the commands are the real ones; the bench and the clock are simulated. Then, live and for about half a
    minute: two gates and a hub as real processes, over a broker on this machine only (mosquitto, or
    iotcore of the extra `demo`; without either this part is left out).
    It ends by itself and leaves nothing behind.
    """
    from fabgate.cli import command
    from fabgate.cli.live import play_live

    with resources.as_file(resources.files("fabgate.rehearsal")) as folder:
        scenario = load(folder / "demo.txt")
        teller = Teller(scenario, _pace(pace))
        failures = play(scenario, command, 0, teller.tell)
    _failed(failures)
    if live:
        play_live()
    click.echo()
    click.echo("Nothing was left on this machine. Next: `fabgate rehearse docs/rehearsals/first-day.txt`,")
    click.echo("then docs/installers.md for a gate of your own, docs/hub.md for several.")


def _pace(asked: float | None) -> float:
    if asked is not None:
        return asked
    return PACE_S if sys.stdout.isatty() else 0.0


def _failed(failures: tuple[Failure, ...]) -> None:
    for failure in failures:
        click.secho(f"expected {failure.expected}; {failure.found}", fg="red", err=True)
    if failures:
        raise click.exceptions.Exit(1)


SHOWN = ("charge", "close", "journal", "passport")
"""The commands of which what they print is a part of the story."""


class Teller:
    """Tells what happens to somebody who sees fabgate for the first time."""

    def __init__(self, scenario: Scenario, pace_s: float) -> None:
        self._pace_s = pace_s
        self._chapters = chapters(scenario.path)
        self._told_to = 0
        self._command = ""

    def tell(self, told: Told) -> None:
        if told.line is not None:
            self._open_chapters(told.line)
        text = self._text(told)
        if text is not None:
            click.echo(f"  {_clock(told.at_ms)}  {text}")
            time.sleep(self._pace_s)

    def _open_chapters(self, line: int) -> None:
        for number, chapter in self._chapters:
            if self._told_to < number <= line:
                click.echo()
                click.secho(chapter, bold=True)
        self._told_to = max(self._told_to, line)

    def _text(self, told: Told) -> str | None:
        """One thing that happened, as a person in the room would see it."""
        match told.what:
            case "run":
                self._command = told.detail
                return click.style(f"$ fabgate {told.detail}", fg="cyan")
            case "printed":
                return told.detail if self._command.startswith(SHOWN) else None
            case "tap":
                return f"a badge taps {told.detail.split()[0]}"
            case "power" | "press" | "release":
                return f"{told.what} {told.detail}"
            case "lamp":
                return None if told.detail.startswith("off") else _lamp(told)
            case "display":
                return f"{told.machine} says    {told.detail}" if told.detail else None
            case "relay":
                return click.style(f"{told.machine} is {told.detail.upper()}", bold=True)
            case "failed":
                return click.style(f"not so: {told.detail}", fg="red")
            case _:
                return None


def chapters(path: Path) -> list[tuple[int, str]]:
    """The told lines of a story, each with its line number."""
    lines = path.read_text("utf-8").splitlines()
    return [
        (number, line.removeprefix(STORY).strip())
        for number, line in enumerate(lines, 1)
        if line.startswith(STORY)
    ]


def _lamp(told: Told) -> str:
    colour, pattern = told.detail.split()
    how = "" if pattern in (Pattern.STEADY, Pattern.WINK) else "blinks "
    return f"{told.machine} lamp    " + click.style(f"● {how}{colour}", fg=LIGHT[colour])


def _clock(at_ms: int) -> str:
    """The lab's wall clock: the story begins at nine."""
    minutes = 9 * 60 + at_ms // 60_000
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
