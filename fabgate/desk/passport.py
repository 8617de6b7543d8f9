"""A member's passport: what they are in the lab, what they may do on every skill, and what is missing.

It explains each step of a newcomer's way: what was counted and shown, who saw it, what ends when and
why, who could help, and what comes next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fabgate.charter import Granter, Paper, Skill
from fabgate.desk import evidence, held, helpers, who
from fabgate.desk.deed import Desk
from fabgate.desk.evidence import Progress
from fabgate.desk.held import Holding
from fabgate.desk.sponsors import fit
from fabgate.desk.stamp import Stamp, Step, Waits
from fabgate.model import (
    Code,
    Denied,
    Due,
    Fact,
    Lapse,
    Level,
    MachineId,
    MemberId,
    SkillId,
    Status,
)
from fabgate.records import MemberStatus
from fabgate.rules import terms
from fabgate.rules.earned import PaperStands, ProposalStands
from fabgate.rules.standing import subject
from fabgate.store import named, people, rights, roster
from fabgate.store.practice import Worked
from fabgate.store.roster import Badge, Member, RoleHeld

_EVER_DAYS = 100_000


@dataclass(frozen=True, slots=True)
class Filed:
    """A paper that the lab asks of them: what is on file, and whether it stands in the way of a start.

    `over_ms`: it has run out, and counts until then all the same; None where it is in date, or lacking.
    """

    paper: Paper
    filed: PaperStands | None
    lacking: bool
    over_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """Whose duty it is to look after them, and whether they still may; `sponsor` None: not known any more."""

    id: MemberId
    sponsor: Member | None
    fit: bool


@dataclass(frozen=True, slots=True)
class Passport:
    """A member, a stamp for every skill of the lab, and what stands in the way of all of them.

    `status_ms`: since when they are what they are in the lab. `due`: what runs out within the lab's
    notice, the soonest first (R8).
    """

    member: Member
    stamps: tuple[Stamp, ...]
    badges: tuple[Badge, ...]
    roles: tuple[RoleHeld, ...]
    suspended: Denied | None
    papers: tuple[Filed, ...] = ()
    contact: str = ""
    status_ms: int | None = None
    looked_after: Looked | None = None
    due: tuple[Due, ...] = ()

    @property
    def newcomer(self) -> bool:
        """Whether it ought to be somebody's duty to look after them."""
        if self.member.status is not Status.TRAINEE or self.suspended is not None:
            return False
        begun = any(one.begun for one in self.stamps)
        return any(one.learns for one in self.stamps) or not (begun or self.roles)

    @property
    def lacks(self) -> Denied | None:
        """What a machine says of the first paper that stands in the way, where nothing stands before it."""
        one = next((one for one in self.papers if one.lacking), None)
        if one is None or self.suspended is not None:
            return None
        last = None if one.filed is None else one.filed.until_ms
        told: dict[str, Fact] = {"member": self.member.name, "paper": one.paper.id, "lapsed_ms": last}
        code = Code.PAPER_MISSING if last is None else Code.PAPER_EXPIRED
        return Denied(code, told | {"contact": self.contact})


@dataclass(frozen=True, slots=True)
class _Case:
    """One member as these books know them, read once."""

    desk: Desk
    member: Member
    today: int
    holds: Mapping[SkillId, Holding]
    waiting: Mapping[SkillId, ProposalStands]
    managers: tuple[str, ...]
    worked: Worked


def passport(desk: Desk, whom: str) -> Passport | Denied:
    """The passport of a member as it stands today."""
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    evidence.keep_up(desk)
    today = who.today_ms(desk.conn, desk.clock.now())
    skills = desk.settings.skills
    duty = people.duty(desk.conn, member.id)
    sponsor = None if duty is None else roster.member(desk.conn, duty.sponsor)
    case = _Case(
        desk,
        member,
        today,
        held.of_member(desk.conn, skills, member.id, today),
        {one.skill: one for one in people.proposals(desk.conn, member.id)},
        named.managers(desk.conn, today, but=member.id),
        Worked(desk.conn),
    )
    return Passport(
        member=member,
        stamps=tuple(_stamp(case, one) for one in evidence.of(desk, member.id, skills.values())),
        badges=roster.badges(desk.conn, member.id),
        roles=roster.roles(desk.conn, member.id),
        suspended=_suspended(case),
        papers=_papers(case),
        contact=desk.settings.lab.contact,
        status_ms=_status_ms(case),
        looked_after=None if duty is None else Looked(duty.sponsor, sponsor, fit(sponsor, today)),
        due=_due(case),
    )


def _suspended(case: _Case) -> Denied | None:
    """What stands in front of every skill: they left, or are suspended."""
    told: dict[str, Fact] = {"member": case.member.name, "contact": case.desk.settings.lab.contact}
    if case.member.status is Status.LEFT:
        return Denied(Code.MEMBER_LEFT, told)
    since = case.member.suspended_at(case.today)
    return None if since is None else Denied(Code.SUSPENDED_MEMBER, told | {"since_ms": since})


def _status_ms(case: _Case) -> int | None:
    """Since when they are what they are in the lab; None where nobody ever said so."""
    if case.member.status_record is None:
        return None
    about = subject(MemberStatus(case.member.id, case.member.status.word, case.member.id)) or ""
    said = {one.record: one.at.wall_ms for one in rights.history(case.desk.conn, about)}
    return said.get(case.member.status_record)


# --- papers -------------------------------------------------------------------------------------


def _minor(case: _Case) -> bool:
    return terms.minor(case.member.minor_until, case.today, case.desk.settings.lab.zone)


def _papers(case: _Case) -> tuple[Filed, ...]:
    """What the lab asks of them, and what else they have on file."""
    charter, minor = case.desk.settings.charter, _minor(case)
    on_file = {one.paper: one for one in people.papers(case.desk.conn, case.member.id)}
    until = {paper: one.until_ms for paper, one in on_file.items()}
    zone = case.desk.settings.lab.zone
    guest = case.member.status is Status.GUEST
    lacking = {one.paper for one in terms.lacks(charter.papers, until, minor, case.today, zone, guest=guest)}
    ever = replace(charter, notice_days=(_EVER_DAYS,))
    counts = {one.what: one.until_ms for one in terms.due(ever, {}, until, minor, case.today, zone)}
    return tuple(
        Filed(
            paper,
            on_file.get(paper.id),
            paper.id in lacking,
            None if counts.get(paper.id) == until.get(paper.id) else counts.get(paper.id),
        )
        for paper in charter.papers.values()
        if paper.id in on_file or terms.asked(paper, minor, guest)
    )


def _due(case: _Case) -> tuple[Due, ...]:
    settings = case.desk.settings
    ends = {skill: one.end for skill, one in case.holds.items() if one.end is not None and one.lapsed is None}
    filed = people.filed(case.desk.conn, case.member.id)
    return terms.due(settings.charter, ends, filed, _minor(case), case.today, settings.lab.zone)


# --- skills -------------------------------------------------------------------------------------


def _stamp(case: _Case, progress: Progress) -> Stamp:
    skill, conn = progress.skill, case.desk.conn
    one = case.holds.get(skill.id)
    level = Level.NONE if one is None else one.level
    sponsors = _sponsors(case, skill, skill.sponsor_from)
    waits = case.waiting.get(skill.id)
    waits = None if waits is None or waits.level <= level else waits
    return Stamp(
        skill=skill,
        level=level,
        since_ms=None if one is None else one.grant.since_ms,
        end=None if one is None else one.end,
        lapsed_ms=None if one is None or one.lapsed is None else one.lapsed.ms,
        by=None if one is None else roster.member(conn, one.grant.by),
        by_id=None if one is None else one.grant.by,
        record=None if one is None else one.grant.record,
        hold=None if one is None else one.hold,
        replaced=_replaced(case, skill, one),
        progress=progress,
        waits=None if waits is None else Waits(waits, roster.member(conn, waits.by)),
        missing=_missing(case, skill, one, sponsors),
        next=_next(skill, one, progress, waits),
        sponsors=sponsors,
        signers=tuple(dict.fromkeys((*sponsors, *case.managers))),
        granters=_granters(case, skill),
    )


def _sponsors(case: _Case, skill: Skill, least: Level) -> tuple[str, ...]:
    desk = case.desk
    return helpers.sponsors(
        desk.conn, desk.settings, skill.id, case.today, least, case.member.id, case.worked
    )


def _granters(case: _Case, skill: Skill) -> tuple[str, ...]:
    """Who may make them autonomous: a manager, and a sponsor where the lab leaves it to sponsors (R6)."""
    if skill.granted_by is Granter.MANAGER:
        return case.managers
    return tuple(dict.fromkeys((*_sponsors(case, skill, Level.SPONSOR), *case.managers)))


def _replaced(case: _Case, skill: Skill, one: Holding | None) -> tuple[MachineId, ...]:
    """The machines of a skill that were replaced since they were shown them (R8)."""
    if one is None or one.level < Level.AUTONOMOUS:
        return ()
    terms_of = people.held(case.desk.conn, case.member.id, skill.id)[case.member.id, skill.id]
    return tuple(
        machine
        for machine, settings in case.desk.settings.machines.items()
        if settings.rules.skill == skill.id
        and terms.left(terms_of, skill, case.today, settings.rules.changed_ms)[1] is not None
    )


def _missing(case: _Case, skill: Skill, one: Holding | None, sponsors: tuple[str, ...]) -> Denied | None:
    """What a machine of this skill would say, or None where it starts for them alone."""
    facts: dict[str, Fact] = {
        "member": case.member.name,
        "title": skill.title,
        "skill": skill.id,
        "sponsors": sponsors,
        "lapsed_ms": None if one is None or one.lapsed is None else one.lapsed.ms,
        "contact": case.desk.settings.lab.contact,
    }
    first = _needed(case, skill)
    if first is not None:
        return Denied(Code.PREREQUISITE, facts | {"needed": first})
    if one is not None and one.hold is not None:
        return Denied(Code.SUSPENDED_SKILL, facts | {"since_ms": one.hold.since_ms})
    if one is not None and one.level >= Level.AUTONOMOUS:
        return None
    if one is not None and one.lapsed is not None:
        return Denied(Code.LAPSED, facts)
    return Denied(Code.NOT_QUALIFIED if one is None else Code.NEEDS_SPONSOR, facts)


def _needed(case: _Case, skill: Skill) -> str | None:
    """The first skill that has to come before this one and does not hold."""
    for first in skill.requires:
        one = case.holds.get(first)
        if one is None or one.worth < Level.AUTONOMOUS:
            return first
    return None


def _next(skill: Skill, one: Holding | None, progress: Progress, waits: ProposalStands | None) -> Step:
    if one is not None and one.hold is not None:
        return Step.TALK
    if one is None or one.level is Level.NONE:
        return Step.BEGIN
    if one.level >= Level.AUTONOMOUS:
        return Step.NONE
    if one.lapsed is not None:
        return Step.GRANT if one.lapsed.why is Lapse.UNTIL else Step.RENEW
    if waits is not None:
        return Step.WAIT
    if progress.missing:
        return Step.PRACTISE
    if not evidence.asks(skill):
        return Step.JUDGE
    return Step.PROPOSE if skill.granted_by is Granter.MANAGER else Step.GIVE
