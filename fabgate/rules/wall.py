"""What the wall says: of each machine one card, of the lab whether it is open; no names of those who work.

Two sources tell of a machine: the books, which are whole and a moment late, and its gate's last word, which
is at once and holds no person. The gate's word says what the machine does, the books since when,
until when, and what is locked. All times are wall times (UTC, ms).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from fabgate.charter import Mode, Opening
from fabgate.model import Closed, Company, Level, MachineId, SkillId, Status
from fabgate.rules import hours

_MINUTE_MS = 60_000


class Shows(enum.StrEnum):
    """What a machine is to somebody who stands before the wall."""

    FREE = "free"
    WAITING = "waiting"  # somebody tapped, a second tap has to come
    OPENING = "opening"  # the start is being written
    IN_USE = "in_use"
    ENDING = "ending"
    LOCKED = "locked"
    FAULT = "fault"
    OFF = "off"  # its gate was stopped
    UNHEARD = "unheard"  # nobody hears its gate: it works on, and the wall does not know how


class Heard(enum.StrEnum):
    """What is known of a machine's gate."""

    THERE = "there"
    STOPPED = "stopped"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Word:
    """What a gate said of a machine last: `state` as on the wire, since when, whether it works (None:
    nothing tells), what is wrong with it."""

    state: str
    since_ms: int
    busy: bool | None = None
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AtWork:
    """A session that is open in the books, without its people."""

    since_ms: int
    limit_ms: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts of a machine. `gate_ms`: since when its gate is `heard` so; `lock_ms`: since when it is out of
    service; `troubles` as the books have them; `word`: None where no gate speaks to this board."""

    machine: MachineId
    title: str
    skill: SkillId
    company: Company = Company.SUPERVISED
    openings: tuple[Opening, ...] = ()
    warning_ms: int = 5 * _MINUTE_MS
    heard: Heard = Heard.THERE
    gate_ms: int | None = None
    lock_ms: int | None = None
    session: AtWork | None = None
    troubles: tuple[str, ...] = ()
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One machine on the wall.

    `until_ms`: when a session ends at the latest, `left_min` the minutes until then, begun ones counted.
    `busy`: whether it works or stands idle in a session. `locked_next`: it goes out of service after this.
    `trouble`: what is wrong first of all. `closed`: why members who are not keyholders cannot start now.
    """

    machine: MachineId
    title: str
    skill: SkillId
    company: Company
    shows: Shows
    since_ms: int | None = None
    until_ms: int | None = None
    left_min: int | None = None
    busy: bool | None = None
    locked_next: bool = False
    trouble: str = ""
    closed: Closed | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """What the lab's opening hours are asked with. `staffed_ms`: since when a keyholder is here."""

    openings: tuple[Opening, ...]
    calendar: Mapping[str, Sequence[str]]
    zone: tzinfo
    staffed_ms: int | None = None
    counts: bool = True  # people check in here


@dataclass(frozen=True, slots=True)
class Doors:
    """Whether the lab is open: to anybody who comes. `planned`: by its hours, though nobody with a key has
    checked in. `hours`: the lab has hours for the public; `until_ms` and `opens_ms` are of them."""

    open: bool
    planned: bool
    hours: bool
    since_ms: int | None = None
    until_ms: int | None = None
    opens_ms: int | None = None


def card(facts: Machine, about: Hours, now_ms: int) -> Card:
    """What the wall says of a machine now."""
    shows = _shows(facts, now_ms)
    at_work = facts.session if shows in (Shows.IN_USE, Shows.ENDING) else None
    until_ms = None if at_work is None else at_work.since_ms + at_work.limit_ms
    in_session = shows in (Shows.IN_USE, Shows.ENDING)
    return Card(
        facts.machine,
        facts.title,
        facts.skill,
        facts.company,
        shows,
        since_ms=_since(facts, shows),
        until_ms=until_ms,
        left_min=None if until_ms is None else max(0, -(-(until_ms - now_ms) // _MINUTE_MS)),
        busy=facts.word.busy if facts.word is not None and in_session else None,
        locked_next=in_session and facts.lock_ms is not None,
        trouble=next(iter(_troubles(facts)), "") if shows is Shows.FAULT else "",
        closed=_closed(facts, about, now_ms) if shows is Shows.FREE else None,
    )


def _shows(facts: Machine, now_ms: int) -> Shows:
    match facts.heard:
        case Heard.LOST:
            return Shows.UNHEARD
        case Heard.STOPPED:
            return Shows.OFF
        case Heard.THERE:
            return _by_the_books(facts, now_ms) if facts.word is None else _by_its_word(facts, facts.word)


def _by_its_word(facts: Machine, word: Word) -> Shows:
    """A word that only a newer gate knows counts as in use: nobody is sent to a machine by mistake."""
    said = next((one for one in Shows if one.value == word.state), Shows.IN_USE)
    return Shows.LOCKED if said is Shows.FREE and facts.lock_ms is not None else said


def _by_the_books(facts: Machine, now_ms: int) -> Shows:
    if facts.session is not None:
        warned_ms = facts.session.since_ms + facts.session.limit_ms - facts.warning_ms
        return Shows.ENDING if now_ms >= warned_ms else Shows.IN_USE
    if facts.troubles:
        return Shows.FAULT
    return Shows.FREE if facts.lock_ms is None else Shows.LOCKED


def _since(facts: Machine, shows: Shows) -> int | None:
    match shows:
        case Shows.UNHEARD | Shows.OFF:
            return facts.gate_ms
        case Shows.IN_USE | Shows.ENDING if facts.session is not None:
            return facts.session.since_ms
        case Shows.LOCKED if facts.lock_ms is not None:
            return facts.lock_ms
        case _:
            return None if facts.word is None else facts.word.since_ms


def _troubles(facts: Machine) -> tuple[str, ...]:
    return facts.troubles if facts.word is None else facts.word.troubles


def _closed(facts: Machine, about: Hours, now_ms: int) -> Closed | None:
    """For a member who is no keyholder and has what the lab asks: the wall knows nobody's level."""
    return hours.closed(
        facts.openings,
        about.calendar,
        about.zone,
        now_ms,
        status=Status.TRAINEE,
        level=Level.TRAINEE,
        subscribed=True,
        staffed=about.staffed_ms is not None,
    )


def doors(about: Hours, now_ms: int) -> Doors:
    """Whether the lab is open now: while a keyholder is here (R2); by its hours alone where nobody ever
    checks in."""
    public = tuple(one for one in about.openings if one.mode in (Mode.PUBLIC, Mode.SEMI_OPEN))
    on, ahead = _spans(public, about, now_ms)
    staffed = about.staffed_ms is not None
    is_open = staffed if about.counts else on is not None
    since_ms = about.staffed_ms if staffed else None if on is None or about.counts else on.from_ms
    return Doors(
        open=is_open,
        planned=on is not None,
        hours=bool(public),
        since_ms=since_ms,
        until_ms=None if on is None else on.to_ms,
        opens_ms=None if on is not None or ahead is None else ahead.from_ms,
    )


def _spans(
    openings: Sequence[Opening], about: Hours, now_ms: int
) -> tuple[hours.Span | None, hours.Span | None]:
    """The hours that hold now, and the next ones."""
    to_ms = now_ms + int(hours.AHEAD.total_seconds()) * 1000
    found = hours.merged(
        span
        for one in openings
        for span in hours.scheduled(one, about.calendar.get(one.id, ()), about.zone, now_ms, to_ms)
    )
    on = next((span for span in found if span.holds(now_ms)), None)
    return on, next((span for span in found if span.from_ms > now_ms), None)
