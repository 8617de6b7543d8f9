"""The books of a lab whose figures are known: written by hand, a session a line."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from fabgate.charter import Charter, Mode, Opening, Weekly
from fabgate.model import Moment
from fabgate.records import (
    CheckedIn,
    CheckedOut,
    Draft,
    GrantGiven,
    MachineLocked,
    MachineUnlocked,
    MemberAdded,
    MemberStatus,
    PaperFiled,
    SessionStarted,
    SessionStopped,
    WorkshopOpened,
)
from fabgate.reports import public
from fabgate.reports.gathered import Period, gather
from fabgate.rules.month import Month
from fabgate.store import db

ZONE = ZoneInfo("Europe/Brussels")
JULY = datetime(2026, 7, 2, tzinfo=ZONE)
TUESDAYS = Opening("openlab", Mode.PUBLIC, "Open lab", weekly=(Weekly(1, 17 * 60, 22 * 60),))
CHARTER = Charter(openings={"openlab": TUESDAYS}, purposes={"commercial": "commercial work"})


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


class Books:
    """A gate's books. Times are the lab's own."""

    def __init__(self, folder, lab="openfab"):
        self.store = db.create(folder, lab, "atelier", Moment("b", 0, ms("2025-12-01"), True))
        self.seconds = count(1)

    def write(self, at, *bodies):
        """Records of one moment."""
        with self.store.writer() as writer, writer.write() as pen:
            return [str(pen.append(Draft(at, body))) for body in bodies]

    def at(self, text):
        return Moment("b", ms(text) - ms("2025-12-01"), ms(text), True)

    def tell(self, text, *bodies):
        return self.write(self.at(text), *bodies)

    def enrol(self, text, *members):
        with self.store.writer() as writer, writer.write() as pen:
            for who in members:
                pen.append(
                    Draft(self.at(text), MemberAdded(who, "z")),
                    beside=json.dumps({"handle": who, "name": who}),
                )

    def use(self, text, minutes, member, machine="laser", **more):
        """A whole session; `busy`: minutes of work, `why`, `charged` go to its end, all else to its start."""
        ends = {name: more.pop(name) for name in ("why", "charged") if name in more}
        busy = more.pop("busy", None)
        level = "trainee" if "sponsor" in more else "autonomous"
        begun = self.at(text)
        length_ms = minutes * 60_000
        ended = Moment("b", begun.boot_ms + length_ms, begun.wall_ms + length_ms, True)
        skill = more.pop("skill", machine)
        [start] = self.write(begun, SessionStarted(machine, skill, member, "k", level, "tap", 1, **more))
        why = ends.pop("why", "own_tap")
        busy_ms = None if busy is None else busy * 60_000
        stop = SessionStopped(start, machine, why, length_ms, busy_ms=busy_ms, **ends)
        self.write(ended, stop)
        return start

    def stay(self, day, begin, end, who="zoe"):
        self.tell(f"{day}T{begin}", CheckedIn(who, who))
        self.tell(f"{day}T{end}", CheckedOut(who, who))

    def keys(self, text, *members):
        self.tell(text, *(MemberStatus(who, "autonomous", "board") for who in members))

    def grant(self, text, member, skill="laser", level="autonomous", **more):
        return self.tell(text, GrantGiven(member, skill, level, "zoe", **more))

    def lock(self, machine, begin, end):
        [lock] = self.tell(begin, MachineLocked(machine, "zoe"))
        self.tell(end, MachineUnlocked(machine, "zoe", (lock,)))

    def dues(self, text, *members):
        self.tell(text, *(PaperFiled(who, "dues", "zoe") for who in members))

    def workshop(self, text, people, machine="laser", leader="zoe", until="2026-12-31T12:00"):
        return self.tell(text, WorkshopOpened(machine, leader, leader, people, "social", ms(until)))[0]

    def gathered(
        self, first="2026-01", last=None, *, now=JULY, charter=CHARTER, machines=("laser",), paid=None
    ):
        months = Month.of(first), Month.of(last or first)
        period = Period(*months, ZONE, int(now.timestamp()))
        with self.store.reader() as reader:
            return gather(reader.conn, charter, machines, period, paid)

    def tables(self, *asked, **more):
        return {one.id: one for one in public.tables(self.gathered(*asked, **more))}


def values(table, *, whole=True):
    """The shown values of a table by row: one value, or several by figure; hidden ones as `*`."""
    rows = table.lines if whole else table.rows
    return {
        row.name[0] if len(row.name) == 1 else row.name: {
            figure: row.values.get(figure) if row.open(figure) else "*" for figure in table.figures
        }
        for row in rows
    }


def figures(table):
    """A table of key figures: its values by figure."""
    return {row.name[0]: row.values["value"] if row.shown else "*" for row in table.rows}


def half_a_year(books):
    """A lab of 27 people, five machines and six months, the same on every computer."""
    old, new = [f"o{number}" for number in range(15)], [f"n{number}" for number in range(12)]
    books.enrol("2025-12-02T10:00", "zoe", *old)
    books.keys("2025-12-02T10:00", "zoe", *old[:6])
    books.dues("2026-01-15T12:00", *old[:9])
    for number, who in enumerate(new):
        month, skill = 1 + number % 5, ("laser", "mill")[number % 2]
        books.enrol(f"2026-{month:02}-04T10:00", who)
        books.grant(f"2026-{month:02}-05T10:00", who, skill, "trainee")
        books.grant(f"2026-{month + 1:02}-{3 + 2 * number:02}T10:00", who, skill)
    turn = 0
    for month in range(1, 7):
        for day in (3, 6, 10, 13, 17, 20, 24, 27):
            books.stay(f"2026-{month:02}-{day:02}", "14:00", f"{19 + day % 3}:00", old[day % 6])
            for at in range(3 + (month + day) % 3):
                turn += 1
                _one_of_many(books, f"2026-{month:02}-{day:02}T{14 + at}:{10 + turn % 17}", turn, old, new)
        held = books.workshop(f"2026-{month:02}-10T10:00", 7 + month, until=f"2026-{month:02}-10T13:00")
        books.use(
            f"2026-{month:02}-10T10:10",
            120,
            "zoe",
            busy=60,
            people=7 + month,
            purpose="social",
            workshop=held,
        )
        books.use(f"2026-{month:02}-11T09:00", 30, "zoe", "mill", purpose="maintenance")
    books.lock("mill", "2026-02-10T10:00", "2026-03-20T10:00")
    books.lock("laser", "2026-04-13T14:00", "2026-04-13T17:30")
    return books


def _one_of_many(books, at, turn, old, new):
    machine = ("laser", "mill", "laser", "printer", "laser", "printer", "lathe", "laser", "plotter")[turn % 9]
    who = [*old, *new][turn * 7 % 27] if machine != "plotter" else old[turn % 2]
    more = {"sponsor": old[turn // 3 % 6]} if who in new and turn % 3 else {}
    more["purpose"] = "commercial" if turn % 5 == 0 else ""
    minutes = 20 + turn * 13 % 90
    books.use(at, minutes, who, machine, busy=minutes * 2 // 3 if machine == "laser" else None, **more)
