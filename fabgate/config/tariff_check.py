"""What is wrong with a price list although each value by itself is fine: gaps, overlaps, names, VAT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from fabgate.config import tariff_keys as its
from fabgate.config import tariff_priced as priced
from fabgate.config.places import Where
from fabgate.config.reading import Document, spot
from fabgate.config.tariff_keys import ANY_WORD, SECTIONS
from fabgate.config.tariff_place import Book, Place
from fabgate.config.tariff_priced import WITH_CATEGORIES, Own, TimeKeys
from fabgate.config.values import nearest
from fabgate.tariff import Basis, Meter, Period, Regime, Voucher

_DAY = timedelta(days=1)
_TERMS = (1, 2, 3, 4, 6, 12)


def check(document: Document, main: Document | None = None) -> None:
    """Note in `document` all that does not fit together, and in the configuration what does not fit to it."""
    if main is not None and main.there("machine", ANY_WORD):
        main.wrong(
            ("machine", ANY_WORD),
            f'"{ANY_WORD}" stands for all other machines in the price list',
            "Give the machine another id.",
        )
    book = Book(document)
    _check_rates(document)
    _check_versions(book)
    for version in book.versions:
        _check_based_on(book, version)
        _check_names(book, version)
        _check_vat(book, version)
        _check_passes(book, version)
        for place in _places(book, version):
            _check_thing(place)


def _places(book: Book, version: str) -> Iterator[Place]:
    """Everything that the version itself has written."""
    for section in SECTIONS:
        yield from (place for place in book.places(version, section) if place.owner == version)


# --- days -------------------------------------------------------------------------------------


def _check_rates(document: Document) -> None:
    for name in document.names("vat", "rate"):
        for day in document.written_in("vat", "rate", name):
            if not _is_day(day):
                document.wrong(
                    ("vat", "rate", name, day),
                    f'"{day}" is no day',
                    "Write year, month and day: 2026-01-01 = 21.",
                )


def _check_versions(book: Book) -> None:
    """In the order of their days there is neither a gap nor an overlap."""
    document = book.document
    if not book.versions:
        document.wrong(
            ("version",),
            "there is no version, so nothing has a price",
            "Begin with one: `fabgate tariff sample`.",
        )
    dated = [(since, name) for name in book.versions if (since := document.get(its.SINCE, name))]
    dated.sort()
    for (since, name), (following, successor) in pairwise(dated):
        if following == since:
            document.wrong(
                spot(its.SINCE, successor),
                f"it overlaps version {name}, which begins on the same day",
                "Give it a later day, or make one version of the two.",
            )
        _check_until(document, name, following, successor)
    if dated and document.written(its.UNTIL, dated[-1][1]):
        document.wrong(
            spot(its.UNTIL, dated[-1][1]),
            "there is a gap after it: no version follows",
            "Leave it out until the next version is written.",
        )


def _check_until(document: Document, name: str, following: date, successor: str) -> None:
    until = document.get(its.UNTIL, name)
    if until is None or until + _DAY == following:
        return
    what = "overlaps" if until >= following else "leaves a gap before"
    document.wrong(
        spot(its.UNTIL, name),
        f"it {what} version {successor}, which begins on {following}",
        f"Write until = {following - _DAY}, or leave it out.",
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# --- versions that are based on others ---------------------------------------------------------


def _check_based_on(book: Book, version: str) -> None:
    document = book.document
    base = document.get(its.BASED_ON, version)
    if base is None:
        if document.get(its.WITHOUT, version):
            document.wrong(
                spot(its.WITHOUT, version), "it is based on no version", 'Write based_on = "..." as well.'
            )
        return
    where = spot(its.BASED_ON, version)
    others = [one for one in book.versions if one != version]
    if base not in others:
        remedy = nearest(base, others) if others else "Leave it out: there is no other version."
        document.wrong(where, f'there is no other version "{base}"', remedy)
        return
    since, older = document.get(its.SINCE, version), document.get(its.SINCE, base)
    if since and older and older >= since:
        document.wrong(where, f"version {base} is not older", "Name one with an earlier first day.")
        return
    _check_without(book, version, base)


def _check_without(book: Book, version: str, base: str) -> None:
    known = {f"{section}.{name}" for section in SECTIONS for name in book.things(base, section)}
    for left_out in book.document.get(its.WITHOUT, version) or ():
        if left_out not in known:
            book.document.wrong(
                spot(its.WITHOUT, version), f'version {base} has no "{left_out}"', nearest(left_out, known)
            )


# --- names ------------------------------------------------------------------------------------


def _check_names(book: Book, version: str) -> None:
    """Categories and plans that are named exist in that version."""
    categories, plans = book.things(version, "category"), book.things(version, "plan")
    for where, name in _categories_named(book, version):
        if name not in categories:
            _unknown(book.document, where, version, "category", name, categories)
    for place in book.places(version, "pass"):
        for name in place.plain(its.PASS_CATEGORIES) or ():
            if name not in categories:
                where = spot(its.PASS_CATEGORIES, place.owner, place.name)
                _unknown(book.document, where, version, "category", name, categories)
        for name in place.plain(its.PASS_PLANS) or ():
            if name not in plans:
                _unknown(
                    book.document, spot(its.PASS_PLANS, place.owner, place.name), version, "plan", name, plans
                )


def _categories_named(book: Book, version: str) -> Iterator[tuple[Where, str]]:
    for section, key in (("plan", its.PLAN_CATEGORY), ("purpose", its.PURPOSE_CATEGORY)):
        for place in book.places(version, section):
            name = place.plain(key)
            if name is not None:
                yield spot(key, place.owner, place.name), name
    for section in WITH_CATEGORIES:
        for place in book.places(version, section):
            yield from ((place.of(name).where, name) for name in place.categories)


def _unknown(
    document: Document, where: Where, version: str, what: str, name: str, known: Iterable[str]
) -> None:
    names = list(known)
    meant = f"{nearest(name, names)} Or write" if names else "Write"
    document.wrong(
        where, f'version {version} has no {what} "{name}"', f"{meant} [version.{version}.{what}.{name}]."
    )


# --- VAT --------------------------------------------------------------------------------------


def _check_vat(book: Book, version: str) -> None:
    """Where the lab is taxable every price names a rate, and each rate is known from the first day on."""
    document = book.document
    known = document.names("vat", "rate")
    taxable = document.get(its.REGIME) is Regime.TAXABLE
    since = document.get(its.SINCE, version)
    for place, own in _bearing(book, version):
        code = place.vat
        where = _where_vat(place, own, version)
        if code and code not in known:
            remedy = f"{nearest(code, known)} Or write" if known else "Write"
            document.wrong(
                where, f'there is no VAT rate "{code}"', f"{remedy} [vat.rate.{code}] with its days."
            )
        elif taxable and not code:
            document.wrong(
                place.where,
                "nothing says which VAT its price bears, and the lab is taxable",
                f'Write vat = "..." here, or once for all in [version.{version}].',
            )
        elif taxable and since:
            _check_rate(document, code, since)


def _where_vat(place: Place, own: Own[str], version: str) -> Where:
    """Where the code is written: at the price, or for all in the version or the one that it is based on."""
    if place.mine(own):
        return place.spot(own)
    document = place.book.document
    if document.written(own.usual, place.owner, place.name):
        return spot(own.usual, place.owner, place.name)
    writer = next((one for one in place.book.chain(version) if document.written(its.VAT, one)), version)
    return spot(its.VAT, writer)


def _bearing(book: Book, version: str) -> Iterator[tuple[Place, Own[str]]]:
    """Each price that bears VAT at its sale, with the key of its rate: not a pack for several rates."""
    for section, terms in priced.TERMS.items():
        for place in book.places(version, section):
            if section == "pack" and place.plain(its.PACK_VOUCHER) is not Voucher.SINGLE:
                continue
            for category in ("", *(place.categories if section in WITH_CATEGORIES else ())):
                yield place.of(category), terms.vat


def _check_rate(document: Document, code: str, since: date) -> None:
    days = sorted(filter(_is_day, document.written_in("vat", "rate", code)))
    if not days or days[0] > since.isoformat():
        document.wrong(
            ("vat", "rate", code),
            f"there is a gap: it has no percentage on {since}, when the first version that needs it begins",
            f"Write the one of that day, such as {since} = 21.",
        )


# --- single things ----------------------------------------------------------------------------


def _check_passes(book: Book, version: str) -> None:
    automatic = [place for place in book.places(version, "pass") if place.plain(its.PASS_AUTOMATIC)]
    for place in automatic[1:]:
        book.document.wrong(
            spot(its.PASS_AUTOMATIC, place.owner, place.name),
            f"one day would be owed twice: {automatic[0].name} is automatic too",
            "Have one of them automatic, and sell the other.",
        )


def _check_thing(place: Place) -> None:
    _check_for(place)
    match place.section:
        case "machine":
            _check_time(place, priced.MACHINE)
            _check_meter(place)
        case "person":
            _check_time(place, priced.PERSON)
        case "item":
            _check_item(place)
        case "plan":
            _check_plan(place)
        case "pack":
            _check_pack(place)
        case _:
            pass


def _check_for(place: Place) -> None:
    """A table that is named by a category, and lacks the word before it."""
    for name in place.book.document.names(*place.where):
        if place.section in WITH_CATEGORIES and name in place.book.things(place.version, "category"):
            place.book.document.wrong(
                (*place.where, name),
                "what a category pays stands under `for`",
                f"Write [{'.'.join((*place.where, 'for', name))}].",
            )


def _check_time(place: Place, keys: TimeKeys) -> None:
    for one in (place, *map(place.of, place.categories)):
        _check_coins(one, keys.coins)
        if one.mine(keys.price) and one.mine(keys.bands):
            _wrong(
                one, keys.bands, "its price is said twice, by `price` and by `bands`", "Take one of them out."
            )
        bands_hold = one.mine(keys.bands) or not (one.mine(keys.price) or one.mine(keys.per))
        if not _written(one, keys.price) and not (bands_hold and _written(one, keys.bands)):
            _wrong(one, keys.price, "it has no price", "Write price = 10, or 0 where it costs nothing.")


def _check_meter(place: Place) -> None:
    for one in (place, *map(place.of, place.categories)):
        for key in (priced.METER.before, priced.METER.after):
            if one.mine(key) and one.get(priced.METER.meter) is not Meter.BUSY_AND_RUNS:
                _wrong(
                    one, key, "nothing counts the runs before and after", 'Write meter = "busy+runs" as well.'
                )


def _check_item(place: Place) -> None:
    keys = priced.ITEM
    for one in (place, *map(place.of, place.categories)):
        _check_coins(one, keys.coins)
        is_open = one.plain(its.ITEM_OPEN)
        if is_open and one.mine(keys.price):
            _wrong(one, keys.price, "an open price is said when it is charged", "Take price or open out.")
        elif not is_open and not _written(one, keys.price):
            _wrong(one, keys.price, "it has no price", "Write price = 0.10, or open = true.")


def _check_plan(place: Place) -> None:
    """A period that its months fit."""
    document = place.book.document
    period, months = place.plain(its.PLAN_PERIOD), place.plain(its.PLAN_MONTHS)
    where = spot(its.PLAN_MONTHS, place.owner, place.name)
    if period is Period.TERM and months not in (None, *_TERMS):
        said = ", ".join(map(str, _TERMS))
        document.wrong(where, f"a year is not made of terms of {months} months", f"Write one of {said}.")
    if period is Period.ONCE and document.written(its.PLAN_MONTHS, place.owner, place.name):
        document.wrong(
            where,
            "a plan that is had once has no months",
            'Leave it out, or write period = "month", "term" or "date".',
        )
    if period is Period.ONCE and (place.plain(its.PLAN_LEAST) or 1) > 1:
        document.wrong(
            spot(its.PLAN_LEAST, place.owner, place.name), "once is one period, not several", "Leave it out."
        )


def _check_pack(place: Place) -> None:
    """One unit, coins that come to whole cents, and no price without VAT where that is due at the use."""
    document = place.book.document
    multi = place.plain(its.PACK_VOUCHER) is not Voucher.SINGLE
    if multi and place.basis is Basis.WITHOUT_VAT and document.get(its.REGIME) is Regime.TAXABLE:
        document.wrong(
            place.where,
            "its VAT is due at each use, and its price has none in it: nobody would ever pay it",
            'Write basis = "with_vat" and the price with VAT, or voucher = "single" and its vat.',
        )
    units = [key for key in its.PACK_UNITS if document.written(key, place.owner, place.name)]
    if len(units) != 1:
        said = " and ".join(key.parts[-1] for key in units) or "nothing"
        where = spot(units[1], place.owner, place.name) if units else place.where
        document.wrong(where, f"there is {said} in it", "Write one of time, days, credit or coins.")
    coins, worth = place.plain(its.PACK_COINS), document.get(its.COIN_WORTH)
    where = spot(its.PACK_COINS, place.owner, place.name)
    if coins is not None and worth is None:
        document.wrong(where, "the lab has no coins", "Write [coin] with worth = 0.10.")
    elif coins is not None and worth is not None and coins * worth % Decimal("0.01"):
        document.wrong(where, f"{coins} coins of {worth} are no whole cents", "Take another number of them.")


def _check_coins(place: Place, key: Own[bool]) -> None:
    if place.get(key) and not place.book.document.there("coin"):
        _wrong(place, key, "the lab has no coins", "Write [coin] with worth = 0.10, or take this out.")


def _written(place: Place, own: Own[object]) -> bool:
    return place.mine(own) or place.of("").mine(own)


def _wrong(place: Place, own: Own[object], what: str, remedy: str) -> None:
    place.book.document.wrong(place.spot(own), what, remedy)
