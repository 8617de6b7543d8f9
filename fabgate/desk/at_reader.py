"""Whose badge was just shown at a reader, for a screen beside it: only what came after somebody asked.

A tap proves little, for the number of a badge can be copied. What it opens is their own pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fabgate.desk.deed import Desk
from fabgate.model import Code, MachineId, MemberId, Moment, RecordId, Token, Why
from fabgate.records import (
    Body,
    CheckedIn,
    CheckedOut,
    DoorOpened,
    Entry,
    Refused,
    SessionStarted,
    SessionStopped,
)
from fabgate.store import journal, roster

WITHIN_MS = 60_000
_BEFORE_MS = 2_000  # clocks of a gate and its hub agree so far
_KINDS = tuple(
    cls.kind for cls in (SessionStarted, SessionStopped, Refused, DoorOpened, CheckedIn, CheckedOut)
)
_NOBODYS = frozenset(
    code.value
    for code in (
        Code.UNKNOWN_BADGE,
        Code.BLOCKED_BADGE,
        Code.CONTESTED_BADGE,
        Code.TWO_BADGES,
        Code.RANDOM_BADGE,
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody says that they will tap at this machine: since when, and what was in the books by then."""

    machine: MachineId
    since: Moment
    ends: Mapping[str, int]


def ask(desk: Desk, machine: MachineId) -> Asked:
    """From now on, for a minute. Nothing is written."""
    return Asked(machine, desk.clock.now(), journal.ends(desk.conn))


def over(asked: Asked, now: Moment) -> bool:
    """Whether the minute has passed; it has where the clock is another boot's."""
    return now.boot != asked.since.boot or not 0 <= now.boot_ms - asked.since.boot_ms <= WITHIN_MS


def whose(desk: Desk, asked: Asked) -> MemberId | None:
    """The member whose badge was the first there since it was asked; None as long as there is none.

    A badge that is blocked is nobody's, and a start that took two badges says not whose was the last.
    What is heard late of a gate that was away for long is no tap of this minute.
    """
    for entry in journal.stretch(desk.conn, asked.ends, journal.ends(desk.conn), _KINDS):
        if entry.at is None or entry.body is None or not _then(asked.since, entry.at):
            continue
        found = _shown(desk, entry, asked.machine)
        if found is not None and _is_theirs(desk, *found):
            return found[0]
    return None


def _then(since: Moment, at: Moment) -> bool:
    """Whether it happened within the minute; nobody knows of a gate whose clock is not right."""
    if since.boot == at.boot:
        return 0 <= at.boot_ms - since.boot_ms <= WITHIN_MS
    return since.synced and at.synced and -_BEFORE_MS <= at.wall_ms - since.wall_ms <= WITHIN_MS


def _shown(desk: Desk, entry: Entry, machine: MachineId) -> tuple[MemberId, Token] | None:
    """The one member and badge behind a record that a tap at this machine has made."""
    body: Body | None = entry.body
    if isinstance(body, SessionStopped):
        if body.machine != machine or body.why != Why.OWN_TAP.value:
            return None
        began = journal.entry(desk.conn, RecordId.of(body.session))
        body = None if began is None else began.body
    elif isinstance(body, SessionStarted) and (body.sponsor is not None or body.company):
        return None
    match body:
        case SessionStarted() | DoorOpened():
            found = body.member, body.badge
        case Refused(code=code) if code not in _NOBODYS and body.member is not None:
            found = body.member, body.badge
        case CheckedIn(badge=str(badge)) | CheckedOut(badge=str(badge)):
            found = body.member, badge
        case _:
            return None
    return (MemberId(found[0]), Token(found[1])) if body.machine == machine else None


def _is_theirs(desk: Desk, member: MemberId, token: Token) -> bool:
    badge = roster.badge(desk.conn, token)
    return badge is not None and badge.member == member and badge.blocked_ms is None and not badge.rivals
