"""`fabgate meter`: see what a machine draws, and find the two thresholds that tell idle from busy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count

import click

from fabgate.cli.frame import Here, Noun, example, pass_here
from fabgate.cli.held import refuse_if_held
from fabgate.config import MeterSettings
from fabgate.devices import open_bench
from fabgate.devices.protocols import Meter
from fabgate.errors import UsageError
from fabgate.model import MachineId

BAR = 30  # signs, for the most that was seen so far
A_SECOND = 5  # a reading takes about 200 ms


@click.group(cls=Noun)
def meter() -> None:
    """Current meters: see what a machine draws, and find its thresholds."""


@meter.command(
    "test",
    epilog=example("fabgate meter test router", "fabgate meter test router --seconds 30"),
)
@click.argument("machine")
@click.option(
    "--seconds", type=click.IntRange(min=1), metavar="N", help="End after N seconds, not at Ctrl-C."
)
@pass_here
def try_out(here: Here, machine: str, seconds: int | None) -> None:
    """Show what a machine draws, reading by reading, and what the gate makes of it.

    Once with the machine switched on and doing nothing, once at its lightest job: `busy` belongs between
    the two, `idle` a little under it. The gate must not run meanwhile; every output of its bench is off.
    """
    if here.rehearsed:
        raise UsageError("a rehearsal has no meter to try", "Type this at the gate itself.")
    settings = _settings(here, machine)
    refuse_if_held(here.settings.gate.state, "the gate runs and holds its meters", "meter")
    with closing(open_bench(here.settings, here.clock)) as bench:
        found = bench.machines[MachineId(machine)].meter
        assert found is not None, "a configured meter is opened, or stands there broken"
        click.echo(f"Works from {_amperes(settings.busy)}, does nothing below {_amperes(settings.idle)}.")
        if seconds is None:
            click.echo("Ctrl-C ends.")
        _watch(found, settings, seconds)


def _settings(here: Here, machine: str) -> MeterSettings:
    wired = here.settings.machines.get(MachineId(machine))
    if wired is None:
        raise UsageError(f"there is no machine {machine}", f"Known: {', '.join(here.settings.machines)}.")
    if wired.meter is None:
        raise UsageError(f"machine {machine} has no meter", f"Write one: [machine.{machine}.meter]")
    return wired.meter


def _watch(found: Meter, settings: MeterSettings, seconds: int | None) -> None:
    seen: list[int] = []
    try:
        for current in _readings(found, seconds):
            seen.append(current)
            bar = "#" * round(BAR * current / max(*seen, settings.busy, 1))
            click.echo(f"{_amperes(current):>9}  {_word(settings, current):7}  {bar}".rstrip())
    except KeyboardInterrupt:
        click.echo()
    if seen:
        lowest, highest = _amperes(min(seen)), _amperes(max(seen))
        click.echo(f"Between {lowest} and {highest}, in {len(seen)} readings.")


def _readings(found: Meter, seconds: int | None) -> Iterator[int]:
    for _ in count() if seconds is None else range(seconds * A_SECOND):
        yield found.read()


def _word(settings: MeterSettings, current: int) -> str:
    if current >= settings.busy:
        return "works"
    return "nothing" if current < settings.idle else "between"


def _amperes(current: int) -> str:
    return f"{current / 1000:.2f} A"
