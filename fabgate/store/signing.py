"""How members and programs sign in at the board: passwords, one-time links, tokens, terminals; as digests.

None of it is in a record or a right: it stays in the books whose board it is. What is random and long is kept
as its SHA-256; a password, which people choose, as scrypt makes it, with its parameters beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from fabgate.model import MachineId, MemberId, RecordId
from fabgate.store.faults import told
from fabgate.store.nib import Nib


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password as it is kept: what scrypt (RFC 7914) made of it, with which salt and which parameters."""

    digest: bytes
    salt: bytes
    n: int
    r: int
    p: int


@dataclass(frozen=True, slots=True)
class Password:
    """Whose it is, and since when (wall ms)."""

    member: MemberId
    hashed: Hashed
    since_ms: int


@dataclass(frozen=True, slots=True)
class Link:
    """What sets a member's password once, up to and including `until_ms` (wall)."""

    member: MemberId
    digest: bytes
    until_ms: int


@dataclass(frozen=True, slots=True)
class ApiToken:
    """In whose name a program asks, for what, up to and including `until_ms` (wall).

    `token` is what people call it by; its secret is known here by its digest.
    """

    token: str
    member: MemberId
    scopes: tuple[str, ...]
    label: str
    since_ms: int
    until_ms: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Terminal:
    """A browser that stands by the reader of a machine."""

    terminal: str
    machine: MachineId
    since_ms: int
    digest: bytes


# --- passwords ----------------------------------------------------------------------------------


@told
def password(conn: sqlite3.Connection, member: MemberId) -> Password | None:
    """How a member proves who they are; None where they have set nothing."""
    row = conn.execute(_PASSWORD, (member,)).fetchone()
    return None if row is None else Password(member, Hashed(*row[:5]), row[5])


_PASSWORD = "SELECT digest, salt, n, r, p, since_ms FROM passwords WHERE lab = lab() AND member = ?"


def put_password(pen: Nib, what: Password, record: RecordId) -> None:
    """In the place of the one that was."""
    made = what.hashed
    kept = (made.digest, made.salt, made.n, made.r, made.p)
    pen.execute(_PUT_PASSWORD, (pen.lab, what.member, *kept, what.since_ms, str(record)))


_PUT_PASSWORD = """\
INSERT OR REPLACE INTO passwords (lab, member, digest, salt, n, r, p, since_ms, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def drop_password(pen: Nib, member: MemberId) -> bool:
    """Whether there was one."""
    return _gone(pen, "passwords", "member", member)


# --- links --------------------------------------------------------------------------------------


@told
def link(conn: sqlite3.Connection, digest: bytes) -> Link | None:
    row = conn.execute(_LINKS + " AND digest = ?", (digest,)).fetchone()
    return None if row is None else Link(*row)


@told
def links(conn: sqlite3.Connection, member: MemberId) -> tuple[Link, ...]:
    """Those that were made for a member and not used, run out or not."""
    found = conn.execute(_LINKS + " AND member = ? ORDER BY until_ms", (member,))
    return tuple(Link(*row) for row in found)


_LINKS = "SELECT member, digest, until_ms FROM links WHERE lab = lab()"


def put_link(pen: Nib, what: Link, record: RecordId, today_ms: int) -> None:
    """Keep it, and forget those of anybody that have run out."""
    pen.execute("DELETE FROM links WHERE lab = ? AND until_ms < ?", (pen.lab, today_ms))
    pen.execute(_PUT_LINK, (pen.lab, what.digest, what.member, what.until_ms, str(record)))


_PUT_LINK = "INSERT INTO links (lab, digest, member, until_ms, record) VALUES (?, ?, ?, ?, ?)"


def drop_links(pen: Nib, member: MemberId) -> bool:
    """Whether there was one."""
    return _gone(pen, "links", "member", member)


# --- tokens -------------------------------------------------------------------------------------


@told
def token(conn: sqlite3.Connection, name: str) -> ApiToken | None:
    return next(_tokens(conn.execute(_TOKENS + " AND token = ?", (name,))), None)


@told
def tokens(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[ApiToken, ...]:
    """Everybody's or a member's, those that have run out too, the oldest first."""
    if member is None:
        found = conn.execute(_TOKENS + _BY_AGE)
    else:
        found = conn.execute(_TOKENS + " AND member = ?" + _BY_AGE, (member,))
    return tuple(_tokens(found))


_TOKENS = "SELECT token, member, scopes, label, since_ms, until_ms, digest FROM tokens WHERE lab = lab()"
_BY_AGE = " ORDER BY since_ms, token"


def _tokens(found: sqlite3.Cursor) -> Iterator[ApiToken]:
    return (
        ApiToken(name, MemberId(member), tuple(scopes.split()), label, since, until, digest)
        for name, member, scopes, label, since, until, digest in found
    )


def put_token(pen: Nib, what: ApiToken, record: RecordId) -> None:
    scopes = " ".join(what.scopes)
    kept = (what.token, what.digest, what.member, scopes, what.label, what.since_ms, what.until_ms)
    pen.execute(_PUT_TOKEN, (pen.lab, *kept, str(record)))


_PUT_TOKEN = """\
INSERT INTO tokens (lab, token, digest, member, scopes, label, since_ms, until_ms, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def drop_token(pen: Nib, name: str) -> bool:
    """Whether there was one."""
    return _gone(pen, "tokens", "token", name)


# --- terminals ----------------------------------------------------------------------------------


@told
def terminal(conn: sqlite3.Connection, name: str) -> Terminal | None:
    row = conn.execute(_TERMINALS + " AND terminal = ?", (name,)).fetchone()
    return None if row is None else Terminal(*row)


@told
def terminals(conn: sqlite3.Connection) -> tuple[Terminal, ...]:
    """All that there are, the oldest first."""
    return tuple(Terminal(*row) for row in conn.execute(_TERMINALS + " ORDER BY since_ms, terminal"))


_TERMINALS = "SELECT terminal, machine, since_ms, digest FROM terminals WHERE lab = lab()"


def put_terminal(pen: Nib, what: Terminal, record: RecordId) -> None:
    kept = (what.terminal, what.digest, what.machine, what.since_ms)
    pen.execute(_PUT_TERMINAL, (pen.lab, *kept, str(record)))


_PUT_TERMINAL = """\
INSERT INTO terminals (lab, terminal, digest, machine, since_ms, record) VALUES (?, ?, ?, ?, ?, ?)"""


def drop_terminal(pen: Nib, name: str) -> bool:
    """Whether there was one."""
    return _gone(pen, "terminals", "terminal", name)


# --- a person who is forgotten ------------------------------------------------------------------


def forget(pen: Nib, member: str) -> None:
    """Take away every way in that a member has."""
    for table in ("passwords", "links", "tokens"):
        _gone(pen, table, "member", member)


def _gone(pen: Nib, table: str, column: str, value: str) -> bool:
    done = pen.execute(f"DELETE FROM {table} WHERE {column} = ? AND lab = ?", (value, pen.lab))  # noqa: S608 - ours
    return done.rowcount > 0
