"""What stands beside a grant: status, papers, suspensions, evidence, proposals, duties, hours, settled.

A part of `standing.py`, which says how records meet. Each function gives what one subject's records
come to, None where they come to nothing. Wall times are milliseconds (UTC).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import Level, MachineId, MemberId, RecordId, SkillId, Status
from fabgate.records import (
    EvidenceNoted,
    GrantProposed,
    GrantRenewed,
    GrantReviewed,
    GrantSuspended,
    HoursSet,
    MemberStatus,
    MemberSuspended,
    PaperFiled,
    SkillUsed,
    SponsorAssigned,
    WorkshopOpened,
)
from fabgate.rules.progress import Practice
from fabgate.rules.said import Said, heads
from fabgate.rules.stands import level_of


@dataclass(frozen=True, slots=True)
class StatusStands:
    """What a member is in the lab; who never was said to be anything is a trainee (R1)."""

    member: MemberId
    status: Status
    record: RecordId


@dataclass(frozen=True, slots=True)
class PaperStands:
    """A paper on file, good up to and including `until_ms` (None: without an end) (R2)."""

    member: MemberId
    paper: str
    until_ms: int | None
    by: MemberId
    record: RecordId
    at_ms: int


@dataclass(frozen=True, slots=True)
class HoldStands:
    """A suspension, of a member or of one `skill` of theirs, up to and including `until_ms` (R9)."""

    member: MemberId
    skill: SkillId | None
    since_ms: int
    until_ms: int | None
    cause: str
    by: MemberId
    record: RecordId

    def holds(self, today_ms: int) -> bool:
        """Whether it is in force at a wall time."""
        return self.until_ms is None or today_ms <= self.until_ms


@dataclass(frozen=True, slots=True)
class RenewalStands:
    """The last time that a sponsor found that a member still knows a skill (R8)."""

    member: MemberId
    skill: SkillId
    by: MemberId
    session: str | None
    record: RecordId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ProposalStands:
    """A proposal that waits for a manager's word (R6)."""

    member: MemberId
    skill: SkillId
    level: Level
    by: MemberId
    record: RecordId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ReviewStands:
    """Somebody looked again at the grant with this record, and it stays (R10)."""

    member: MemberId
    skill: SkillId
    grant: RecordId
    by: MemberId
    record: RecordId
    at_ms: int


@dataclass(frozen=True, slots=True)
class EvidenceStands:
    """What a member has shown of a skill, and who saw it (R5)."""

    member: MemberId
    skill: SkillId
    what: str
    item: str
    score: int | None
    by: MemberId
    record: RecordId
    at_ms: int


@dataclass(frozen=True, slots=True)
class DutyStands:
    """Whose duty it is to look after a newcomer."""

    member: MemberId
    sponsor: MemberId
    by: MemberId
    record: RecordId
    at_ms: int


@dataclass(frozen=True, slots=True)
class HoursStands:
    """The spans that a calendar gives one opening, as texts in the lab's own time."""

    opening: str
    spans: tuple[str, ...]
    by: MemberId
    record: RecordId
    at_ms: int


@dataclass(frozen=True, slots=True)
class WorkshopStands:
    """A group session that `leader` may start on a machine, up to and including `until_ms`."""

    machine: MachineId
    leader: MemberId
    people: int
    purpose: str
    until_ms: int
    by: MemberId
    record: RecordId
    since_ms: int


@dataclass(frozen=True, slots=True)
class UseStands:
    """How much a member has worked on a skill over all gates, as the hub last had it (R5, R8)."""

    member: MemberId
    skill: SkillId
    practice: Practice


# --- the person -----------------------------------------------------------------------------------


def status(records: Iterable[Said]) -> StatusStands | None:
    """The lowest of those that were given; one that this version does not know counts as having left."""
    given = [
        (_status(one.body.status), one.record, one.body.member)
        for one in heads(records)
        if isinstance(one.body, MemberStatus)
    ]
    if not given:
        return None
    lowest, record, member = min(given)
    return StatusStands(MemberId(member), lowest, record)


def _status(word: str) -> Status:
    try:
        return Status.of(word)
    except KeyError:
        return Status.LEFT


def hold(records: Iterable[Said]) -> HoldStands | None:
    """The suspension of a member or of one skill of theirs: the one that lasts longest of several."""
    given = [
        HoldStands(
            MemberId(body.member),
            SkillId(body.skill) if isinstance(body, GrantSuspended) else None,
            one.at.wall_ms,
            body.until_ms,
            body.cause,
            MemberId(body.by),
            one.record,
        )
        for one in heads(records)
        if isinstance(body := one.body, MemberSuspended | GrantSuspended)
    ]
    return min(given, key=_longest, default=None)


def _longest(one: HoldStands) -> tuple[bool, int, RecordId]:
    return one.until_ms is not None, -(one.until_ms or 0), one.record


def paper(records: Iterable[Said]) -> PaperStands | None:
    """The paper on file, until the earliest end of several; None where it was withdrawn."""
    left = heads(records)
    given = [
        PaperStands(
            MemberId(body.member), body.paper, body.until_ms, MemberId(body.by), one.record, one.at.wall_ms
        )
        for one in left
        if isinstance(body := one.body, PaperFiled)
    ]
    if len(given) < len(left):
        return None
    return min(given, key=_shortest, default=None)


def _shortest(one: PaperStands) -> tuple[bool, int, RecordId]:
    return one.until_ms is None, one.until_ms or 0, one.record


def duty(records: Iterable[Said]) -> DutyStands | None:
    """Who looks after a newcomer, by the lowest record of several; None where they were released."""
    left = heads(records)
    given = [
        DutyStands(
            MemberId(body.member), MemberId(body.sponsor), MemberId(body.by), one.record, one.at.wall_ms
        )
        for one in left
        if isinstance(body := one.body, SponsorAssigned)
    ]
    return given[0] if given and len(given) == len(left) else None


# --- a skill of theirs ----------------------------------------------------------------------------


def renewal(records: Iterable[Said]) -> RenewalStands | None:
    """The latest of several renewals: each is a sponsor's word of its own."""
    given = [
        RenewalStands(
            MemberId(body.member),
            SkillId(body.skill),
            MemberId(body.by),
            body.session,
            one.record,
            one.at.wall_ms,
        )
        for one in heads(records)
        if isinstance(body := one.body, GrantRenewed)
    ]
    return max(given, key=lambda one: (one.at_ms, one.record), default=None)


def proposal(records: Iterable[Said]) -> ProposalStands | None:
    """The proposal that waits, the newest of several; None where a word on it is among the heads.

    Nor does it wait where a grant names it: that stands among the grants, for the store to see.
    """
    left = heads(records)
    given = [
        ProposalStands(
            MemberId(body.member),
            SkillId(body.skill),
            level_of(body.level),
            MemberId(body.by),
            one.record,
            one.at.wall_ms,
        )
        for one in left
        if isinstance(body := one.body, GrantProposed)
    ]
    newest = max(given, key=lambda one: (one.at_ms, one.record), default=None)
    if newest is None or len(given) < len(left) or newest.level is Level.NONE:
        return None
    return newest


def review(records: Iterable[Said]) -> ReviewStands | None:
    """The second look at one grant, by the lowest record of several."""
    for one in heads(records):
        if isinstance(body := one.body, GrantReviewed) and (grant := _record(body.grant)) is not None:
            who, skill = MemberId(body.member), SkillId(body.skill)
            return ReviewStands(who, skill, grant, MemberId(body.by), one.record, one.at.wall_ms)
    return None


def _record(text: str) -> RecordId | None:
    try:
        return RecordId.of(text)
    except ValueError:
        return None


def evidence(records: Iterable[Said]) -> EvidenceStands | None:
    """What was seen, of several quizzes the one with the fewest points; None where it was struck."""
    left = heads(records)
    given = [
        EvidenceStands(
            MemberId(body.member),
            SkillId(body.skill),
            body.what,
            body.item,
            body.score,
            MemberId(body.by),
            one.record,
            one.at.wall_ms,
        )
        for one in left
        if isinstance(body := one.body, EvidenceNoted)
    ]
    if len(given) < len(left):
        return None
    return min(given, key=_fewest, default=None)


def _fewest(one: EvidenceStands) -> tuple[bool, int, RecordId]:
    return one.score is not None, one.score or 0, one.record


def use(records: Iterable[Said]) -> UseStands | None:
    """The most that any record says of each number, superseded ones too: all of them only grow."""
    given = [one.body for one in records if isinstance(one.body, SkillUsed)]
    if not given:
        return None
    practice = Practice(
        max(body.own_ms for body in given),
        max(body.sessions for body in given),
        max(body.supervised_ms for body in given),
        max(body.supervised_last_ms for body in given),
    )
    return UseStands(MemberId(given[0].member), SkillId(given[0].skill), practice)


# --- the lab --------------------------------------------------------------------------------------


def hours(records: Iterable[Said]) -> HoursStands | None:
    """The calendar of an opening; of several only the spans that stand, as texts, in all of them."""
    given = [(one, one.body) for one in heads(records) if isinstance(one.body, HoursSet)]
    if not given:
        return None
    one, body = given[0]
    common = frozenset(body.spans).intersection(*(other.spans for _, other in given))
    return HoursStands(body.opening, tuple(sorted(common)), MemberId(body.by), one.record, one.at.wall_ms)


def workshop(records: Iterable[Said]) -> WorkshopStands | None:
    """The workshop that is open, the one that ends first of several; None where one was closed."""
    left = heads(records)
    given = [
        WorkshopStands(
            MachineId(body.machine),
            MemberId(body.leader),
            body.people,
            body.purpose,
            body.until_ms,
            MemberId(body.by),
            one.record,
            one.at.wall_ms,
        )
        for one in left
        if isinstance(body := one.body, WorkshopOpened)
    ]
    if len(given) < len(left):
        return None
    return min(given, key=lambda one: (one.until_ms, one.record), default=None)
