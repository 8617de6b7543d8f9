"""`fabgate charge`: the charges of closed months, why each is what it is, and what is done about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import click

from fabgate.charges import Charge
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
    refuse,
    show_json,
    show_table,
)
from fabgate.cli.show import Handles, Json, day, hours, local, person, show_facts, utc
from fabgate.desk import Desk, charges, payments, tables, who
from fabgate.desk.charges import Paid
from fabgate.desk.month import drafts
from fabgate.desk.payments import Unread
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.reports import arithmetic
from fabgate.rules.money import plain, shown
from fabgate.rules.month import Month
from fabgate.store import charged, journal, roster

MORE = 200  # lines that a person reads; a month's file is for the rest


@click.group(cls=Noun)
def charge() -> None:
    """Charges: what closed months have charged, line by line.

    A charge is never edited. What was wrong is taken back by a new line, and priced anew where that helps.
    """


@charge.command(
    "list",
    epilog=example(
        "fabgate charge list 2026-10",
        "fabgate charge list 2026-10 --payer ada",
        "fabgate charge list 2026-11 --draft",
    ),
)
@click.argument("month", metavar="YYYY-MM")
@click.option("--payer", "whom", metavar="WHO", help="Only what WHO pays.")
@click.option("--draft", is_flag=True, help="A month that is open, as it would be charged now.")
@json_option
@pass_here
def list_(here: Here, month: str, whom: str | None, draft: bool, as_json: bool) -> None:
    """Show the lines of a month, by payer and date.

    "to pay" is what is invoiced; what packs and wallets gave is taken off already. Lines without a price
    say why. All of it as a file: `fabgate export charges`.
    """
    wanted = Month.of(month)
    with here.desk() as desk:
        handles = Handles(desk.conn)
        payer = None if whom is None else found(here, who.find(desk.conn, whom)).id
        lines = (one for one in _of_month(here, desk, wanted, draft) if payer in (None, one.payer))
        if as_json:
            show_json([_json(one, handles) for one in lines])
            return
        shown_ = [one for one, _ in zip(lines, range(MORE + 1), strict=False)]
        marks = {one.id: charged.marks(desk.conn, one.id) for one in shown_ if one.id}
        shown_.sort(
            key=lambda one: (handles.of(one.payer), one.at_s)
        )  # they are kept by id, which says nothing
        rows = [_row(here, desk, one, handles, marks.get(one.id, {})) for one in shown_[:MORE]]
    headers = ("charge", "day", "payer", "what", "length", "list", "to pay", "why")
    show_table(headers, rows, f"Nothing is charged in {wanted}.")
    if len(shown_) > MORE:
        click.echo(f"... and more. All of them: fabgate export charges --month {wanted} --output FILE")


def _of_month(here: Here, desk: Desk, month: Month, draft: bool) -> Iterator[Charge]:
    if charged.period(desk.conn, str(month)) is not None:
        yield from charged.charges(desk.conn, str(month))
        return
    if not draft:
        raise UsageError(
            f"{month} is open: nothing is charged in it yet",
            f"As it stands now: fabgate charge list {month} --draft",
        )
    with drafts(desk.conn, here.settings, month, here.clock.now()) as open_:
        for _, lines in open_:
            yield from lines


@charge.command(epilog=example("fabgate charge explain 1284.3"))
@click.argument("charge", metavar="CHARGE")
@json_option
@pass_here
def explain(here: Here, charge: str, as_json: bool) -> None:
    """Show how a charge came about, step by step, and on which records it rests.

    CHARGE is its number in the list.
    """
    with here.desk() as desk:
        one = charged.charge(desk.conn, charges.named(desk, charge))
        if one is None:
            refuse(here, Denied(Code.UNKNOWN_CHARGE, {"charge": charge}))
        handles = Handles(desk.conn)
        if as_json:
            marks = {mark: said.day or True for mark, said in charged.marks(desk.conn, one.id).items()}
            show_json({**_json(one, handles), "steps": [list(step) for step in one.steps], "marks": marks})
            return
        _explain(here, desk, one, handles)


def _explain(here: Here, desk: Desk, one: Charge, handles: Handles) -> None:
    payer = roster.member(desk.conn, one.payer)
    show_facts(
        (
            ("charge", one.id),
            ("month", charged.month_of(desk.conn, one.id)),
            ("payer", person(payer) or one.payer),
            ("worked by", handles.of(one.member) if one.member not in (None, one.payer) else ""),
            ("what", _what(one)),
            ("begun", local(here, one.started_s * 1000) if one.started_s else ""),
            ("dated", day(here, one.at_s * 1000)),
            ("purpose", one.purpose),
            ("category", one.category),
            ("price list", one.version),
            ("why", one.reason),
            ("takes back", one.of),
        )
    )
    for line in arithmetic.told(one, here.settings.tariff.currency):
        click.echo(f"  {printable(line)}")
    for mark, said in charged.marks(desk.conn, one.id).items():
        click.echo(printable(_marked(here, desk, mark, said, handles)))
    click.echo(f"rests on:      {printable(one.records)}")


def _marked(here: Here, desk: Desk, mark: str, said: charged.Marked, handles: Handles) -> str:
    entry = journal.entry(desk.conn, said.record)
    when = local(here, entry.at.wall_ms) if entry is not None and entry.at is not None else ""
    by = handles.of(getattr(entry.body, "by", "")) if entry is not None and entry.body is not None else ""
    why = journal.notes(desk.conn, said.record).get("reason", "")
    what = {
        "reversed": "taken back",
        "again": "priced anew",
        "settled": f"paid on {said.day}, noted",
    }.get(mark, mark)
    return f"{what} {when} by {by}" + (f": {why}" if why else "")


@charge.command(
    epilog=example('fabgate charge reverse 1284.3 --again --reason "two people shared it" --by tess')
)
@click.argument("charge", metavar="CHARGE")
@click.option("--again", is_flag=True, help="Price its sessions anew, in the month that is open.")
@reason_option()
@by_option
@pass_here
def reverse(here: Here, charge: str, again: bool, reason: str, by: str | None) -> None:
    """Take a charge back: a line below zero in the month that is open.

    With --again its sessions are priced anew there, after what `fabgate session settle`, `assign` or `mark`
    say of them now.
    """
    with here.desk() as desk:
        did = charges.reverse(desk, by, charges.named(desk, charge), again, reason)
        amount = shown(int(str(found(here, did).facts["amount"])), here.settings.tariff.currency)
        done(here, did, f"{{charge}} of {{subject}} ({{handle}}) is taken back: {amount}.")
    if again:
        click.echo(
            "Its sessions are priced anew by the next closing. Correct them first: fabgate session assign"
        )


@charge.command(
    epilog=example(
        "fabgate charge settle 2026-10-paheko-1.12 --day 2026-11-20 --by tess",
        "fabgate charge settle --from payments.csv --by tess",
    )
)
@click.argument("reference", required=False)
@click.option("--day", "on", metavar="YYYY-MM-DD", help="When it was paid.")
@click.option("--from", "file", type=click.File("rb"), metavar="FILE", help="A CSV with reference and day.")
@reason_option(required=False)
@by_option
@json_option
@pass_here
def settle(
    here: Here,
    reference: str | None,
    on: str | None,
    file: BinaryIO | None,
    reason: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Note that something was paid, as the accounting program says.

    REFERENCE is a charge, or the piece reference of an entry that was exported. The CSV has two columns,
    `reference` and `day`. Told twice, it is noted once. Whoever was suspended as `unpaid` and owes nothing
    any more is not suspended any more. It is no record of cash.
    """
    with here.desk() as desk:
        paid = _paid(desk, reference, on, file)
        noted = found(here, charges.settle(desk, by, paid, reason))
        if as_json:
            show_json(
                {
                    "settled": noted.number,
                    "before": noted.before,
                    "unknown": [one.reference for one in noted.unknown],
                    "lifted": list(noted.lifted),
                }
            )
        else:
            before = f", {noted.before} were before" if noted.before else ""
            click.echo(f"{noted.number} charge(s) are settled{before}.")
            for handle in noted.lifted:
                click.echo(f"{printable(handle)} owes nothing any more: the suspension is lifted.")
    for one in noted.unknown:
        where = f"line {one.line}: " if one.line else ""
        click.echo(f"{where}{printable(one.reference)} is nothing that was charged here", err=True)
    if noted.unknown:
        raise click.exceptions.Exit(1)


def _paid(desk: Desk, reference: str | None, on: str | None, file: BinaryIO | None) -> Sequence[Paid]:
    if file is None:
        if reference is None or on is None:
            raise UsageError(
                "what was paid, and when?", "Type: fabgate charge settle REFERENCE --day 2026-11-20"
            )
        return [Paid(charges.named(desk, reference), on)]
    if reference is not None or on is not None:
        raise UsageError("the file says what was paid, and when", "Leave REFERENCE and --day out.")
    read = payments.read(desk, file.read(tables.MOST_BYTES + 1))
    if isinstance(read, Unread):
        raise UsageError(
            f"line {read.line}: {read.column}: {read.why}",
            "Nothing was noted. Its first line is: reference,day",
        )
    return read


# --- how a charge looks -------------------------------------------------------------------------


def _short(desk: Desk, id_: str) -> str:
    """Without the origin where that is these books' own."""
    origin, _, number = id_.rpartition("#")
    return number if origin == desk.writer.identity.origin else id_


def _what(one: Charge) -> str:
    what = one.item or one.sort.value
    quantity = f" x {one.quantity}" if one.quantity not in ("", "1") else ""
    return f"{'back: ' if one.of else ''}{what}{quantity}"


def _row(
    here: Here, desk: Desk, one: Charge, handles: Handles, marks: Mapping[str, object]
) -> tuple[object, ...]:
    currency = here.settings.tariff.currency
    taken_back = "taken back" if "reversed" in marks else ""
    return (
        _short(desk, one.id),
        day(here, one.at_s * 1000),
        handles.of(one.payer),
        _what(one),
        hours(one.seconds * 1000) if one.seconds > 0 else "",
        shown(one.list_cents, currency),
        shown(one.cents, currency),
        ", ".join(filter(None, (one.reason, taken_back, "paid" if "settled" in marks else ""))),
    )


def _json(one: Charge, handles: Handles) -> Json:
    return {
        "charge": one.id or None,
        "payer": handles.of(one.payer),
        "member": handles.of(one.member) if one.member else None,
        "sort": one.sort.value,
        "item": one.item,
        "at": utc(one.at_s * 1000),
        "started": utc(one.started_s * 1000) if one.started_s else None,
        "seconds": one.seconds,
        "busy_s": one.busy_s,
        "billed_s": one.billed_s,
        "quantity": one.quantity or None,
        "purpose": one.purpose or None,
        "category": one.category or None,
        "list": plain(one.list_cents),
        "wallet": plain(one.wallet_cents),
        "amount": plain(one.cents),
        "basis": one.basis,
        "vat": one.vat or None,
        "percent": one.percent,
        "taken": dict(one.taken),
        "reason": one.reason or None,
        "version": one.version,
        "of": one.of or None,
        "sessions": list(one.sessions),
        "records": list(one.records),
    }
