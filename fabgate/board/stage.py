"""The virtual gate: a lab on one page, with its lamps, displays and badges; everything behind it is real.

Only `fabgate demo` has this page, and only who was told its address finds it. What is done here is done
to the room: a badge is held to a reader, a plug is pulled. What follows is the daemons' own doing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock
from typing import Protocol
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from fabgate.board.entering import let_in
from fabgate.board.house import House
from fabgate.board.live import shared_stream
from fabgate.board.pages import page
from fabgate.board.picture import Picture, Pieces
from fabgate.board.sessions import COOKIE
from fabgate.board.stage_books import Books, books
from fabgate.board.visit import Visit
from fabgate.desk import signing
from fabgate.errors import DeviceError, LinkError
from fabgate.model import Denied
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area, Way
from fabgate.store import journal, roster
from fabgate.texts.catalogue import Said

log = logging.getLogger(__name__)
_PASSWORD = 24  # bytes of one that nobody needs to know
_NO_CONTENT, _NOT_DONE = 204, 409
_PIECES = ("panel", "says", "hands")
_LINES = 6  # of the bill


@dataclass(frozen=True, slots=True)
class Card:
    """A badge of the tray: its id here, whose it is (None: nobody's), what kind of person that is."""

    id: str
    name: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A machine as somebody in the room sees it. `shown`: what its devices show, as the bench says it;
    empty while its gate has no power or is starting."""

    machine: str
    title: str
    gate: str
    slotted: bool
    inputs: tuple[str, ...]
    metered: bool
    switched: bool
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def on(self) -> bool:
        return self.shown.get("relay") == "on"

    @property
    def occupied(self) -> bool:
        """Whether a badge is in its slot."""
        return self.shown.get("reader") == "badge"


@dataclass(frozen=True, slots=True)
class Box:
    """A gate: whether it has power, whether it answers, whether its network cable is plugged in."""

    name: str
    powered: bool
    awake: bool
    plugged: bool


@dataclass(frozen=True, slots=True)
class Room:
    """The whole lab at one moment. `happened`: what was seen to happen since it was opened."""

    boxes: tuple[Box, ...]
    spots: tuple[Spot, ...]
    hub: bool
    happened: frozenset[str] = frozenset()

    def box(self, name: str) -> Box | None:
        return next((one for one in self.boxes if one.name == name), None)

    def spot(self, machine: str) -> Spot | None:
        return next((one for one in self.spots if one.machine == machine), None)


class Stage(Protocol):
    """The room, and hands in it. Any thread may call any of it; each deed raises DeviceError or LinkError
    where nobody could do that now."""

    @property
    def cards(self) -> tuple[Card, ...]: ...

    @property
    def people(self) -> Mapping[str, str]:
        """Handles of those whom a visitor may be, with the page that they want first; `{last}` in it is the
        month before this one."""

    @property
    def manager(self) -> str:
        """The handle of who lets a visitor in."""

    @property
    def count(self) -> int:
        """Another one whenever the room has changed; it costs nothing to ask."""

    def room(self) -> Room: ...

    def touch(self, machine: str, card: str) -> None:
        """Hold a badge to the reader, or lay it in the slot."""

    def lift(self, machine: str) -> None: ...

    def press(self, machine: str, name: str, pressed: bool) -> None: ...

    def draw(self, machine: str, busy: bool) -> None:
        """Let the machine work, or rest: its meter tells."""

    def power(self, gate: str, on: bool) -> None: ...

    def network(self, gate: str, plugged: bool) -> None: ...

    def hub(self, on: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the page shows: the same for everybody who looks."""

    room: Room
    books: Books


# --- the page ---------------------------------------------------------------------------------------


def routes(stage: Stage, key: str) -> list[BaseRoute]:
    """The page of this room, at an address that only who was told the key can find.

    It is nobody's page, whoever the browser is signed in as in its other tabs: its forms are held by the
    address alone, and being somebody here does not make them stale.
    """
    one = _Page(stage, f"/demo/{key}")
    return [
        Route(one.path, _Nobodys(page(one.path, Area.PUBLIC, one.show, one.take)), methods=["GET", "POST"]),
        shared_stream(f"{one.path}/live", Area.PUBLIC, one.look, one.pieces, sign=one.sign),
    ]


class _Nobodys:
    """A page that is not told who signed in: an ASGI application around its route."""

    def __init__(self, route: BaseRoute) -> None:
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = MutableHeaders(raw=list(scope["headers"]))
        kept = [one for one in headers.get("cookie", "").split("; ") if not one.startswith(f"{COOKIE}=")]
        headers["cookie"] = "; ".join(kept)
        await self._route.handle({**scope, "headers": headers.raw}, receive, send)


@dataclass(eq=False)
class _Page:
    stage: Stage
    path: str
    _lock: Lock = field(default_factory=Lock)
    _read: tuple[object, Books] | None = None

    def sign(self, _house: House) -> int:
        """Something that changes whenever the room does."""
        return self.stage.count

    def look(self, house: House) -> Seen:
        """The room, and the books where they have grown since they were read last."""
        now = house.clock.now()
        with house.reading() as reader:
            ends = tuple(sorted(journal.ends(reader.conn).items()))
            month = Month.at(now.wall_ms // 1000, house.given.lab.zone)
            with self._lock:
                if self._read is None or self._read[0] != (ends, month):
                    self._read = (ends, month), books(reader.conn, house.settings, now)
                return Seen(self.stage.room(), self._read[1])

    def pieces(self, visit: Visit, seen: Seen) -> Pieces:
        """Each machine's panel and gate's state, the journal, the bill, how far the story is."""
        facts = {"stage": self.stage, "seen": seen, "lines": _LINES}
        found = {
            f"{part}-{spot.machine}": visit.render(f"stage/{part}.html", spot=spot, **facts)
            for spot in seen.room.spots
            for part in _PIECES
        }
        for box in seen.room.boxes:
            found[f"box-{box.name}"] = visit.render("stage/box.html", box=box, **facts)
        for name in ("hub", "steps", "told", "bill"):
            found[f"stage-{name}"] = visit.render(f"stage/{name}.html", **facts)
        return found

    def show(self, visit: Visit) -> Response:
        seen = self.look(visit.house)
        pieces = self.pieces(visit, seen)
        return visit.page(
            "stage/page.html",
            stage=self.stage,
            seen=seen,
            path=self.path,
            pieces=pieces,
            picture=Picture(pieces),
            chosen=visit.wish("badge") or visit.field("badge") or self.stage.cards[0].id,
        )

    def take(self, visit: Visit) -> Response:
        """Something that a hand does in the room; or somebody that the visitor wants to be."""
        match visit.field("deed").split():
            case ["be", who] if who in self.stage.people:
                return self._be(visit, who)
            case words:
                return self._do(visit, words)

    def _do(self, visit: Visit, words: list[str]) -> Response:
        why = hindrance(self.stage.room(), words)
        if why is None:
            try:
                act(self.stage, words, visit.field("badge"))
            except (DeviceError, LinkError) as error:
                log.info("event=not_done error=%r", str(error))
                why = "not_now"
        if why is not None:
            return self._not_done(visit, why)
        if visit.asked.partial:
            return PlainTextResponse("", _NO_CONTENT)
        return visit.to(f"{self.path}?{urlencode({'badge': visit.field('badge')})}")

    def _not_done(self, visit: Visit, why: str) -> Response:
        words = visit.speaker.words
        said = Said(words.word(f"stage.{why}"), words.word(f"stage.{why}_next"))
        if visit.asked.partial:
            return PlainTextResponse(f"{said.text} {said.next}", _NOT_DONE)
        return visit.misread(said, lambda: self.show(visit))

    def _be(self, visit: Visit, who: str) -> Response:
        """Sign this browser in as one of them: by a one-time link, as everybody's first sign-in."""
        with visit.house.desk() as desk:
            made = signing.link(desk, self.stage.manager, who)
            if isinstance(made, Denied):
                return visit.refused(made, lambda: self.show(visit))
            done = signing.set_by_link(desk, made.text, token_urlsafe(_PASSWORD))
            if isinstance(done, Denied):
                return visit.refused(done, lambda: self.show(visit))
            member = roster.member(desk.conn, who)
        assert member is not None, "a link is made for members only"
        last = self.look(visit.house).books.last
        return let_in(visit, member.id, Way.PASSWORD, self.stage.people[who].format(last=last))


def hindrance(room: Room, words: list[str]) -> str | None:
    """Why nobody could do this in the room as it is: a word of the catalogue; None where it can be tried."""
    match words:
        case [deed, machine, *_] if (spot := room.spot(machine)) is not None:
            box = room.box(spot.gate)
            if box is not None and not box.powered:
                return "not_powered"
            if not spot.shown:
                return "not_awake"
            if deed == "touch" and spot.slotted and spot.occupied:
                return "not_twice"
            if deed == "work" and not spot.on:
                return "not_on"
    return None


def act(stage: Stage, words: list[str], card: str) -> None:
    """Do in the room what a button says. Raises DeviceError, LinkError for what nobody could do there."""
    match words:
        case ["touch", machine]:
            stage.touch(machine, card)
        case ["lift", machine]:
            stage.lift(machine)
        case ["press" | "release" as how, machine, name]:
            stage.press(machine, name, how == "press")
        case ["work" | "rest" as how, machine]:
            stage.draw(machine, how == "work")
        case ["cut" | "back" as how, gate]:
            stage.power(gate, how == "back")
        case ["pull" | "plug" as how, gate]:
            stage.network(gate, how == "plug")
        case ["kill" | "start" as how, "hub"]:
            stage.hub(how == "start")
        case _:
            raise DeviceError(f"nobody can do this here: {' '.join(words)!r}", "Press one of the buttons.")
