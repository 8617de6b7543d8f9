"""Evidence: what a member has shown of a skill, who saw it, and when (R5).

Facts of what was done: `by`, `subject`, `handle`, `skill`, `what`, `item`, `score`; `missing`: what is
still not there before they can be autonomous.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from fabgate.charter import Skill
from fabgate.desk import held, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import StoreError, UsageError
from fabgate.model import Code, Denied, Level, MemberId, RecordId, SkillId
from fabgate.records import EvidenceNoted, EvidenceStruck
from fabgate.rules import authority, progress
from fabgate.rules.progress import Evidence, Missing, Practice
from fabgate.store import journal, people, practice, roster
from fabgate.store.roster import Member

SORTS = ("tick", "quiz", "challenge")
MOST_POINTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that was shown: on which skill, what, who saw it, and where it can be looked at."""

    skill: SkillId
    seen: Evidence
    by: Member | None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a skill asks for, whether it is there, and who saw it.

    `what` and `item` as in `Missing`; `text` as the lab's rules write it, empty for what is counted and
    for a quiz, whose `have` and `want` are points. `want` is 0 where it is counted without being asked for.
    """

    what: str
    item: str
    text: str
    have: int
    want: int
    there: bool
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is on a skill: what was counted and shown, and what is missing for `level`."""

    skill: Skill
    practice: Practice
    proofs: tuple[Proof, ...]
    missing: tuple[Missing, ...]
    level: Level = Level.AUTONOMOUS

    @property
    def asked(self) -> tuple[Asked, ...]:
        """All that the skill asks for, in the order of its own list, after what is counted anyway."""
        seen = {(one.seen.what, one.seen.item): one for one in self.proofs}
        return (
            *(one for one in self._counted() if one.have or one.want),
            *(
                _asked(what, item, said, seen.get((what, item)))
                for what in SORTS
                for item, said in self.skill.items(what).items()
            ),
        )

    def _counted(self) -> Iterator[Asked]:
        used, skill = self.practice, self.skill
        minutes = used.supervised_ms // progress.MINUTE_MS
        for what, have, want in (
            ("sessions", used.sessions, skill.sessions),
            ("minutes", minutes, skill.minutes),
        ):
            yield Asked(what, "", "", have, want, have >= want)


def note(
    desk: Desk,
    by: str | None,
    whom: str,
    skill: str,
    what: str,
    item: str,
    score: int | None = None,
    ref: str | None = None,
    reason: str | None = None,
) -> Done | Denied:
    """Writes down what a member has shown: a `tick` of the checklist, a `quiz` with its score, a
    `challenge`. `ref` says where the piece can be seen; it stays beside the journal.

    A quiz that is taken again replaces the one before. Raises UsageError for a quiz without points.
    """
    _check(what, score)
    skill, item = who.sound(skill), who.sound(item)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = _found(now, whom, skill)
        if isinstance(found, Denied):
            return found
        member, known = found
        no = _refused(now, member, known, what, item, score)
        if no is not None:
            return now.denied(no, member, skill=skill, item=item)
        body = EvidenceNoted(member.id, skill, what, item, now.member.id, score)
        record = now.write(body, reason, ref=ref)
        return _done(now, record, member, known, what, item, score)


def strike(
    desk: Desk, by: str | None, whom: str, skill: str, what: str, item: str, reason: str
) -> Done | Denied:
    """Strikes out what was noted, also of an item that the skill no longer has; the note stays in history."""
    skill, item = who.sound(skill), who.sound(item)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = _found(now, whom, skill)
        if isinstance(found, Denied):
            return found
        member, known = found
        seen = _latest(now, member.id, known.id, what, item)
        no = authority.may_strike_evidence(now.actor, MemberId("") if seen is None else seen.by)
        if no is None and seen is None:
            no = _unknown(known, what, item) or Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member, skill=skill, item=item)
        record = now.write(EvidenceStruck(member.id, skill, what, item, now.member.id), reason)
        return _done(now, record, member, known, what, item)


def listed(desk: Desk, whom: str, skill: str | None = None) -> tuple[Progress, ...] | Denied:
    """How far a member is on each skill where there is anything to tell, or on one."""
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    known = None if skill is None else desk.skill(who.sound(skill))
    if isinstance(known, Denied):
        return known
    if known is not None:
        return of(desk, member.id, [known])
    keep_up(desk)
    every = of(desk, member.id, desk.settings.skills.values())
    return tuple(one for one in every if one.proofs or one.practice.sessions)


def asks(skill: Skill) -> bool:
    """Whether the lab asks for anything before somebody works alone, or leaves it to whoever gives it."""
    counted = skill.sessions or skill.minutes
    return bool(counted or skill.checklist or skill.quizzes or skill.challenges)


def keep_up(desk: Desk) -> None:
    """Reads the journal on for what is counted, where no daemon has done so: once, and not for each answer.

    The answers are the same without it, and slower.
    """
    with suppress(StoreError):
        while practice.keep_up(desk.writer):
            pass


def of(
    desk: Desk, member: MemberId, skills: Iterable[Skill], level: Level = Level.AUTONOMOUS
) -> tuple[Progress, ...]:
    """How far a member is on these skills on the way to a level."""
    today = who.today_ms(desk.conn, desk.clock.now())
    holds = held.of_member(desk.conn, desk.settings.skills, member, today)
    levels = {skill: one.worth for skill, one in holds.items()}
    used = practice.of_member(desk.conn, member)
    shown = people.all_evidence(desk.conn, member)
    found = []
    for skill in skills:
        practised, seen = used.get(skill.id, Practice()), shown.get((member, skill.id), ())
        missing = progress.missing(skill, practised, seen, level, held=levels)
        proofs = tuple(_proof(desk, skill.id, one) for one in seen)
        found.append(Progress(skill, practised, proofs, missing, level))
    return tuple(found)


def _asked(what: str, item: str, said: str | int, proof: Proof | None) -> Asked:
    """An item with what its skill says of it: a text, or the points that a quiz takes."""
    if isinstance(said, int):
        have = 0 if proof is None else proof.seen.score or 0
        return Asked(what, item, "", have, said, proof is not None and have >= said, proof)
    return Asked(what, item, said, int(proof is not None), 1, proof is not None, proof)


def _proof(desk: Desk, skill: SkillId, seen: Evidence) -> Proof:
    ref = journal.notes(desk.conn, RecordId.of(seen.record)).get("ref")
    return Proof(skill, seen, roster.member(desk.conn, seen.by), ref)


# --- the parts ----------------------------------------------------------------------------------


def _check(what: str, score: int | None) -> None:
    if what not in SORTS:
        raise UsageError(f"{what!r} is no evidence that is noted", f"Known are: {', '.join(SORTS)}.")
    if (what == "quiz") != (score is not None):
        raise UsageError("a quiz has points, and nothing else has", "Add --score 85 to a quiz.")
    if score is not None and not 0 <= score <= MOST_POINTS:
        raise UsageError(f"{score} are no points", "Write a whole number such as --score 85.")


def _found(now: Turn, whom: str, skill: str) -> tuple[Member, Skill] | Denied:
    known = now.desk.skill(skill)
    if isinstance(known, Denied):
        return now.denied(known)
    member = now.find(whom)
    return member if isinstance(member, Denied) else (member, known)


def _unknown(skill: Skill, what: str, item: str) -> Denied | None:
    items = skill.items(what)
    if item in items:
        return None
    near = who.near(item, items)
    return Denied(Code.UNKNOWN_ITEM, {"item": item, "near": near, "known": tuple(items)})


def _refused(
    now: Turn, member: Member, skill: Skill, what: str, item: str, score: int | None
) -> Denied | None:
    no = authority.may_note_evidence(now.actor, member.id, skill.id, least=skill.sponsor_from)
    no = no or _unknown(skill, what, item)
    if no is not None:
        return no
    seen = _latest(now, member.id, skill.id, what, item)
    return Denied(Code.NOTHING_TO_DO) if seen is not None and seen.score == score else None


def _latest(now: Turn, member: MemberId, skill: SkillId, what: str, item: str) -> Evidence | None:
    """What was noted of an item and not struck out."""
    seen = people.evidence(now.conn, member, skill)
    return next((one for one in reversed(seen) if (one.what, one.item) == (what, item)), None)


def _done(
    now: Turn, record: RecordId, member: Member, skill: Skill, what: str, item: str, score: int | None = None
) -> Done:
    seen = people.evidence(now.conn, member.id, skill.id)
    used = practice.of(now.conn, member.id, skill.id)
    missing = tuple(map(str, progress.missing(skill, used, seen, Level.AUTONOMOUS)))
    return now.done(record, member, skill=skill.id, what=what, item=item, score=score, missing=missing)
