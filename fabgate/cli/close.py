"""`fabgate close`: a month's charges are sealed, or what stands in the way of that."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import assert_never

import click

from fabgate.cli.frame import (
    Here,
    by_option,
    example,
    json_option,
    pass_here,
    printable,
    reason_option,
    refuse,
    show_json,
)
from fabgate.cli.obstacles import told
from fabgate.cli.show import Handles, Json, local, show_facts, utc
from fabgate.desk import Desk, Done, closing
from fabgate.desk.closing import Closed, Look
from fabgate.desk.month import Tell
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.rules.closing import Parts, Sums
from fabgate.rules.money import plain, shown
from fabgate.rules.month import Month
from fabgate.store import sealed
from fabgate.store.charged import Period


@click.command(
    epilog=example(
        "fabgate close 2026-10 --dry-run",
        "fabgate close 2026-10 --by tess",
        'fabgate close 2026-10 --force --reason "gate 2 was stolen" --by tess',
        "fabgate close --verify",
    )
)
@click.argument("month", required=False, metavar="[YYYY-MM]")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what stands in the way, and what it comes to.")
@click.option("--force", is_flag=True, help="Leave out what stands in the way; needs --reason.")
@click.option("--seen", metavar="NAME", help="Only as it was seen: the `seen` of --dry-run --json.")
@click.option("--verify", is_flag=True, help="Reckon every closed month again: is it what was sealed?")
@reason_option(required=False)
@by_option
@json_option
@pass_here
def close(
    here: Here,
    month: str | None,
    dry: bool,
    force: bool,
    seen: str | None,
    verify: bool,
    reason: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Seal a month: what everybody owes becomes records.

    Nothing dated in it is charged in it any more. What stands in the way is listed, each with the command
    that settles it, and then nothing is sealed (exit status 1). --force leaves such sessions out: a later
    month charges them, once they are settled. Closed a second time, a month stays as it is.
    """
    if verify:
        _verify(here, as_json)
        return
    if month is None:
        raise UsageError("which month?", "Type it as: fabgate close 2026-10")
    wanted = Month.of(month)
    with here.desk() as desk:
        with _progress() as tell, _no_search_for_cycles():
            if dry:
                answer: Closed | Look | Denied = closing.look(desk, by, wanted, tell)
            else:
                answer = closing.close(desk, by, wanted, force, reason, tell, seen)
        match answer:
            case Denied():
                refuse(here, answer)
            case Closed():
                _closed(here, answer, as_json)
            case Look():
                _looked(here, desk, answer, as_json, dry)
            case _:
                assert_never(answer)


def _closed(here: Here, answer: Closed, as_json: bool) -> None:
    if as_json:
        show_json(_json_of(answer.period))
        return
    month = answer.period.month
    if answer.again:
        when = local(here, answer.period.at_ms)
        click.echo(f"{month} was closed on {when}. Nothing was changed.")
    else:
        click.echo(f"{month} is closed.")
    _tell_sums(here, Sums(*answer.period.body.totals[:4]))
    if answer.period.body.held:
        click.echo(f"left out:      {len(answer.period.body.held)} session(s), until they are settled")
    click.echo(f"Look at it with: fabgate charge list {month}")


def _looked(here: Here, desk: Desk, look: Look, as_json: bool, dry: bool) -> None:
    """What stands in the way; exit status 1 where anything does."""
    if look.closed is not None and as_json:
        parts = closing.parts_of(desk.conn, look.month)
        show_json({**_json_of(look.closed), **_parts_json(parts)})
        return
    if look.closed is not None:
        _closed(here, Closed(Done(), look.closed, again=True), as_json)
        return
    if as_json:
        show_json(_json(here, desk, look))
    else:
        _tell_obstacles(here, desk, look)
        if dry:
            _tell_sums(here, look.sums)
            if look.late:
                click.echo(f"late:          {look.late} usage(s) of months that are closed are charged in it")
    runs = look.no is not None and look.no.code is Code.PERIOD_RUNS
    no = (None if runs else look.no) or (_blocked(look) if look.obstacles else None)
    if no is not None:
        refuse(here, no)
    if not as_json:
        ready = f"Nothing stands in the way. Type: fabgate close {look.month}"
        click.echo(f"{look.month} is not over: this is how it stands now." if runs else ready)


def _blocked(look: Look) -> Denied:
    return Denied(Code.PERIOD_BLOCKED, {"number": len(look.obstacles), "period": str(look.month)})


def _tell_obstacles(here: Here, desk: Desk, look: Look) -> None:
    handles = Handles(desk.conn)
    for one in look.obstacles:
        said = told(here, desk, one, handles)
        click.echo(printable(said.what))
        for command in said.settle:
            click.echo(f"  {printable(command)}")
    if look.obstacles:
        click.echo("")


def _tell_sums(here: Here, sums: Sums) -> None:
    currency = here.settings.tariff.currency
    show_facts(
        (
            ("lines", sums.lines),
            ("list price", shown(sums.list_cents, currency)),
            ("from wallets", shown(sums.wallet_cents, currency)),
            ("to invoice", shown(sums.cents, currency)),
        )
    )


def _json(here: Here, desk: Desk, look: Look) -> Json:
    handles = Handles(desk.conn)
    obstacles = [told(here, desk, one, handles) for one in look.obstacles]
    return {
        "period": str(look.month),
        "closed": False,
        **_sums_json(look.sums),
        "late": look.late,
        "seen": look.seen,
        "refused": None if look.no is None else look.no.code.value,
        **_parts_json(look.parts),
        "obstacles": [
            {
                "kind": one.obstacle.kind.value,
                "session": one.obstacle.session or None,
                "gate": one.obstacle.gate or None,
                "payer": handles.of(one.obstacle.payer) if one.obstacle.payer else None,
                "text": one.what,
                "settle": list(one.settle),
                "about": asdict(one.obstacle),
            }
            for one in obstacles
        ],
    }


def _parts_json(parts: Parts) -> Json:
    """The sums of each payer (by id), and of each sort and item."""
    return {
        "payers": {payer: _sums_json(sums) for payer, sums in parts.payers.items()},
        "items": [
            {"sort": sort, "item": item, **_sums_json(sums)} for (sort, item), sums in parts.items.items()
        ],
    }


def _json_of(period: Period) -> Json:
    body = period.body
    return {
        "period": body.period,
        "closed": True,
        "at": utc(period.at_ms),
        "record": str(period.record),
        **_sums_json(Sums(*body.totals[:4])),
        "held": list(body.held),
        "forced": body.forced,
        "tariff": body.tariff,
        "hash": body.hash,
    }


def _sums_json(sums: Sums) -> Json:
    return {
        "lines": sums.lines,
        "list": plain(sums.list_cents),
        "wallet": plain(sums.wallet_cents),
        "invoice": plain(sums.cents),
    }


# --- verify -------------------------------------------------------------------------------------


def _verify(here: Here, as_json: bool) -> None:
    with here.reading() as reader:
        verdict = sealed.verify(reader.conn)
    if as_json:
        flaws = [{"period": one.month, "what": one.what} for one in verdict.flaws]
        show_json({"months": verdict.months, "lines": verdict.lines, "flaws": flaws})
    for one in () if as_json else verdict.flaws:
        click.echo(printable(f"{one.month}: {one.what}"), err=True)
    if verdict.flaws:
        click.echo("  Keep a copy of the state folder as it is. See also: fabgate journal verify", err=True)
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo(f"{verdict.months} closed month(s), {verdict.lines} line(s): all as they were sealed.")


# --- progress -----------------------------------------------------------------------------------


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Python looks for circles among a million objects, again and again. There are none."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


@contextmanager
def _progress() -> Iterator[Tell | None]:
    """How far it is, on a terminal, in one line that is gone in the end; None where nobody looks on."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        yield lambda what, number: click.echo(f"\r\033[K{number:,} {what}", err=True, nl=False)
    finally:
        click.echo("\r\033[K", err=True, nl=False)
