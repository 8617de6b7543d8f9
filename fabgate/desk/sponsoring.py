"""What a sponsor has before them: whom they look after, whom they could sign for, what waits of their word.

Only what a sponsor needs for that: no papers, no addresses, no skill that they could not sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.charter import Granter
from fabgate.desk import passport as passports
from fabgate.desk import proposals, sponsors, trainees
from fabgate.desk.deed import Desk, Turn, looking
from fabgate.desk.proposals import Waiting
from fabgate.desk.stamp import Stamp, Step
from fabgate.desk.trainees import Learning, Newcomer
from fabgate.model import Code, Denied, Level, MemberId, SkillId, Status
from fabgate.rules import authority
from fabgate.store.roster import Member


@dataclass(frozen=True, slots=True)
class Trainee:
    """A newcomer, and what they learn of what the one who looks could sign for."""

    newcomer: Newcomer
    skills: tuple[Learning, ...]

    @property
    def member(self) -> Member:
        return self.newcomer.member


@dataclass(frozen=True, slots=True)
class Overview:
    """A sponsor's people: `mine` are theirs to look after, `free` are nobody's, `others` somebody else's.

    `waiting`: what they proposed and no manager has decided. `teaches`: skills on which they may let
    somebody begin. `sessions`: how many they stood beside since the month began.
    """

    mine: tuple[Trainee, ...]
    free: tuple[Trainee, ...]
    others: tuple[Trainee, ...]
    waiting: tuple[Waiting, ...]
    teaches: tuple[SkillId, ...]
    sessions: int


@dataclass(frozen=True, slots=True)
class Signable:
    """One skill of somebody, and what a sponsor can say of it now.

    `begin`: let them begin; `propose` to a manager, `give` it, `renew` it; `withdraw` the proposal. What they
    then may is asked again when it is done.
    """

    stamp: Stamp
    signs: bool
    begin: bool
    propose: bool
    give: bool
    renew: bool
    withdraw: bool


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody before a sponsor: `mine` to look after or nobody's (`free`), and the skills in question."""

    member: Member
    barred: bool
    mine: bool
    free: bool
    last_ms: int | None
    skills: tuple[Signable, ...]


def overview(desk: Desk, by: str | None) -> Overview | Denied:
    """A sponsor's people, those first about whom most needs somebody's eye."""
    now = looking(desk, by)
    if isinstance(now, Denied):
        return now
    me = now.member.id
    found = [_trainee(now, one) for one in trainees.listed(desk) if one.member.id != me]
    signable = [one for one in found if one.skills]
    return Overview(
        mine=tuple(one for one in found if one.newcomer.sponsor_id == me),
        free=tuple(one for one in found if one.newcomer.sponsor_id is None),
        others=tuple(one for one in signable if one.newcomer.sponsor_id not in (None, me)),
        waiting=tuple(one for one in proposals.waiting(desk) if one.proposal.by == me),
        teaches=tuple(skill for skill in desk.settings.skills if _teaches(now, skill)),
        sessions=sponsors.supervised(desk, sponsors.month_ms(desk, now.today_ms)).get(me, 0),
    )


def learner(desk: Desk, by: str | None, whom: str) -> Learner | Denied:
    """Somebody as a sponsor may see them. Nobody sees themselves here: that is their passport."""
    now = looking(desk, by)
    if isinstance(now, Denied):
        return now
    member = now.find(whom)
    if isinstance(member, Denied):
        return member
    if member.id == now.member.id:
        return now.denied(Denied(Code.NOT_TO_YOURSELF), member)
    shown = passports.passport(desk, member.id)
    if isinstance(shown, Denied):
        return now.denied(shown)
    duty = shown.looked_after
    return Learner(
        member=member,
        barred=shown.suspended is not None or member.status is Status.LEFT,
        mine=duty is not None and duty.id == now.member.id,
        free=duty is None and member.status is Status.TRAINEE,
        last_ms=max((one.progress.practice.supervised_last_ms for one in shown.stamps), default=0) or None,
        skills=tuple(_signables(now, member.id, shown.stamps)),
    )


# --- the parts ----------------------------------------------------------------------------------


def _trainee(now: Turn, one: Newcomer) -> Trainee:
    return Trainee(one, tuple(each for each in one.skills if _signs(now, one.member.id, each.skill.id)))


def _signs(now: Turn, member: MemberId, skill: SkillId) -> bool:
    known = now.desk.settings.skills.get(skill)
    least = Level.AUTONOMOUS if known is None else known.sponsor_from
    return authority.may_note_evidence(now.actor, member, skill, least=least) is None


def _teaches(now: Turn, skill: SkillId) -> bool:
    return now.actor.manages or now.actor.level(skill) is Level.SPONSOR


def _signables(now: Turn, member: MemberId, stamps: Iterable[Stamp]) -> Iterable[Signable]:
    for stamp in stamps:
        signs = _signs(now, member, stamp.skill.id)
        if signs:
            yield _signable(now, stamp)


def _signable(now: Turn, stamp: Stamp) -> Signable:
    skill, waits = stamp.skill, stamp.waits
    teaches = _teaches(now, skill.id)
    gives = teaches and (skill.granted_by is Granter.SPONSOR or now.actor.manages)
    learns = stamp.next in (Step.PRACTISE, Step.PROPOSE, Step.JUDGE, Step.GIVE, Step.WAIT)
    return Signable(
        stamp=stamp,
        signs=learns,
        begin=teaches and stamp.next is Step.BEGIN,
        propose=not gives and stamp.next in (Step.PROPOSE, Step.JUDGE, Step.GIVE, Step.PRACTISE),
        give=gives and stamp.next in (Step.PROPOSE, Step.JUDGE, Step.GIVE, Step.WAIT),
        renew=stamp.next is Step.RENEW,
        withdraw=waits is not None and waits.proposal.by == now.member.id,
    )
