"""`fabgate member`: who is in the lab."""

from __future__ import annotations

from collections.abc import Sequence

import click

from fabgate.cli import suspension
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
    printable,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import Json, day, local, show_facts, utc
from fabgate.cli.working import say_who_works
from fabgate.desk import Desk, badges, members, papers, who
from fabgate.desk import status as statuses
from fabgate.desk.members import Details, Shown
from fabgate.desk.papers import Shown as PaperShown
from fabgate.model import Status, Why
from fabgate.rules.earned import HoldStands
from fabgate.store import people, roster
from fabgate.store.roster import Member

details_options = options(
    click.option(
        "--language", metavar="CODE", help="The language that machines speak to them: en, fr, nl, de."
    ),
    click.option("--email", metavar="ADDRESS", help="Their e-mail address."),
    click.option("--login", metavar="LOGIN", help="Their login on this computer, if they have one."),
    click.option(
        "--nameable/--not-nameable",
        default=None,
        help="Whether a machine may name them to others as somebody who can help (a new member: not).",
    ),
    click.option(
        "--born",
        metavar="YYYY-MM-DD",
        help="Of a minor: only the day on which they come of age is kept; of an adult nothing.",
    ),
)


@click.group(cls=Noun)
def member() -> None:
    """Members: take them in, see them, suspend them."""


@member.command(epilog=example('fabgate member add "Ada Lovelace" --id ada --by zoe'))
@click.argument("name")
@click.option("--id", "handle", metavar="HANDLE", help="The short name to type (default: made from NAME).")
@details_options
@by_option
@pass_here
def add(
    here: Here,
    name: str,
    handle: str | None,
    language: str | None,
    email: str | None,
    login: str | None,
    nameable: bool | None,
    born: str | None,
    by: str | None,
) -> None:
    """Take in a new member called NAME.

    They open nothing yet: give them a badge (`fabgate badge add`) and a right (`fabgate grant give`).
    """
    details = Details(name, handle, language, email, login, nameable, born)
    with here.desk() as desk:
        done(here, members.add(desk, by, details), "{subject} is a member, to be named by {handle}.")


@member.command("list", epilog=example("fabgate member list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show all members."""
    with here.desk() as desk:
        everybody, today = members.listed(desk), who.today_ms(desk.conn, desk.clock.now())
    if as_json:
        show_json([_json(one, today) for one in everybody])
        return
    rows = [
        (one.handle, one.name, one.status.word, day(here, one.added_ms), _state(here, one, today))
        for one in everybody
    ]
    heads = ("handle", "name", "status", "since", "")
    show_table(heads, rows, "There are no members yet: fabgate member add NAME")


@member.command(epilog=example("fabgate member show ada"))
@click.argument("whom", metavar="WHO")
@json_option
@pass_here
def show(here: Here, whom: str, as_json: bool) -> None:
    """Show all that is known of a member. WHO is their handle or id."""
    with here.desk() as desk:
        shown = found(here, members.shown(desk, whom))
        filed = found(here, papers.listed(desk, whom))
        today = who.today_ms(desk.conn, desk.clock.now())
    if as_json:
        show_json(_json_shown(shown, filed, today))
        return
    one = shown.member
    show_facts(
        (
            ("name", one.name),
            ("handle", one.handle),
            ("id", one.id),
            ("status", one.status.word),
            ("language", one.language),
            ("e-mail", one.email),
            ("login", one.login),
            ("of age on", one.minor_until),
            ("may be named", "yes" if one.nameable else "no"),
            ("member since", day(here, one.added_ms)),
            *(("suspended", _held(here, hold)) for hold in shown.holds),
            ("papers", tuple(_paper(here, paper) for paper in filed)),
            ("roles", tuple(_office(held.role, held.machine) for held in shown.roles)),
            ("grants", tuple(f"{grant.skill} {grant.level.word}" for grant in shown.grants)),
            ("badges", tuple(badges.short(badge.token) for badge in shown.badges)),
        )
    )
    click.echo(f"\nWhat they may do where, and what is missing: fabgate passport {one.handle}")


@member.command(epilog=example("fabgate member edit ada --login ada --nameable --by zoe"))
@click.argument("who")
@click.option("--name", help="What they are called.")
@click.option("--id", "handle", metavar="HANDLE", help="Another short name to type.")
@details_options
@by_option
@pass_here
def edit(
    here: Here,
    who: str,
    name: str | None,
    handle: str | None,
    language: str | None,
    email: str | None,
    login: str | None,
    nameable: bool | None,
    born: str | None,
    by: str | None,
) -> None:
    """Change what is known of a member. WHO is their handle or id.

    Only what is said changes; an empty text ("") takes away a language, e-mail, login or age.
    """
    details = Details(name, handle, language, email, login, nameable, born)
    with here.desk() as desk:
        done(here, members.edit(desk, by, who, details), "{subject} ({handle}): changed {fields}.")


@member.command(
    epilog=example(
        'fabgate member status ada autonomous --by zoe --reason "AG 2026-11-20, 4"',
        'fabgate member status ada left --by zoe --reason "moved to Ghent"',
    )
)
@click.argument("whom", metavar="WHO")
@click.argument("status", type=click.Choice([status.word for status in Status]))
@reason_option(required=False)
@by_option
@pass_here
def status(here: Here, whom: str, status: str, reason: str | None, by: str | None) -> None:
    """Say what WHO is in the lab, apart from any skill.

    A guest works under a host's badge; a trainee is a member like any new one; who is autonomous has
    the keys: doors open to them at any time, and while they are on site the lab is staffed. That is a
    decision of the board: the reason names its minutes. Who has left opens nothing, and what was
    given to them stays as history.
    """
    with here.desk() as desk:
        answer = statuses.give(desk, by, whom, Status.of(status), reason)
        did = done(here, answer, "{subject} ({handle}) " + _IS_NOW[Status.of(status)] + " Before: {was}.")
        if did.facts["checked_out"]:
            click.echo("  They were checked in, and are checked out.")
        if status == Status.LEFT.word:
            _say_orphans(desk, str(did.facts["handle"]))
            say_who_works(here, desk, Why.SUSPENDED, lambda _, worker: worker == did.facts["handle"])


_IS_NOW = {
    Status.GUEST: "is a guest of the lab now: a host taps with them.",
    Status.TRAINEE: "is a trainee of the lab now.",
    Status.AUTONOMOUS: "is autonomous in the lab now: they have its keys.",
    Status.LEFT: "has left the lab: their badges open nothing any more.",
}


def _say_orphans(desk: Desk, handle: str) -> None:
    """The newcomers who need somebody else now."""
    gone = roster.member(desk.conn, handle)
    duties = people.duties(desk.conn).values()
    theirs = (roster.member(desk.conn, one.member) for one in duties if gone and one.sponsor == gone.id)
    for one in theirs:
        if one is not None:
            todo = f"fabgate sponsors assign {one.handle} WHO"
            click.echo(f"  {printable(one.name)} needs another sponsor: {todo}")


member.add_command(suspension.suspend)
member.add_command(suspension.lift)


def _state(here: Here, one: Member, today_ms: int) -> str:
    since = one.suspended_at(today_ms)
    if since is None:
        return ""
    end = "" if one.suspended_until_ms is None else f" until {local(here, one.suspended_until_ms)}"
    return f"suspended since {day(here, since)}{end}"


def _held(here: Here, hold: HoldStands) -> str:
    on = "" if hold.skill is None else f"{hold.skill}: "
    until = "" if hold.until_ms is None else f" until {local(here, hold.until_ms)}"
    return f"{on}since {local(here, hold.since_ms)}{until}" + (f" ({hold.cause})" if hold.cause else "")


def _paper(here: Here, one: PaperShown) -> str:
    if one.on_file is None:
        return f"{one.paper.id} missing"
    until = day(here, one.on_file.until_ms)
    return one.paper.id + (f" until {until}" if until else "") + ("" if one.counts else " (over)")


def _office(role: str, machine: str | None) -> str:
    return role if machine is None else f"{role} of {machine}"


def _json(one: Member, today_ms: int) -> Json:
    suspended = one.suspended_at(today_ms)
    return {
        "id": one.id,
        "handle": one.handle,
        "name": one.name,
        "status": one.status.word,
        "language": one.language,
        "email": one.email,
        "login": one.login,
        "nameable": one.nameable,
        "of_age_on": one.minor_until,
        "added": utc(one.added_ms),
        "suspended": utc(suspended),
        "suspended_until": None if suspended is None else utc(one.suspended_until_ms),
    }


def _json_shown(shown: Shown, filed: Sequence[PaperShown], today_ms: int) -> Json:
    return {
        **_json(shown.member, today_ms),
        "suspended_skills": [
            {"skill": hold.skill, "since": utc(hold.since_ms), "until": utc(hold.until_ms)}
            for hold in shown.holds
            if hold.skill is not None
        ],
        "papers": [
            {
                "paper": one.paper.id,
                "on_file": one.on_file is not None,
                "until": None if one.on_file is None else utc(one.on_file.until_ms),
                "counts": one.counts,
            }
            for one in filed
        ],
        "roles": [{"role": held.role.value, "machine": held.machine} for held in shown.roles],
        "grants": [
            {"skill": grant.skill, "level": grant.level.word, "until": utc(grant.until_ms)}
            for grant in shown.grants
        ],
        "badges": [
            {"badge": badges.short(badge.token), "label": badge.label, "blocked": utc(badge.blocked_ms)}
            for badge in shown.badges
        ],
    }
