"""`fabgate paper`: what must be on file before somebody may start. `fabgate dues` is the treasurer's part."""

from __future__ import annotations

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    options,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import Json, day, utc
from fabgate.desk import days, papers
from fabgate.desk.papers import Shown
from fabgate.errors import UsageError
from fabgate.model import Code, Denied

filing_options = options(
    click.option("--ref", metavar="TEXT", help="The number of a receipt or folder, kept beside the record."),
    click.option("--past", is_flag=True, help="The last day is over, and is meant so."),
    reason_option(required=False),
    by_option,
)


@click.group(cls=Noun)
def paper() -> None:
    """Papers: dues, waivers, insurances, each with its last day.

    Which there are stands in the lab's rules (`fabgate rules show`). Nobody starts a machine without
    those that are asked of them.
    """


@paper.command(epilog=example("fabgate paper file ada waiver --until 2027-08-31 --by zoe"))
@click.argument("who")
@click.argument("paper")
@click.option(
    "--until", metavar="YYYY-MM-DD", help="The last day on which it is good (default: it has no end)."
)
@filing_options
@pass_here
def file(
    here: Here,
    who: str,
    paper: str,
    until: str | None,
    ref: str | None,
    past: bool,
    reason: str | None,
    by: str | None,
) -> None:
    """Put a PAPER of the member WHO on file.

    It takes the place of what was there, and is good at the next tap. A manager does it, of dues the
    treasurer too; nobody files their own, unless they are the only manager and say why.
    """
    filed(here, who, paper, until, ref, past, reason, by)


@paper.command(
    epilog=example('fabgate paper withdraw ada waiver --by zoe --reason "signed by somebody else"')
)
@click.argument("who")
@click.argument("paper")
@reason_option(required=False)
@by_option
@pass_here
def withdraw(here: Here, who: str, paper: str, reason: str | None, by: str | None) -> None:
    """Take a PAPER of the member WHO off file.

    From the next tap on they start nothing that asks for it.
    """
    with here.desk() as desk:
        done(
            here,
            papers.withdraw(desk, by, who, paper, reason),
            "{subject} ({handle}) has no {paper} on file any more.",
        )


@paper.command("list", epilog=example("fabgate paper list ada", "fabgate paper list --paper dues --missing"))
@click.argument("who", required=False)
@click.option("--paper", metavar="PAPER", help="This one only.")
@click.option("--missing", is_flag=True, help="Only what keeps somebody from starting.")
@json_option
@pass_here
def list_(here: Here, who: str | None, paper: str | None, missing: bool, as_json: bool) -> None:
    """Show the papers of the member WHO, or of everybody.

    Those on file, and those that are asked and not there. WHO is a handle or an id.
    """
    with here.desk() as desk:
        every = found(here, papers.listed(desk, who))
        if paper is not None and (no := papers.unknown(desk, paper)) is not None:
            found(here, no)
    shown = [
        one
        for one in every
        if paper in (None, one.paper.id) and not (missing and (one.counts or not one.asked))
    ]
    if as_json:
        show_json([_json(one) for one in shown])
        return
    rows = [
        (
            one.member.handle,
            one.member.name,
            one.paper.id,
            "" if one.on_file is None else day(here, one.on_file.until_ms) or "no end",
            _state(here, one),
        )
        for one in shown
    ]
    show_table(("member", "name", "paper", "until", ""), rows, _empty(here, missing))


def filed(
    here: Here,
    who: str,
    paper: str,
    until: str | None,
    ref: str | None,
    past: bool,
    reason: str | None,
    by: str | None,
) -> None:
    """Put a paper on file and say so."""
    until_ms = None if until is None else days.end_of_day_ms(here.settings.lab.zone, until)
    with here.desk() as desk:
        answer = papers.file(desk, by, who, paper, until_ms, reason, ref, past)
        if isinstance(answer, Denied) and answer.code is Code.PAST_DATE:
            raise UsageError(f"{until} is already over", "Nothing was changed. Is it meant so? Add --past.")
        to = "without an end" if until_ms is None else f"until {day(here, until_ms)}"
        did = done(here, answer, "{subject} ({handle}): {paper} on file, " + to + ".")
        was = did.facts["was_ms"]
        if isinstance(was, int):
            click.echo(f"  Before: until {day(here, was)}.")


def _state(here: Here, one: Shown) -> str:
    """What it means at the next tap."""
    if one.on_file is None:
        return "missing: no start without it"
    if not one.asked:
        return "" if one.counts else "over"
    until, now = one.on_file.until_ms, here.clock.now().wall_ms
    if not one.counts:
        return "over: no start without it"
    return f"over, in grace until {day(here, one.grace_ms)}" if until is not None and until < now else ""


def _empty(here: Here, missing: bool) -> str:
    if not here.settings.charter.papers:
        return "This lab asks for no papers: its rules name none."
    return "Nothing is missing." if missing else "There are no members yet: fabgate member add NAME"


def _json(one: Shown) -> Json:
    return {
        "member": one.member.handle,
        "name": one.member.name,
        "paper": one.paper.id,
        "on_file": one.on_file is not None,
        "until": None if one.on_file is None else utc(one.on_file.until_ms),
        "grace_until": utc(one.grace_ms),
        "asked": one.asked,
        "counts": one.counts,
    }
