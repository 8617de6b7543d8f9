"""Who works now: said after a deed that takes a right from somebody at a machine, with how to end it.

What such a deed does to a running session is the machine's own rule; nothing is ended here.
"""

from __future__ import annotations

from collections.abc import Callable

import click

from fabgate.cli.frame import Here
from fabgate.cli.show import Handles
from fabgate.desk import Desk
from fabgate.model import Ending, MachineId, Why
from fabgate.records import SessionStarted
from fabgate.store import journal

Meant = Callable[[SessionStarted, str], bool]  # how the session began, and the handle of who works in it


def say_who_works(here: Here, desk: Desk, why: Why, meant: Meant) -> None:
    """For each open session that is meant: what its machine makes of `why`, and how to end it at once."""
    handles = Handles(desk.conn)
    for run in journal.running(desk.conn):
        worker = handles.of(run.said.member)
        if meant(run.said, worker):
            who = worker or "somebody"
            click.echo(f"Note: {who} is working at {run.machine} now. {_then(here, run.machine, why)}")
            click.echo(f'  To end it now: fabgate session close {run.machine} --reason "..."')


def _then(here: Here, machine: str, why: Why) -> str:
    known = here.settings.machines.get(MachineId(machine))
    if known is None:
        return "The configuration does not know this machine any more."
    match known.rules.ends.of(why):
        case Ending.NOW:
            return "The gate ends it now."
        case Ending.WHEN_IDLE:
            then = f"They are warned, and in {known.rules.warning_ms // 1000} s the gate ends it"
            return f"{then}, once the machine is idle." if known.rules.metered else f"{then}."
        case Ending.WARN:
            return "They are told, and may finish."
        case Ending.ALARM:
            return "They are told, and an alarm calls people; they may finish."
