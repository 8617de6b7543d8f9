"""Badges: given to members, blocked when they are lost. A badge says who, it gives no right.

A badge goes by its token; people see `short(token)`, and may name it so or by the number on it.
Facts of what was done: `by`, `subject`, `handle`, `badge` (short), of one that was given `payer`, `purpose`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from fabgate.badges import uid
from fabgate.desk import purposes, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import BadgeError
from fabgate.model import Code, Denied, MemberId, Token
from fabgate.records import BadgeAdded, BadgeBlocked, Refused
from fabgate.rules import authority
from fabgate.store import journal, roster
from fabgate.store.keys import Keys
from fabgate.store.roster import Badge, Member

SHORT = 8
LEAST = 6  # digits that name a badge: fewer would often name two


@dataclass(frozen=True, slots=True)
class Shown:
    """A badge and whose it is; all `rivals` where it was given to several, and opens nothing.

    `payer`: the other member who pays for what is done with it.
    """

    badge: Badge
    owner: Member | None
    rivals: tuple[Member, ...] = ()
    payer: Member | None = None


@dataclass(frozen=True, slots=True)
class Tapped:
    """A badge that nobody owns, as a machine saw it in the record `seq`."""

    token: Token
    machine: str
    seq: int


def short(token: Token) -> str:
    """The first digits of a token: enough to tell one badge from another."""
    return token.rpartition(":")[2][:SHORT]


def add(
    desk: Desk,
    by: str | None,
    whom: str,
    number: str,
    label: str = "",
    reason: str | None = None,
    payer: str | None = None,
    purpose: str | None = None,
) -> Done | Denied:
    """Gives a member the badge with this number (UID, in any notation). Raises BadgeError, StoreError.

    A badge that was blocked may be given again, also to somebody else. `payer`: another member, such
    as a guild, who pays for what is done with it; named for a badge that the member has already, it
    changes who does, and the member themselves takes the other away (edge cases 5 and 7). `purpose`: what
    is done with it is for, a word of the lab; "" takes it away, None leaves it.
    """
    return _add(desk, by, whom, tokens_of(desk, number), label, reason, _Use(payer, purpose))


def add_token(
    desk: Desk,
    by: str | None,
    whom: str,
    token: Token,
    label: str = "",
    reason: str | None = None,
    payer: str | None = None,
    purpose: str | None = None,
) -> Done | Denied:
    """Gives a member a badge that a machine has seen (`next_unknown`), whose number nobody typed."""
    return _add(desk, by, whom, (token,), label, reason, _Use(payer, purpose))


@dataclass(frozen=True, slots=True)
class _Use:
    """Who pays for what is done with a badge, and what it is for, as it was typed."""

    payer: str | None
    purpose: str | None


def _add(
    desk: Desk,
    by: str | None,
    whom: str,
    tokens: tuple[Token, ...],
    label: str,
    reason: str | None,
    use: _Use,
) -> Done | Denied:
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = authority.may_add_badge(now.actor)
        if no is not None:
            return now.denied(no, member)
        pays = None if use.payer is None else now.find(use.payer)
        if isinstance(pays, Denied):
            return pays
        no = purposes.unknown(desk.settings, use.purpose) if use.purpose else None
        if no is not None:
            return now.denied(no, member)
        live = live_badge(now.conn, tokens)
        new = _new(live, tokens[0], member, who.sound(label), pays, use.purpose)
        # Who pays and what for can change; a badge that a member has is not given to them once more.
        same = live is not None and (live.payer, live.purpose) == (new.payer, new.purpose)
        if live is not None and (live.member != member.id or same):
            return _taken(now, live, member)
        return _given(now, new, member, pays, reason)


def live_badge(conn: sqlite3.Connection, tokens: tuple[Token, ...]) -> Badge | None:
    """The badge under one of these tokens that opens something."""
    known = (roster.badge(conn, token) for token in tokens)
    return next((badge for badge in known if badge is not None and badge.blocked_ms is None), None)


@dataclass(frozen=True, slots=True)
class _New:
    token: Token
    label: str
    payer: MemberId | None
    purpose: str


def _new(
    live: Badge | None, token: Token, member: Member, label: str, pays: Member | None, purpose: str | None
) -> _New:
    """What a badge is to be; where the member has it already, what was not said of it stays as it is."""
    payer = None if pays is None or pays.id == member.id else pays.id
    if live is None:
        return _New(token, label, payer, purpose or "")
    kept = live.purpose if purpose is None else purpose
    return _New(live.token, label or live.label, live.payer if pays is None else payer, kept)


def _given(now: Turn, new: _New, member: Member, pays: Member | None, reason: str | None) -> Done:
    body = BadgeAdded(new.token, member.id, now.member.id, payer=new.payer, purpose=new.purpose)
    record = now.write(body, reason, {"label": new.label})
    payer = None if pays is None or new.payer is None else pays.name
    return now.done(record, member, badge=short(new.token), payer=payer, purpose=new.purpose)


def _taken(now: Turn, badge: Badge, wanted: Member) -> Denied:
    if badge.member == wanted.id:
        return now.denied(Denied(Code.NOTHING_TO_DO), wanted, badge=short(badge.token))
    return now.denied(
        Denied(Code.BADGE_TAKEN), roster.member(now.conn, badge.member), badge=short(badge.token)
    )


def block(desk: Desk, by: str | None, badge: str, reason: str | None = None) -> Done | Denied:
    """Blocks a badge, named by its number or by the first digits of its token."""
    tokens = _tokens_or_none(desk, badge)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = _named(now.conn, badge, tokens)
        if found is None:
            return now.denied(Denied(Code.UNKNOWN_BADGE))
        no = authority.may_block_badge(now.actor, found.member)
        if no is not None:
            return now.denied(no, badge=short(found.token))
        owner = roster.member(now.conn, found.member)
        if found.blocked_ms is not None and not found.rivals:
            since = found.blocked_ms
            return now.denied(Denied(Code.NOTHING_TO_DO), owner, badge=short(found.token), since_ms=since)
        record = now.write(BadgeBlocked(found.token, found.member, now.member.id), reason)
        return now.done(record, owner, badge=short(found.token))


def listed(desk: Desk, whom: str | None = None) -> tuple[Shown, ...] | Denied:
    """All badges, or a member's, the oldest first."""
    member = None if whom is None else who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    owners = {one.id: one for one in roster.members(desk.conn)}
    found = roster.badges(desk.conn, None if member is None else member.id)
    return tuple(_shown(badge, owners) for badge in found)


def _shown(badge: Badge, owners: Mapping[MemberId, Member]) -> Shown:
    rivals = tuple(owners[who] for who in badge.rivals if who in owners)
    payer = None if badge.payer is None else owners.get(badge.payer)
    return Shown(badge, owners.get(badge.member), rivals, payer)


def next_unknown(conn: sqlite3.Connection, after_seq: int) -> Tapped | None:
    """The newest badge that a machine has refused as unknown since the record `after_seq`.

    For `badge wait`, which asks again and again. One that was given to somebody meanwhile is
    passed over. `journal.last_seq` says where to begin.
    """
    for entry in journal.entries(conn, after_seq, (Refused.kind,), newest_first=True):
        match entry.body:
            case Refused(machine=machine, code=Code.UNKNOWN_BADGE, badge=token):
                if roster.badge(conn, Token(token)) is None:
                    return Tapped(Token(token), machine, entry.id.seq)
    return None


def tokens_of(desk: Desk, number: str) -> tuple[Token, ...]:
    """The tokens of a badge's number, the newest key's first. Raises BadgeError, StoreError."""
    keys = desk.keys or Keys.load(desk.settings.gate.state)
    return keys.tokens(uid.parse(number))


def _tokens_or_none(desk: Desk, text: str) -> tuple[Token, ...]:
    try:
        return tokens_of(desk, text)
    except BadgeError:
        return ()


def _named(conn: sqlite3.Connection, text: str, tokens: tuple[Token, ...]) -> Badge | None:
    """The one badge that is meant; None when that is none or more than one."""
    by_number = [badge for token in tokens if (badge := roster.badge(conn, token)) is not None]
    if by_number:
        return by_number[0]
    digits = text.strip().lower().rpartition(":")[2]
    if len(digits) < LEAST:
        return None
    meant = [one for one in roster.badges(conn) if one.token.rpartition(":")[2].startswith(digits)]
    return meant[0] if len(meant) == 1 else None
