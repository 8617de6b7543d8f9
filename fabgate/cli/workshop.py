"""`fabgate workshop`: a machine that one person starts for a group."""

from __future__ import annotations

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    json_option,
    pass_here,
    printable,
    show_json,
    show_table,
)
from fabgate.cli.show import Handles, Json, handle, local, utc
from fabgate.desk import days, who, workshops
from fabgate.desk.workshops import MOST_PEOPLE, Group, Shown
from fabgate.store import journal


@click.group(cls=Noun)
def workshop() -> None:
    """Workshops: open a machine to a group for some hours.

    One person leads it, starts the machine with their own badge, and stays. How many came and what
    for is recorded; nobody is billed for a turn at it, and nobody earns a qualification.
    """


@workshop.command(
    "open",
    epilog=example("fabgate workshop open laser --people 8 --purpose social --until 17:00 --by zoe"),
)
@click.argument("machine")
@click.option(
    "--people",
    required=True,
    type=click.IntRange(1, MOST_PEOPLE),
    metavar="NUMBER",
    help="How many people come.",
)
@click.option(
    "--purpose", required=True, metavar="WORD", help="What for; the words stand in the lab's rules."
)
@click.option(
    "--until",
    required=True,
    metavar="HH:MM",
    help="When it ends: 17:00, today; or 2027-01-31T17:00. After 12 hours at most.",
)
@click.option("--leader", metavar="MEMBER", help="Who leads it (default: who opens it).")
@by_option
@pass_here
def open_(
    here: Here, machine: str, people: int, purpose: str, until: str, leader: str | None, by: str | None
) -> None:
    """Open MACHINE to a group. Nothing is powered by it: the leader's tap does that.

    Who may work there alone leads a workshop; a manager may name such a one.
    """
    with here.desk() as desk:
        today = who.today_ms(desk.conn, desk.clock.now())
        until_ms = days.moment_ms(here.settings.lab.zone, until, today)
        answer = workshops.opened(desk, by, machine, Group(people, purpose, until_ms), leader)
        end = local(here, until_ms)
        text = "{title} ({machine}) is open to {people} people until " + end + ": {purpose}."
        did = done(here, answer, text)
        if did.facts["replaced"]:
            click.echo("  The workshop that was open there has ended by this.")
        leads, title = printable(did.facts["subject"]), printable(did.facts["title"])
        click.echo(f"  {leads}: tap your badge at {title} to begin. Until then it is off.")


@workshop.command(epilog=example("fabgate workshop close laser --by zoe"))
@click.argument("machine")
@by_option
@pass_here
def close(here: Here, machine: str, by: str | None) -> None:
    """Close a workshop before its time.

    No tap starts MACHINE for a group any more. Who works there for the group now goes on until the end
    of the session; this shows how to end it.
    """
    with here.desk() as desk:
        answer = workshops.closed(desk, by, machine)
        name = done(here, answer, "The workshop on {title} ({machine}) is closed.").facts["machine"]
        for run in journal.running(desk.conn):
            if run.machine == name and run.said.workshop is not None:
                click.echo("Note: the group is at work there now, and may go on until its end.")
                click.echo(f'  To end it now: fabgate session close {run.machine} --reason "..."')


@workshop.command("list", epilog=example("fabgate workshop list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show the workshops that are open now."""
    with here.desk() as desk:
        shown = workshops.listed(desk)
        handles = Handles(desk.conn)
        if as_json:
            show_json([_json(one, handles) for one in shown])
            return
    rows = [
        (
            one.workshop.machine,
            one.title,
            one.workshop.people,
            one.workshop.purpose,
            handle(one.leader) or one.workshop.leader,
            local(here, one.workshop.until_ms),
        )
        for one in shown
    ]
    show_table(("machine", "title", "people", "purpose", "leader", "until"), rows, "No workshop is open.")


def _json(one: Shown, handles: Handles) -> Json:
    return {
        "machine": one.workshop.machine,
        "title": one.title,
        "people": one.workshop.people,
        "purpose": one.workshop.purpose,
        "leader": handles.of(one.workshop.leader),
        "since": utc(one.workshop.since_ms),
        "until": utc(one.workshop.until_ms),
        "by": handles.of(one.workshop.by),
        "record": str(one.workshop.record),
    }
