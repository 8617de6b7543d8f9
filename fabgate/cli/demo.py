"""`fabgate demo`: a lab to click on, and a day of one told as it happens, to the closing of its month."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from getpass import getuser
from importlib import resources
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import click

from fabgate.cli.frame import example
from fabgate.cli.keeper import Kept, kept
from fabgate.devices.protocols import Pattern
from fabgate.errors import UsageError
from fabgate.rehearsal.play import Failure, Told, in_memory, play
from fabgate.rehearsal.scenario import Scenario, load

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = 130
STORY = "#:"
PACE_S = 0.25
LIGHT = {"green": "green", "red": "red", "blue": "blue", "amber": "yellow", "white": "white", "off": "black"}


@click.command(epilog=example("fabgate demo", "fabgate demo --port 8090", "fabgate demo --once"))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="N",
    help="Where the page is served, also where nobody sits at a terminal (default: 8080 or the next free).",
)
@click.option("--once", is_flag=True, help="Tell the story and end, without the page.")
@click.option(
    "--live/--no-live",
    default=None,
    help="Tell, too, of a hub and two gates as processes (default: where there is no page to see them on).",
)
@click.option(
    "--pace",
    type=click.FloatRange(0, 5),
    default=None,
    help="Seconds between two lines (default: 0.25 at a terminal, 0 otherwise).",
)
def demo(port: int | None, once: bool, pace: float | None, live: bool | None) -> None:
    """A lab to click on, and the story of a day.

    At a terminal, or with --port, it starts a small lab on this machine and says the address of its page:
    hold badges to machines, pull the power, hit the emergency stop, be the treasurer. Two gates and a hub
    run behind it as processes of their own, over a broker on this machine only (mosquitto, or iotcore of
    the extra `demo`); only the benches are simulated. Its machines speak the language that the terminal
    is set to, where fabgate has it. Ctrl-C ends it.

    Meanwhile the terminal tells a day: a trainee, a sponsor, a power cut, a month that is closed. With
    --once, or where the output is no terminal, that is all, and it ends by itself.
    It leaves nothing behind.
    """
    if once and port is not None:
        raise UsageError("the page is wanted, and not wanted", "Leave --once or --port out.")
    paged = not once and (port is not None or sys.stdout.isatty())
    try:
        with _ended_by_signals(), ExitStack() as undo:
            place = undo.enter_context(kept(in_memory()))
            address = _open_page(undo, port, place) if paged else None
            _tell_day(pace, place)
            if live or (live is None and address is None):
                _tell_live(place)
            _stay(address)
    except KeyboardInterrupt:
        click.echo("\nEnded. Nothing was left on this machine.")
        if not paged:
            raise click.exceptions.Exit(_INTERRUPTED) from None


def _open_page(undo: ExitStack, port: int | None, place: Kept) -> str | None:
    """The address of the page; None where something that it needs is not installed."""
    from fabgate.cli.demo_page import NoPage, page

    click.echo("Starting a lab on this machine: a hub and two gates...")
    try:
        address = undo.enter_context(page(port, place))
    except NoPage as missing:
        click.echo(f"The page is left out: {missing.what}.\n  {missing.remedy}")
        return None
    click.echo()
    click.secho(f"    Open this:  {address}", bold=True)
    click.echo()
    click.echo("In a browser on this machine. Hold badges to machines, pull the power, close a month.")
    if way := through_ssh(address):
        click.echo(f"Yours is elsewhere? Type there first:  {way}")
    click.echo("Ctrl-C ends it. Here is the story of a day meanwhile.")
    return address


def through_ssh(address: str) -> str | None:
    """What brings the page to whoever sits at another computer; None where nobody came by ssh."""
    came = os.environ.get("SSH_CONNECTION", "").split()
    if len(came) != 4:  # from where, to where: an address and a port each
        return None
    port = urlsplit(address).port
    return f"ssh -L {port}:127.0.0.1:{port} {getuser()}@{came[2]}"


def _stay(address: str | None) -> None:
    """Until Ctrl-C, where there is a page; else say what comes next."""
    click.echo()
    if address is None:
        click.echo(
            "Nothing was left on this machine. Next: `fabgate rehearse docs/rehearsals/first-day.txt`,"
        )
        click.echo("then docs/installers.md for a gate of your own, docs/hub.md for several.")
        return
    click.secho(f"    The lab is still open:  {address}", bold=True)
    click.echo("    Ctrl-C ends it.")
    while True:
        signal.pause()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a terminal that is closed end it alike, once: then everything is put away."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        for one in ENDS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in ENDS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _tell_day(pace: float | None, place: Kept) -> None:
    from fabgate.cli import command

    with resources.as_file(resources.files("fabgate.rehearsal")) as folder:
        scenario = load(folder / "demo.txt")
        teller = Teller(scenario, _pace(pace))
        failures = play(scenario, command, 0, teller.tell, place.folder)
    _failed(failures)


def _tell_live(place: Kept) -> None:
    from fabgate.cli.live import play_live

    play_live(place)


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
