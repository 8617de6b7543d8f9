"""Who could help at a machine: those who may sponsor there, by name or because they are checked in (R3, R4).

The answer to the one who asks must not depend on how many members there are: names are read in the
order of an index until there are enough.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fabgate.charter import Skill
from fabgate.model import Level, MachineRules, MemberId, Status
from fabgate.rules import terms
from fabgate.rules.terms import Held
from fabgate.store import people
from fabgate.store.asked import Asked
from fabgate.store.practice import Worked
from fabgate.store.present import Present

NAMED_SPONSORS = 5
_LOOKED_AT = 200  # of those who hold the skill, where their right has to be reckoned one by one


def in_force(since_ms: int | None, until_ms: int | None, today_ms: int) -> int | None:
    """Since when somebody is suspended, up to and including `until_ms`; None where they are not (R9)."""
    return None if until_ms is not None and until_ms < today_ms else since_ms


class _Row(NamedTuple):
    """Somebody in good standing who holds the skill high enough, by their giver's word."""

    member: MemberId
    name: str
    minor_until: str | None
    level: int
    since_ms: int
    until_ms: int | None
    renewed_ms: int | None


class Helpers:
    """Those who may sponsor at a machine, as `policy.sponsor` would have it of their tap."""

    def __init__(
        self, conn: sqlite3.Connection, rules: MachineRules, asked: Asked, skill: Skill, worked: Worked
    ) -> None:
        self._conn, self._rules, self._asked = conn, rules, asked
        self._skill, self._worked = skill, worked
        self._least = max(rules.sponsor_from, Level.AUTONOMOUS)
        lapses = skill.valid_months or skill.unused_months or rules.changed_ms is not None
        self._reckons = bool(lapses or asked.charter.papers)

    def names(self, of: MemberId, duty: MemberId | None = None) -> tuple[str, ...]:
        """Whom a member may ask, of those who agreed to be named; `duty`, who looks after them, first."""
        found = {} if duty is None else {row.member: row.name for row in self._of_those([duty], _NAMEABLE)}
        most = _LOOKED_AT if self._reckons else NAMED_SPONSORS + 2
        for row in self._rows(_SPONSORS, most=most):
            if len(found) == NAMED_SPONSORS:
                break
            if row.member != of and self._may(row):
                found[row.member] = row.name
        return tuple(found.values())

    def able(self, here: Sequence[Present]) -> tuple[MemberId, ...]:
        """Those of them who may sponsor, in their order."""
        able = {row.member for row in self._of_those([one.member for one in here])}
        return tuple(one.member for one in here if one.member in able)

    def _of_those(self, members: Sequence[MemberId], also: str = "") -> Iterator[_Row]:
        if not members:
            return iter(())
        found = self._rows(_OF_THOSE + also, members=json.dumps(members))
        return (row for row in found if self._may(row))

    def _rows(self, sql: str, **given: str | int) -> Iterator[_Row]:
        given |= {"skill": self._rules.skill, "least": int(self._least), "today": self._asked.today_ms}
        given["status"] = int(max(self._rules.sponsor_status, Status.TRAINEE))
        return map(_Row._make, self._conn.execute(sql, given))

    def _may(self, row: _Row) -> bool:
        """What the statement did not ask: most labs ask no more."""
        asked = self._asked
        if row.minor_until is not None and terms.minor(row.minor_until, asked.today_ms, asked.zone):
            return False
        return not self._reckons or (self._left(row) >= self._least and self._in_order(row.member))

    def _left(self, row: _Row) -> Level:
        own = self._worked.own_ms(row.member, self._skill.id) if self._skill.unused_months else None
        held = Held(Level(row.level), row.since_ms, row.until_ms, row.renewed_ms, own)
        return terms.left(held, self._skill, self._asked.today_ms, self._rules.changed_ms)[0]

    def _in_order(self, member: MemberId) -> bool:
        """Whether no paper stands in the way of an adult."""
        papers = self._asked.charter.papers
        if not papers:
            return True
        filed = people.filed(self._conn, member)
        return not terms.lacks(papers, filed, False, self._asked.today_ms, self._asked.zone)


_COLUMNS = """\
SELECT g.member, p.name, p.minor_until, g.level, g.since_ms, g.until_ms,
(SELECT n.at_ms FROM renewals AS n WHERE n.member = g.member AND n.skill = g.skill) FROM """
_FIT = """
CROSS JOIN members AS m ON m.id = g.member CROSS JOIN people AS p ON p.member = g.member
WHERE g.skill = :skill AND g.lab = lab() AND g.level >= :least
AND (g.until_ms IS NULL OR g.until_ms >= :today) AND m.status >= :status
AND (m.suspended_ms IS NULL OR m.suspended_until_ms < :today)
AND NOT EXISTS (SELECT 1 FROM grant_holds AS h WHERE h.member = g.member AND h.skill = g.skill
AND (h.until_ms IS NULL OR h.until_ms >= :today))"""
_NAMEABLE = " AND p.nameable = 1"
# In the order of the index, so that the first few are found without a look at all of them.
_SPONSORS = _COLUMNS + "grants AS g" + _FIT + _NAMEABLE + " ORDER BY g.level DESC, g.member LIMIT :most"
_OF_THOSE = _COLUMNS + "json_each(:members) AS t CROSS JOIN grants AS g ON g.member = t.value" + _FIT
