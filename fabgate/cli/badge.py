"""`fabgate badge`: which badge is whose. People name a badge by its number or by its first digits here."""

from __future__ import annotations

import time

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
    printable,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import day, handle, utc
from fabgate.cli.working import say_who_works
from fabgate.desk import Desk, Done, badges, members
from fabgate.desk.badges import Tapped
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Token, Why
from fabgate.store import journal

_LOOK_S = 0.2
_NAMES_ONE = "`fabgate badge list` shows all; six of the digits there name one, or the number on it."

label_option = click.option(
    "--label", default="", metavar="TEXT", help="To tell it from others: blue key fob."
)
payer_option = click.option(
    "--payer", metavar="MEMBER", help="Another member, such as a guild, who pays for what is done with it."
)
purpose_option = click.option(
    "--purpose", metavar="WORD", help="What is done with it is for: a word of the price list or the rules."
)


@click.group(cls=Noun)
def badge() -> None:
    """Badges: give them to members, block lost ones.

    A badge says who somebody is; what they may do is a grant. Its number is not kept: the list shows
    a badge by the first digits of a code that stands for it, and these digits name it in commands.
    """


@badge.command(epilog=example("fabgate badge add ada 04A2B3C4D5E680 --label blue --by zoe"))
@click.argument("who")
@click.argument("uid", nargs=-1, required=True)
@label_option
@payer_option
@purpose_option
@by_option
@pass_here
def add(
    here: Here,
    who: str,
    uid: tuple[str, ...],
    label: str,
    payer: str | None,
    purpose: str | None,
    by: str | None,
) -> None:
    """Give a member the badge with the number UID. WHO is their handle or id.

    UID is the badge's number of 4, 7 or 10 bytes in hexadecimal, in any notation: 04A2B3C4D5E680,
    04:a2:b3:c4:d5:e6:80. Nobody knows it by heart: `fabgate badge wait WHO` takes it from a tap.

    For a badge that WHO has already, --payer changes who pays; WHO themselves takes it back. --purpose
    changes what it is for: somebody who works for a client and for themselves has a badge for each. An
    empty one ("") takes it back.
    """
    with here.desk() as desk:
        _say_given(here, badges.add(desk, by, who, " ".join(uid), label, payer=payer, purpose=purpose))


@badge.command("list", epilog=example("fabgate badge list ada"))
@click.argument("who", required=False)
@json_option
@pass_here
def list_(here: Here, who: str | None, as_json: bool) -> None:
    """Show all badges, or those of the member WHO."""
    with here.desk() as desk:
        shown = found(here, badges.listed(desk, who))
    if as_json:
        show_json(
            [
                {
                    "badge": badges.short(one.badge.token),
                    "member": handle(one.owner),
                    "label": one.badge.label,
                    "payer": None if one.payer is None else one.payer.handle,
                    "purpose": one.badge.purpose,
                    "added": utc(one.badge.added_ms),
                    "blocked": utc(one.badge.blocked_ms),
                    "rivals": [handle(rival) for rival in one.rivals],
                }
                for one in shown
            ]
        )
        return
    rows = [
        (
            badges.short(one.badge.token),
            " and ".join(map(handle, one.rivals)) or handle(one.owner),
            one.badge.label,
            handle(one.payer),
            one.badge.purpose,
            day(here, one.badge.added_ms),
            day(here, one.badge.blocked_ms) + (": give it anew" if one.rivals else ""),
        )
        for one in shown
    ]
    show_table(
        ("badge", "member", "label", "paid by", "for", "since", "blocked"),
        rows,
        "No badges here: fabgate badge wait HANDLE",
    )


@badge.command(epilog=example("fabgate badge block 9f3a2b1c --by zoe --reason lost"))
@click.argument("badge")
@reason_option(required=False)
@by_option
@pass_here
def block(here: Here, badge: str, reason: str | None, by: str | None) -> None:
    """Block a badge: it opens nothing from the next tap on.

    BADGE is what `fabgate badge list` shows for it, or its number.
    """
    with here.desk() as desk:
        answer = badges.block(desk, by, badge, reason)
        if isinstance(answer, Denied) and answer.code is Code.UNKNOWN_BADGE:
            raise UsageError("there is no such badge, or these digits begin more than one", _NAMES_ONE)
        did = done(here, answer, "The badge {badge} of {subject} is blocked.")
        blocked = did.facts["badge"]
        say_who_works(here, desk, Why.BLOCKED, lambda said, _: badges.short(Token(said.badge)) == blocked)


@badge.command(epilog=example("fabgate badge wait ada --label blue --by zoe"))
@click.argument("who")
@label_option
@payer_option
@purpose_option
@click.option(
    "--timeout", default=60, show_default=True, metavar="SECONDS", help="How long to wait for a tap."
)
@by_option
@pass_here
def wait(
    here: Here, who: str, label: str, payer: str | None, purpose: str | None, timeout: int, by: str | None
) -> None:
    """Give a member the next unknown badge that is tapped.

    Any machine of this gate will do. It shows red, for the badge is not known yet; then it is.
    WHO is their handle or id.
    """
    if here.settings.hub is not None:
        raise UsageError(
            "badges are tapped at machines, and a hub has none",
            "Type it on a gate: the badge then counts in the whole lab.",
        )
    with here.desk() as desk:
        member = found(here, members.shown(desk, who)).member
        tapped = _last(here, desk, timeout) if here.rehearsed else _next(desk, member.name, timeout)
        if tapped is None:
            click.echo(f"No unknown badge was tapped within {timeout} s; nothing was changed.", err=True)
            click.echo(
                "  One that was just refused counts again after a minute. Is the gate running?", err=True
            )
            raise click.exceptions.Exit(1)
        click.echo(f"A new badge at {tapped.machine}.")
        answer = badges.add_token(desk, by, who, tapped.token, label, payer=payer, purpose=purpose)
        _say_given(here, answer)


def _say_given(here: Here, answer: Done | Denied) -> None:
    did = done(here, answer, "{subject} ({handle}) has the badge {badge}.")
    if did.facts["payer"]:
        click.echo(f"  What is done with it is paid by {printable(did.facts['payer'])}.")
    if did.facts["purpose"]:
        click.echo(f"  What is done with it is for: {printable(did.facts['purpose'])}.")


def _next(desk: Desk, name: str, timeout: int) -> Tapped | None:
    """Look several times a second until one is tapped or the time is over."""
    since = journal.last_seq(desk.conn)
    click.echo(f"Tap the new badge of {printable(name)} at any machine of this gate, within {timeout} s ...")
    until_ms = desk.clock.now().boot_ms + timeout * 1000
    while (tapped := badges.next_unknown(desk.conn, since)) is None:
        if desk.clock.now().boot_ms >= until_ms:
            return None
        time.sleep(_LOOK_S)
    return tapped


def _last(here: Here, desk: Desk, timeout: int) -> Tapped | None:
    """In a rehearsal nobody taps while a command runs: the one tapped within the time before counts."""
    from_ms = here.clock.now().boot_ms - timeout * 1000
    older = (
        entry.id.seq
        for entry in journal.entries(desk.conn, newest_first=True)
        if entry.at is not None and entry.at.boot_ms < from_ms
    )
    return badges.next_unknown(desk.conn, next(older, 0))
