"""Ways to sign in at the board: a link for a first password, the password, tokens for programs, terminals.

What is handed out is shown once and kept as a digest. Facts of what was done: `by`, `subject`, `handle`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from hmac import compare_digest
from sqlite3 import Connection

from fabgate.desk import passwords, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Facts, MemberId, RecordId
from fabgate.records import (
    LinkMade,
    PasswordEnded,
    PasswordSet,
    TerminalEnded,
    TerminalMade,
    TokenEnded,
    TokenMade,
)
from fabgate.rules import signing as rules
from fabgate.rules.actors import visible
from fabgate.store import purging, roster
from fabgate.store import signing as kept
from fabgate.store.roster import Member
from fabgate.store.signing import ApiToken, Link, Password, Terminal

LINK_PATH = "/sign-in/link/"
LONGEST_LABEL = 80
TOKEN_DAYS = 365
_TOKEN = "fabgate"  # what a token begins with, so that one that leaked is known for what it is


@dataclass(frozen=True, slots=True)
class Handed:
    """Something that opens a door, shown this once: `text`, good until `until_ms` (wall; None: no end)."""

    record: RecordId
    text: str
    until_ms: int | None = None
    facts: Facts = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where a link leads, at the address of the board."""
        return LINK_PATH + self.text


@dataclass(frozen=True, slots=True)
class Known:
    """Who typed the right password, and what tells that one from any before and after it."""

    member: Member
    proof: bytes


@dataclass(frozen=True, slots=True)
class Chosen(Done):
    """A password that was set; `proof`, as in `Known`. Fact: `member`, the id."""

    proof: bytes = b""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a member can sign in: their password since when (wall ms), links that wait, tokens in force."""

    password_ms: int | None
    links: tuple[Link, ...]
    tokens: tuple[ApiToken, ...]


def ways(desk: Desk, whom: str) -> Ways | Denied:
    """What a member has."""
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    today = who.today_ms(desk.conn, desk.clock.now())
    has = kept.password(desk.conn, member.id)
    return Ways(
        None if has is None else has.since_ms,
        tuple(one for one in kept.links(desk.conn, member.id) if today <= one.until_ms),
        tuple(one for one in kept.tokens(desk.conn, member.id) if today <= one.until_ms),
    )


# --- links --------------------------------------------------------------------------------------


def link(desk: Desk, by: str | None, whom: str, reason: str | None = None) -> Handed | Denied:
    """A link for a member that sets their password, once, within a day. It ends those made before.

    The password that they have is good until they use it.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = _somebody(now, whom)
        if isinstance(member, Denied):
            return member
        on_the_board = desk.signed_in is not None
        no = rules.may_make_link(now.actor, member.id, on_the_board=on_the_board)
        if no is not None:
            return now.denied(no, member)
        key, until = secrets.token_urlsafe(32), now.today_ms + rules.LINK_MS
        record = now.write(LinkMade(member.id, now.member.id, until), reason)
        kept.drop_links(now.pen, member.id)
        kept.put_link(now.pen, Link(member.id, _digest(key), until), record, now.today_ms)
        return Handed(record, key, until, now.done(record, member, until_ms=until).facts)


def behind(desk: Desk, key: str) -> Member | Denied:
    """Whose link this is, or LINK_OVER: it was used, it has run out, it never was. It stays good."""
    found = kept.link(desk.conn, _digest(key))
    over = Denied(Code.LINK_OVER, {"contact": desk.settings.lab.contact})
    if found is None or who.today_ms(desk.conn, desk.clock.now()) > found.until_ms:
        return over
    return roster.member(desk.conn, found.member) or over


# --- passwords ----------------------------------------------------------------------------------


def known(desk: Desk, handle: str, password: str) -> Known | None:
    """The member with this handle, if that is their password; it takes as long where there is none."""
    typed = who.sound(handle).strip()
    found = roster.member(desk.conn, typed) or roster.member(desk.conn, typed.casefold())
    by_id = found is not None and found.id == typed.casefold()  # tries are counted by the handle
    has = None if found is None or by_id else kept.password(desk.conn, found.id)
    fits = passwords.fits(password, None if has is None else has.hashed)
    return Known(found, has.hashed.salt) if fits and found is not None and has is not None else None


def proof_of(conn: Connection, member: MemberId) -> bytes | None:
    """What tells their password from any before and after it: a session of the board ends with its own."""
    has = kept.password(conn, member)
    return None if has is None else has.hashed.salt


def set_by_link(desk: Desk, key: str, password: str) -> Chosen | Denied:
    """A member's new password through their link, which is used up."""
    member = behind(desk, key)
    if isinstance(member, Denied):
        return member
    no = rules.unfit(password, _names(desk, member))
    if no is not None:
        return no
    made = passwords.hashed(password)  # before the turn: nobody else may wait for it
    with turn(_as(desk, member), None) as now:
        if isinstance(now, Denied):
            return now
        found = kept.link(now.conn, _digest(key))
        if found is None or now.today_ms > found.until_ms:
            return now.denied(Denied(Code.LINK_OVER))
        return _put(now, made, "link")


def change(desk: Desk, old: str, password: str) -> Chosen | Denied:
    """The same for whoever signed in and knows the one before. Raises UsageError where nobody signed in."""
    if desk.signed_in is None:
        raise UsageError("nobody is signed in", "Sign in first.")
    member = who.find(desk.conn, desk.signed_in)
    if isinstance(member, Denied):
        return member
    has = kept.password(desk.conn, member.id)
    if not passwords.fits(old, None if has is None else has.hashed):
        return Denied(Code.SIGN_IN_REFUSED, {"contact": desk.settings.lab.contact})
    no = rules.unfit(password, _names(desk, member))
    if no is not None:
        return no
    made = passwords.hashed(password)
    with turn(_as(desk, member), None) as now:
        if isinstance(now, Denied):
            return now
        if (
            kept.password(now.conn, member.id) != has
        ):  # somebody was quicker: what was typed is the old one no more
            return now.denied(Denied(Code.SIGN_IN_REFUSED))
        return _put(now, made, "old")


def end(desk: Desk, by: str | None, whom: str, reason: str | None = None) -> Done | Denied:
    """Takes away a member's password and the links to a new one. Sessions of the board are its own to end."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = rules.may_manage_signing(now.actor, member.id)
        if no is None and kept.password(now.conn, member.id) is None and not kept.links(now.conn, member.id):
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member)
        record = now.write(PasswordEnded(member.id, now.member.id), reason)
        kept.drop_password(now.pen, member.id)
        kept.drop_links(now.pen, member.id)
        return now.done(record, member)


def _put(now: Turn, made: kept.Hashed, how: str) -> Chosen:
    record = now.write(PasswordSet(now.member.id, now.member.id, how))
    kept.put_password(now.pen, Password(now.member.id, made, now.today_ms), record)
    kept.drop_links(now.pen, now.member.id)
    facts = now.done(record, now.member, member=now.member.id).facts
    return Chosen(record, facts, made.salt)


def _as(desk: Desk, member: Member) -> Desk:
    """The desk of whoever proved who they are: they act, whatever the system's login is."""
    return replace(desk, signed_in=member.id)


def _names(desk: Desk, member: Member) -> Collection[str]:
    said = (member.handle, member.name, member.email, member.login, desk.settings.lab.name, "fabgate")
    return [one for one in said if one]


# --- tokens -------------------------------------------------------------------------------------


def token(
    desk: Desk,
    by: str | None,
    whom: str,
    scopes: Collection[str],
    until_ms: int | None,
    label: str = "",
    reason: str | None = None,
) -> Handed | Denied:
    """A token with which a program asks the API in the name of a member; a year, where no end is given.

    Facts: `token`, what it is called by. Raises UsageError for a scope that there is not, and for none.
    """
    asked = _scopes(scopes)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = _somebody(now, whom)
        if isinstance(member, Denied):
            return member
        no = rules.may_manage_signing(now.actor, member.id)
        until = now.today_ms + TOKEN_DAYS * 86_400_000 if until_ms is None else until_ms
        if no is None and until < now.today_ms:
            no = Denied(Code.PAST_DATE, {"until_ms": until})
        if no is not None:
            return now.denied(no, member)
        name, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        record = now.write(TokenMade(name, member.id, now.member.id, asked, until), reason)
        told = who.sound(label).strip()[:LONGEST_LABEL] if visible(label) else ""
        new = ApiToken(name, member.id, asked, told, now.today_ms, until, _digest(secret))
        kept.put_token(now.pen, new, record)
        facts = now.done(record, member, token=name, until_ms=until).facts
        return Handed(record, f"{_TOKEN}_{name}_{secret}", until, facts)


def token_of(conn: Connection, text: str, today_ms: int) -> ApiToken | None:
    """The token with this text, where it is in force at this wall time: its member, its scopes.

    What it opens is `rules.signing.areas_of(token.scopes, actor)`: never more than its member may now.
    """
    kind, _, rest = text.strip().partition("_")
    name, _, secret = rest.partition("_")
    found = kept.token(conn, who.sound(name)) if kind == _TOKEN and name else None
    if found is None or not compare_digest(_digest(secret), found.digest):
        return None
    return found if today_ms <= found.until_ms else None


def tokens(desk: Desk, whom: str | None = None) -> tuple[ApiToken, ...] | Denied:
    """Everybody's or a member's, those that have run out too; without their secrets, which nobody knows."""
    if whom is None:
        return kept.tokens(desk.conn)
    member = who.find(desk.conn, whom)
    return member if isinstance(member, Denied) else kept.tokens(desk.conn, member.id)


def end_token(desk: Desk, by: str | None, name: str, reason: str | None = None) -> Done | Denied:
    """Ends a token, called by its name; from now on it opens nothing."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = kept.token(now.conn, who.sound(name))
        if found is None:
            return now.denied(Denied(Code.UNKNOWN_TOKEN, {"token": name}))
        member = now.find(found.member)
        if isinstance(member, Denied):
            return member
        no = rules.may_manage_signing(now.actor, member.id)
        if no is not None:
            return now.denied(no, member)
        record = now.write(TokenEnded(found.token, member.id, now.member.id), reason)
        kept.drop_token(now.pen, found.token)
        return now.done(record, member, token=found.token)


def _scopes(asked: Collection[str]) -> tuple[str, ...]:
    known = [scope.value for scope in rules.Scope]
    unknown = [one for one in asked if one not in known]
    if unknown or not asked:
        what = (
            f"there is no scope {unknown[0]!r}" if unknown else "a token is for something: no scope is given"
        )
        raise UsageError(what, f"There are: {', '.join(known)}.")
    return tuple(one for one in known if one in asked)


# --- terminals ----------------------------------------------------------------------------------


def terminal(desk: Desk, by: str | None, machine: str) -> Handed | Denied:
    """A browser beside the reader of a machine. Facts: `terminal`, `machine`, `title`.

    Whoever taps there within a minute of asking for it sees their own pages on it, and nothing else.
    """
    found = desk.machine(machine)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = rules.may_set_up_terminal(now.actor)
        if no is not None:
            return now.denied(no)
        if isinstance(found, Denied):
            return now.denied(found)
        name, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        place = found.rules.machine
        record = now.write(TerminalMade(name, place, now.member.id))
        kept.put_terminal(now.pen, Terminal(name, place, now.today_ms, _digest(secret)), record)
        facts = now.done(record, None, terminal=name, machine=place, title=found.rules.title).facts
        return Handed(record, f"{name}.{secret}", None, facts)


def terminal_of(conn: Connection, text: str | None) -> Terminal | None:
    """The terminal whose browser shows this; None for what is none any more."""
    name, _, secret = (text or "").partition(".")
    found = kept.terminal(conn, who.sound(name)) if name else None
    if found is None or not compare_digest(_digest(secret), found.digest):
        return None
    return found


def terminals(desk: Desk) -> tuple[Terminal, ...]:
    """All that there are."""
    return kept.terminals(desk.conn)


def end_terminal(desk: Desk, by: str | None, name: str) -> Done | Denied:
    """Makes a browser one like any other again. Facts: `terminal`, `machine`."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = rules.may_set_up_terminal(now.actor)
        found = kept.terminal(now.conn, who.sound(name))
        if no is None and found is None:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None or found is None:
            return now.denied(no or Denied(Code.NOTHING_TO_DO))
        record = now.write(TerminalEnded(found.terminal, found.machine, now.member.id))
        kept.drop_terminal(now.pen, found.terminal)
        return now.done(record, None, terminal=found.terminal, machine=found.machine)


def _somebody(now: Turn, whom: str) -> Member | Denied:
    """The member who is meant; nobody signs in as one who was forgotten."""
    member = now.find(whom)
    if not isinstance(member, Denied) and member.id in purging.forgotten(now.conn):
        return now.denied(Denied(Code.UNKNOWN_MEMBER, {"handle": whom, "near": ()}))
    return member


def _digest(secret: str) -> bytes:
    return hashlib.sha256(who.sound(secret).encode()).digest()
