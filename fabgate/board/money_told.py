"""How the pages about money name things: months, sorts, items, reasons, people, in whoever's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from markupsafe import Markup

from fabgate.board.visit import Visit
from fabgate.charges import Charge, Sort
from fabgate.desk import charges
from fabgate.model import MachineId, MemberId
from fabgate.reports import arithmetic
from fabgate.rules import offers
from fabgate.rules.closing import Sums
from fabgate.rules.month import Month
from fabgate.store import charged, roster
from fabgate.store.roster import Member
from fabgate.texts.forms import one_line
from fabgate.texts.statement_words import StatementWords


@dataclass(frozen=True)
class Teller:
    """The words of one visit."""

    visit: Visit

    @cached_property
    def _words(self) -> StatementWords:
        return StatementWords.of(self.visit.language)

    @cached_property
    def _members(self) -> Mapping[MemberId, Member]:
        return {one.id: one for one in roster.members(self.visit.conn)}

    def month(self, month: Month | str) -> str:
        """`October 2026`."""
        of = Month.of(month) if isinstance(month, str) else month
        return self._words.month(date(of.year, of.month, 1))

    def date(self, day: date) -> str:
        """`24 October 2026`."""
        return self._words.full_date(day)

    def sort(self, sort: Sort | str) -> str:
        return self._words.sort(str(getattr(sort, "value", sort)))

    def reason(self, reason: str) -> str:
        return self._words.reason(reason) if reason else ""

    def item(self, sort: str, item: str, version: str = "") -> str:
        """What the lab calls it: a machine by its title, all else by the price list."""
        settings = self.visit.settings
        if sort == Sort.REVERSAL.value:
            return self._taken_back(item, version)
        if sort == Sort.MACHINE.value:
            machine = settings.machines.get(MachineId(item))
            return item if machine is None else machine.rules.title
        versions = settings.tariff.versions
        known = settings.tariff.named(version) or (versions[-1] if versions else None)
        return offers.title(known, Sort(sort), item) if item else ""

    def _taken_back(self, item: str, version: str) -> str:
        """What a line takes back is called what it was called; its id where two things bear that one."""
        names = {self.item(sort.value, item, version) for sort in Sort if sort is not Sort.REVERSAL} - {item}
        return names.pop() if len(names) == 1 else item

    def person(self, member: str | None) -> Markup:
        """The name of a member; their id where these books do not know them any more."""
        found = self._members.get(MemberId(member or ""))
        return self.visit.speaker.name(found.name if found is not None else member)

    def plain(self, text: str) -> str:
        """A name where no markup may stand: on one line, with nothing that turns the text around it."""
        return one_line(text)

    def handle(self, member: str | None) -> str:
        found = self._members.get(MemberId(member or ""))
        return "" if found is None else found.handle

    def steps(self, charge: Charge) -> list[str]:
        """The arithmetic of a line."""
        currency = self.visit.settings.tariff.currency
        return arithmetic.told(charge, currency, self.visit.language, self.reason)

    def length(self, seconds: int) -> str:
        return arithmetic.length(seconds)


@dataclass(frozen=True, slots=True)
class Line:
    """A charge as a row of a table. `key` is how an address names it, `short` how people do."""

    charge: Charge
    key: str
    short: str
    what: str
    why: tuple[str, ...]


def lines(visit: Visit, tell: Teller, charges: Iterable[Charge]) -> list[Line]:
    """Rows for charges of closed months, each with what was said of it since."""
    t = visit.speaker.t
    found = []
    for one in charges:
        marks = charged.marks(visit.conn, one.id) if one.id else {}
        said = [t(f"money.mark_{mark}") for mark in ("reversed", "settled") if mark in marks]
        why = (tell.reason(one.reason), *said)
        found.append(
            Line(one, key_of(one.id), short(visit, one.id), what(tell, one), tuple(filter(None, why)))
        )
    return found


def what(tell: Teller, one: Charge) -> str:
    """What a line is for, and how much of it."""
    title = tell.item(one.sort.value, one.item, one.version) or tell.sort(one.sort)
    return title if one.quantity in ("", "1") else f"{one.quantity} × {title}"


def by_size(parts: Iterable[tuple[str, Sums]]) -> list[tuple[str, Sums]]:
    """The largest amounts first."""
    return sorted(parts, key=lambda one: (-one[1].cents, -one[1].list_cents, one[0]))


# --- the names of charges ------------------------------------------------------------------------


def short(visit: Visit, id_: str) -> str:
    """Without the origin where that is these books' own: 1284.3."""
    origin, _, number = id_.rpartition("#")
    return number if origin == str(visit.desk.writer.identity.origin) else id_


def key_of(id_: str) -> str:
    """The name of a charge in an address: neither `/` nor `#` may stand there."""
    return id_.replace("/", "~").replace("#", "~")


def id_of(visit: Visit, text: str) -> str:
    """The id behind a name in an address, a number of the list, or a whole id."""
    parts = text.strip().split("~")
    return f"{'/'.join(parts[:-1])}#{parts[-1]}" if len(parts) > 1 else charges.named(visit.desk, text)
