"""`fabgate grant`: who may work alone, who may teach."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

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
from fabgate.cli.show import Json, day, handle, local, utc
from fabgate.cli.working import say_who_works
from fabgate.desk import Desk, Done, grants
from fabgate.desk.grants import Shown, Word
from fabgate.errors import UsageError
from fabgate.model import Level, Why

LEVELS = [level.word for level in Level if level is not Level.NONE]


@click.group(cls=Noun)
def grant() -> None:
    """Grants: what a member may do on the machines of a skill.

    A trainee works with a sponsor beside them, an autonomous member alone; a sponsor may also teach
    and give both levels. Every grant says who, to whom, what, when and why.
    """


@grant.command(
    epilog=example('fabgate grant give ada laser --level autonomous --by zoe --reason "passed the test"')
)
@click.argument("who")
@click.argument("skill")
@click.option("--level", required=True, type=click.Choice(LEVELS), help="What they may do.")
@click.option("--until", metavar="YYYY-MM-DD", help="The last day on which it is good (default: no end).")
@click.option(
    "--bootstrap",
    is_flag=True,
    help="Name the first sponsor of a skill that has none, oneself perhaps: the first manager only.",
)
@reason_option()
@by_option
@pass_here
def give(
    here: Here,
    who: str,
    skill: str,
    level: str,
    until: str | None,
    bootstrap: bool,
    reason: str,
    by: str | None,
) -> None:
    """Give a member a level on a skill; good at the next tap. WHO is their handle or id.

    It takes the place of what they held there. Nobody gives to themselves.
    """
    until_ms = None if until is None else end_of_day_ms(here, until)
    with here.desk() as desk:
        given = grants.give(desk, by, who, skill, Level.of(level), reason, until_ms, bootstrap)
        to = "" if until_ms is None else f", until {day(here, until_ms)}"
        did = done(here, given, "{subject} ({handle}) is {level} on {skill} now" + to + ". Before: {was}.")
        _say_who_works(here, desk, did)


@grant.command(epilog=example('fabgate grant revoke ada laser --by zoe --reason "left it running"'))
@click.argument("who")
@click.argument("skill")
@reason_option()
@by_option
@pass_here
def revoke(here: Here, who: str, skill: str, reason: str, by: str | None) -> None:
    """Take a grant away; no start from the next tap on. WHO is their handle or id."""
    with here.desk() as desk:
        taken = grants.revoke(desk, by, who, skill, reason)
        did = done(here, taken, "{subject} ({handle}) holds nothing on {skill} any more. Before: {was}.")
        _say_who_works(here, desk, did)


@grant.command("list", epilog=example("fabgate grant list --skill laser"))
@click.argument("who", required=False)
@click.option("--skill", help="Of this skill only.")
@json_option
@pass_here
def list_(here: Here, who: str | None, skill: str | None, as_json: bool) -> None:
    """Show all grants, or those of the member WHO."""
    with here.desk() as desk:
        shown = found(here, grants.listed(desk, who, skill))
    if as_json:
        show_json([_json(one) for one in shown])
        return
    rows = [
        (
            one.grant.skill,
            handle(one.holder),
            one.level.word,
            day(here, one.grant.since_ms),
            _end(here, one),
            handle(one.giver),
        )
        for one in shown
    ]
    show_table(("skill", "member", "level", "since", "until", "by"), rows, "There are no grants here.")


@grant.command(epilog=example("fabgate grant history ada laser"))
@click.argument("who")
@click.argument("skill", required=False)
@json_option
@pass_here
def history(here: Here, who: str, skill: str | None, as_json: bool) -> None:
    """Show what was given to WHO and taken away, by whom, when, and at which gate.

    The last column names the record that took the place of each; what has none counts. Where
    several count, they were said at places that did not know of each other: the strictest holds.
    """
    with here.desk() as desk:
        told = found(here, grants.history(desk, who, skill))
    if as_json:
        show_json([_told_json(one) for one in told])
        return
    rows = [
        (
            str(one.record),
            local(here, one.at.wall_ms) + ("" if one.at.synced else "?"),
            one.gate,
            one.skill,
            one.level + (f" until {day(here, one.until_ms)}" if one.until_ms is not None else ""),
            handle(one.by),
            one.reason or "",
            str(one.over or ""),
        )
        for one in told
    ]
    heads = ("record", "when", "gate", "skill", "level", "by", "why", "replaced by")
    show_table(heads, rows, "Nothing was ever given or taken here.")


def _told_json(one: Word) -> Json:
    return {
        "record": str(one.record),
        "at": utc(one.at.wall_ms),
        "synced": one.at.synced,
        "gate": one.gate,
        "skill": one.skill,
        "level": one.level,
        "until": utc(one.until_ms),
        "by": handle(one.by),
        "reason": one.reason,
        "replaced_by": None if one.over is None else str(one.over),
    }


def end_of_day_ms(here: Here, text: str) -> int:
    """The last moment (wall time) of a day in the lab's zone. Raises UsageError for what is no day."""
    try:
        next_day = date.fromisoformat(text) + timedelta(days=1)
        midnight = datetime(next_day.year, next_day.month, next_day.day, tzinfo=here.settings.lab.zone)
        return round(midnight.timestamp() * 1000) - 1
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no day", "Write it as 2027-01-31.") from None


def _say_who_works(here: Here, desk: Desk, did: Done) -> None:
    """Whose session began at a higher level than is left; what rises or stays takes nothing away."""
    level = Level.of(str(did.facts["level"]))
    holds = (did.facts["handle"], did.facts["skill"])
    say_who_works(
        here,
        desk,
        Why.REVOKED,
        lambda said, worker: (worker, said.skill) == holds and level < Level.of(said.level),
    )


def _end(here: Here, one: Shown) -> str:
    until = day(here, one.grant.until_ms)
    return until if one.lapsed_ms is None else f"{until} (over: it was {one.grant.level.word})"


def _json(one: Shown) -> Json:
    return {
        "skill": one.grant.skill,
        "member": handle(one.holder),
        "level": one.level.word,
        "granted": one.grant.level.word,
        "since": utc(one.grant.since_ms),
        "until": utc(one.grant.until_ms),
        "by": handle(one.giver),
        "record": str(one.grant.record),
    }
