"""How a badge stands at a machine: the one question of a tap, answered by one indexed query.

Part of `roster`, in a file of its own: it stands between a person and a machine, and must stay as
quick with a million members as with ten. What only some labs ask for (papers, disuse, what comes
first, who is here, hours) is looked up where the lab's rules or the machine's ask for it; who could
help is `helpers.py`'s, what a payer has left `purse.py`'s.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from fabgate.charter import Mode, Opening, Skill
from fabgate.model import (
    Closed,
    Company,
    Credit,
    Due,
    Fare,
    Kind,
    Lack,
    Level,
    Lock,
    MachineRules,
    MemberId,
    Person,
    RecordId,
    SkillId,
    Standing,
    Status,
    Token,
    Upkeep,
    Workshop,
)
from fabgate.rules import hours, terms, upkeep
from fabgate.rules.terms import End, Held
from fabgate.store import people, present, purse, wear, workshops
from fabgate.store.asked import Asked
from fabgate.store.faults import told
from fabgate.store.helpers import Helpers, in_force
from fabgate.store.practice import Worked
from fabgate.store.present import Present
from fabgate.store.run import standing_by

__all__ = ["Asked", "standing", "standing_of"]


@told
def standing(
    conn: sqlite3.Connection, tokens: Sequence[Token], rules: MachineRules, asked: Asked
) -> Standing:
    """All that a machine must know of one badge, which bears one token under each live key.

    The tokens come newest key first, and the first that the roster knows counts. Who may sponsor is
    looked up for members below autonomous. Raises StoreError and its kin when the store cannot be asked.
    """
    given = {"machine": rules.machine, "skill": rules.skill, "tokens": json.dumps(list(tokens))}
    question = _BY_BADGE if asked.money is None else _PRICED_BADGE
    return _standing(conn, conn.execute(question, given).fetchone(), rules, asked)


@told
def standing_of(conn: sqlite3.Connection, member: MemberId, rules: MachineRules, asked: Asked) -> Standing:
    """The same for a member by id, whatever badge they used; `blocked_ms` is then never set."""
    given = {"machine": rules.machine, "skill": rules.skill, "member": member}
    question = _BY_MEMBER if asked.money is None else _PRICED_MEMBER
    return _standing(conn, conn.execute(question, given).fetchone(), rules, asked)


# One row even for a badge that nobody owns: the machine's lock is asked for as well.
_COLUMNS = """\
m.id, m.suspended_ms, m.suspended_until_ms, m.status, p.name, p.language, p.minor_until,
g.level, g.since_ms, g.until_ms, n.at_ms, h.since_ms, h.until_ms,
w.record, w.people, w.purpose, w.until_ms,
(SELECT d.sponsor FROM duties AS d WHERE d.member = m.id),
EXISTS (SELECT 1 FROM present AS q WHERE q.member = m.id),
EXISTS (SELECT 1 FROM roles AS r WHERE r.member = m.id AND r.role = 'maintainer' AND r.machine = :machine),
EXISTS (SELECT 1 FROM roles AS r WHERE r.member = m.id AND r.role = 'manager' AND r.machine = '')
"""
_JOINS = """
LEFT JOIN people AS p ON p.member = m.id
LEFT JOIN grants AS g ON g.member = m.id AND g.skill = :skill
LEFT JOIN renewals AS n ON n.member = m.id AND n.skill = :skill
LEFT JOIN grant_holds AS h ON h.member = m.id AND h.skill = :skill
LEFT JOIN workshops AS w ON w.machine = :machine AND w.lab = here.lab AND w.leader = m.id"""
# Whoever pays, where the lab has a price list; their columns stand behind all others.
_MONEY = ", a.category, a.organisation, a.prepaid, s.balance_cents, s.plans, s.remains, s.read, s.as_of_ms\n"
_PAYS = """
LEFT JOIN accounts AS a ON a.member = {0}
LEFT JOIN account_states AS s ON s.member = {0}"""
_OF_BADGE = "SELECT k.since_ms, k.record, b.blocked_ms, b.rivals IS NOT NULL, b.payer, b.purpose, "
_FROM_BADGE = """\
FROM (SELECT lab() AS lab) AS here
LEFT JOIN locks AS k ON k.machine = :machine AND k.lab = here.lab
LEFT JOIN badges AS b ON b.lab = here.lab AND b.token = (
    SELECT t.value FROM json_each(:tokens) AS t JOIN badges AS o ON o.token = t.value ORDER BY t.key LIMIT 1
)
LEFT JOIN members AS m ON m.id = b.member"""
_BY_BADGE = _OF_BADGE + _COLUMNS + _FROM_BADGE + _JOINS
_PRICED_BADGE = _OF_BADGE + _COLUMNS + _MONEY + _FROM_BADGE + _JOINS + _PAYS.format("coalesce(b.payer, m.id)")

_OF_MEMBER = "SELECT k.since_ms, k.record, NULL, 0, NULL, '', "
_FROM_MEMBER = """\
FROM (SELECT lab() AS lab) AS here
LEFT JOIN locks AS k ON k.machine = :machine AND k.lab = here.lab
LEFT JOIN members AS m ON m.id = :member AND m.lab = here.lab"""
_BY_MEMBER = _OF_MEMBER + _COLUMNS + _FROM_MEMBER + _JOINS
_PRICED_MEMBER = _OF_MEMBER + _COLUMNS + _MONEY + _FROM_MEMBER + _JOINS + _PAYS.format("m.id")


class _Row(NamedTuple):
    """The answer of the one query, of a badge that somebody owns."""

    lock_ms: int | None
    lock_record: str | None
    blocked_ms: int | None
    contested: int
    payer: str | None
    badge_purpose: str
    member: MemberId
    suspended_ms: int | None
    suspended_until_ms: int | None
    status: int
    name: str
    language: str | None
    minor_until: str | None
    level: int | None
    since_ms: int | None
    until_ms: int | None
    renewed_ms: int | None
    held_ms: int | None
    held_until_ms: int | None
    workshop: str | None
    people: int
    purpose: str
    workshop_until_ms: int
    duty: MemberId | None
    seen: int
    maintains: int
    manages: int


def _standing(conn: sqlite3.Connection, row: Sequence[object], rules: MachineRules, asked: Asked) -> Standing:
    since, record, *_ = row
    lock = Lock(since, RecordId.of(record)) if isinstance(since, int) and isinstance(record, str) else None
    if row[_MEMBER] is None:
        return Standing(lock=lock, roster_age_ms=asked.roster_age_ms)
    return _Look(conn, _Row._make(row[:_WIDTH]), rules, asked, row[_WIDTH:]).standing(lock)


_MEMBER = 6
_WIDTH = len(_Row._fields)


class _Hours(NamedTuple):
    """Why these are no hours for somebody; whether nobody asked because nobody knows the time; when the
    hours are over that let them in now, where a session can run into it."""

    closed: Closed | None = None
    unasked: bool = False
    closes_ms: int | None = None


class _Look:
    """One look at one member for one machine; who is here is read once, and where somebody asks."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        row: _Row,
        rules: MachineRules,
        asked: Asked,
        columns: Sequence[object] = (),
    ) -> None:
        """`columns`: what stands behind the row of whoever pays, where the lab has a price list."""
        self._conn, self._row, self._rules, self._asked = conn, row, rules, asked
        self._columns = columns
        self._charter, self._today_ms = asked.charter, asked.today_ms
        self._skill = asked.charter.skills.get(rules.skill) or Skill(rules.skill, rules.title)
        self._status = Status(row.status)
        self._minor = row.minor_until is not None and terms.minor(row.minor_until, asked.today_ms, asked.zone)
        self._filed = people.filed(conn, row.member) if self._charter.papers else {}
        self._level, self._lapsed = self._right()

    def standing(self, lock: Lock | None) -> Standing:
        row, lapsed = self._row, self._lapsed
        here, gone_ms = present.of(self._conn, row.member, self._asked) if row.seen else (False, None)
        company = self._others if self._asks_for_company() else ()
        times = self._hours()
        workshop = self._workshop()
        fare, credit = self._fare(workshop)
        return Standing(
            person=Person(row.member, row.name, row.language),
            blocked_ms=row.blocked_ms,
            suspended_ms=in_force(row.suspended_ms, row.suspended_until_ms, self._today_ms),
            level=self._level,
            lapsed_ms=None if lapsed is None else lapsed.ms,
            lock=lock,
            sponsors=self._helpers.names(row.member, row.duty) if self._level < Level.AUTONOMOUS else (),
            contested=bool(row.contested),
            status=self._status,
            minor=self._minor,
            lacks=self._lacks() if self._charter.papers else (),
            needed=self._needed(),
            held_ms=in_force(row.held_ms, row.held_until_ms, self._today_ms),
            lapse=None if lapsed is None else lapsed.why,
            closed=times.closed,
            hours_unasked=times.unasked,
            sponsors_here=self._helpers.able(company) if company else (),
            adults_here=tuple(one.member for one in company if not one.minor),
            here=here,
            gone_ms=gone_ms,
            sponsoring=self._sponsoring(),
            payer=None if row.payer is None else MemberId(row.payer),
            keeps=bool(row.maintains or (row.manages and self._level >= Level.AUTONOMOUS)),
            workshop=workshop,
            roster_age_ms=self._asked.roster_age_ms,
            due=self._due(),
            manages=bool(row.manages),
            closes_ms=times.closes_ms,
            upkeep=self._upkeep(),
            purpose=row.badge_purpose,
            credit=credit,
            fare=fare,
        )

    def _right(self) -> tuple[Level, End | None]:
        """What is left of their grant, and what it lapsed by (R8)."""
        held = self._held
        if held is None:
            return Level.NONE, None
        return terms.left(held, self._skill, self._today_ms, self._rules.changed_ms)

    @cached_property
    def _held(self) -> Held | None:
        row, skill = self._row, self._skill
        if row.level is None or row.since_ms is None:
            return None
        own = self._worked.own_ms(row.member, skill.id) if skill.unused_months else None
        return Held(Level(row.level), row.since_ms, row.until_ms, row.renewed_ms, own)

    @cached_property
    def _worked(self) -> Worked:
        return Worked(self._conn)

    @cached_property
    def _helpers(self) -> Helpers:
        return Helpers(self._conn, self._rules, self._asked, self._skill, self._worked)

    def _lacks(self) -> tuple[Lack, ...]:
        papers, zone = self._charter.papers, self._asked.zone
        guest = self._status is Status.GUEST
        return terms.lacks(papers, self._filed, self._minor, self._today_ms, zone, guest=guest)

    def _needed(self) -> SkillId | None:
        """The first skill that has to come before this one and is not held as autonomous (R2)."""
        if not self._skill.requires:
            return None
        levels = self._levels(self._skill.requires)
        return next((one for one in self._skill.requires if levels.get(one, 0) < Level.AUTONOMOUS), None)

    def _levels(self, skills: Sequence[SkillId]) -> dict[SkillId, Level]:
        """What is left of their grants on other skills; nothing of one that is suspended."""
        found = {}
        given = {"member": self._row.member, "skills": json.dumps(skills)}
        for name, level, since, until, renewed, held, held_until in self._conn.execute(_LEVELS, given):
            skill = self._charter.skills.get(SkillId(name)) or Skill(SkillId(name), name)
            own = self._worked.own_ms(self._row.member, skill.id) if skill.unused_months else None
            if in_force(held, held_until, self._today_ms) is None:
                grant = Held(Level(level), since, until, renewed, own)
                found[skill.id] = terms.left(grant, skill, self._today_ms)[0]
        return found

    def _hours(self) -> _Hours:
        """Whether these are hours for them, and until when (R2)."""
        door = self._rules.kind is Kind.DOOR
        if self._rules.kind is Kind.COUNTER or not (self._rules.openings or door):
            return _Hours()
        named = [self._charter.openings.get(one) or _never(one) for one in self._rules.openings]
        openings = hours.of_door(named) if door else named
        level = Level.NONE if door else self._level  # a right on a machine is no key
        asked, status, synced = self._asked, self._status, self._asked.synced
        calendar = workshops.calendar(self._conn, self._rules.openings)
        subscribed = terms.subscribed(self._charter.papers, self._filed, self._today_ms, asked.zone)
        staffed = any(one.mode is Mode.STAFFED for one in openings) and self._staffed()
        given = (openings, calendar, asked.zone, self._today_ms)
        closed = hours.closed(
            *given, status=status, level=level, subscribed=subscribed, staffed=staffed, synced=synced
        )
        unasked = hours.unasked(named, status=status, level=level, synced=synced)
        if closed is not None or door or not synced:
            return _Hours(closed, unasked)
        closes_ms = hours.closes_ms(*given, status=status, subscribed=subscribed, staffed=staffed)
        return _Hours(closed, unasked, closes_ms)

    @cached_property
    def _present(self) -> tuple[Present, ...]:
        return present.now(self._conn, self._asked)

    @property
    def _others(self) -> tuple[Present, ...]:
        return tuple(one for one in self._present if one.member != self._row.member)

    def _staffed(self) -> bool:
        """Whether a keyholder is checked in (R1)."""
        return any(one.status is Status.AUTONOMOUS for one in self._present)

    def _asks_for_company(self) -> bool:
        return self._rules.check_in or self._rules.company in {Company.ACCOMPANIED, Company.NEVER_ALONE}

    def _sponsoring(self) -> int:
        """How many they stand beside at other machines of this gate, where that is limited (R4)."""
        if not self._rules.max_trainees or self._level < self._rules.sponsor_from:
            return 0
        return sum(
            member == self._row.member and machine != self._rules.machine
            for machine, member in standing_by(self._conn)
        )

    def _workshop(self) -> Workshop | None:
        row = self._row
        if row.workshop is None or row.workshop_until_ms < self._today_ms:
            return None
        return Workshop(RecordId.of(row.workshop), row.people, row.purpose, row.workshop_until_ms)

    def _fare(self, workshop: Workshop | None) -> tuple[Fare | None, Credit | None]:
        """How a session here is priced, and what its payer has left; nothing where nothing is charged."""
        if not self._columns or not self._rules.kind.is_machine:
            return None, None
        row = self._row
        purpose = row.badge_purpose if workshop is None else workshop.purpose
        payer = row.payer or row.member
        return purse.priced(self._conn, self._columns, payer, purpose, self._rules.machine, self._asked)

    def _due(self) -> Due | None:
        """What runs out first; a lab without rules of its own tells nobody."""
        if not self._charter.digest:
            return None
        end = None if self._held is None else terms.end(self._held, self._skill, self._rules.changed_ms)
        ends = {} if end is None else {self._skill.id: end}
        today_ms, zone = self._today_ms, self._asked.zone
        found = terms.due(self._charter, ends, self._filed, self._minor, today_ms, zone)
        return next(iter(found), None)

    def _upkeep(self) -> Upkeep | None:
        """What the machine needs soonest, where it has services at all."""
        services = self._rules.services
        if not services:
            return None
        worn = wear.of(self._conn, self._rules.machine)
        since = {one.name: worn.since(one.name) for one in services}
        return upkeep.soonest(services, since, self._today_ms)


def _never(opening: str) -> Opening:
    """An opening that the charter does not know is never open: a doubt refuses."""
    return Opening(opening, Mode.PRIVATE)


_LEVELS = """\
SELECT g.skill, g.level, g.since_ms, g.until_ms, n.at_ms, h.since_ms, h.until_ms FROM grants AS g
LEFT JOIN renewals AS n ON n.member = g.member AND n.skill = g.skill
LEFT JOIN grant_holds AS h ON h.member = g.member AND h.skill = g.skill
WHERE g.member = :member AND g.skill IN (SELECT t.value FROM json_each(:skills) AS t) AND g.lab = lab()"""
