"""The badge of a row of an import: whose it is, its label, who pays for it. Used by `incoming_members.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fabgate.desk import badges, who
from fabgate.desk.arrivals import Arrival, Books
from fabgate.desk.difference import Change, Deed
from fabgate.errors import BadgeError
from fabgate.model import Code, Denied, MemberId, Token
from fabgate.records import BadgeAdded
from fabgate.rules import authority
from fabgate.store.roster import Badge

_ROUNDED = re.compile(r"\d+([.,]\d+)?E\+\d+", re.IGNORECASE)


def look(books: Books, one: Arrival) -> None:
    """What the cells `badge`, `badge_label` and `payer` say that the books do not. Raises StoreError."""
    cells = one.row.cells
    if "badge" not in cells:
        for column in ("badge_label", "payer"):
            if column in cells:
                one.refuse(column, "of which badge? Its number stands under `badge`")
        return None
    if _ROUNDED.fullmatch(cells["badge"]):
        return one.refuse("badge", "the spreadsheet has rounded this number: format its column as text")
    try:
        tokens = badges.tokens_of(books.now.desk, cells["badge"])
    except BadgeError as bad:
        return one.refuse("badge", f"{bad.what}. {bad.remedy}")
    known = next((books.badges[token] for token in tokens if token in books.badges), None)
    no = _taken(books, one, tokens[0], known)
    if no is not None:
        return one.refuse("badge", no)
    payer = _payer(books, one, known)
    if isinstance(payer, Denied):
        return one.refuse("payer", payer)
    return _assign(books, one, tokens[0] if known is None else known.token, known, payer)


def _taken(books: Books, one: Arrival, token: Token, known: Badge | None) -> str | Denied | None:
    """A badge that was lost is given again by a person who has it in hand, and by no file."""
    before = books.tokens.setdefault(token, one.row.line)
    if before != one.row.line:
        return f"line {before} has the same badge"
    if known is None:
        return None
    if known.blocked_ms is not None:
        return "this badge is blocked. Was it found? Give it anew with `fabgate badge add`"
    if known.member == one.member.id:
        return None
    owner = books.everybody.get(books.handle_of.get(known.member, ""))
    told = {} if owner is None else {"subject": owner.name, "handle": owner.handle}
    return Denied(Code.BADGE_TAKEN, {**told, "badge": badges.short(known.token)})


def _payer(books: Books, one: Arrival, known: Badge | None) -> MemberId | Denied | None:
    """Who pays for the badge: as it is where the cell is empty, nobody else where it names the member."""
    handle = one.row.cells.get("payer")
    if handle is None:
        return None if known is None else known.payer
    payer = books.everybody.get(handle)
    if payer is None:
        return Denied(Code.UNKNOWN_MEMBER, {"handle": handle, "near": who.near(handle, books.everybody)})
    return None if payer.id == one.member.id else payer.id


def _assign(books: Books, one: Arrival, token: Token, known: Badge | None, payer: MemberId | None) -> None:
    label = one.row.cells.get("badge_label", "" if known is None else known.label)
    changes = list(_changes(books, token, known, label, payer))
    if not changes:
        return None
    no = authority.may_add_badge(books.now.actor)
    if no is not None:
        return one.refuse("badge", books.told(no, one.member))
    purpose = "" if known is None else known.purpose  # no column says it: it stays as it is
    body = BadgeAdded(token, one.member.id, books.now.member.id, payer=payer, purpose=purpose)
    return one.change(changes, Deed(body, {"label": label}))


def _changes(
    books: Books, token: Token, known: Badge | None, label: str, payer: MemberId | None
) -> Iterator[Change]:
    old_label, old_payer = ("", None) if known is None else (known.label, known.payer)
    if known is None:
        yield Change("badge", "", badges.short(token))
    if label != old_label:
        yield Change("badge label", old_label, label)
    if payer != old_payer:
        yield Change("payer", books.handle_of.get(old_payer or "", ""), books.handle_of.get(payer or "", ""))
