"""Notices as a table that a mail merge takes: a line for each thing, with the name and the address.

What is in a cell is the same in every language of the lab: a program reads it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fabgate.desk import days
from fabgate.desk.notices import Kind, Notice
from fabgate.model import Lapse

COLUMNS = (
    "handle",
    "name",
    "email",
    "language",
    "kind",
    "what",
    "title",
    "last_day",
    "days_left",
    "state",
    "because",
)
_BECAUSE = {
    Lapse.UNTIL: "date",
    Lapse.VALIDITY: "validity",
    Lapse.DISUSE: "disuse",
    Lapse.CHANGED: "changed",
}


def cells(one: Notice, zone: ZoneInfo) -> tuple[str | int, ...]:
    """What a notice has in the columns; empty where it has nothing there."""
    member = one.member
    left = "" if one.days_left is None else one.days_left
    because = "" if one.why is None else _BECAUSE[one.why]
    last_day = "" if one.until_ms is None else str(days.of(one.until_ms, zone))
    person = (member.handle, member.name, member.email or "", one.language)
    return (*person, one.kind.value, one.what, one.title, last_day, left, _state(one), because)


def _state(one: Notice) -> str:
    """In one word: `suspended`, `grace`, `over`, `soon`; on the day itself it is still `soon`."""
    if one.kind is Kind.SUSPENDED:
        return "suspended"
    if one.grace:
        return "grace"
    return "over" if one.days_left is not None and one.days_left < 0 else "soon"
