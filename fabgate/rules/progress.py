"""What a member has shown of a skill, and what is missing before a level: evidence, not memory (R5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabgate.charter import Skill
from fabgate.model import Level, MemberId, SkillId

MINUTE_MS = 60_000
_COUNTED = frozenset({"sessions", "minutes", "quiz"})


@dataclass(frozen=True, slots=True)
class Practice:
    """How much a member has worked on a skill, counted from the journal's charged sessions (R5, R8).

    `own_ms`: the end (wall) of their last own session as autonomous; `supervised_last_ms` that of the
    last one under a sponsor; 0 where there was none. Workshops and maintenance earn nothing.
    """

    own_ms: int = 0
    sessions: int = 0
    supervised_ms: int = 0
    supervised_last_ms: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that somebody saw: what (`tick`, `quiz`, `challenge`, `session`), who, when (wall ms)."""

    what: str
    item: str
    by: MemberId
    record: str
    at_ms: int
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is not there yet: how much of it there is, and how much is asked for.

    `what` is `skill` (one that has to come first, in levels), `level` (on this skill), `sessions`,
    `minutes`, `tick`, `quiz` (in points) or `challenge`; `item` its id, empty where there is but one.
    """

    what: str
    item: str
    have: int
    want: int

    @property
    def counted(self) -> bool:
        """Whether how much of it there is says anything: not of what is there or is not."""
        return self.what in _COUNTED

    def __str__(self) -> str:
        """In ids and numbers, for the facts of a refusal: `minutes 60/240`, `tick focus`."""
        name = f"{self.what} {self.item}" if self.item else self.what
        return f"{name} {self.have}/{self.want}" if self.counted else name


def missing(
    skill: Skill,
    practice: Practice,
    evidence: Sequence[Evidence],
    level: Level,
    *,
    held: Mapping[SkillId, Level] | None = None,
) -> tuple[Missing, ...]:
    """What is not there yet for `level` on a skill, in the order of the skill's own list (R5, R6).

    Practice and evidence are asked for to become autonomous. A sponsor is asked to be autonomous, on
    this skill and on those that come before it; a trainee for nothing. `held`: the levels that the
    member has now; None where they are asked about elsewhere.
    """
    if level <= Level.TRAINEE:
        return ()
    first = () if held is None else _first(skill, held, level)
    return (
        first if level is Level.SPONSOR else (*first, *_practice(skill, practice), *_shown(skill, evidence))
    )


def may_sign(skill: Skill, level: Level) -> bool:
    """Whether somebody with this level may say what they saw: whoever may sponsor on the skill (R5)."""
    return level >= max(skill.sponsor_from, Level.AUTONOMOUS)


def _first(skill: Skill, held: Mapping[SkillId, Level], level: Level) -> tuple[Missing, ...]:
    wanted = [("skill", one) for one in skill.requires]
    if level is Level.SPONSOR:
        wanted.append(("level", skill.id))
    return tuple(
        Missing(what, one, held.get(one, Level.NONE), Level.AUTONOMOUS)
        for what, one in wanted
        if held.get(one, Level.NONE) < Level.AUTONOMOUS
    )


def _practice(skill: Skill, practice: Practice) -> tuple[Missing, ...]:
    counted = (
        Missing("sessions", "", practice.sessions, skill.sessions),
        Missing("minutes", "", practice.supervised_ms // MINUTE_MS, skill.minutes),
    )
    return tuple(one for one in counted if one.have < one.want)


def _shown(skill: Skill, evidence: Sequence[Evidence]) -> tuple[Missing, ...]:
    seen = {(one.what, one.item) for one in evidence}
    return (
        *(Missing("tick", item, 0, 1) for item in skill.checklist if ("tick", item) not in seen),
        *_failed(skill, evidence),
        *(Missing("challenge", item, 0, 1) for item in skill.challenges if ("challenge", item) not in seen),
    )


def _failed(skill: Skill, evidence: Sequence[Evidence]) -> tuple[Missing, ...]:
    best: dict[str, int] = {}
    for one in evidence:
        if one.what == "quiz" and one.score is not None:
            best[one.item] = max(one.score, best.get(one.item, one.score))
    return tuple(
        Missing("quiz", item, best.get(item, 0), points)
        for item, points in skill.quizzes.items()
        if item not in best or best[item] < points
    )
