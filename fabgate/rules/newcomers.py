"""Who became autonomous on what, and how long it took; who joined, who stayed: from the records of rights.

Pure. Times are wall milliseconds (UTC), days are days of the lab.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from fabgate.model import Level, MemberId, SkillId, Status
from fabgate.records import (
    AccountSet,
    Body,
    GrantGiven,
    MemberAdded,
    MemberStatus,
    PaperFiled,
    PlanEnded,
    Sale,
    SaleCancelled,
)

KINDS = frozenset(
    one.kind
    for one in (
        AccountSet,
        GrantGiven,
        MemberAdded,
        MemberStatus,
        PaperFiled,
        PlanEnded,
        Sale,
        SaleCancelled,
    )
)
DUES = "dues"


@dataclass(frozen=True, slots=True)
class Became:
    """A member became autonomous on a skill, so many days after they began with it."""

    member: MemberId
    skill: SkillId
    day: date
    days: int


@dataclass(slots=True)
class People:
    """What the records say of all members, told in the order of time by `tell`."""

    added: dict[str, date] = field(default_factory=dict)
    began: dict[tuple[str, str], date] = field(default_factory=dict)
    autonomous: dict[tuple[str, str], Became] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    organisations: set[str] = field(default_factory=set)
    dues: list[tuple[str, date]] = field(default_factory=list)
    plans: dict[str, tuple[str, date, date | None]] = field(default_factory=dict)

    def tell(self, record: str, day: date, body: Body) -> None:
        """One record, of that day of the lab."""
        match body:
            case MemberAdded(member=member):
                self.added.setdefault(member, day)
            case MemberStatus(member=member, status=status):
                self.status[member] = status
            case AccountSet(member=member, organisation=is_one):
                (self.organisations.add if is_one else self.organisations.discard)(member)
            case GrantGiven():
                self._given(body, day)
            case PaperFiled(member=member, paper=paper) if paper == DUES:
                self.dues.append((member, day))
            case Sale(payer=payer, sort="plan", day=since):
                self.plans[record] = payer, date.fromisoformat(since), None
            case PlanEnded(sale=sale, until=until) if sale in self.plans:
                payer, begun, _ = self.plans[sale]
                self.plans[sale] = payer, begun, date.fromisoformat(until)
            case SaleCancelled(sale=sale):
                self.plans.pop(sale, None)
            case _:
                pass

    def _given(self, body: GrantGiven, day: date) -> None:
        """The first time counts. Whoever was written down as able on their first day, was so before."""
        key = body.member, body.skill
        if body.level == Level.TRAINEE.word:
            self.began.setdefault(key, day)
        elif body.level != Level.NONE.word and key not in self.autonomous and not body.bootstrap:
            since = self.began.get(key, self.added.get(body.member, day))
            days = (day - since).days
            if key in self.began or days > 0:
                self.autonomous[key] = Became(MemberId(body.member), SkillId(body.skill), day, days)

    def new(self, first: date, after: date) -> frozenset[str]:
        """Members who joined from a day up to, not including, another."""
        return frozenset(who for who, day in self.added.items() if first <= day < after and self._one(who))

    def renewed(self, first: date, after: date) -> frozenset[str]:
        """Who was a member before, and paid dues or had a plan between these days."""
        paid = {who for who, day in self.dues if first <= day < after}
        paid |= {who for who, since, until in self.plans.values() if _runs(since, until, first, after)}
        return frozenset(who for who in paid if self._one(who) and self.added.get(who, after) < first)

    def became(self, first: date, after: date) -> Iterator[Became]:
        return (one for one in self.autonomous.values() if first <= one.day < after)

    def _one(self, who: str) -> bool:
        """A member, and neither a firm nor a guest."""
        return who not in self.organisations and self.status.get(who) != Status.GUEST.word


def _runs(since: date, until: date | None, first: date, after: date) -> bool:
    return since < after and (until is None or until >= first)


@dataclass(frozen=True, slots=True)
class Group:
    """A machine that was opened for a group and used for it (wall ms)."""

    leader: str
    people: int
    from_ms: int
    to_ms: int


def workshops(groups: Iterable[Group]) -> tuple[int, ...]:
    """How many people each workshop had. What one leader opened at the same time is one workshop."""
    found: list[Group] = []
    for one in sorted(groups, key=lambda group: (group.leader, group.from_ms)):
        last = found[-1] if found else None
        if last is not None and last.leader == one.leader and one.from_ms < last.to_ms:
            both = max(last.people, one.people), last.from_ms, max(last.to_ms, one.to_ms)
            found[-1] = Group(one.leader, *both)
        else:
            found.append(one)
    return tuple(one.people for one in found)
