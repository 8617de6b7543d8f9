"""One skill in a member's passport: how they stand on it, what limits that, and what comes next.

`passport` reads it from the books. All that can be told from what it holds is told here, once, for
whoever says it: the board, the command line, the API.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fabgate.charter import Skill
from fabgate.desk.evidence import Progress
from fabgate.model import Denied, Lapse, Level, MachineId, MemberId, RecordId
from fabgate.rules.earned import HoldStands, ProposalStands
from fabgate.rules.terms import End
from fabgate.store.roster import Member


class Step(enum.StrEnum):
    """What comes next for a member on a skill."""

    BEGIN = "begin"  # they have not begun
    PRACTISE = "practise"  # something is missing that the skill asks for
    PROPOSE = "propose"  # all is there: a sponsor proposes them
    JUDGE = "judge"  # the lab asks for nothing: somebody who may give it says when
    GIVE = "give"  # all is there: a sponsor gives it
    WAIT = "wait"  # a manager decides
    RENEW = "renew"  # it ran out: a session with a sponsor, and their word
    GRANT = "grant"  # its last day is over: it is to be given anew
    TALK = "talk"  # suspended on this skill
    NONE = "none"  # they work alone


@dataclass(frozen=True, slots=True)
class Waits:
    """A proposal that waits for a manager, and who made it."""

    proposal: ProposalStands
    by: Member | None


@dataclass(frozen=True, slots=True)
class Limit:
    """What limits a stamp, and a day of it: it `ends` or `ended` (and why), was `suspended`, a machine
    `changed`, which has no day."""

    what: str
    at_ms: int | None = None
    why: Lapse | None = None
    machine: MachineId | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """One skill. `missing` says why they may not work alone, with the next step; None where they may.

    `end`: its last moment, past or to come, and why; `lapsed_ms` where it is past. `by_id` gave it, and
    `by` is None for one whom these books do not know any more. `replaced`: machines that are not theirs
    any more, because they were replaced since. `sponsors` may stand beside them, `signers` say what they
    saw, `granters` raise them: names of those who agreed to be named, without the member, their own
    sponsor first.
    """

    skill: Skill
    level: Level
    since_ms: int | None
    end: End | None
    lapsed_ms: int | None
    by: Member | None
    by_id: MemberId | None
    record: RecordId | None
    hold: HoldStands | None
    replaced: tuple[MachineId, ...]
    progress: Progress
    waits: Waits | None
    missing: Denied | None
    next: Step
    sponsors: tuple[str, ...]
    signers: tuple[str, ...]
    granters: tuple[str, ...]

    @property
    def until_ms(self) -> int | None:
        return None if self.end is None else self.end.ms

    @property
    def begun(self) -> bool:
        """Whether there is anything to tell of it: what they hold or held, did, showed, are proposed for."""
        progress = self.progress
        said = progress.proofs or progress.practice.sessions or self.waits or self.since_ms is not None
        return self.level is not Level.NONE or bool(said)

    @property
    def learns(self) -> bool:
        """Whether what they show is still looked at: until they work alone for the first time."""
        return self.lapsed_ms is None and self.level <= Level.TRAINEE and self.begun

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Its last day and why, a suspension, machines that were replaced."""
        found = [Limit("changed", machine=one) for one in self.replaced]
        if self.hold is not None:
            found.insert(0, Limit("suspended", self.hold.since_ms))
        if self.end is not None:
            over = "ends" if self.lapsed_ms is None else "ended"
            found.insert(0, Limit(over, self.end.ms, self.end.why))
        return tuple(found)

    @property
    def help(self) -> tuple[str, tuple[str, ...]]:
        """What somebody else can do about its next step, `sign` or `give`, and who can; else nothing."""
        match self.next:
            case Step.PRACTISE | Step.RENEW | Step.PROPOSE:
                return "sign", self.signers
            case Step.GIVE | Step.GRANT | Step.WAIT | Step.JUDGE:
                return "give", self.granters
            case Step.NONE | Step.BEGIN | Step.TALK:
                return "", ()
