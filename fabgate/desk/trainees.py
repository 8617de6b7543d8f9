"""Newcomers at a glance: who has no sponsor, whom nobody has seen for weeks, who is ready.

A newcomer is a member who works as a trainee on some skill, or a trainee in the lab who holds nothing
yet. Who has left, is a guest or is suspended is none; whose right only ran out is none either.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.charter import DAY_MS, Skill
from fabgate.desk import held, sponsors, who
from fabgate.desk.deed import Desk
from fabgate.desk.evidence import asks, keep_up
from fabgate.desk.held import Holding
from fabgate.model import Level, MemberId, SkillId, Status
from fabgate.rules import progress
from fabgate.rules.earned import ProposalStands
from fabgate.rules.progress import Missing, Practice
from fabgate.store import people, practice, roster
from fabgate.store.roster import Member


@dataclass(frozen=True, slots=True)
class Learning:
    """One skill that a newcomer is a trainee on: how far they are, and what is missing."""

    skill: Skill
    practice: Practice
    missing: tuple[Missing, ...]
    proposal: ProposalStands | None = None

    @property
    def ready(self) -> bool:
        """Whether all is there that the lab asks for, and nobody has proposed them yet."""
        return asks(self.skill) and not self.missing and self.proposal is None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A newcomer, whose duty it is to look after them, and what needs somebody's eye.

    `sponsor_id` is None where nobody is assigned; `orphan`: whoever is may no longer look after anybody.
    `last_ms` is the end of their last session on any skill, None where there was none; `idle`: too long ago.
    """

    member: Member
    sponsor_id: MemberId | None
    sponsor: Member | None
    orphan: bool
    skills: tuple[Learning, ...]
    last_ms: int | None
    idle: bool

    @property
    def ready(self) -> tuple[Learning, ...]:
        return tuple(one for one in self.skills if one.ready)

    @property
    def cares(self) -> int:
        """How many things about them need somebody's eye."""
        return (self.sponsor_id is None) + self.orphan + self.idle + len(self.ready)


def listed(desk: Desk) -> tuple[Newcomer, ...]:
    """Every newcomer, those first about whom most needs somebody's eye."""
    keep_up(desk)
    today = who.today_ms(desk.conn, desk.clock.now())
    holdings: dict[MemberId, dict[SkillId, Holding]] = {}
    for (member, skill), one in held.every(desk.conn, desk.settings.skills, today).items():
        holdings.setdefault(member, {})[skill] = one
    books = _Books(desk, today)
    office = {one.member for one in roster.roles(desk.conn)}
    found = [
        books.newcomer(one, holdings.get(one.id, {}))
        for one in roster.members(desk.conn)
        if _new(one, holdings.get(one.id, {}), one.id in office, today)
    ]
    return tuple(sorted(found, key=lambda one: (-one.cares, one.member.handle)))


def _new(one: Member, holds: dict[SkillId, Holding], office: bool, today: int) -> bool:
    if one.status <= Status.GUEST or one.suspended_at(today) is not None:
        return False
    if any(holding.grant.level is Level.TRAINEE and holding.lapsed is None for holding in holds.values()):
        return True
    return one.status is Status.TRAINEE and not holds and not office


class _Books:
    """What these books say of all newcomers, read once."""

    def __init__(self, desk: Desk, today: int) -> None:
        self._desk, self._today = desk, today
        self._duties = people.duties(desk.conn)
        self._used = practice.of_all(desk.conn)
        self._shown = people.all_evidence(desk.conn)
        self._waiting = {(one.member, one.skill): one for one in people.proposals(desk.conn)}

    def newcomer(self, member: Member, holds: dict[SkillId, Holding]) -> Newcomer:
        duty = self._duties.get(member.id)
        sponsor = None if duty is None else roster.member(self._desk.conn, duty.sponsor)
        skills = tuple(
            self._learning(member.id, self._desk.settings.skills[skill], holds)
            for skill, one in holds.items()
            if one.grant.level is Level.TRAINEE and one.lapsed is None and skill in self._desk.settings.skills
        )
        last = self._last_ms(member.id)
        since = member.added_ms if last is None else last
        return Newcomer(
            member=member,
            sponsor_id=None if duty is None else duty.sponsor,
            sponsor=sponsor,
            orphan=duty is not None and not sponsors.fit(sponsor, self._today),
            skills=skills,
            last_ms=last,
            idle=since < self._today - self._desk.settings.charter.idle_days * DAY_MS,
        )

    def _learning(self, member: MemberId, skill: Skill, holds: dict[SkillId, Holding]) -> Learning:
        used = self._used.get((member, skill.id), Practice())
        shown = self._shown.get((member, skill.id), ())
        levels = {one: holding.worth for one, holding in holds.items()}
        missing = progress.missing(skill, used, shown, Level.AUTONOMOUS, held=levels)
        return Learning(skill, used, missing, self._waiting.get((member, skill.id)))

    def _last_ms(self, member: MemberId) -> int | None:
        ends = (
            max(self._used[member, skill].own_ms, self._used[member, skill].supervised_last_ms)
            for skill in self._desk.settings.skills
            if (member, skill) in self._used
        )
        return max(ends, default=None)
