"""What stands beside a grant, as a set of records makes it: papers, evidence, proposals, holds, duties.

Each of these is what one subject's records come to; `standing.py` says how records meet. Wall times
are milliseconds (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.model import Level, MachineId, MemberId, RecordId, SkillId, Status


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
