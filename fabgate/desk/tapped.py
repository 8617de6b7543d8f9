"""Badges that nobody owns, as machines refused them a moment ago: a fab manager picks whose each is to be.

Where several machines are about, several badges may be shown at once: somebody has to say which is meant.
Facts of what was done: those of `badges.add`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fabgate.desk import badges
from fabgate.desk.deed import Desk, Done
from fabgate.model import Code, Denied, MachineId, Moment, RecordId, Token
from fabgate.records import Entry, Refused
from fabgate.store import journal, roster

WITHIN_MS = 3 * 60_000  # a machine counts the same badge's next taps for a minute into one record
_LAST = 400  # records of each gate that are looked at: far more than it writes in that time


@dataclass(frozen=True, slots=True)
class Unknown:
    """An unknown badge that was just shown: by which record, at which machine, how long ago."""

    record: RecordId
    token: Token
    machine: MachineId
    at: Moment
    ago_ms: int


def unknown(desk: Desk, within_ms: int = WITHIN_MS) -> tuple[Unknown, ...]:
    """The unknown badges of the last minutes, the newest tap first, each once; at a hub those of all gates.

    Of a gate whose clock is not right the hub cannot tell how long ago a tap was: it is not shown then.
    Raises StoreCorrupt.
    """
    now = desk.clock.now()
    found = (_shown(desk, entry, now) for entry in _refusals(desk))
    lately = sorted((one for one in found if one and one.ago_ms <= within_ms), key=lambda one: one.ago_ms)
    newest: dict[Token, Unknown] = {}
    for one in lately:
        newest.setdefault(one.token, one)
    return tuple(newest.values())


def give(
    desk: Desk,
    by: str | None,
    whom: str,
    record: str,
    label: str = "",
    reason: str | None = None,
    payer: str | None = None,
    purpose: str | None = None,
) -> Done | Denied:
    """Gives a member the badge that was refused by this record, which is one of `unknown`.

    UNKNOWN_BADGE where it is none of these: its time is over, or somebody owns the badge by now.
    """
    meant = next((one for one in unknown(desk) if str(one.record) == record), None)
    if meant is None:
        return Denied(Code.UNKNOWN_BADGE, {"contact": desk.settings.lab.contact})
    return badges.add_token(desk, by, whom, meant.token, label, reason, payer, purpose)


def _refusals(desk: Desk) -> Iterator[Entry]:
    upto = journal.ends(desk.conn)
    after = {origin: max(0, seq - _LAST) for origin, seq in upto.items()}
    return journal.stretch(desk.conn, after, upto, (Refused.kind,))


def _shown(desk: Desk, entry: Entry, now: Moment) -> Unknown | None:
    match entry:
        case Entry(at=Moment() as at, body=Refused(machine=machine, code=Code.UNKNOWN_BADGE, badge=token)):
            ago = _ago_ms(at, now)
            if ago is None or roster.badge(desk.conn, Token(token)) is not None:
                return None
            return Unknown(entry.id, Token(token), MachineId(machine), at, ago)
    return None


def _ago_ms(at: Moment, now: Moment) -> int | None:
    """How long ago; by the wall clocks of two machines only where both are right."""
    if at.boot == now.boot:
        return max(0, now.boot_ms - at.boot_ms)
    return max(0, now.wall_ms - at.wall_ms) if at.synced and now.synced else None
