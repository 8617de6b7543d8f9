"""The price list as people read it, and a form that makes the bill of a session that never was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import money_typed
from fabgate.board.money_told import Teller, what
from fabgate.board.money_typed import decimal
from fabgate.board.pages import page
from fabgate.board.visit import UNFIT, Visit
from fabgate.charges import Charge
from fabgate.desk import days, trial
from fabgate.desk.trial import Trial
from fabgate.errors import UsageError
from fabgate.reports.prices import Told
from fabgate.rules import vat
from fabgate.rules.viewing import Area
from fabgate.tariff import ANY, Tariff, Version


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill: its lines, each with its arithmetic, and what is to pay (cents)."""

    version: str
    lines: tuple[tuple[str, list[str], int], ...]
    to_pay: int


def show(visit: Visit) -> Response:
    """The version that is in force, or the one that the query names."""
    tariff = visit.settings.tariff
    version = tariff.named(visit.wish("version")) or _in_force(visit, tariff)
    told = Told(tariff, visit.speaker.words)
    return visit.page(
        "money/prices.html",
        tell=Teller(visit),
        tariff=tariff,
        version=version,
        heading=list(told.heading()) if version else [],
        parts=[(title, _parted(lines)) for title, lines in told.version(version) if lines] if version else [],
    )


def _parted(lines: list[str]) -> list[tuple[str, str]]:
    """What costs something, and what it costs."""
    return [(name if cost else "", cost or name) for name, _, cost in (one.partition(": ") for one in lines)]


def _in_force(visit: Visit, tariff: Tariff) -> Version | None:
    day = days.of(visit.today_ms, visit.settings.lab.zone)
    return tariff.at(day) or (tariff.versions[0] if tariff.versions else None)


def tried(visit: Visit) -> Response:
    """The form, and the bill where it is filled in. Nothing is written."""
    tariff = visit.settings.tariff
    bill, status = None, 200
    if visit.wish("machine"):
        try:
            bill = _bill(visit, tariff)
        except UsageError as error:
            visit.refusal, status = money_typed.misread(visit, error, visit.wish), UNFIT
    version = _in_force(visit, tariff)
    return visit.page(
        "money/try.html",
        status,
        wish=visit.wish,
        version=version,
        machines=_machines(visit, version),
        plans=_named(version.plans) if version else [],
        packs=_named(version.packs) if version else [],
        categories=_named(version.categories) if version else [],
        purposes=_named(version.purposes) if version else [],
        today=str(days.of(visit.today_ms, visit.settings.lab.zone)),
        bill=bill,
    )


def _machines(visit: Visit, version: Version | None) -> list[tuple[str, str]]:
    known = visit.settings.machines
    ours = {name: one.rules.title for name, one in known.items() if one.rules.kind.is_machine}
    priced = {} if version is None else {name: name for name in version.machines if name != ANY}
    return sorted((priced | ours).items(), key=lambda one: one[1].casefold())


def _named(section: object) -> list[tuple[str, str]]:
    assert isinstance(section, dict) or hasattr(section, "items")
    return [(name, getattr(one, "title", "") or name) for name, one in section.items()]


def _bill(visit: Visit, tariff: Tariff) -> Bill:
    """Raises UsageError for what was typed wrongly."""
    asked = _trial(visit)
    version = tariff.at(asked.day)
    if version is None:
        raise UsageError(
            visit.speaker.t("money.no_version", day=asked.day),
            visit.speaker.t("money.no_version_next"),
        )
    trial.check(asked, version)
    made = trial.lines(tariff, visit.settings.lab.zone, asked)
    tell = Teller(visit)
    return Bill(version.id, tuple(_line(tell, one) for one in made), vat.to_pay(made))


def _line(tell: Teller, one: Charge) -> tuple[str, list[str], int]:
    return what(tell, one), tell.steps(one), one.list_cents


def _trial(visit: Visit) -> Trial:
    wish = visit.wish
    return Trial(
        machine=wish("machine"),
        day=_day(visit),
        seconds=_seconds(visit, "minutes"),
        busy_s=_seconds(visit, "busy") if wish("busy") else None,
        category=wish("category"),
        purpose=wish("purpose"),
        supervised=bool(wish("supervised")),
        earlier_s=_seconds(visit, "earlier") if wish("earlier") else 0,
        plans=(wish("plan"),) if wish("plan") else (),
        packs=(wish("pack"),) if wish("pack") else (),
        topup=trial.cents(decimal(wish("wallet"))) if wish("wallet") else 0,
    )


def _seconds(visit: Visit, name: str) -> int:
    """Minutes of a field, in seconds. Raises UsageError, which names the field."""
    try:
        return trial.seconds(decimal(visit.wish(name)))
    except UsageError as error:
        raise UsageError(error.what, error.remedy, name) from error


def _day(visit: Visit) -> date:
    if visit.wish("day"):
        return days.day(visit.wish("day"))
    return days.of(visit.today_ms, visit.settings.lab.zone)


ROUTES: list[BaseRoute] = [
    page("/money/tariff", Area.MONEY, show),
    page("/money/tariff/try", Area.MONEY, tried),
]
