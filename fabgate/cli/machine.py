"""`fabgate machine`: what stands in the lab, out of service and back, and how it is kept."""

from __future__ import annotations

import click

from fabgate.cli import machine_shown
from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.machine_kept import audit, downtime, serviced
from fabgate.cli.machine_shown import as_json as as_json_
from fabgate.cli.show import Handles, local
from fabgate.cli.working import say_who_works
from fabgate.desk import machines, upkeep
from fabgate.desk.machines import Shown
from fabgate.model import Why
from fabgate.store.troubles import troubles_now


@click.group(cls=Noun)
def machine() -> None:
    """Machines: how they stand, out of service and back.

    Machines are made in the configuration.
    """


@machine.command("list", epilog=example("fabgate machine list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show all machines and how they stand.

    Free, in use, locked or in fault: by the journal, as the gate has written it.
    """
    with here.desk() as desk:
        all_of_them = machines.listed(desk)
        troubles = troubles_now(desk.conn)
    if as_json:
        show_json([as_json_(one, troubles) for one in all_of_them])
        return
    rows = [
        (
            _id(one),
            one.settings.rules.title,
            one.settings.rules.skill,
            machine_shown.state(one, troubles),
            local(here, machine_shown.since_ms(one)),
        )
        for one in all_of_them
    ]
    show_table(("machine", "title", "skill", "state", "since"), rows, "The configuration has no machine.")


@machine.command(epilog=example("fabgate machine show laser"))
@click.argument("machine")
@json_option
@pass_here
def show(here: Here, machine: str, as_json: bool) -> None:
    """Show one machine: how it stands, who works, how it is set.

    With its outputs in the order in which they come on, its inputs, its services, and the table of all
    that can happen to a session and what it does then.
    """
    with here.desk() as desk:
        one = found(here, machines.shown(desk, machine))
        troubles, handles = troubles_now(desk.conn), Handles(desk.conn)
        kept = upkeep.kept(desk, one.settings)
        if as_json:
            show_json(as_json_(one, troubles, kept, handles))
            return
        machine_shown.show(here, one, troubles, kept, handles)


@machine.command(epilog=example('fabgate machine lock laser --by ada --reason "smells of smoke"'))
@click.argument("machine")
@reason_option()
@by_option
@pass_here
def lock(here: Here, machine: str, reason: str, by: str | None) -> None:
    """Take a machine out of service: nobody starts it any more. Every member may."""
    with here.desk() as desk:
        done(here, machines.lock(desk, by, machine, reason), "{title} ({machine}) is out of service.")
        say_who_works(here, desk, Why.LOCKED, lambda said, _: said.machine == machine)


@machine.command(epilog=example('fabgate machine unlock laser --by zoe --reason "lens cleaned"'))
@click.argument("machine")
@reason_option(required=False)
@by_option
@pass_here
def unlock(here: Here, machine: str, reason: str | None, by: str | None) -> None:
    """Put a machine back into service. Nothing starts by that: somebody taps."""
    with here.desk() as desk:
        done(here, machines.unlock(desk, by, machine, reason), "{title} ({machine}) is back in service.")


def _id(one: Shown) -> str:
    return one.settings.rules.machine


for command in (serviced, downtime, audit):
    machine.add_command(command)
