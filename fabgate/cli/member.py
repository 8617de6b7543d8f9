"""`fabgate member`: who is in the lab."""

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
from fabgate.cli.show import Json, day, local, show_facts, utc
from fabgate.cli.working import say_who_works
from fabgate.desk import badges, members
from fabgate.desk.members import Details, Shown
from fabgate.model import Why
from fabgate.store.roster import Member

details_options = options(
    click.option("--language", metavar="CODE", help="The language that machines speak to them: en, fr, nl."),
    click.option("--email", metavar="ADDRESS", help="Their e-mail address."),
    click.option("--login", metavar="LOGIN", help="Their login on this computer, if they have one."),
    click.option(
        "--nameable/--not-nameable",
        default=None,
        help="Whether a machine may name them to others as somebody who can help (a new member: not).",
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
    by: str | None,
) -> None:
    """Take in a new member called NAME.

    They open nothing yet: give them a badge (`fabgate badge add`) and a right (`fabgate grant give`).
    """
    details = Details(name, handle, language, email, login, nameable)
    with here.desk() as desk:
        done(here, members.add(desk, by, details), "{subject} is a member, to be named by {handle}.")


@member.command("list", epilog=example("fabgate member list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show all members."""
    with here.desk() as desk:
        everybody = members.listed(desk)
    if as_json:
        show_json([_json(one) for one in everybody])
        return
    rows = [(one.handle, one.name, day(here, one.added_ms), _state(here, one)) for one in everybody]
    show_table(("handle", "name", "since", ""), rows, "There are no members yet: fabgate member add NAME")


@member.command(epilog=example("fabgate member show ada"))
@click.argument("who")
@json_option
@pass_here
def show(here: Here, who: str, as_json: bool) -> None:
    """Show all that is known of a member. WHO is their handle or id."""
    with here.desk() as desk:
        shown = found(here, members.shown(desk, who))
    if as_json:
        show_json(_json_shown(shown))
        return
    one = shown.member
    show_facts(
        (
            ("name", one.name),
            ("handle", one.handle),
            ("id", one.id),
            ("language", one.language),
            ("e-mail", one.email),
            ("login", one.login),
            ("may be named", "yes" if one.nameable else "no"),
            ("member since", day(here, one.added_ms)),
            ("suspended", local(here, one.suspended_ms)),
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
    by: str | None,
) -> None:
    """Change what is known of a member. WHO is their handle or id.

    Only what is said changes; an empty text ("") takes away a language, e-mail or login.
    """
    details = Details(name, handle, language, email, login, nameable)
    with here.desk() as desk:
        done(here, members.edit(desk, by, who, details), "{subject} ({handle}): changed {fields}.")


@member.command(epilog=example('fabgate member suspend ada --by zoe --reason "left the laser alone"'))
@click.argument("who")
@reason_option()
@by_option
@pass_here
def suspend(here: Here, who: str, by: str | None, reason: str) -> None:
    """Suspend a member: their badges open nothing any more.

    From the next tap on. WHO is their handle or id.
    """
    with here.desk() as desk:
        did = done(here, members.suspend(desk, by, who, reason), "{subject} ({handle}) is suspended.")
        say_who_works(here, desk, Why.SUSPENDED, lambda _, worker: worker == did.facts["handle"])


@member.command(epilog=example('fabgate member lift ada --by zoe --reason "talked it over"'))
@click.argument("who")
@reason_option()
@by_option
@pass_here
def lift(here: Here, who: str, by: str | None, reason: str) -> None:
    """Lift a suspension: what was theirs is theirs again. WHO is their handle or id."""
    with here.desk() as desk:
        done(here, members.lift(desk, by, who, reason), "{subject} ({handle}) is no longer suspended.")


def _state(here: Here, one: Member) -> str:
    return "" if one.suspended_ms is None else f"suspended since {day(here, one.suspended_ms)}"


def _office(role: str, machine: str | None) -> str:
    return role if machine is None else f"{role} of {machine}"


def _json(one: Member) -> Json:
    return {
        "id": one.id,
        "handle": one.handle,
        "name": one.name,
        "language": one.language,
        "email": one.email,
        "login": one.login,
        "nameable": one.nameable,
        "added": utc(one.added_ms),
        "suspended": utc(one.suspended_ms),
    }


def _json_shown(shown: Shown) -> Json:
    return {
        **_json(shown.member),
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
