"""A lab with a price list: sessions that gates have recorded, and months to close over them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from first_day import HandClock, Lab, done

from fabgate.charges import Charge
from fabgate.desk import closing
from fabgate.desk.closing import Closed, Look
from fabgate.desk.deed import Desk
from fabgate.desk.month import Drafts, drafts
from fabgate.model import MemberId, Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.rules.month import Month
from fabgate.store import charged, roster
from fabgate.tariff import Band, Plan, Purpose, Tariff, TimePrice, Version

TOKEN = "5a0c91d2:" + "ab" * 32
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)

PRICES = Tariff(
    (
        Version(
            "2026-10",
            date(2026, 10, 1),
            {"cutter": {"": TimePrice((Band(Decimal(12)),))}, "router": {"": TimePrice((Band(Decimal(6)),))}},
            plans={"month": Plan("A month", Decimal(20))},
            purposes={"lab": Purpose("For the lab", Decimal(0))},
        ),
    ),
    digest="d1",
    text="[version.2026-10]",
)


def at_ms(text: str) -> int:
    """`2026-10-24T12:00`, UTC, as a wall time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


class Billed:
    """Sessions of a lab with prices, and its months. Times are UTC; the lab is in Brussels."""

    def __init__(self, lab: Lab, prices: Tariff = PRICES) -> None:
        self.lab = lab
        self.clock = lab.clock
        self.desk = replace(lab.desk, settings=replace(lab.desk.settings, tariff=prices))
        self.clock.wall_ms = at_ms("2026-10-15T08:00")
        self.member = {"zoe": self._id("zoe")}
        for handle in ("ada", "bob"):
            self.member[handle] = MemberId(lab.member(handle))

    @classmethod
    def over(cls, desk: Desk, other: Billed) -> Billed:
        """The same people and clock, over other books."""
        made = cls.__new__(cls)
        made.lab, made.clock, made.member, made.desk = other.lab, other.clock, other.member, desk
        return made

    def _id(self, handle: str) -> MemberId:
        found = roster.member(self.lab.desk.conn, handle)
        assert found is not None
        return found.id

    def worked(
        self,
        who: str,
        begun: str,
        minutes: int,
        machine: str = "cutter",
        synced: bool = True,
        level: str = "autonomous",
        **stop: object,
    ) -> str:
        """A session as a gate records it; its id."""
        session = self.began(who, begun, machine, synced, level)
        self.ended(session, begun, minutes, machine, synced, **stop)
        return session

    def began(
        self, who: str, begun: str, machine: str = "cutter", synced: bool = True, level: str = "autonomous"
    ) -> str:
        start = SessionStarted(machine, "laser", self.member[who], TOKEN, level, "tap", 7_200_000)
        with self.desk.writer.write() as pen:
            return str(pen.append(Draft(Moment("b", 0, at_ms(begun), synced), start)))

    def ended(
        self,
        session: str,
        begun: str,
        minutes: int,
        machine: str = "cutter",
        synced: bool = True,
        **stop: object,
    ) -> None:
        how: dict[str, object] = {"why": "own_tap", "length_ms": minutes * 60_000, **stop}
        end = Moment("b", minutes * 60_000, at_ms(begun) + minutes * 60_000, synced)
        with self.desk.writer.write() as pen:
            pen.append(Draft(end, SessionStopped(session, machine, **how)))  # type: ignore[arg-type]

    def now(self, text: str) -> None:
        self.clock.wall_ms = at_ms(text)

    def close(
        self, month: Month = OCTOBER, by: str = "zoe", **how: object
    ) -> closing.Closed | closing.Look | object:
        return closing.close(self.desk, by, month, **how)  # type: ignore[arg-type]

    def closed(self, month: Month = OCTOBER, **how: object) -> Closed:
        found = self.close(month, **how)
        assert isinstance(found, Closed), found
        return found

    def look(self, month: Month = OCTOBER) -> Look:
        found = closing.look(self.desk, "zoe", month)
        assert isinstance(found, Look), found
        return found

    @contextmanager
    def drafts(self, month: Month = OCTOBER) -> Iterator[Drafts]:
        with drafts(self.desk.conn, self.desk.settings, month, self.clock.now()) as found:
            yield found

    def charges(self, month: Month = OCTOBER) -> list[Charge]:
        return list(charged.charges(self.desk.conn, str(month)))

    def sessions(self, month: Month = OCTOBER) -> list[str]:
        return [session for one in self.charges(month) if not one.of for session in one.sessions]


__all__ = ["NOVEMBER", "OCTOBER", "Billed", "Desk", "HandClock", "at_ms", "done"]
