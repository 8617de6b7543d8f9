"""A lab for members' own pages: rules, prices, a trainee with a sponsor, sessions that gates recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from newcomers_lab import Ruled

from fabgate.devices.clock import SimClock
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.store import roster
from fabgate.store.db import Store
from fabgate.tariff import Band, Category, Pack, Period, Plan, Tariff, TimePrice, Unit, Version

TOKEN = "5a0c91d2:" + "ab" * 32
PRICES = Tariff(
    (
        Version(
            "2026-10",
            date(2026, 10, 1),
            {"laser": {"": TimePrice((Band(Decimal(12)),))}, "router": {"": TimePrice((Band(Decimal(6)),))}},
            plans={"month": Plan("A month", Decimal(20), Period.MONTH, contingent={"router": 3_600})},
            packs={"ten": Pack("Ten hours", Decimal(80), Unit.TIME, 36_000, ("laser",), valid_months=6)},
            categories={"student": Category("Student", Decimal("0.5"))},
        ),
    ),
    digest="d1",
    text="-",
)
OCT_24, NOV_2 = 1_792_836_000_000, 1_793_606_400_000
MINUTE_MS, DAY_MS = 60_000, 86_400_000


class OwnLab(Ruled):
    """Zoe manages, Bob sponsors on the laser and may be named, Ada learns from him; Tess is the treasurer."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        spoken = replace(self.settings.lab, languages=("en", "fr", "nl", "de"))
        self.settings = replace(self.settings, tariff=PRICES, lab=spoken)
        self.done('member add "Tess Treasurer" --id tess --by zoe')
        self.done("role give tess treasurer --by zoe --reason elected")
        self.clock = SimClock(NOV_2)

    def worked(
        self,
        who: str,
        minutes: int = 30,
        at_ms: int = OCT_24,
        machine: str = "laser",
        sponsor: str | None = None,
        ended: bool = True,
        synced: bool = True,
        **stop: object,
    ) -> str:
        """A session as a gate records it; its id."""
        level = "autonomous" if sponsor is None else "trainee"
        with Store(self.settings.gate.state).writer() as writer, writer.write() as pen:
            member, beside = roster.member(pen.conn, who), roster.member(pen.conn, sponsor or "")
            body = SessionStarted(
                machine, machine, member.id, TOKEN, level, "tap", 7_200_000, beside and beside.id
            )
            start = pen.append(Draft(Moment("b", 0, at_ms, synced), body))
            if ended:
                length_ms = minutes * MINUTE_MS
                how = {"why": "own_tap", "length_ms": length_ms, **stop}
                end = Moment("b", length_ms, at_ms + length_ms, synced)
                pen.append(Draft(end, SessionStopped(str(start), machine, **how)))
        return str(start)
