"""Who may do what, now: members and their persons, badges, grants, roles, locks.

The roster holds the present; its history is in `rights`, from which its rows are made: a record of a
right moves it as it is appended or taken up, and nothing else does. Dates are UTC milliseconds. What a
tap asks (`standing`) is `lookup.py`'s and bears its name here too; what stands beside a grant is
`people.py`'s.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from fabgate.model import Level, Lock, MachineId, MemberId, RecordId, Role, SkillId, Status, Token
from fabgate.store.faults import told
from fabgate.store.lookup import Asked, standing, standing_of

__all__ = [
    "Asked",
    "Badge",
    "Grant",
    "Member",
    "RoleHeld",
    "badge",
    "badges",
    "grants",
    "lock",
    "locks",
    "member",
    "member_of_login",
    "members",
    "roles",
    "standing",
    "standing_of",
]


@dataclass(frozen=True, slots=True)
class Member:
    """A member with what is personal about them; `nameable` if others may be told their name.

    `status_record` is None for who was never said to be anything: a trainee. `minor_until`: the ISO day
    on which they come of age, None of an adult. A suspension holds up to and including
    `suspended_until_ms`, and is still told here after it: ask `suspended_at`.
    """

    id: MemberId
    handle: str
    name: str
    language: str | None = None
    email: str | None = None
    login: str | None = None
    nameable: bool = False
    suspended_ms: int | None = None
    suspended_record: RecordId | None = None
    added_ms: int = 0
    status: Status = Status.TRAINEE
    status_record: RecordId | None = None
    minor_until: str | None = None
    suspended_until_ms: int | None = None

    def suspended_at(self, today_ms: int) -> int | None:
        """Since when they are suspended, at a wall time; None where they are not, or are no more (R9)."""
        over = self.suspended_until_ms is not None and self.suspended_until_ms < today_ms
        return None if over else self.suspended_ms


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge of a member; `record` is the one that gave or blocked it.

    `rivals`: all who own it, where it was given to several who did not know of each other; it is
    then blocked until a manager gives it anew. `payer`: another member who pays for it; `purpose`: what
    is done with it is for, "" for nothing in particular.
    """

    token: Token
    member: MemberId
    label: str
    added_ms: int
    blocked_ms: int | None
    record: RecordId
    rivals: tuple[MemberId, ...] = ()
    payer: MemberId | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """The level that a member holds on a skill by its giver's word, up to and including `until_ms`.

    `vouched`: who proposed it, where `by` gave it on another's word. What is left of it: `people.held`.
    """

    member: MemberId
    skill: SkillId
    level: Level
    by: MemberId
    record: RecordId
    since_ms: int
    until_ms: int | None = None
    vouched: MemberId | None = None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """An office that a member holds, for one machine or (None) for the lab."""

    member: MemberId
    role: Role
    machine: MachineId | None
    first: bool
    record: RecordId


# --- questions ----------------------------------------------------------------------------------


@told
def member(conn: sqlite3.Connection, handle_or_id: str) -> Member | None:
    """The member with this id or this handle."""
    row = conn.execute(_MEMBER + " AND m.id = ?", (handle_or_id,)).fetchone()
    row = row or conn.execute(_MEMBER + " AND p.handle = ?", (handle_or_id,)).fetchone()
    return _member(row) if row else None


@told
def members(conn: sqlite3.Connection) -> tuple[Member, ...]:
    """Everybody, by handle."""
    return tuple(_member(row) for row in conn.execute(_MEMBER + " ORDER BY p.handle"))


@told
def member_of_login(conn: sqlite3.Connection, login: str) -> Member | None:
    """Whose login this is; None also when it is written beside several: it then proves nobody."""
    found = conn.execute(_MEMBER + " AND p.login = ? LIMIT 2", (login,)).fetchall()
    return _member(found[0]) if len(found) == 1 else None


_MEMBER = """\
SELECT m.id, p.handle, p.name, p.language, p.email, p.login, p.nameable,
       m.suspended_ms, m.suspended_record, m.added_ms, m.status, m.status_record, p.minor_until,
       m.suspended_until_ms
FROM members AS m JOIN people AS p ON p.member = m.id WHERE p.lab = lab()"""


_Row = tuple[str, str, str, str, str, str, int, int, str | None, int, int, str | None, str | None, int | None]


def _member(row: _Row) -> Member:
    id_, handle, name, language, email, login, nameable, since, record, added, status, by, minor, until = row
    return Member(
        MemberId(id_),
        handle,
        name,
        language,
        email,
        login,
        bool(nameable),
        since,
        _record(record),
        added,
        Status(status),
        _record(by),
        minor,
        until,
    )


def _record(text: str | None) -> RecordId | None:
    return None if text is None else RecordId.of(text)


@told
def badges(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[Badge, ...]:
    """All badges, or those of one member, the oldest first."""
    # One text for each: with "NULL or equal" SQLite looks at every row, under the writer's lock too.
    whose = "" if member is None else " AND member = :member"
    found = conn.execute(_BADGE + whose + _BY_AGE, {} if member is None else {"member": member})
    return tuple(_badge(row) for row in found)


@told
def badge(conn: sqlite3.Connection, token: Token) -> Badge | None:
    """The badge that bears this token."""
    row = conn.execute(_BADGE + " AND token = ?", (token,)).fetchone()
    return _badge(row) if row else None


_BADGE = """\
SELECT token, member, label, added_ms, blocked_ms, record, rivals, payer, purpose FROM badges
WHERE lab = lab()"""
_BY_AGE = " ORDER BY added_ms, token"


def _badge(row: tuple[str, str, str, int, int | None, str, str | None, str | None, str]) -> Badge:
    token, owner, label, added, blocked, record, several, pays, purpose = row
    rivals = tuple(MemberId(who) for who in json.loads(several or "[]"))
    payer = None if pays is None else MemberId(pays)
    given = RecordId.of(record)
    return Badge(Token(token), MemberId(owner), label, added, blocked, given, rivals, payer, purpose)


@told
def grants(
    conn: sqlite3.Connection, member: MemberId | None = None, skill: SkillId | None = None
) -> tuple[Grant, ...]:
    """The grants in force or run out, of one member, of one skill, or all; by skill, highest first."""
    which = ("" if member is None else " AND member = :member") + (
        "" if skill is None else " AND skill = :skill"
    )
    given = {"member": member, "skill": skill}
    found = conn.execute(
        _GRANTS + which + _BY_SKILL, {name: value for name, value in given.items() if value is not None}
    )
    return tuple(
        Grant(
            MemberId(who),
            SkillId(what),
            Level(level),
            MemberId(by),
            RecordId.of(record),
            since,
            until,
            None if vouched is None else MemberId(vouched),
        )
        for who, what, level, by, record, since, until, vouched in found
    )


_GRANTS = """\
SELECT member, skill, level, given_by, record, since_ms, until_ms, vouched FROM grants WHERE lab = lab()"""
# Ties by handle, as people see it: ids are random.
_BY_SKILL = """\
 ORDER BY skill, level DESC, since_ms, (SELECT handle FROM people AS p WHERE p.member = grants.member)"""


@told
def roles(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[RoleHeld, ...]:
    """The offices of one member, or all."""
    whose = "" if member is None else " AND member = :member"
    found = conn.execute(_ROLES + whose + _BY_ROLE, {} if member is None else {"member": member})
    return tuple(
        RoleHeld(
            MemberId(who),
            Role(role),
            MachineId(machine) if machine else None,
            bool(first),
            RecordId.of(record),
        )
        for who, role, machine, first, record in found
    )


_ROLES = """\
SELECT member, role, machine, first, record FROM roles WHERE lab = lab()"""
_BY_ROLE = """\
 ORDER BY role, machine, (SELECT handle FROM people AS p WHERE p.member = roles.member)"""


@told
def lock(conn: sqlite3.Connection, machine: MachineId) -> Lock | None:
    """Since when a machine is locked out, if it is."""
    return locks(conn).get(machine)


@told
def locks(conn: sqlite3.Connection) -> dict[MachineId, Lock]:
    """Every machine that is locked out."""
    found = conn.execute("SELECT machine, since_ms, record FROM locks WHERE lab = lab() ORDER BY machine")
    return {MachineId(name): Lock(since, RecordId.of(record)) for name, since, record in found}
