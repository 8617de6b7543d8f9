"""The wall: what is free, who may help, what is broken, for everybody who comes in; live.

It is read out of the books once for each change, and drawn once for each language. Each gate's last word of
its machines lies over the books (`link/glance.py`), and whether the gate is heard at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import space
from fabgate.board.house import House
from fabgate.board.live import Picture, shared_stream
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.desk import floor
from fabgate.desk.floor import Floor
from fabgate.hub.lab import info_of
from fabgate.link import glance
from fabgate.reports.checks import runs
from fabgate.rules import wall
from fabgate.rules.viewing import Area
from fabgate.rules.wall import Card, Heard, Machine, Shows
from fabgate.store.gates import GateRow, gates
from fabgate.wire.presence import MachineInfo

_FEW, _SOME, _MANY = 6, 12, 24  # machines that find room on one screen in that size
_EVERY_S = 1.0
_KEPT = 1_000  # cards that are kept as they were drawn
_STOPPED, _LOST = "stopping", "lost"
COLOURS: Mapping[Shows, str] = {
    Shows.FREE: "free",
    Shows.WAITING: "wait",
    Shows.OPENING: "wait",
    Shows.IN_USE: "busy",
    Shows.ENDING: "wait",
    Shows.LOCKED: "off",
    Shows.FAULT: "bad",
    Shows.OFF: "off",
    Shows.UNHEARD: "bad",
}


@dataclass(frozen=True)
class Look:
    """The lab as it is."""

    floor: Floor


def look(house: House) -> Look:
    """Read what the wall is made from. Raises StoreError."""
    settings = house.settings
    with house.reading() as reader:
        found = floor.read(reader.conn, settings, house.clock.now())
        rows = gates(reader.conn) if settings.hub is not None else {}
    if settings.hub is None:
        heard = Heard.THERE if runs(settings.gate.state) else Heard.STOPPED
        said = glance.read_alone(settings.gate.state)
        machines = tuple(replace(one, heard=heard, word=said.get(one.machine)) for one in found.machines)
    else:
        machines = _overlaid(found.machines, rows, glance.read(settings.gate.state))
    return Look(replace(found, machines=machines))


def _overlaid(
    machines: tuple[Machine, ...], rows: Mapping[str, GateRow], seen: glance.Seen
) -> tuple[Machine, ...]:
    """The machines with what their gates say, and whether these are heard."""
    gate_of = {one.machine: row for row in rows.values() for one in _machines_of(row)}
    return tuple(
        one if (row := gate_of.get(one.machine)) is None else _over(one, row, seen) for one in machines
    )


def _machines_of(row: GateRow) -> tuple[MachineInfo, ...]:
    info = None if row.retired_ms is not None else info_of(row)
    return () if info is None else info.machines


def _over(machine: Machine, row: GateRow, seen: glance.Seen) -> Machine:
    heard = {_STOPPED: Heard.STOPPED, _LOST: Heard.LOST}.get(row.state or "", Heard.THERE)
    word = seen.word(row.gate, machine.machine)
    return replace(machine, heard=heard, gate_ms=row.state_ms, word=word)


def pieces(visit: Visit, found: Look) -> dict[str, str]:
    """The pieces of the wall, by their ids."""
    now_ms = visit.house.clock.now().wall_ms
    today = visit.speaker.day(now_ms)
    cards = [wall.card(one, found.floor.hours, now_ms) for one in found.floor.machines]
    told = {
        "clock": visit.render("wall_clock.html", now_ms=now_ms // 60_000 * 60_000),
        "doors": visit.render(
            "wall_doors.html",
            doors=wall.doors(found.floor.hours, now_ms),
            people=found.floor.people,
            today=today,
        ),
        "helpers": visit.render("wall_helpers.html", helpers=found.floor.helpers),
    }
    return told | {f"m-{one.machine}": _card(visit, one, today) for one in cards}


def _card(visit: Visit, one: Card, today: str) -> str:
    """The card as it was drawn before, where it was: of fifty a tap changes one."""
    drawn, key = visit.house.drawn, (visit.language, today, one)
    found = drawn.get(key)
    if found is None:
        if len(drawn) >= _KEPT:
            drawn.clear()
        found = visit.render("wall_card.html", card=one, colour=COLOURS[one.shows], today=today)
        drawn[key] = found
    return found


def size(machines: int) -> str:
    """How large the cards can be."""
    if machines <= _FEW:
        return "few"
    if machines <= _SOME:
        return "some"
    return "many" if machines <= _MANY else "crowd"


def show(visit: Visit) -> Response:
    found = look(visit.house)
    picture = Picture(pieces(visit, found))
    machines = [one.machine for one in found.floor.machines]
    return visit.page("wall.html", picture=picture, machines=machines, size=size(len(machines)))


def _sign(house: House) -> tuple[tuple[int, ...], bool]:
    """What changes the wall and stands in no books: a gate's word; whether a lone gate runs."""
    settings = house.given
    return glance.written_ns(settings.gate.state), settings.hub is not None or runs(settings.gate.state)


ROUTES: list[BaseRoute] = [
    page("/", Area.PUBLIC, show),
    shared_stream("/live", Area.PUBLIC, look, pieces, every_s=_EVERY_S, sign=_sign),
    *space.ROUTES,
]
