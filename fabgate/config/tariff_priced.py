"""The keys of what a price list says for everybody and, under `for`, otherwise for a category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from fabgate.config.key import Key
from fabgate.config.tariff_values import BANDS, PER, PRICE, SECONDS, SECONDS_OR_NONE
from fabgate.config.values import ID, YES_OR_NO, Kind, one_of
from fabgate.tariff import Band, Basis, Meter, Rounding

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
E = TypeVar("E", bound=StrEnum)
_EVERYBODY = "as everybody's"
_OF_VERSION = "as the version"


def words(known: type[E]) -> Kind[E]:
    return one_of({one.value: one for one in known})


@dataclass(frozen=True, slots=True)
class Own(Generic[T_co]):
    """Something that a price says for everybody, and may say otherwise for a category."""

    usual: Key[T_co]
    of: Key[T_co]


@dataclass(frozen=True, slots=True)
class Terms:
    """What every price says of VAT; `usual` alone where categories have no prices of their own."""

    basis: Own[Basis]
    vat: Own[str]


@dataclass(frozen=True, slots=True)
class TimeKeys:
    """What a length of time costs, on a machine or of a person."""

    price: Own[Decimal]
    per: Own[int]
    bands: Own[tuple[Band, ...]]
    start_fee: Own[Decimal]
    every: Own[int]
    rounding: Own[Rounding]
    minimum: Own[int]
    minimum_price: Own[Decimal]
    free: Own[int]
    free_month: Own[int]
    coins: Own[bool]


@dataclass(frozen=True, slots=True)
class MeterKeys:
    """What is measured of a machine, and what a trainee's supervision costs there."""

    meter: Own[Meter]
    before: Own[int]
    after: Own[int]
    supervised: Own[Decimal]
    supervised_per: Own[int]


@dataclass(frozen=True, slots=True)
class ItemKeys:
    price: Own[Decimal]
    at_most: Own[Decimal]
    coins: Own[bool]


def _own(
    section: str, name: str, kind: Kind[T], meaning: str, default: object, example: object, else_: str = ""
) -> Own[T]:
    return Own(
        Key(f"version.*.{section}.*.{name}", kind, meaning, default, example, else_),
        Key(f"version.*.{section}.*.for.*.{name}", kind, meaning, example=example, else_=_EVERYBODY),
    )


def _terms(section: str) -> Terms:
    return Terms(
        _own(section, "basis", words(Basis), BASIS_MEANING, None, "without_vat", _OF_VERSION),
        _own(
            section, "vat", ID, "The VAT that it bears: a rate of [vat.rate].", None, "reduced", _OF_VERSION
        ),
    )


BASIS_MEANING = 'Whether the price has the VAT in it: "with_vat", as members read it, or "without_vat".'


def _time_keys(section: str) -> TimeKeys:
    """The keys of time: each also under `for`, for one category."""

    def own(name: str, kind: Kind[T], meaning: str, default: object, example: object) -> Own[T]:
        return _own(section, name, kind, meaning, default, example)

    return TimeKeys(
        price=_own(
            section,
            "price",
            PRICE,
            "What it costs for each `per`.",
            None,
            10,
            "needed where there are no bands",
        ),
        per=own("per", PER, 'What the price is for: a length, or "session", however long.', "1h", "1m"),
        bands=_own(
            section,
            "bands",
            BANDS,
            "Prices that change with the length, in the place of `price`: each up to its `upto`.",
            None,
            '[{ upto = "1h", price = 10 }, { price = 8 }]',
            "none",
        ),
        start_fee=own("start_fee", PRICE, "Added once, however long it is.", 0, 2),
        every=own("every", SECONDS, "The time is rounded to whole ones of these.", "1s", "30m"),
        rounding=own(
            "rounding", words(Rounding), 'How: a started one is a whole one ("up"), or not.', "up", "nearest"
        ),
        minimum=own("minimum", SECONDS_OR_NONE, "At least this time is charged.", "none", "30m"),
        minimum_price=own("minimum_price", PRICE, "At least this is charged for the time.", 0, 5),
        free=own("free", SECONDS_OR_NONE, "The first part of each session, which is free.", "none", "15m"),
        free_month=own("free_month", SECONDS_OR_NONE, "What is free to each payer in a month.", "none", "2h"),
        coins=own("coins", YES_OR_NO, "Whether its prices are in the lab's own coins: [coin].", False, True),
    )


MACHINE = _time_keys("machine")
METER = MeterKeys(
    meter=_own(
        "machine",
        "meter",
        words(Meter),
        'What is measured: from power on to power off ("powered"), while it works ("busy"), or that and a '
        'length before and after it ("busy+runs"). A machine that cannot tell is measured by its power.',
        "powered",
        "busy",
    ),
    before=_own("machine", "before", SECONDS_OR_NONE, 'The run before, of "busy+runs".', "none", "1m"),
    after=_own("machine", "after", SECONDS_OR_NONE, 'The run after, of "busy+runs".', "none", "2m"),
    supervised=_own(
        "machine",
        "supervised",
        PRICE,
        "What a trainee with a sponsor pays besides, for each `supervised_per`.",
        0,
        10,
    ),
    supervised_per=_own("machine", "supervised_per", SECONDS, "See `supervised`.", "1h", "30m"),
)
PERSON = _time_keys("person")
ITEM = ItemKeys(
    price=_own("item", "price", PRICE, "What one costs.", None, "0.10", "needed unless it is open"),
    at_most=_own("item", "at_most", PRICE, "What one charge of it is at most.", None, 100, "no limit"),
    coins=_own(
        "item", "coins", YES_OR_NO, "Whether its price is in the lab's own coins: [coin].", False, True
    ),
)
TERMS: Mapping[str, Terms] = {
    section: _terms(section) for section in ("machine", "person", "item", "pass", "plan", "pack")
}


def all_of(keys: TimeKeys | MeterKeys | ItemKeys | Terms) -> tuple[Own[object], ...]:
    return tuple(getattr(keys, field.name) for field in fields(keys))


WITH_CATEGORIES: Mapping[str, tuple[Own[object], ...]] = {
    "machine": (*all_of(MACHINE), *all_of(METER), *all_of(TERMS["machine"])),
    "person": (*all_of(PERSON), *all_of(TERMS["person"])),
    "item": (*all_of(ITEM), *all_of(TERMS["item"])),
}
