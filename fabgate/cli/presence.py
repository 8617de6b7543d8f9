"""`fabgate presence`: who is on site, where no door or counter says so."""

from __future__ import annotations

from collections.abc import Iterator

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
    show_json,
    show_table,
)
from fabgate.cli.show import Json, local, utc
from fabgate.desk import presence as deeds
from fabgate.desk.presence import Shown


@click.group(cls=Noun)
def presence() -> None:
    """Presence: who is on site.

    Sponsors who are checked in let trainees work, keyholders keep the lab open, and on some machines
    nobody works without another adult. A tap at a door or a counter checks in; so does this.
    """


@presence.command("in", epilog=example("fabgate presence in ada --by zoe"))
@click.argument("who")
@by_option
@pass_here
def in_(here: Here, who: str, by: str | None) -> None:
    """Say that the member WHO is on site.

    Themselves, a keyholder or a manager does.
    """
    with here.desk() as desk:
        did = done(here, deeds.check_in(desk, by, who), "{subject} ({handle}) is checked in.")
        until = did.facts["until_ms"]
        if isinstance(until, int):
            click.echo(f"  It counts until {local(here, until)}, or until they check out.")


@presence.command(epilog=example("fabgate presence out ada --by zoe"))
@click.argument("who")
@by_option
@pass_here
def out(here: Here, who: str, by: str | None) -> None:
    """Say that the member WHO is on site no more.

    Wherever they came in. Themselves, a keyholder or a manager does.
    """
    with here.desk() as desk:
        done(here, deeds.check_out(desk, by, who), "{subject} ({handle}) is checked out.")


@presence.command("list", epilog=example("fabgate presence list"))
@by_option
@json_option
@pass_here
def list_(here: Here, by: str | None, as_json: bool) -> None:
    """Show who is on site, and until when it counts.

    To a manager it says who is under age.
    """
    with here.desk() as desk:
        shown = found(here, deeds.listed(desk, by))
    if as_json:
        show_json([_json(one) for one in shown])
        return
    rows = [
        (
            one.member.handle,
            one.member.name,
            local(here, one.since_ms),
            local(here, one.until_ms),
            one.gate,
            ", ".join(_marks(one)),
        )
        for one in shown
    ]
    show_table(("member", "name", "since", "counts until", "gate", ""), rows, "Nobody is checked in.")
    if shown and not any(one.keyholder for one in shown):
        click.echo("\nNo keyholder is among them: where the rules say `staffed`, the lab is closed.")


def _marks(one: Shown) -> Iterator[str]:
    if one.keyholder:
        yield "has keys"
    if one.minor:
        yield "under age"


def _json(one: Shown) -> Json:
    return {
        "member": one.member.handle,
        "name": one.member.name,
        "since": utc(one.since_ms),
        "until": utc(one.until_ms),
        "gate": one.gate,
        "keyholder": one.keyholder,
        "minor": one.minor,
    }
