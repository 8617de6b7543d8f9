"""`fabgate account`: who pays, by which prices, how, and how they stand."""

from __future__ import annotations

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
    show_json,
    show_table,
)
from fabgate.cli.sell import WORDS
from fabgate.cli.show import Json, day, handle, person, show_facts
from fabgate.desk import accounts
from fabgate.desk.accounts import Holding, Left, Shown, Terms
from fabgate.errors import UsageError
from fabgate.rules import money
from fabgate.rules.pools import WALLET

LAST = 5


@click.group(cls=Noun)
def account() -> None:
    """Accounts: who pays, by which prices of the price list, and how.

    Every member is a payer, and so is a guild, a school or a company: take it in like a member, with
    `fabgate member add`, and say --organisation here. A badge says who pays for what is done with it:
    `fabgate badge add --payer`.
    """


@account.command(
    "set",
    epilog=example(
        "fabgate account set ada --category student --since 2026-10-01 --by tess",
        "fabgate account set guild --organisation --by tess",
        "fabgate account set bob --prepaid --by tess",
    ),
)
@click.argument("who")
@click.option("--category", metavar="CATEGORY", help="One of the price list; '' for none.")
@click.option(
    "--since", metavar="YYYY-MM-DD", help="The category holds from this day on (default: from now on)."
)
@click.option("--organisation/--person", "organisation", default=None, help="What they are.")
@click.option(
    "--prepaid/--invoice",
    "prepaid",
    default=None,
    help="All from the wallet, below zero too; or what the wallet does not hold by invoice.",
)
@reason_option(required=False)
@by_option
@pass_here
def set_(
    here: Here,
    who: str,
    category: str | None,
    since: str | None,
    organisation: bool | None,
    prepaid: bool | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Say what the member WHO is as a payer. What is left out stays as it is.

    The category prices the sessions that begin from then on. A plan that says a category of its own goes
    before it while it is held.
    """
    terms = Terms(category, organisation, prepaid, since)
    if terms == Terms():
        raise UsageError("nothing is said of this account", "Say --category, --organisation or --prepaid.")
    if since is not None and category is None:
        raise UsageError("--since is the day of a category", "Say --category too.")
    with here.desk() as desk:
        did = done(here, accounts.put(desk, by, who, terms, reason), "{subject} ({handle}):")
    facts = did.facts
    kind = _kind(bool(facts["organisation"]), bool(facts["prepaid"]))
    since_ = f" since {facts['since']}" if facts["since"] else ""
    click.echo(f"  {kind}, category {printable(facts['category']) or 'none'}{since_}.")


@account.command(
    epilog=example(
        'fabgate account address guild "Rue Voot 61" "1200 Bruxelles" --vat BE0123456789 --by tess'
    )
)
@click.argument("who")
@click.argument("line", nargs=-1)
@click.option("--vat", "vat_number", metavar="NUMBER", help="The VAT number; '' takes it away.")
@click.option("--clear", is_flag=True, help="Take the address away.")
@reason_option(required=False)
@by_option
@pass_here
def address(
    here: Here,
    who: str,
    line: tuple[str, ...],
    vat_number: str | None,
    clear: bool,
    reason: str | None,
    by: str | None,
) -> None:
    """Say where the bills of the member WHO go.

    Each LINE of the address stands in quotes. It is kept where the books are, and nowhere else: no gate
    has it, and it stands in no journal.
    """
    if (line and clear) or not (line or clear or vat_number is not None):
        raise UsageError(
            "an address is what it is, or gone", 'Give its lines, each in quotes: "Rue Voot 61"; or --clear.'
        )
    lines = line or (() if clear else None)
    with here.desk() as desk:
        did = done(
            here,
            accounts.put_address(desk, by, who, lines, vat_number, reason),
            "{subject} ({handle}):",
        )
        shown = found(here, accounts.shown(desk, str(did.facts["handle"])))
    click.echo(f"  {_address(shown) or 'no address'}")


@account.command(epilog=example("fabgate account show ada"))
@click.argument("who")
@json_option
@pass_here
def show(here: Here, who: str, as_json: bool) -> None:
    """Show how the member WHO stands.

    Their plans, packs and wallet, and what was charged to them last.
    """
    with here.desk() as desk:
        one = found(here, accounts.shown(desk, who))
        last = accounts.last_charges(desk, one.member.id, LAST)
    if as_json:
        show_json({**_json(one), "last_charges": [_charge_json(charge) for charge in last]})
        return
    _tell(here, one)
    if last:
        click.echo("\nCharged last:")
        show_table(("day", "what", "invoice", "wallet", ""), [_charge(here, charge) for charge in last], "")


@account.command("list", epilog=example("fabgate account list", "fabgate account list --organisations"))
@click.option("--organisations", is_flag=True, help="Organisations only.")
@json_option
@pass_here
def list_(here: Here, organisations: bool, as_json: bool) -> None:
    """Show everybody who pays for something.

    Whoever has a category, a plan, a pack, a wallet or an address.
    """
    with here.desk() as desk:
        shown = [one for one in accounts.listed(desk) if one.payer.organisation or not organisations]
    if as_json:
        show_json([_json(one) for one in shown])
        return
    currency = here.settings.tariff.currency
    rows = [
        (
            handle(one.member),
            one.member.name,
            _kind(one.payer.organisation, one.payer.prepaid),
            one.category,
            ", ".join(_plan(held) for held in one.plans),
            "; ".join(left_of(left, currency) for left in one.left if left.pool.id == WALLET),
            "" if one.address is None or not one.address.lines else "yes",
        )
        for one in shown
    ]
    headers = ("member", "name", "pays as", "category", "plans", "wallet", "address")
    show_table(headers, rows, "Nobody yet: fabgate account set MEMBER --category CATEGORY")


def _tell(here: Here, one: Shown) -> None:
    currency = here.settings.tariff.currency
    none = [("left", "nothing paid in advance")] if not one.left else []
    show_facts(
        (
            ("member", person(one.member)),
            ("pays as", _kind(one.payer.organisation, one.payer.prepaid)),
            ("category", one.category or "none"),
            ("address", _address(one) or ("none" if one.payer.organisation else "")),
            *(("plan", _plan(held)) for held in one.plans),
            *(
                (("wallet" if left.pool.id == WALLET else "left"), left_of(left, currency))
                for left in one.left
            ),
            *none,
        )
    )
    tell_waiting(one.waiting)


def tell_waiting(sessions: int) -> None:
    """What keeps the figures from being all of it."""
    if sessions:
        click.echo(f"  {sessions} session(s) are not in it: somebody must decide about them first.")
        click.echo("  `fabgate close MONTH --dry-run` names each, and what to type.")


def _kind(organisation: bool, prepaid: bool) -> str:
    return f"{'an organisation' if organisation else 'a person'}, {'prepaid' if prepaid else 'by invoice'}"


def _address(one: Shown) -> str:
    if one.address is None:
        return ""
    number = f"VAT {one.address.vat_number}" if one.address.vat_number else ""
    return ", ".join(filter(None, (*one.address.lines, number)))


def _plan(held: Holding) -> str:
    end = held.sold.until
    ends = f"ends {end}" if end is not None else f"runs to {held.last_day}" if held.last_day else "no end"
    return f"{held.plan.title or held.sold.item} since {held.sold.day}, {ends}"


def left_of(left: Left, currency: str) -> str:
    """What is left of something that was paid in advance, as people read it."""
    pool = left.pool
    if pool.id == WALLET:
        return money.shown(pool.left, currency)
    much = {
        "seconds": f"{pool.left // 3600}:{pool.left // 60 % 60:02d} h",
        "days": f"{pool.left} day(s)",
        "cents": money.shown(pool.left, currency),
    }[pool.unit]
    where = f" on {', '.join(pool.machines)}" if pool.machines else ""
    until = "" if pool.until is None else f", until {pool.until}"
    return f"{left.title or 'free time'}: {much}{where}{until}"


def _charge(here: Here, one: Charge) -> tuple[object, ...]:
    wallet = money.plain(one.wallet_cents) if one.wallet_cents else ""
    what = one.item or WORDS.get(one.sort, one.sort.value)
    return day(here, one.at_s * 1000), what, money.plain(one.cents), wallet, one.reason


def _charge_json(one: Charge) -> Json:
    return {
        "charge": one.id,
        "sort": one.sort.value,
        "item": one.item or None,
        "invoice": money.plain(one.cents),
        "wallet": money.plain(one.wallet_cents),
        "reason": one.reason or None,
    }


def _json(one: Shown) -> Json:
    address = one.address
    return {
        "member": handle(one.member),
        "name": one.member.name,
        "organisation": one.payer.organisation,
        "prepaid": one.payer.prepaid,
        "category": one.category or None,
        "address": list(address.lines) if address else [],
        "vat_number": address.vat_number or None if address else None,
        "plans": [_plan_json(held) for held in one.plans],
        "left": [_left_json(left) for left in one.left],
        "waiting": one.waiting,
    }


def _plan_json(held: Holding) -> Json:
    return {
        "sale": held.sold.record,
        "plan": held.sold.item,
        "since": held.sold.day.isoformat(),
        "runs_to": None if held.last_day is None else held.last_day.isoformat(),
        "until": None if held.sold.until is None else held.sold.until.isoformat(),
    }


def _left_json(left: Left) -> Json:
    pool = left.pool
    return {
        "pool": pool.id,
        "title": left.title or None,
        "left": money.plain(pool.left) if pool.unit == "cents" else pool.left,
        "unit": pool.unit,
        "machines": list(pool.machines),
        "until": None if pool.until is None else pool.until.isoformat(),
    }
