"""What can be wrong with a gate, looked at one thing at a time, each with how to mend it.

`fabgate doctor` prints it. Nothing here changes anything; what cannot be read is said to be so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fabgate.config import Settings
from fabgate.errors import StoreError
from fabgate.gate.checkup_link import on_the_line
from fabgate.gate.checkup_pi import on_a_pi
from fabgate.gate.computer import Computer
from fabgate.model import Clock
from fabgate.reports import checks
from fabgate.reports.checks import runs
from fabgate.reports.finding import Finding, Grade
from fabgate.store.db import Store
from fabgate.store.troubles import troubles_now

__all__ = ["Finding", "Grade", "checkup", "runs"]


def checkup(settings: Settings, clock: Clock, computer: Computer | None = None) -> Iterator[Finding]:
    """Every finding about this gate, books first; `computer` is the one that it runs on, or a test's."""
    yield from at_a_glance(settings, clock)
    if settings.gate.bench == "pi":
        yield from on_a_pi(settings, computer)


def at_a_glance(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """What files alone tell of this gate: no pin, no bus, no device is asked."""
    yield from _books(settings)
    yield checks.keys(settings)
    yield checks.disk(settings.gate.state)
    yield checks.sqlite(sqlite3.sqlite_version_info)
    yield checks.clock(settings, clock)
    yield checks.rules(settings)
    yield _daemon(settings.gate.state)
    yield from on_the_line(settings, clock)


def _books(settings: Settings) -> Iterator[Finding]:
    store, found = Store(settings.gate.state), checks.books(settings, "fabgate init --manager NAME")
    yield found
    with suppress(StoreError), store.reader() as reader:
        for machine, troubles in troubles_now(reader.conn).items():
            remedy = "fabgate machine show " + machine + "; docs/readers.md where it is the reader"
            yield Finding(f"machine {machine}", Grade.FAIL, ", ".join(troubles), remedy)
    aside = checks.moved_aside(settings, "Restore the last backup: the gate began again without any right.")
    if aside is not None:
        yield aside


def _daemon(folder: Path) -> Finding:
    if runs(folder):
        return Finding("daemon", Grade.OK, "a gate runs on these books")
    return Finding("daemon", Grade.WARN, "no gate runs here", "systemctl status fabgate-gate")
