"""The calendars of opening hours: what is planned beside the weekly hours of the lab's rules (R2).

Which openings there are stands in the rules. Facts of what was done: `by`, `opening`, `title`, `spans`
(how many), `were` (how many there had been).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fabgate.charter import Opening
from fabgate.desk import who
from fabgate.desk.deed import Desk, Done, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import HoursSet
from fabgate.rules import authority, hours
from fabgate.rules.standing import HoursStands
from fabgate.store import workshops

MOST_SPANS = 800  # in one record, which every gate keeps: some 30 KB


@dataclass(frozen=True, slots=True)
class Shown:
    """An opening of the rules and its calendar; `opening` is None where the rules lost it since."""

    id: str
    opening: Opening | None
    calendar: HoursStands | None
    by: str | None


def set_hours(
    desk: Desk,
    by: str | None,
    opening: str,
    spans: Sequence[str],
    reason: str | None = None,
    seen: str | None = None,
) -> Done | Denied:
    """Puts these spans in the place of an opening's calendar; none of them takes the calendar away.

    `seen`: the record of the calendar that whoever acts looked at, empty where there was none. If another
    one stands there by now, nothing is set: NOTHING_TO_DO with the fact `changed`.

    Raises UsageError for a text that is no span, and for more than 800 of them.
    """
    opening, spans = who.sound(opening), sound(desk, spans)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = authority.may_set_hours(now.actor)
        old = workshops.openings(now.conn).get(opening)
        were = () if old is None else old.spans
        if no is None:
            # A calendar that the rules no longer know can still be taken away.
            no = None if old is not None and not spans else _unknown(desk, opening)
        if no is None and seen not in (None, "" if old is None else str(old.record)):
            no = Denied(Code.NOTHING_TO_DO, {"changed": True})
        if no is None and tuple(spans) == were:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, opening=opening)
        record = now.write(HoursSet(opening, now.member.id, tuple(spans)), reason)
        known = desk.settings.charter.openings.get(opening)
        title = opening if known is None else known.title
        return now.done(record, opening=opening, title=title, spans=len(spans), were=len(were))


def listed(desk: Desk) -> tuple[Shown, ...]:
    """Every opening of the rules, and calendars of openings that they no longer have."""
    known, kept = desk.settings.charter.openings, workshops.openings(desk.conn)
    return tuple(
        Shown(name, known.get(name), one, None if one is None else who.name_of(desk.conn, one.by))
        for name in (*known, *(name for name in kept if name not in known))
        for one in (kept.get(name),)
    )


def shown(desk: Desk, opening: str) -> Shown | Denied:
    """One opening, or UNKNOWN_OPENING."""
    no = Denied(Code.UNKNOWN_OPENING, {"opening": opening})
    return next((one for one in listed(desk) if one.id == opening), _unknown(desk, opening) or no)


def _unknown(desk: Desk, opening: str) -> Denied | None:
    """UNKNOWN_OPENING with those that are near; None for one that the lab's rules know."""
    known = desk.settings.charter.openings
    if opening in known:
        return None
    near = who.near(opening, known) or tuple(sorted(known))
    return Denied(Code.UNKNOWN_OPENING, {"opening": opening, "near": near, "known": tuple(sorted(known))})


def sound(desk: Desk, spans: Sequence[str]) -> tuple[str, ...]:
    """The spans in their order, each once. Raises UsageError."""
    if len(spans) > MOST_SPANS:
        raise UsageError(
            f"{len(spans)} spans are too many for one calendar",
            f"Take fewer days: at most {MOST_SPANS} spans.",
        )
    for text in spans:
        try:
            hours.span(text, desk.settings.lab.zone)
        except (ValueError, OverflowError) as error:
            raise UsageError(
                f"{text[:60]!r} is no span", "Write it as 2026-11-24T17:00/2026-11-24T22:00."
            ) from error
    return tuple(sorted(set(spans)))
