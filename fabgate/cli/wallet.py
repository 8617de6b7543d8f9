"""`fabgate wallet`: money that members paid in before they use it up."""

from __future__ import annotations

import click

from fabgate.cli.account import tell_waiting
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
from fabgate.cli.sell import day_option, number
from fabgate.cli.show import Json, handle
from fabgate.desk import accounts, sales
from fabgate.desk.accounts import Shown
from fabgate.rules import money
from fabgate.rules.pools import WALLET

top_up_options = options(
    day_option,
    click.option("--ref", metavar="TEXT", help="The number of a receipt, kept beside the record."),
    reason_option(required=False),
    by_option,
)


@click.group(cls=Noun)
def wallet() -> None:
    """Wallets: what members paid in, and what is left of it.

    Contingents and packs are used up first, then the wallet; what it does not hold is invoiced, unless the
    account is prepaid (`fabgate account set`). A wallet is no cash box: the money stands in the accounts.
    """


@wallet.command("topup", epilog=example('fabgate wallet topup ada 50.00 --by tess --ref "bank 117"'))
@click.argument("who")
@click.argument("amount")
@top_up_options
@pass_here
def top_up(
    here: Here,
    who: str,
    amount: str,
    day: str | None,
    ref: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Put the AMOUNT that the member WHO paid in on their wallet. It counts from its day on."""
    with here.desk() as desk:
        answer = sales.top_up(desk, by, who, amount, day, reason, ref)
        cents = found(here, answer).facts["amount"]
        paid = money.shown(cents, here.settings.tariff.currency) if isinstance(cents, int) else ""
        did = done(here, answer, f"{{subject}} ({{handle}}): {paid} paid in on {{day}}.")
        short = number(str(did.facts["sale"]), desk.writer.identity.origin)
        click.echo(f"  Sale {short}: a slip is taken back with `fabgate sell cancel {short}`.")


@wallet.command(epilog=example("fabgate wallet show", "fabgate wallet show ada"))
@click.argument("who", required=False)
@json_option
@pass_here
def show(here: Here, who: str | None, as_json: bool) -> None:
    """Show what is on everybody's wallet, or on that of WHO."""
    with here.desk() as desk:
        shown = accounts.listed(desk) if who is None else (found(here, accounts.shown(desk, who)),)
    held = [(one, balance(one)) for one in shown]
    if as_json:
        show_json([_json(one, cents) for one, cents in held if cents is not None or who is not None])
        return
    currency = here.settings.tariff.currency
    rows = [
        (handle(one.member), one.member.name, money.shown(cents or 0, currency))
        for one, cents in held
        if cents is not None or who is not None
    ]
    show_table(
        ("member", "name", "wallet"), rows, "Nobody has paid anything in: fabgate wallet topup MEMBER 50"
    )
    tell_waiting(sum(one.waiting for one, _ in held))


def balance(one: Shown) -> int | None:
    """What is on a wallet, in cents; None of one that was never used."""
    return next((left.pool.left for left in one.left if left.pool.id == WALLET), None)


def _json(one: Shown, cents: int | None) -> Json:
    return {"member": handle(one.member), "balance": money.plain(cents or 0)}
