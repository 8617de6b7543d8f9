"""Machines by the month: when they were out of use, and what gates that look on would have refused."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.happened import People, Teller
from fabgate.board.pages import page
from fabgate.board.visit import UNFIT, Visit
from fabgate.desk import audited, upkeep
from fabgate.errors import UsageError
from fabgate.model import MachineId
from fabgate.rules import downtime
from fabgate.rules.downtime import Stretch
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area
from fabgate.texts.catalogue import Said


@dataclass(frozen=True)
class _Out:
    """A machine that was out of use: for how long, in thousandths of the month so far, and why."""

    title: Markup
    machine: str
    whole_ms: int
    permille: int
    stretches: tuple[Stretch, ...]
    causes: tuple[tuple[str, int], ...]


def _downtime(visit: Visit) -> Response:
    month, status = asked_month(visit)
    first_s, next_s = month.bounds(visit.settings.lab.zone)
    upto_ms = min(next_s * 1000, max(visit.today_ms, first_s * 1000))
    named = [name for name, one in visit.settings.machines.items() if one.rules.kind.is_machine]
    found = upkeep.all_out_of_service(visit.desk, named, first_s * 1000, next_s * 1000)
    teller = _teller(visit)
    rows = [
        _out(teller, name, stretches, upto_ms - first_s * 1000)
        for name, stretches in found.items()
        if stretches
    ]
    rows.sort(key=lambda one: -one.whole_ms)
    return visit.page("downtime.html", status, month=month, rows=rows, cause=_cause(visit))


def _out(teller: Teller, machine: MachineId, stretches: tuple[Stretch, ...], length_ms: int) -> _Out:
    whole_ms = downtime.whole_ms(stretches)
    return _Out(
        teller.machine(machine, first=True),
        machine,
        whole_ms,
        1000 * whole_ms // max(1, length_ms),
        stretches,
        tuple(downtime.by_cause(stretches).items()),
    )


def _cause(visit: Visit) -> object:
    """What a cause is called: of a lock here, of a trouble in the catalogue."""

    def called(cause: str) -> object:
        return visit.speaker.known(f"machines.c_{cause}") or visit.speaker.word("trouble", cause)

    return called


def _audit(visit: Visit) -> Response:
    month, status = asked_month(visit)
    return visit.page(
        "audit.html",
        status,
        month=month,
        audit=audited.of_month(visit.desk, month),
        teller=_teller(visit),
    )


def asked_month(visit: Visit) -> tuple[Month, int]:
    """The month that is asked for, else this one; and the status to answer with."""
    now = Month.at(visit.today_ms // 1000, visit.settings.lab.zone)
    text = visit.wish("month")[:20]
    try:
        return (Month.of(text) if text else now), 200
    except UsageError as error:
        visit.refusal = Said(error.what, error.remedy)
        return now, UNFIT


def _teller(visit: Visit) -> Teller:
    return Teller(visit.speaker, visit.settings, People(visit.conn))


ROUTES: list[BaseRoute] = [
    page("/downtime", Area.MACHINES, _downtime),
    page("/audit", Area.MACHINES, _audit),
]
