"""A month of opening hours: when the lab was really open, beside what was planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.machine_months import asked_month
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.reports import offered
from fabgate.rules.viewing import Area

_SECOND_MS = 1_000


@dataclass(frozen=True)
class _Day:
    """A day of the lab; the times of each column on it: what was offered, then each opening as planned."""

    wall_ms: int
    times: tuple[str, ...]


def _show(visit: Visit) -> Response:
    month, status = asked_month(visit)
    zone = visit.settings.lab.zone
    told = offered.hours_of(visit.conn, visit.settings.charter, zone, month, visit.today_ms)
    columns = (told.spans, *told.planned.values())
    by_day = [offered.by_day(spans, zone) for spans in columns]
    days = sorted({day for one in by_day for day in one})
    noons = (datetime(day.year, day.month, day.day, 12, tzinfo=zone) for day in days)
    return visit.page(
        "hours_offered.html",
        status,
        month=month,
        openings=tuple(told.planned),
        sums=tuple(offered.length_ms(spans) for spans in columns),
        days=tuple(
            _Day(int(noon.timestamp()) * _SECOND_MS, tuple(_times(one.get(day, ())) for one in by_day))
            for day, noon in zip(days, noons, strict=True)
        ),
    )


def _times(spans: Iterable[tuple[datetime, datetime]]) -> str:
    return ", ".join(f"{begin:%H:%M}\N{EN DASH}{end:%H:%M}" for begin, end in spans)


ROUTES: list[BaseRoute] = [page("/hours/offered", Area.LAB, _show)]
