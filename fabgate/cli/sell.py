"""`fabgate sell`: what is charged at the desk, against the price list."""

from __future__ import annotations

from decimal import Decimal

import click

from fabgate.charges import Sort
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
from fabgate.cli.show import Json, handle, or_id
from fabgate.desk import Desk, Done, sales, sold
from fabgate.desk.sales import Wanted
from fabgate.desk.sold import Shown
from fabgate.model import Denied
from fabgate.rules import money

WORDS = {
    Sort.DAY: "day pass",
    Sort.PLAN: "plan",
    Sort.PACK: "pack",
    Sort.ITEM: "item",
    Sort.PERSON: "person",
    Sort.TOPUP: "top-up",
}

day_option = click.option("--day", metavar="YYYY-MM-DD", help="The day of the sale (default: today).")
session_option = click.option(
    "--session", default="", metavar="SESSION", help="In which session: its number in the list."
)
amount_option = click.option("--amount", metavar="12.50", help="What it costs, where the price is open.")
said_options = options(
    click.option("--ref", metavar="TEXT", help="The number of a receipt, kept beside the record."),
    reason_option(required=False),
    by_option,
)


@click.group(cls=Noun)
def sell() -> None:
    """Sales: plans, packs, days, material, help, fees; charged when the month is closed.

    What there is to sell stands in the price list (`fabgate tariff show`). No money is recorded here: the
    accounting program does that. The treasurer or a manager sells, to somebody else.
    """


@sell.command(epilog=example("fabgate sell plan ada month --from 2026-12-01 --by tess"))
@click.argument("who")
@click.argument("plan")
@click.option("--from", "day", metavar="YYYY-MM-DD", help="Their first day of it (default: today).")
@said_options
@pass_here
def plan(
    here: Here, who: str, plan: str, day: str | None, ref: str | None, reason: str | None, by: str | None
) -> None:
    """Give the member WHO a PLAN: a membership, a subscription.

    It goes on, period after period, until `fabgate sell end`.
    """
    _sell(here, by, who, Wanted(Sort.PLAN, plan, day), reason, ref)


@sell.command(epilog=example("fabgate sell pack ada hours-10 --by tess"))
@click.argument("who")
@click.argument("pack")
@click.option("--quantity", default="1", show_default=True, metavar="N", help="How many of it.")
@day_option
@said_options
@pass_here
def pack(
    here: Here,
    who: str,
    pack: str,
    quantity: str,
    day: str | None,
    ref: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Sell the member WHO a PACK of hours, days or credit.

    They use it up later. One that expires does so by the price list, counted from its day.
    """
    _sell(here, by, who, Wanted(Sort.PACK, pack, day, quantity), reason, ref)


@sell.command("day", epilog=example("fabgate sell day ada --by tess", "fabgate sell day ada guest --by tess"))
@click.argument("who")
@click.argument("pass_", metavar="[PASS]", default="")
@day_option
@said_options
@pass_here
def day_(
    here: Here, who: str, pass_: str, day: str | None, ref: str | None, reason: str | None, by: str | None
) -> None:
    """Sell the member WHO a day at the lab.

    PASS is one of the price list, and may be left out where there is one only. Where the price list asks for
    a day of everybody who works and holds no plan, the closing charges it by itself.
    """
    _sell(here, by, who, Wanted(Sort.DAY, pass_, day), reason, ref)


@sell.command(epilog=example("fabgate sell item ada pla --quantity 120 --session 57 --by tess"))
@click.argument("who")
@click.argument("item")
@click.option("--quantity", default="1", show_default=True, metavar="N", help="Grams, sheets: as it is sold.")
@amount_option
@session_option
@day_option
@said_options
@pass_here
def item(
    here: Here,
    who: str,
    item: str,
    quantity: str,
    amount: str | None,
    session: str,
    day: str | None,
    ref: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Charge the member WHO for an ITEM, such as material.

    It stands in the price list, by the piece or by the gram.
    """
    _sell(here, by, who, Wanted(Sort.ITEM, item, day, quantity, amount, session), reason, ref)


@sell.command(epilog=example('fabgate sell fee ada damage --amount 40.00 --by tess --reason "broken lens"'))
@click.argument("who")
@click.argument("fee")
@amount_option
@session_option
@day_option
@said_options
@pass_here
def fee(
    here: Here,
    who: str,
    fee: str,
    amount: str | None,
    session: str,
    day: str | None,
    ref: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Charge the member WHO a FEE: a lost card, a damage.

    Where its price is open, say it, up to the most that the price list allows.
    """
    _sell(here, by, who, Wanted(Sort.ITEM, fee, day, amount=amount, session=session), reason, ref)


@sell.command(epilog=example("fabgate sell person ada animator --hours 1:30 --by tess"))
@click.argument("who")
@click.argument("person")
@click.option("--hours", required=True, metavar="H:MM", help="How long: 1:30, or 1.5.")
@session_option
@day_option
@said_options
@pass_here
def person(
    here: Here,
    who: str,
    person: str,
    hours: str,
    session: str,
    day: str | None,
    ref: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Charge the member WHO for the time of a PERSON.

    The price list says what it costs of those who help and teach.
    """
    _sell(here, by, who, Wanted(Sort.PERSON, person, day, hours, session=session), reason, ref)


@sell.command(epilog=example("fabgate sell end ada month --until 2026-12-31 --by tess"))
@click.argument("who")
@click.argument("plan")
@click.option(
    "--until",
    metavar="YYYY-MM-DD",
    help="Their last day of it (default: the end of the period that runs).",
)
@reason_option(required=False)
@by_option
@pass_here
def end(here: Here, who: str, plan: str, until: str | None, reason: str | None, by: str | None) -> None:
    """End a PLAN of the member WHO.

    Where the price list asks for so many periods at least, these are charged all the same. Typed again
    with another day, it ends on that one.
    """
    with here.desk() as desk:
        answer = sold.end(desk, by, who, plan, until, reason)
        done(here, answer, "{subject} ({handle}) has {item} until {until}, and no longer.")


@sell.command(epilog=example('fabgate sell cancel 12 --by tess --reason "typed twice"'))
@click.argument("sale")
@reason_option()
@by_option
@pass_here
def cancel(here: Here, sale: str, reason: str, by: str | None) -> None:
    """Take a SALE back that no closed month has charged.

    SALE is its number in `fabgate sell list`. What was charged already is taken back with `fabgate charge
    reverse`.
    """
    with here.desk() as desk:
        answer = sold.cancel(desk, by, sale, reason)
        what = "{title}" if found(here, answer).facts["item"] else "what was paid in"
        done(here, answer, "{subject} ({handle}): " + what + ", of {day}, is taken back.")


@sell.command("list", epilog=example("fabgate sell list ada"))
@click.argument("who", required=False)
@json_option
@pass_here
def list_(here: Here, who: str | None, as_json: bool) -> None:
    """Show what was sold, to the member WHO or to everybody."""
    with here.desk() as desk:
        shown = found(here, sold.listed(desk, who))
        origin = desk.writer.identity.origin
    if as_json:
        show_json([_json(one) for one in shown])
        return
    rows = [
        (
            number(one.sold.record, origin),
            one.sold.day,
            or_id(one.member, one.sold.payer),
            WORDS.get(one.sold.sort, one.sold.sort.value),
            one.title,
            how_much(one.sold.sort, one.sold.quantity),
            "" if one.sold.cents is None else money.plain(one.sold.cents),
            _state(one),
        )
        for one in shown
    ]
    headers = ("sale", "day", "member", "sort", "what", "how much", "amount", "")
    show_table(headers, rows, "Nothing was sold yet: fabgate sell plan MEMBER PLAN")


def number(record: str, origin: str) -> str:
    """A sale's number, as commands take it; its whole id where it was made in other books."""
    return record.removeprefix(f"{origin}#")


def how_much(sort: Sort, quantity: str) -> str:
    """A quantity as people read it: `120.5 x`, `1:40 h` of a person; nothing of one thing."""
    if sort is not Sort.PERSON:
        return "" if quantity == "1" else f"{quantity} x"
    minutes = round(Decimal(quantity) * 60)
    return f"{minutes // 60}:{minutes % 60:02d} h"


def _state(one: Shown) -> str:
    if one.kept.cancelled:
        return "taken back"
    return "" if one.sold.until is None else f"until {one.sold.until}"


def _json(one: Shown) -> Json:
    what = one.sold
    return {
        "sale": what.record,
        "day": what.day.isoformat(),
        "member": handle(one.member) or None,
        "sort": what.sort.value,
        "item": what.item or None,
        "title": one.title,
        "quantity": what.quantity,
        "amount": None if what.cents is None else money.plain(what.cents),
        "until": None if what.until is None else what.until.isoformat(),
        "session": what.session or None,
        "cancelled": one.kept.cancelled,
    }


def _sell(here: Here, by: str | None, who: str, what: Wanted, reason: str | None, ref: str | None) -> None:
    with here.desk() as desk:
        _say(here, desk, sales.sell(desk, by, who, what, reason, ref), what.sort)


def _say(here: Here, desk: Desk, answer: Done | Denied, sort: Sort) -> None:
    """What was sold to whom, and under which number it can be taken back."""
    facts = found(here, answer).facts
    much = how_much(sort, str(facts["quantity"]))
    since = "from" if sort is Sort.PLAN else "on"
    cents = facts["amount"]
    price = f", {money.shown(cents, here.settings.tariff.currency)}" if isinstance(cents, int) else ""
    title, day = printable(facts["title"]), facts["day"]
    what = f"{much} {title}".strip()
    click.echo(f"{printable(facts['subject'])} ({facts['handle']}): {what}{price}, {since} {day}.")
    short = number(str(facts["sale"]), desk.writer.identity.origin)
    click.echo(f"  Sale {short}: a slip is taken back with `fabgate sell cancel {short}`.")
