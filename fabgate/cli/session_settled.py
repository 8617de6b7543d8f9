"""`fabgate session settle`, `assign`, `mark`: what a person says of a session after it ended."""

from __future__ import annotations

import click

from fabgate.cli.frame import Here, by_option, done, example, pass_here, reason_option
from fabgate.cli.show import hours
from fabgate.config.values import LENGTH, Unfit
from fabgate.desk import Desk, days, usages, who
from fabgate.desk.usages import Counts
from fabgate.errors import UsageError


@click.command(
    epilog=example(
        'fabgate session settle 12 --as-recorded --reason "she left when the power went" --by tess',
        'fabgate session settle 12 --end 2026-10-24T17:30 --reason "the log of the cutter" --by tess',
        'fabgate session settle 12 --length 1h30m --reason "asked him" --by tess',
    )
)
@click.argument("session")
@click.option("--as-recorded", is_flag=True, help="What its gate has recorded counts, all of it.")
@click.option("--length", metavar="LENGTH", help="So much of it counts: 1h30m.")
@click.option("--end", metavar="WHEN", help="It ended then: 2026-10-24T17:30, in the lab's zone.")
@reason_option()
@by_option
@pass_here
def settle(
    here: Here,
    session: str,
    as_recorded: bool,
    length: str | None,
    end: str | None,
    reason: str,
    by: str | None,
) -> None:
    """Say how much of a session counts, where its gate cannot know.

    What the gate recorded stays as it is. SESSION is its number in the list. Where the clock of its gate was
    wrong, --end says when it was.
    """
    with here.desk() as desk:
        today = who.today_ms(desk.conn, desk.clock.now())
        end_ms = None if end is None else days.moment_ms(here.settings.lab.zone, end, today)
        counts = Counts(_length(length), end_ms, as_recorded)
        answer = usages.settle(desk, by, named(desk, session), counts, reason)
        did = done(here, answer, "The session of {subject} ({handle}) at {machine} counts:")
    click.echo(f"  {hours(int(str(did.facts['length_ms'])))}")


@click.command(epilog=example('fabgate session assign 12 --payer guild --reason "their workshop" --by tess'))
@click.argument("session")
@click.option("--payer", required=True, metavar="WHO", help="Who pays for it.")
@reason_option()
@by_option
@pass_here
def assign(here: Here, session: str, payer: str, reason: str, by: str | None) -> None:
    """Let somebody else pay for a session. SESSION is its number in the list."""
    with here.desk() as desk:
        answer = usages.assign(desk, by, named(desk, session), payer, reason)
        done(here, answer, "{payer} pays for the session of {subject} ({handle}) at {machine}.")


@click.command(
    epilog=example(
        'fabgate session mark 12 --purpose client --reason "a sign for a shop" --by tess',
        'fabgate session mark 12 --free --reason "an open day" --by tess',
    )
)
@click.argument("session")
@click.option("--purpose", metavar="PURPOSE", help="What it was for, a word of the price list or the rules.")
@click.option("--free/--charged", "free", default=None, help="It costs nothing; or what it costs after all.")
@reason_option()
@by_option
@pass_here
def mark(
    here: Here, session: str, purpose: str | None, free: bool | None, reason: str, by: str | None
) -> None:
    """Say what a session was for, or that it costs nothing. SESSION is its number in the list."""
    if purpose is None and free is None:
        raise UsageError("nothing to mark", "Say --purpose, --free or --charged.")
    with here.desk() as desk:
        answer = usages.mark(desk, by, named(desk, session), purpose, free, reason)
        did = done(here, answer, "The session of {subject} ({handle}) at {machine} is marked:")
    purpose_ = f"for {did.facts['purpose']}" if did.facts["purpose"] else "for their own work"
    click.echo(f"  {purpose_}{', costs nothing' if did.facts['free'] else ''}")


def named(desk: Desk, text: str) -> str:
    """The whole id of a session; a number alone is one of these books' own."""
    number = text.removeprefix("#")
    return f"{desk.writer.identity.origin}#{number}" if number.isdecimal() else text


def _length(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return 0 if text == "0" else LENGTH.read(text)
    except Unfit as wrong:
        raise UsageError(f"--length: {wrong}", "Write it as 1h30m.") from wrong
