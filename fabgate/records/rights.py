"""Records that give or take a right, or say what a right is given upon: the whole lab shares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class MachineLocked:
    """Out of service. `by` is empty where the machine's own gate did it, for `cause`: `oops`, `welded`."""

    kind: ClassVar[str] = "machine.lock"
    machine: str
    by: str
    supersedes: tuple[str, ...] = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class MachineUnlocked:
    kind: ClassVar[str] = "machine.unlock"
    machine: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberAdded:
    kind: ClassVar[str] = "member.add"
    member: str
    by: str


@dataclass(frozen=True, slots=True)
class MemberEdited:
    """Something about the person changed; what it is stays beside the journal."""

    kind: ClassVar[str] = "member.edit"
    member: str
    by: str
    fields: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberSuspended:
    """`until_ms`: lifted by itself then, unless confirmed. `cause`: safety, unpaid, or none said."""

    kind: ClassVar[str] = "member.suspend"
    member: str
    by: str
    supersedes: tuple[str, ...] = ()
    until_ms: int | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class MemberLifted:
    kind: ClassVar[str] = "member.lift"
    member: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """What a person is in the lab from now on: left, guest, trainee, autonomous (R1)."""

    kind: ClassVar[str] = "member.status"
    member: str
    status: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperFiled:
    """A paper is on file, good up to and including `until_ms` (None: without an end)."""

    kind: ClassVar[str] = "paper.file"
    member: str
    paper: str
    by: str
    until_ms: int | None = None
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperWithdrawn:
    kind: ClassVar[str] = "paper.withdraw"
    member: str
    paper: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SponsorAssigned:
    """Whose duty it is to look after a newcomer. It gives no right."""

    kind: ClassVar[str] = "sponsor.assign"
    member: str
    sponsor: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SponsorReleased:
    kind: ClassVar[str] = "sponsor.release"
    member: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadgeAdded:
    """`payer`: another member who pays for what is done with this badge; `purpose`: what it is worked for."""

    kind: ClassVar[str] = "badge.add"
    badge: str
    member: str
    by: str
    supersedes: tuple[str, ...] = ()
    payer: str | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class BadgeBlocked:
    kind: ClassVar[str] = "badge.block"
    badge: str
    member: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleGiven:
    kind: ClassVar[str] = "role.give"
    member: str
    role: str
    by: str
    machine: str | None = None
    first: bool = False  # the manager that `init` made
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    kind: ClassVar[str] = "role.revoke"
    member: str
    role: str
    by: str
    machine: str | None = None
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantGiven:
    """`supersedes` names the records for the same member and skill that the giver saw.

    `proposal` is the record that `vouched` wrote, where somebody else proposed it; `waived` what was
    asked for and not there; `offline`: given at a gate that had no word of its hub (R11).
    """

    kind: ClassVar[str] = "grant.give"
    member: str
    skill: str
    level: str
    by: str
    until_ms: int | None = None
    bootstrap: bool = False
    supersedes: tuple[str, ...] = ()
    proposal: str | None = None
    vouched: str | None = None
    waived: tuple[str, ...] = ()
    offline: bool = False


@dataclass(frozen=True, slots=True)
class GrantRevoked:
    kind: ClassVar[str] = "grant.revoke"
    member: str
    skill: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantSuspended:
    """One skill of a member is suspended; `until_ms` and `cause` as for a member."""

    kind: ClassVar[str] = "grant.suspend"
    member: str
    skill: str
    by: str
    until_ms: int | None = None
    cause: str = ""
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantLifted:
    kind: ClassVar[str] = "grant.lift"
    member: str
    skill: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantRenewed:
    """A sponsor saw a supervised session and finds that the member still knows it (R8)."""

    kind: ClassVar[str] = "grant.renew"
    member: str
    skill: str
    by: str
    session: str | None = None
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantProposed:
    """A sponsor's word that somebody is ready. It confers nothing (R6)."""

    kind: ClassVar[str] = "grant.propose"
    member: str
    skill: str
    level: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalApproved:
    kind: ClassVar[str] = "grant.approve"
    member: str
    skill: str
    by: str
    proposal: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalRefused:
    kind: ClassVar[str] = "grant.refuse"
    member: str
    skill: str
    by: str
    proposal: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantReviewed:
    """Somebody looked again at a grant (by its record) that a fallen sponsor stood for: it stays (R10)."""

    kind: ClassVar[str] = "grant.review"
    member: str
    skill: str
    by: str
    grant: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceNoted:
    """What a member has shown of a skill, and who saw it (R5).

    `what`: `tick` (an item of the checklist), `quiz` (with its `score`), `challenge`, or `session`
    (a supervised one, called well done; `item` is then its record).
    """

    kind: ClassVar[str] = "evidence.note"
    member: str
    skill: str
    what: str
    item: str
    by: str
    score: int | None = None
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceStruck:
    kind: ClassVar[str] = "evidence.strike"
    member: str
    skill: str
    what: str
    item: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillUsed:
    """How much a member has worked on a skill, over all gates, as the hub has it; it only grows.

    `own_ms` (wall): the end of their last session as autonomous; supervised sessions and their length.
    """

    kind: ClassVar[str] = "skill.use"
    member: str
    skill: str
    own_ms: int = 0
    sessions: int = 0
    supervised_ms: int = 0
    supervised_last_ms: int = 0
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HoursSet:
    """The spans of a calendar for one opening: `2026-11-24T17:00/2026-11-24T22:00` in the lab's zone."""

    kind: ClassVar[str] = "hours.set"
    opening: str
    by: str
    spans: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkshopOpened:
    """The `leader` may start this machine for a group, until `until_ms`: their own tap does, nothing else."""

    kind: ClassVar[str] = "workshop.open"
    machine: str
    leader: str
    by: str
    people: int
    purpose: str
    until_ms: int
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkshopClosed:
    kind: ClassVar[str] = "workshop.close"
    machine: str
    by: str
    supersedes: tuple[str, ...] = ()
