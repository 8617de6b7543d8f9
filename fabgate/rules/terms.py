"""How long rights and papers hold: validity, disuse, dues with grace, coming of age (R2, R8).

Nothing of this is stored: what holds at a wall time is computed from what was given and done. Every
end is the last moment at which a thing is good, so that it still holds at that millisecond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from fabgate.charter import DAY_MS, Charter, Paper, Skill
from fabgate.model import Due, Lack, Lapse, Level, SkillId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A grant as it stands: given at `since_ms`, by its giver's word until `until_ms` (None: no end).

    `renewed_ms`: when a sponsor last found that it still holds; `own_ms`: the end of the last own
    session as autonomous on any machine of the skill. Reservations, sessions under a sponsor and
    starts that were taken back are none: whoever fills in `own_ms` leaves them out. Wall times.
    """

    level: Level
    since_ms: int
    until_ms: int | None = None
    renewed_ms: int | None = None
    own_ms: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The last moment (wall ms) of a grant, and what ends it."""

    ms: int
    why: Lapse


def plus_months(ms: int, months: int) -> int:
    """The same day and hour some months on, in UTC; the month's last day where it has no such day."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    count = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(count, 12)
    day = min(moment.day, _length(year, month + 1))
    return (moment.replace(year=year, month=month + 1, day=day) - _EPOCH) // _MILLISECOND


def end(held: Held, skill: Skill, changed_ms: int | None = None) -> End | None:
    """When a grant ends and why; None where nothing ends it. Of several ends the earliest counts (R8).

    Validity runs from when it was given or renewed, disuse from the last own session too. What the
    giver wrote is never renewed by anybody else's word. `changed_ms`: when the machine that is asked
    about was replaced; a grant from before ends there, on that machine. A trainee's grant ends by its
    giver's word only: there is nothing to go back to.
    """
    written = () if held.until_ms is None else (End(held.until_ms, Lapse.UNTIL),)
    if held.level is Level.NONE:
        return None
    computed = _computed(held, skill, changed_ms) if held.level > Level.TRAINEE else ()
    return min((*written, *computed), key=lambda one: one.ms, default=None)


def left(held: Held, skill: Skill, today_ms: int, changed_ms: int | None = None) -> tuple[Level, End | None]:
    """The level that is left of a grant at a wall time, and what it lapsed by (None: nothing) (R8).

    Who was autonomous or a sponsor is a trainee again: they know the machine and need company, so
    that one supervised session can bring them back. A trainee whose time ran out has nothing left.
    """
    last = end(held, skill, changed_ms)
    if last is None or today_ms <= last.ms:
        return held.level, None
    return (Level.TRAINEE if held.level > Level.TRAINEE else Level.NONE), last


def lacks(
    papers: Mapping[str, Paper],
    filed: Mapping[str, int | None],
    minor: bool,
    today_ms: int,
    zone: tzinfo = UTC,
    *,
    guest: bool = False,
) -> tuple[Lack, ...]:
    """The papers that stand in the way of somebody, in the order of the charter (R2).

    `filed`: what is on file by paper, good up to and including its moment (None: without an end).
    A paper within its days of grace does not stand in the way; those days are counted in `zone`.
    """
    return tuple(
        Lack(paper.id, filed.get(paper.id))
        for paper in papers.values()
        if asked(paper, minor, guest) and not _counts(paper, filed, today_ms, zone)
    )


def asked(paper: Paper, minor: bool, guest: bool = False) -> bool:
    """Whether a paper is asked of somebody: of guests only what is asked of guests too (R2)."""
    return not paper.subscription and (minor or not paper.minors) and (paper.guests or not guest)


def subscribed(
    papers: Mapping[str, Paper], filed: Mapping[str, int | None], today_ms: int, zone: tzinfo = UTC
) -> bool:
    """Whether any subscription of theirs counts, its days of grace included."""
    return any(one.subscription and _counts(one, filed, today_ms, zone) for one in papers.values())


def due(
    charter: Charter,
    skill_ends: Mapping[SkillId, End],
    filed: Mapping[str, int | None],
    minor: bool,
    today_ms: int,
    zone: tzinfo = UTC,
) -> tuple[Due, ...]:
    """What runs out within the lab's longest notice, soonest first, by its name where two end at once (R8).

    A paper that lives on its days of grace is named with the last moment of them. What ran out for
    good is not due any more: it is a refusal.
    """
    horizon = today_ms + max(charter.notice_days, default=-1) * DAY_MS
    ends = {str(skill): one.ms for skill, one in skill_ends.items()}
    for paper in charter.papers.values():
        last = filed.get(paper.id)
        if last is not None and (paper.subscription or asked(paper, minor)):
            ends[paper.id] = last if today_ms <= last else _with_grace(last, paper, zone)
    soon = [Due(what, ms) for what, ms in ends.items() if today_ms <= ms <= horizon]
    return tuple(sorted(soon, key=lambda one: (one.until_ms, one.what)))


def of_age_on(born: date, years: int) -> date:
    """The day on which somebody is so many years old; born on a leap day, the day after it in other years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def minor(minor_until: str | None, today_ms: int, zone: tzinfo = UTC) -> bool:
    """Whether somebody is under age: before the ISO day on which they come of age; None is of age."""
    if minor_until is None:
        return False
    return (_EPOCH + today_ms * _MILLISECOND).astimezone(zone).date() < date.fromisoformat(minor_until)


def _length(year: int, month: int) -> int:
    first = date(year, month, 1)
    return ((first + timedelta(days=31)).replace(day=1) - first).days


def _computed(held: Held, skill: Skill, changed_ms: int | None) -> tuple[End, ...]:
    base = max(held.since_ms, held.renewed_ms or 0)
    used = max(base, held.own_ms or 0)
    found = []
    if skill.valid_months:
        found.append(End(plus_months(base, skill.valid_months), Lapse.VALIDITY))
    if skill.unused_months:
        found.append(End(plus_months(used, skill.unused_months), Lapse.DISUSE))
    if changed_ms is not None and changed_ms > base:
        found.append(End(changed_ms, Lapse.CHANGED))
    return tuple(found)


def _counts(paper: Paper, filed: Mapping[str, int | None], today_ms: int, zone: tzinfo) -> bool:
    if paper.id not in filed:
        return False
    last = filed[paper.id]
    return last is None or today_ms <= _with_grace(last, paper, zone)


def _with_grace(last_ms: int, paper: Paper, zone: tzinfo) -> int:
    """The same time of day so many days later, where the lab is: a day of grace may have 23 hours or 25."""
    local = (_EPOCH + last_ms * _MILLISECOND).astimezone(zone) + timedelta(days=paper.grace_days)
    return (local.astimezone(UTC) - _EPOCH) // _MILLISECOND
