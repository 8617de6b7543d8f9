"""Every key that a lab's price list may hold: where, of what kind, with which default, and what for.

The one list: `tariff.py` reads by it, and the page of keys is printed from it. Prices are in the
currency of the list; the defaults are those of `fabgate.tariff`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from fabgate.config.key import Key, KeyList
from fabgate.config.tariff_priced import BASIS_MEANING, TERMS, WITH_CATEGORIES, all_of, words
from fabgate.config.tariff_values import AMOUNT, CURRENCY, PRICE, RATE, SECONDS, SECONDS_OR_NONE, SHARE
from fabgate.config.values import COUNT, DAY, ID, IDS, ONE_LINE, YES_OR_NO, Kind, between
from fabgate.config.values import items as items_of
from fabgate.tariff import Basis, Period, Regime, Voucher

ANY_WORD = "any"  # in the file, in the place of a machine's id: every machine without a price of its own
SECTIONS = ("machine", "person", "item", "pass", "plan", "pack", "category", "purpose")


def _names(value: object) -> tuple[str, ...]:
    return tuple(ONE_LINE.read(one) for one in items_of(value, '["plan.month"]'))


MONEY: Key[str] = Key("money.currency", CURRENCY, "The currency of every price, by its three letters.", "EUR")
REGIME: Key[Regime] = Key(
    "vat.regime",
    words(Regime),
    'How the lab stands to VAT: "taxable"; "franchise_be", the Belgian scheme of small enterprises; '
    '"not_taxable_fr", a French association; "exempt". Only a taxable lab\'s prices bear any.',
    "exempt",
)
PERCENT: Key[Decimal] = Key(
    "vat.rate.*.*", RATE, "A percentage, by the day from which it holds.", example=21, else_="none"
)
COIN_NAME: Key[str] = Key("coin.name", ONE_LINE, "What the lab's own unit of credit is called.", "coin")
COIN_WORTH: Key[Decimal] = Key("coin.worth", PRICE, "What one is worth in the currency.", example="0.10")

SINCE: Key[date] = Key(
    "version.*.since", DAY, "The first day on which it is in force, in the lab's zone.", example="2026-01-01"
)
UNTIL: Key[date | None] = Key(
    "version.*.until",
    DAY,
    "Its last day, to be sure: it must be the day before the next version's first.",
    example="2026-12-31",
    else_="until the next version",
)
BASED_ON: Key[str] = Key(
    "version.*.based_on",
    ID,
    "An older version, of which this one has everything that it does not say itself. A table that is written "
    "again takes the place of the old one, whole.",
    example="2017-01",
    else_="none",
)
WITHOUT: Key[tuple[str, ...]] = Key(
    "version.*.without",
    Kind("list of tables", _names),
    "What it does not take over from the version that it is based on.",
    [],
    ["plan.month"],
)
BASIS: Key[Basis] = Key(
    "version.*.basis", words(Basis), BASIS_MEANING + " Each price may say otherwise.", "with_vat"
)
VAT: Key[str | None] = Key(
    "version.*.vat",
    ID,
    "The VAT that prices bear which do not say their own.",
    example="standard",
    else_="none; a taxable lab's prices then say their own",
)
GAP: Key[int] = Key(
    "version.*.gap",
    SECONDS_OR_NONE,
    "Sessions of one payer on one machine with no longer pause between them count as one.",
    "10m",
)
THRESHOLD: Key[int] = Key(
    "version.*.threshold",
    SECONDS_OR_NONE,
    "A shorter start, on a machine that did no work in it, costs nothing.",
    "none",
)
BALANCE: Key[Decimal | None] = Key(
    "version.*.minimum_balance",
    AMOUNT,
    "What everybody must have on their wallet to start something that costs; not asked of an organisation "
    "that is invoiced.",
    example=5,
    else_="nothing is asked",
)


def _title(section: str, what: str) -> Key[str]:
    return Key(
        f"version.*.{section}.*.title",
        ONE_LINE,
        f"{what} as people read it.",
        example=section,
        else_="its id",
    )


def _priced(section: str, meaning: str, example: object) -> Key[Decimal]:
    return Key(f"version.*.{section}.*.price", PRICE, meaning, example=example)


ITEM_TITLE = _title("item", "What it is,")
ITEM_UNIT: Key[str] = Key(
    "version.*.item.*.unit", ONE_LINE, "What it is counted in.", example="g", else_="pieces"
)
ITEM_OPEN: Key[bool] = Key(
    "version.*.item.*.open",
    YES_OR_NO,
    "Whether its price is said when it is charged, such as that of a damage.",
    False,
)
PASS_TITLE = _title("pass", "The pass")
PASS_PRICE = _priced("pass", "What a day costs.", 10)
PASS_AUTOMATIC: Key[bool] = Key(
    "version.*.pass.*.automatic",
    YES_OR_NO,
    "Whether everybody who works on a day owes it, once for that day; machine time is charged besides.",
    False,
)
PASS_PLANS: Key[tuple[str, ...]] = Key(
    "version.*.pass.*.plans", IDS, "Whoever holds one of these plans owes no such day.", []
)
PASS_CATEGORIES: Key[tuple[str, ...]] = Key(
    "version.*.pass.*.categories", IDS, "Whoever is of one of these categories owes no such day.", []
)
PASS_MACHINES: Key[tuple[str, ...]] = Key(
    "version.*.pass.*.machines",
    IDS,
    "The machines whose time is in the day's price; `any` is all of them.",
    [],
)
PLAN_TITLE = _title("plan", "The membership or subscription")
PLAN_PRICE = _priced("plan", "What a period costs.", 45)
PLAN_PERIOD: Key[Period] = Key(
    "version.*.plan.*.period",
    words(Period),
    'How it is counted: calendar months ("month"), so many of them from January on ("term"), so many months '
    'from the day on which it was taken ("date"), or "once" and for ever.',
    "month",
)
PLAN_MONTHS: Key[int] = Key("version.*.plan.*.months", between(1, 120), "How many months a period has.", 1)
PLAN_PRO_RATA: Key[bool] = Key(
    "version.*.plan.*.pro_rata",
    YES_OR_NO,
    "Whether a period that has begun costs only the months that are left of it, a started one whole.",
    True,
)
PLAN_LEAST: Key[int] = Key("version.*.plan.*.least", between(1, 120), "How many periods it is taken for.", 1)
PLAN_CATEGORY: Key[str | None] = Key(
    "version.*.plan.*.category", ID, "The category of whoever holds it.", example="member", else_="their own"
)
PLAN_CONTINGENT: Key[int] = Key(
    "version.*.plan.*.contingent.*",
    SECONDS,
    "How much time a month is in it, by the machine, or `any`; what is not used is lost.",
    example="5h",
    else_="none",
)
PLAN_PAYS: Key[Decimal] = Key(
    "version.*.plan.*.pays", SHARE, "What its holder pays of the list price of machine time.", "100%"
)
PACK_TITLE = _title("pack", "What is paid in advance,")
PACK_PRICE = _priced("pack", "What it costs.", 40)
PACK_TIME: Key[int] = Key(
    "version.*.pack.*.time", SECONDS, "The machine time in it.", example="10h", else_="one of the four"
)
PACK_DAYS: Key[int] = Key(
    "version.*.pack.*.days", COUNT, "The days in it.", example=10, else_="one of the four"
)
PACK_CREDIT: Key[Decimal] = Key(
    "version.*.pack.*.credit",
    AMOUNT,
    "What it is good for, in the currency.",
    example=50,
    else_="one of the four",
)
PACK_COINS: Key[int] = Key(
    "version.*.pack.*.coins", COUNT, "The lab's own coins in it.", example=500, else_="one of the four"
)
PACK_UNITS: tuple[Key[object], ...] = (PACK_TIME, PACK_DAYS, PACK_CREDIT, PACK_COINS)
PACK_MACHINES: Key[tuple[str, ...]] = Key(
    "version.*.pack.*.machines", IDS, "The machines that it is good for; none named is all of them.", []
)
PACK_VALID: Key[int] = Key(
    "version.*.pack.*.valid_months", between(0, 1200), "How many months it is good for; 0 is for ever.", 0
)
PACK_VOUCHER: Key[Voucher] = Key(
    "version.*.pack.*.voucher",
    words(Voucher),
    'When its VAT is due: at the sale ("single", good for one rate only), or at each use ("multi").',
    "multi",
)
CATEGORY_TITLE = _title("category", "The category")
CATEGORY_PAYS: Key[Decimal] = Key(
    "version.*.category.*.pays", SHARE, "What they pay of the list price of machine time.", "100%"
)
CATEGORY_BALANCE: Key[Decimal | None] = Key(
    "version.*.category.*.minimum_balance",
    AMOUNT,
    "What they must have on their wallet to start.",
    example=0,
    else_="as the version",
)
PURPOSE_TITLE = _title("purpose", "What somebody works for,")
PURPOSE_PAYS: Key[Decimal] = Key(
    "version.*.purpose.*.pays", SHARE, "What is paid of the list price for it.", "100%"
)
PURPOSE_CATEGORY: Key[str | None] = Key(
    "version.*.purpose.*.category",
    ID,
    "The category as which it is priced, whoever works.",
    example="client",
    else_="their own",
)


_WITHOUT: tuple[Key[object], ...] = tuple(
    own.usual for section in ("pass", "plan", "pack") for own in all_of(TERMS[section])
)
KEYS: tuple[Key[object], ...] = (
    MONEY,
    REGIME,
    PERCENT,
    COIN_NAME,
    COIN_WORTH,
    SINCE,
    UNTIL,
    BASED_ON,
    WITHOUT,
    BASIS,
    VAT,
    GAP,
    THRESHOLD,
    BALANCE,
    *(own.usual for section in ("machine", "person") for own in WITH_CATEGORIES[section]),
    ITEM_TITLE,
    ITEM_UNIT,
    ITEM_OPEN,
    *(own.usual for own in WITH_CATEGORIES["item"]),
    PASS_TITLE,
    PASS_PRICE,
    PASS_AUTOMATIC,
    PASS_PLANS,
    PASS_CATEGORIES,
    PASS_MACHINES,
    PLAN_TITLE,
    PLAN_PRICE,
    PLAN_PERIOD,
    PLAN_MONTHS,
    PLAN_PRO_RATA,
    PLAN_LEAST,
    PLAN_CATEGORY,
    PLAN_CONTINGENT,
    PLAN_PAYS,
    PACK_TITLE,
    PACK_PRICE,
    *PACK_UNITS,
    PACK_MACHINES,
    PACK_VALID,
    PACK_VOUCHER,
    *_WITHOUT,
    CATEGORY_TITLE,
    CATEGORY_PAYS,
    CATEGORY_BALANCE,
    PURPOSE_TITLE,
    PURPOSE_PAYS,
    PURPOSE_CATEGORY,
    *(own.of for section in WITH_CATEGORIES.values() for own in section),
)

TABLES: Mapping[str, str] = {
    "money": "The currency. Without this table it is the euro.",
    "vat": "How the lab stands to VAT. Without this table no price bears any.",
    "vat.rate.*": "A rate of VAT, by an id that prices name: its percentage by the day from which it holds.",
    "coin": "The lab's own unit of credit, where it has one.",
    "version.*": "A price list with its first day. It is in force until the next one's, and the one in force "
    "at the start of a session prices it.",
    "version.*.machine.*": "What time on a machine costs. `any` is every machine without a table.",
    "version.*.machine.*.for.*": "The same for one category: only what is different for it.",
    "version.*.person.*": "What somebody's time costs, such as a fab manager's; it is sold at the desk.",
    "version.*.person.*.for.*": "The same for one category: only what is different for it.",
    "version.*.item.*": "What is sold by the piece or the gram: material, a fee.",
    "version.*.item.*.for.*": "The same for one category: only what is different for it.",
    "version.*.pass.*": "A day at the lab, in and out at will.",
    "version.*.plan.*": "A membership or subscription.",
    "version.*.plan.*.contingent": "The machine time that is in a plan each month.",
    "version.*.pack.*": "Something that is paid in advance: hours, days or credit.",
    "version.*.category.*": "A group of payers: members, students, companies.",
    "version.*.purpose.*": "What somebody works for: their own, a client, the lab.",
}

TARIFF = KeyList(KEYS, TABLES, "`fabgate tariff sample`", chosen=("coin",), exact=True)
