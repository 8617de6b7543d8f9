"""What is personal about a member or a badge, laid together field by field (law 12).

A part of `standing.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import MemberId, RecordId
from fabgate.records import BadgeAdded, MemberAdded, MemberEdited, MemberForgotten
from fabgate.rules.said import Beside, RightBody, Said, by_id, seen_by_each

PERSON_FIELDS = ("handle", "name", "language", "email", "login", "nameable", "minor_until")


@dataclass(frozen=True, slots=True)
class Profile:
    """A member: the record that took them in, and what is personal; None where nothing was told yet.

    Of one who is `forgotten` nothing is told, ever: that is final, whoever wrote what unseen by whom.
    """

    member: MemberId
    record: RecordId
    added_ms: int
    person: Beside | None
    forgotten: bool = False


def tells(body: RightBody) -> tuple[str, ...]:
    """Which personal fields a record speaks of, whether or not their values are still beside it."""
    match body:
        case MemberAdded() | MemberForgotten():
            return PERSON_FIELDS
        case MemberEdited(fields=said):
            return said
        case BadgeAdded():
            return ("label",)
        case _:
            return ()


def tellers(records: Iterable[Said]) -> dict[str, list[Said]]:
    """For each field the records whose word on it nobody has replaced, by their ids."""
    several = sorted({one.record: one for one in records}.values(), key=by_id)
    seen = seen_by_each(several)
    found: dict[str, list[Said]] = {}
    for field in sorted({field for one in several for field in tells(one.body)}):
        about = [one for one in several if field in tells(one.body)]
        replaced = frozenset().union(*(seen[one.record] for one in about))
        found[field] = [one for one in about if one.record not in replaced] or about
    return found


def outdated(records: Iterable[Said]) -> dict[RecordId, Beside]:
    """What should stand beside those records that tell more than they may: values that were replaced."""
    several = list(records)
    if forgotten(several):
        return {one.record: {} for one in several if one.beside}
    speak = {field: {one.record for one in found} for field, found in tellers(several).items()}
    due: dict[RecordId, Beside] = {}
    for one in several:
        if one.beside is None:
            continue
        # A field that no record here speaks of is one of a version to come: it is kept.
        kept = {
            field: value
            for field, value in one.beside.items()
            if field not in speak or one.record in speak[field]
        }
        if kept != one.beside:
            due[one.record] = kept
    return due


def forgotten(records: Iterable[Said]) -> bool:
    """Whether one of a member's records says that the person was erased."""
    return any(isinstance(one.body, MemberForgotten) for one in records)


def laid_together(records: Iterable[Said]) -> Beside | None:
    """The fields laid together. Two who wrote one field unseen by each other: the higher id's word."""
    several = list(records)
    if forgotten(several):
        return {}
    if all(one.beside is None for one in several):
        return None
    told: dict[str, str | bool | None] = {}
    for field, found in tellers(several).items():
        values = [one.beside[field] for one in found if one.beside is not None and field in one.beside]
        if values:
            told[field] = values[-1]
    return told


def profile(records: Iterable[Said]) -> Profile | None:
    """The member that these records took in and changed; None while nobody has taken them in."""
    several = list(records)
    added = [(one.record, one.at, one.body.member) for one in several if isinstance(one.body, MemberAdded)]
    if not added:
        return None
    record, at, member = min(added, key=lambda found: found[0])
    return Profile(MemberId(member), record, at.wall_ms, laid_together(several), forgotten(several))
