"""`fabgate member suspend` and `lift`: somebody has to stay away, from the lab or from one skill."""

from __future__ import annotations

import click

from fabgate.cli.frame import (
    Here,
    by_option,
    done,
    example,
    found,
    options,
    pass_here,
    printable,
    reason_option,
)
from fabgate.cli.show import local
from fabgate.cli.working import say_who_works
from fabgate.desk import Desk, Done, days, holds, who
from fabgate.desk.holds import Terms
from fabgate.errors import UsageError
from fabgate.model import Why

CAUSES = ("safety", "unpaid", "other")
_HOUR_MS = 3_600_000

hold_options = options(
    click.option("--until", metavar="YYYY-MM-DD", help="The last day on which it holds."),
    click.option("--hours", type=click.IntRange(1, 8760), metavar="NUMBER", help="For so many hours."),
    click.option(
        "--cause",
        type=click.Choice(CAUSES),
        default="other",
        show_default=True,
        help="On what grounds; `unpaid` is for sessions that nobody logged or paid.",
    ),
    click.option("--skill", metavar="SKILL", help="Of this skill only."),
)


@click.command(
    epilog=example(
        'fabgate member suspend ada --by zoe --reason "left the laser alone"',
        'fabgate member suspend ada --skill laser --hours 72 --cause safety --reason "smoke" --by bob',
    )
)
@click.argument("whom", metavar="WHO")
@hold_options
@reason_option()
@by_option
@pass_here
def suspend(
    here: Here,
    whom: str,
    until: str | None,
    hours: int | None,
    cause: str,
    skill: str | None,
    by: str | None,
    reason: str,
) -> None:
    """Suspend a member: their badges open nothing any more.

    From the next tap on. WHO is their handle or id. A manager does it, until they lift it or for a
    time. Where the lab's rules say so, anybody autonomous in the lab does it on grounds of safety, for
    a while; a manager confirms that by suspending again.
    """
    with here.desk() as desk:
        until_ms = _end_ms(here, desk, until, hours)
        meant = Terms(until_ms, "" if cause == "other" else cause)
        answer = holds.suspend(desk, by, whom, reason, meant, skill)
        did = done(here, answer, "{subject} ({handle}) is suspended" + _upon(here, found(here, answer)) + ".")
        _say_told(did)
        on = did.facts["skill"]
        say_who_works(
            here,
            desk,
            Why.SUSPENDED,
            lambda said, worker: worker == did.facts["handle"] and on in (None, said.skill),
        )


def _end_ms(here: Here, desk: Desk, until: str | None, hours: int | None) -> int | None:
    if until is not None and hours is not None:
        raise UsageError("a suspension has one end", "Give --until or --hours, not both.")
    if hours is not None:
        return who.today_ms(desk.conn, desk.clock.now()) + hours * _HOUR_MS
    return None if until is None else days.end_of_day_ms(here.settings.lab.zone, until)


def _upon(here: Here, did: Done) -> str:
    skill, until = did.facts["skill"], did.facts["until_ms"]
    on = "" if skill is None else f" on {printable(skill)}"
    return on + (f" until {local(here, until)}" if isinstance(until, int) else "")


def _say_told(did: Done) -> None:
    """What a machine tells them, how it ends, and that nobody else tells them anything."""
    handle, skill, until = did.facts["handle"], did.facts["skill"], did.facts["until_ms"]
    option = "" if skill is None else f" --skill {printable(skill)}"
    click.echo("  A machine tells them so at their next tap there, and whom to talk to; it says no reason.")
    if isinstance(until, int):
        again = f'fabgate member suspend {handle}{option} --reason "..."'
        click.echo(f"  It ends by itself then. A manager makes it last: {again}")
    else:
        click.echo(f'  It ends when a manager lifts it: fabgate member lift {handle}{option} --reason "..."')
    click.echo("  fabgate sends no mail: `fabgate notices --csv` lists them for your own.")


@click.command(epilog=example('fabgate member lift ada --by zoe --reason "talked it over"'))
@click.argument("whom", metavar="WHO")
@click.option("--skill", metavar="SKILL", help="The suspension of this skill only.")
@reason_option()
@by_option
@pass_here
def lift(here: Here, whom: str, skill: str | None, by: str | None, reason: str) -> None:
    """Lift a suspension: what was theirs is theirs again. WHO is their handle or id."""
    on = "" if skill is None else " on {skill}"
    with here.desk() as desk:
        answer = holds.lift(desk, by, whom, reason, skill)
        done(here, answer, "{subject} ({handle}) is no longer suspended" + on + ".")
