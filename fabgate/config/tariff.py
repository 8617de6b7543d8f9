"""From a lab's price list to its tariff. Without a file nothing costs anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from fabgate.config import tariff_keys as its
from fabgate.config import tariff_priced as priced
from fabgate.config.reading import Document
from fabgate.config.tariff_check import check
from fabgate.config.tariff_keys import ANY_WORD
from fabgate.config.tariff_place import Book, Place
from fabgate.config.tariff_priced import TimeKeys
from fabgate.config.values import ID
from fabgate.tariff import (
    ANY,
    Band,
    Category,
    Coin,
    DayPass,
    Item,
    Pack,
    Plan,
    Purpose,
    Tariff,
    TimePrice,
    Unit,
    Version,
)

T = TypeVar("T")
_CENTS = Decimal(100)


class PriceList:
    """A file of prices that is being read. Raises ConfigError where it is no TOML at all."""

    def __init__(self, path: Path) -> None:
        self._document = Document(path, its.TARIFF)

    def checked(self, main: Document | None) -> tuple[Document]:
        """The file with all that is wrong in it; beside it in the configuration what does not fit to it."""
        check(self._document, main)
        return (self._document,)

    def tariff(self) -> Tariff:
        """What it says, once it was checked and nothing was wrong."""
        return _tariff(self._document)


def _tariff(document: Document) -> Tariff:
    book = Book(document)
    coin = _coin(document)
    versions = (_version(book, name, coin) for name in book.versions)
    return Tariff(
        versions=tuple(sorted(versions, key=lambda one: one.since)),
        currency=document.need(its.MONEY),
        regime=document.need(its.REGIME),
        rates={name: _rates(document, name) for name in document.names("vat", "rate")},
        coin=coin,
        digest=document.digest,
        text=document.text,
    )


def _rates(document: Document, name: str) -> tuple[tuple[date, Decimal], ...]:
    days = document.written_in("vat", "rate", name)
    return tuple(sorted((date.fromisoformat(day), document.need(its.PERCENT, name, day)) for day in days))


def _coin(document: Document) -> Coin | None:
    if not document.there("coin"):
        return None
    return Coin(document.need(its.COIN_NAME), document.need(its.COIN_WORTH))


def _version(book: Book, name: str, coin: Coin | None) -> Version:
    def each(section: str, read_one: Callable[[Place], T]) -> Mapping[str, T]:
        return {place.name: read_one(place) for place in book.places(name, section)}

    usual = Version(name, book.document.need(its.SINCE, name))
    gap, threshold = book.said(its.GAP, name), book.said(its.THRESHOLD, name)
    return replace(
        usual,
        machines=_machines(each("machine", lambda place: _by_category(place, _machine))),
        people=each("person", lambda place: _by_category(place, _person)),
        items=each("item", lambda place: _by_category(place, _item)),
        passes=each("pass", _pass),
        plans=each("plan", _plan),
        packs=each("pack", lambda place: _pack(place, coin)),
        categories=each("category", _category),
        purposes=each("purpose", _purpose),
        gap_s=usual.gap_s if gap is None else gap,
        threshold_s=threshold or 0,
        minimum_balance=book.said(its.BALANCE, name),
    )


def _by_category(place: Place, read_one: Callable[[Place], T]) -> Mapping[str, T]:
    """Everybody's price under "", and those of the categories that have their own."""
    return {category: read_one(place.of(category)) for category in ("", *place.categories)}


def _machines(named: Mapping[str, T]) -> Mapping[str, T]:
    return {_machine_id(name): one for name, one in named.items()}


def _machine_id(name: str) -> str:
    return ANY if name == ANY_WORD else ID.read(name)


def _machine(place: Place) -> TimePrice:
    meter = priced.METER
    return replace(
        _time(place, priced.MACHINE),
        meter=place.need(meter.meter),
        before_s=place.need(meter.before),
        after_s=place.need(meter.after),
        supervised=place.need(meter.supervised),
        supervised_per_s=place.need(meter.supervised_per),
    )


def _person(place: Place) -> TimePrice:
    return _time(place, priced.PERSON)


def _time(place: Place, keys: TimeKeys) -> TimePrice:
    return TimePrice(
        bands=_bands(place, keys),
        start_fee=place.need(keys.start_fee),
        every_s=place.need(keys.every),
        rounding=place.need(keys.rounding),
        minimum_s=place.need(keys.minimum),
        minimum=place.need(keys.minimum_price),
        free_s=place.need(keys.free),
        free_month_s=place.need(keys.free_month),
        basis=place.basis,
        vat=place.vat,
        coins=place.need(keys.coins),
    )


def _bands(place: Place, keys: TimeKeys) -> tuple[Band, ...]:
    """The bands, or the one price of them all; a category's own word of either takes the place of both."""
    own_price = place.mine(keys.price) or place.mine(keys.per)
    bands = None if own_price and not place.mine(keys.bands) else place.get(keys.bands)
    return bands or (Band(place.need(keys.price), place.need(keys.per)),)


def _item(place: Place) -> Item:
    keys = priced.ITEM
    return Item(
        title=place.plain(its.ITEM_TITLE) or place.name,
        price=place.get(keys.price) or Decimal(0),
        unit=place.plain(its.ITEM_UNIT) or "",
        at_most=place.get(keys.at_most),
        open=place.sure(its.ITEM_OPEN),
        basis=place.basis,
        vat=place.vat,
        coins=place.need(keys.coins),
    )


def _pass(place: Place) -> DayPass:
    return DayPass(
        title=place.plain(its.PASS_TITLE) or place.name,
        price=place.sure(its.PASS_PRICE),
        automatic=place.sure(its.PASS_AUTOMATIC),
        plans=place.sure(its.PASS_PLANS),
        categories=place.sure(its.PASS_CATEGORIES),
        machines=tuple(map(_machine_id, place.sure(its.PASS_MACHINES))),
        basis=place.basis,
        vat=place.vat,
    )


def _plan(place: Place) -> Plan:
    document = place.book.document
    machines = document.written_in(*place.where, "contingent")
    return Plan(
        title=place.plain(its.PLAN_TITLE) or place.name,
        price=place.sure(its.PLAN_PRICE),
        period=place.sure(its.PLAN_PERIOD),
        months=place.sure(its.PLAN_MONTHS),
        pro_rata=place.sure(its.PLAN_PRO_RATA),
        least=place.sure(its.PLAN_LEAST),
        category=place.plain(its.PLAN_CATEGORY) or "",
        contingent={
            _machine_id(machine): document.need(its.PLAN_CONTINGENT, place.owner, place.name, machine)
            for machine in machines
        },
        factor=place.sure(its.PLAN_PAYS),
        basis=place.basis,
        vat=place.vat,
    )


def _pack(place: Place, coin: Coin | None) -> Pack:
    unit, amount = _content(place, coin)
    machines = place.sure(its.PACK_MACHINES)
    return Pack(
        title=place.plain(its.PACK_TITLE) or place.name,
        price=place.sure(its.PACK_PRICE),
        unit=unit,
        amount=amount,
        machines=() if ANY_WORD in machines else machines,
        valid_months=place.sure(its.PACK_VALID),
        voucher=place.sure(its.PACK_VOUCHER),
        basis=place.basis,
        vat=place.vat,
    )


def _content(place: Place, coin: Coin | None) -> tuple[Unit, int]:
    """What a pack is counted in, and how much is in it: seconds, days or cents."""
    time, days = place.plain(its.PACK_TIME), place.plain(its.PACK_DAYS)
    if time is not None:
        return Unit.TIME, time
    if days is not None:
        return Unit.DAYS, days
    coins = place.plain(its.PACK_COINS)
    worth = place.sure(its.PACK_CREDIT) if coins is None or coin is None else coins * coin.worth
    return Unit.CREDIT, int(worth * _CENTS)


def _category(place: Place) -> Category:
    return Category(
        place.plain(its.CATEGORY_TITLE) or place.name,
        place.sure(its.CATEGORY_PAYS),
        place.plain(its.CATEGORY_BALANCE),
    )


def _purpose(place: Place) -> Purpose:
    return Purpose(
        place.plain(its.PURPOSE_TITLE) or place.name,
        place.sure(its.PURPOSE_PAYS),
        place.plain(its.PURPOSE_CATEGORY) or "",
    )
