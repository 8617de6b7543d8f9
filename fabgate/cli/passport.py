"""`fabgate passport`: what a member may do on every skill of the lab, and what is missing."""

from __future__ import annotations

import click

from fabgate.cli.frame import (
    Here,
    example,
    found,
    json_option,
    pass_here,
    printable,
    sentence,
    show_json,
    show_table,
)
from fabgate.cli.show import Json, day, handle, person, utc
from fabgate.desk import passport as passports
from fabgate.desk.passport import Passport, Stamp


@click.command(epilog=example("fabgate passport ada"))
@click.argument("member")
@json_option
@pass_here
def passport(here: Here, member: str, as_json: bool) -> None:
    """Show what a member may do, and what is missing.

    For every skill of the lab: since when, until when, by whose word, and the next step. MEMBER is
    their handle or id. Who could help is named only where they agreed to be named.
    """
    with here.desk() as desk:
        shown = found(here, passports.passport(desk, member))
    if as_json:
        show_json(_json(here, shown))
    else:
        _show(here, shown)


def _show(here: Here, shown: Passport) -> None:
    click.echo(printable(person(shown.member)))
    if shown.suspended is not None:
        click.echo(sentence(here, shown.suspended.code, shown.suspended.facts))
    click.echo()
    rows = [
        (
            stamp.skill.id,
            stamp.level.word,
            day(here, stamp.since_ms),
            day(here, stamp.until_ms),
            handle(stamp.by),
        )
        for stamp in shown.stamps
    ]
    show_table(("skill", "level", "since", "until", "by"), rows, "This lab has no skills.")
    for stamp in shown.stamps:
        _missing(here, stamp)


def _missing(here: Here, stamp: Stamp) -> None:
    if stamp.missing is None:
        return
    click.echo(f"\n{stamp.skill.id}: {sentence(here, stamp.missing.code, stamp.missing.facts)}")
    if stamp.granters:
        click.echo(f"  A higher level comes from: {printable(stamp.granters)}")


def _json(here: Here, shown: Passport) -> Json:
    suspended = shown.suspended
    return {
        "member": shown.member.handle,
        "name": shown.member.name,
        "suspended": utc(shown.member.suspended_ms),
        "suspended_text": suspended and sentence(here, suspended.code, suspended.facts),
        "skills": [_json_stamp(here, stamp) for stamp in shown.stamps],
    }


def _json_stamp(here: Here, stamp: Stamp) -> Json:
    missing = stamp.missing
    return {
        "skill": stamp.skill.id,
        "title": stamp.skill.title,
        "level": stamp.level.word,
        "since": utc(stamp.since_ms),
        "until": utc(stamp.until_ms),
        "lapsed": utc(stamp.lapsed_ms),
        "by": handle(stamp.by),
        "missing": missing and missing.code.value,
        "missing_text": missing and sentence(here, missing.code, missing.facts),
        "sponsors": list(stamp.sponsors),
        "granters": list(stamp.granters),
    }
