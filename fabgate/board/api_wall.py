"""The API on the wall: what anybody may see. Nobody is named but a sponsor who agreed to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fabgate.board import wall as walls
from fabgate.board.api_forms import Instant
from fabgate.board.api_words import instant, utc
from fabgate.board.visit import Visit
from fabgate.desk.floor import Help
from fabgate.rules import wall as rules
from fabgate.rules.wall import Shows


@dataclass(frozen=True, slots=True)
class Card:
    """A machine on the wall."""

    machine: str
    title: str
    skill: str
    shows: Annotated[Shows, "What it is to somebody who stands before it."]
    since: Annotated[Instant | None, "Since when it is that."]
    until: Annotated[Instant | None, "When the session ends at the latest."]
    busy: Annotated[bool | None, "Whether it works; null where nothing tells."]
    locked_next: Annotated[bool, "It goes out of service after this session."]
    trouble: Annotated[str, "What is wrong first of all."]
    closed: Annotated[str | None, "Why members without the keys cannot start now, a code."]
    opens: Annotated[Instant | None, "When they can again."]


@dataclass(frozen=True, slots=True)
class Helper:
    """How many sponsors of a skill are here."""

    skill: str
    names: Annotated[tuple[str, ...], "Of those who agreed to be named."]
    others: Annotated[int, "How many more."]


@dataclass(frozen=True, slots=True)
class Wall:
    """The lab as its wall shows it."""

    lab: str
    at: Instant
    open: Annotated[bool, "Whether the lab is open, to anybody who comes."]
    open_until: Annotated[Instant | None, "By its hours, while they hold."]
    opens: Annotated[Instant | None, "When its hours begin again."]
    present: Annotated[int | None, "How many are here; null where nobody checks in."]
    helpers: tuple[Helper, ...]
    machines: tuple[Card, ...]


def wall(visit: Visit, _: object) -> Wall:
    now_ms = visit.house.clock.now().wall_ms
    floor = walls.look(visit.house).floor
    doors = rules.doors(floor.hours, now_ms)
    return Wall(
        lab=visit.settings.lab.name,
        at=instant(now_ms),
        open=doors.open,
        open_until=utc(doors.until_ms),
        opens=utc(doors.opens_ms),
        present=floor.people,
        helpers=tuple(map(_helper, floor.helpers)),
        machines=tuple(_card(rules.card(one, floor.hours, now_ms)) for one in floor.machines),
    )


def _helper(one: Help) -> Helper:
    return Helper(one.skill, one.names, one.others)


def _card(one: rules.Card) -> Card:
    return Card(
        machine=one.machine,
        title=one.title,
        skill=one.skill,
        shows=one.shows,
        since=utc(one.since_ms),
        until=utc(one.until_ms),
        busy=one.busy,
        locked_next=one.locked_next,
        trouble=one.trouble,
        closed=None if one.closed is None else one.closed.code.value,
        opens=None if one.closed is None else utc(one.closed.opens_ms),
    )
