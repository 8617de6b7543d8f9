"""Persons as they are shown: what is personal of them, and a handle that nobody else has.

Used by `settling.py` only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fabgate.model import RecordId
from fabgate.rules import standing
from fabgate.rules.standing import Beside, Profile
from fabgate.store.nib import Nib


def person(pen: Nib, now: Profile) -> None:
    """Write down what is personal about a member, and under which handle they are shown."""
    old = pen.execute(_CLAIM, (now.member, pen.lab)).fetchone()
    if now.person is None and old is not None:
        return  # nothing was told of them
    claim = _text(now.person, "handle") or now.member
    # Under a handle that nobody can have, until it is clear which one they are shown by.
    row: dict[str, str | int | None] = {"lab": pen.lab, "member": now.member, "handle": f"\0{now.member}"}
    row |= {field: _text(now.person, field) for field in ("language", "email", "login", "minor_until")}
    row |= {"claimed": claim, "name": _text(now.person, "name") or claim}
    row["nameable"] = int((now.person or {}).get("nameable") is True)
    pen.execute(_PUT_PERSON, row)
    _show(pen, {claim} if old is None else {claim, old[0]})


_CLAIM = "SELECT coalesce(claimed, handle) FROM people WHERE member = ? AND lab = ?"
_PUT_PERSON = """\
INSERT OR REPLACE INTO people
(lab, member, handle, name, language, email, login, nameable, claimed, minor_until)
VALUES (:lab, :member, :handle, :name, :language, :email, :login, :nameable, :claimed, :minor_until)"""


def _text(person: Beside | None, field: str) -> str | None:
    value = (person or {}).get(field)
    return value if isinstance(value, str) and value else None


def _show(pen: Nib, claims: Collection[str]) -> None:
    """Give everybody whom these handles touch the one that they are shown by.

    Who was taken in by the lowest record id keeps a handle that several claim; the others are
    shown with the first digits of their ids. Such a handle must be nobody else's, so a claim may
    touch those who claim the part before any of its dashes.
    """
    touched = {base for claim in claims for base in _bases(claim)}
    parties = {base: _claimants(pen, base) for base in sorted(touched)}
    for who in sorted({who for party in parties.values() for who in party}):
        pen.execute(_HANDLE, (f"\0{who}", None, who))
    for base, party in parties.items():
        for place, who in enumerate(party):
            shown = base if place == 0 else _derived(pen, base, who, party[1:])
            pen.execute(_HANDLE, (shown, None if shown == base else base, who))


_HANDLE = "UPDATE people SET handle = ?, claimed = ? WHERE member = ?"


def _bases(claim: str) -> set[str]:
    parts = claim.split("-")
    return {"-".join(parts[:count]) for count in range(1, len(parts) + 1)}


def _claimants(pen: Nib, handle: str) -> list[str]:
    """The members who claim a handle, whoever came by the lowest record id first."""
    found = [who for (who,) in pen.execute(_CLAIMANTS, {"lab": pen.lab, "handle": handle})]
    return found if len(found) < 2 else sorted(found, key=lambda who: (_taken_in(pen, who), who))


# In two parts, each of its own index.
_CLAIMANTS = """\
SELECT member FROM people WHERE lab = :lab AND handle = :handle AND claimed IS NULL
UNION SELECT member FROM people WHERE lab = :lab AND claimed = :handle"""


def _taken_in(pen: Nib, who: str) -> tuple[str, int]:
    """The lowest record that took a member in; lower than any where there is none."""
    found = pen.execute(_ADDED, (pen.lab, standing.member_subject(who))).fetchall()
    ids = [RecordId.of(record) for (record,) in found]
    lowest = min(ids, default=None)
    return ("", 0) if lowest is None else (lowest.origin, lowest.seq)


_ADDED = """\
SELECT record FROM rights WHERE lab = ? AND subject = ?
AND substr(body, 1, 21) = '{"kind":"member.add",'"""


def _derived(pen: Nib, base: str, who: str, others: Sequence[str]) -> str:
    digits = _digits(who)
    for length in (4, 8, 16):
        shown = f"{base}-{digits[:length]}"
        alike = sum(_digits(other)[:length] == digits[:length] for other in others)
        if alike == 1 and not _claimants(pen, shown):
            return shown
    shown = f"{base}-{who}"
    while _claimants(pen, shown):
        shown = f"{shown}-{who}"
    return shown


def _digits(who: str) -> str:
    return "".join(letter for letter in who.removeprefix("m-") if letter.isalnum())
