"""How a badge stands at a machine: the one question of a tap, answered by one indexed query.

Part of `roster`, in a file of its own: it stands between a person and a machine, and must stay as
quick with a million members as with ten.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from fabgate.model import (
    Level,
    Lock,
    MachineRules,
    MemberId,
    Person,
    RecordId,
    SkillId,
    Standing,
    Token,
)
from fabgate.rules.authority import level_at
from fabgate.store.asked import Asked
from fabgate.store.faults import told

__all__ = ["Asked", "standing", "standing_of"]

NAMED_SPONSORS = 5


@told
def standing(
    conn: sqlite3.Connection, tokens: Sequence[Token], rules: MachineRules, asked: Asked
) -> Standing:
    """All that a machine must know of one badge, which bears one token under each live key.

    The tokens come newest key first, and the first that the roster knows counts. Who may sponsor is
    looked up for members below autonomous. Raises StoreError and its kin when the store cannot be asked.
    """
    given = {"machine": rules.machine, "skill": rules.skill, "tokens": json.dumps(list(tokens))}
    found = conn.execute(_BY_BADGE, given).fetchone()
    return _standing(conn, found, rules.skill, asked.today_ms, rules.sponsor_from)


@told
def standing_of(conn: sqlite3.Connection, member: MemberId, rules: MachineRules, asked: Asked) -> Standing:
    """The same for a member by id, whatever badge they used; `blocked_ms` is then never set."""
    given = {"machine": rules.machine, "skill": rules.skill, "member": member}
    found = conn.execute(_BY_MEMBER, given).fetchone()
    return _standing(conn, found, rules.skill, asked.today_ms, rules.sponsor_from)


# One row even for a badge that nobody owns: the machine's lock is asked for as well.
_BY_BADGE = """\
SELECT k.since_ms, k.record, b.blocked_ms, m.id, m.suspended_ms, p.name, p.language, g.level, g.until_ms,
    b.rivals IS NOT NULL
FROM (SELECT lab() AS lab) AS here
LEFT JOIN locks AS k ON k.machine = :machine AND k.lab = here.lab
LEFT JOIN badges AS b ON b.lab = here.lab AND b.token = (
    SELECT t.value FROM json_each(:tokens) AS t JOIN badges AS o ON o.token = t.value ORDER BY t.key LIMIT 1
)
LEFT JOIN members AS m ON m.id = b.member
LEFT JOIN people AS p ON p.member = b.member
LEFT JOIN grants AS g ON g.member = b.member AND g.skill = :skill"""

_BY_MEMBER = """\
SELECT k.since_ms, k.record, NULL, m.id, m.suspended_ms, p.name, p.language, g.level, g.until_ms, 0
FROM (SELECT lab() AS lab) AS here
LEFT JOIN locks AS k ON k.machine = :machine AND k.lab = here.lab
LEFT JOIN members AS m ON m.id = :member AND m.lab = here.lab
LEFT JOIN people AS p ON p.member = m.id
LEFT JOIN grants AS g ON g.member = m.id AND g.skill = :skill"""

# In the order of the index, so that the first few are found without a look at all of them.
_SPONSORS = """\
SELECT p.name FROM grants AS g
CROSS JOIN members AS m ON m.id = g.member CROSS JOIN people AS p ON p.member = g.member
WHERE g.skill = :skill AND g.lab = lab() AND g.level >= :least
AND (g.until_ms IS NULL OR g.until_ms >= :today) AND m.suspended_ms IS NULL AND p.nameable = 1
ORDER BY g.level DESC, g.member LIMIT :most"""

_Row = tuple[
    int | None, str | None, int | None, str | None, int | None, str, str | None, int | None, int | None, int
]


def _standing(
    conn: sqlite3.Connection, row: _Row, skill: SkillId, today_ms: int, sponsor_from: Level
) -> Standing:
    since, record, blocked, member, suspended, name, language, held, until, contested = row
    lock = None if since is None or record is None else Lock(since, RecordId.of(record))
    if member is None:
        return Standing(lock=lock)
    given = Level(held or Level.NONE)
    level = level_at(given, until, today_ms)
    lapsed = until if level < given else None
    sponsors: tuple[str, ...] = ()
    if level < Level.AUTONOMOUS:
        sponsors = _sponsors(conn, skill, today_ms, sponsor_from)
    person = Person(MemberId(member), name, language)
    return Standing(person, blocked, suspended, level, lapsed, lock, sponsors, bool(contested))


def _sponsors(
    conn: sqlite3.Connection, skill: SkillId, today_ms: int, sponsor_from: Level
) -> tuple[str, ...]:
    given = {"skill": skill, "least": int(sponsor_from), "today": today_ms, "most": NAMED_SPONSORS}
    return tuple(name for (name,) in conn.execute(_SPONSORS, given))
