"""The rows of the roster as a subject's records make them. Used by `rights.py` only.

A row names its member, so a subject whose member nobody has taken in yet waits for that record.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from fabgate.model import MemberId, RecordId
from fabgate.records import (
    GrantGiven,
    GrantRevoked,
    MachineLocked,
    MachineUnlocked,
    MemberLifted,
    MemberSuspended,
    RoleGiven,
    RoleRevoked,
)
from fabgate.rules import standing
from fabgate.rules.standing import Beside, Profile, Said
from fabgate.store.nib import Nib


def member(pen: Nib, found: Sequence[Said]) -> set[str]:
    """Settle a member's person. Gives the subjects that waited for this member."""
    now = standing.profile(found)
    if now is None:
        return set()
    new = not _is_member(pen, now.member)
    pen.execute(_PUT_MEMBER, (pen.lab, now.member, now.added_ms))
    _person(pen, now)
    return _waiting(pen, now.member) if new else set()


_PUT_MEMBER = """\
INSERT INTO members (lab, id, added_ms) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET added_ms = excluded.added_ms"""


def other(pen: Nib, about: str, found: Sequence[Said]) -> None:
    """Settle a suspension, badge, office, grant or lockout."""
    if not found:
        return
    match about.partition("/")[0]:
        case "hold":
            _hold(pen, about, found)
        case "badge":
            _badge(pen, about, found)
        case "role":
            _role(pen, about, found)
        case "grant":
            _grant(pen, about, found)
        case "lock":
            _lock(pen, found)


def _knows(pen: Nib, who: str, about: str) -> bool:
    """Whether a member is known; where not, the subject waits for them."""
    if _is_member(pen, who):
        return True
    pen.execute(
        "INSERT OR IGNORE INTO waiting (lab, member, subject) VALUES (?, ?, ?)", (pen.lab, who, about)
    )
    return False


def _is_member(pen: Nib, who: str) -> bool:
    return (
        pen.execute("SELECT 1 FROM members WHERE id = ? AND lab = ?", (who, pen.lab)).fetchone() is not None
    )


def _waiting(pen: Nib, who: MemberId) -> set[str]:
    """What was said of a member before this store knew them."""
    found = pen.execute("DELETE FROM waiting WHERE lab = ? AND member = ? RETURNING subject", (pen.lab, who))
    return {about for (about,) in found.fetchall()}


# --- persons and their handles ------------------------------------------------------------------


def _person(pen: Nib, now: Profile) -> None:
    old = pen.execute(_CLAIM, (now.member, pen.lab)).fetchone()
    if now.person is None and old is not None:
        return  # nothing was told of them
    claim = _text(now.person, "handle") or now.member
    # Under a handle that nobody can have, until it is clear which one they are shown by.
    row: dict[str, str | int | None] = {"lab": pen.lab, "member": now.member, "handle": f"\0{now.member}"}
    row |= {field: _text(now.person, field) for field in ("language", "email", "login")}
    row |= {"claimed": claim, "name": _text(now.person, "name") or claim}
    row["nameable"] = int((now.person or {}).get("nameable") is True)
    pen.execute(_PUT_PERSON, row)
    _show(pen, {claim} if old is None else {claim, old[0]})


_CLAIM = "SELECT coalesce(claimed, handle) FROM people WHERE member = ? AND lab = ?"
_PUT_PERSON = """\
INSERT OR REPLACE INTO people (lab, member, handle, name, language, email, login, nameable, claimed)
VALUES (:lab, :member, :handle, :name, :language, :email, :login, :nameable, :claimed)"""


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


# --- what they hold -----------------------------------------------------------------------------


def _hold(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, MemberSuspended | MemberLifted)
    now = standing.hold(found)
    if not _knows(pen, body.member, about):
        return
    since, record = (None, None) if now is None else (now.since_ms, str(now.record))
    pen.execute(_SUSPEND, (since, record, body.member, pen.lab))


_SUSPEND = "UPDATE members SET suspended_ms = ?, suspended_record = ? WHERE id = ? AND lab = ?"


def _badge(pen: Nib, about: str, found: Sequence[Said]) -> None:
    now = standing.badge(found)
    if now is None:
        return
    known = [who for who in now.owners if _knows(pen, who, about)]
    if not known:
        return
    rivals = json.dumps(now.owners) if len(now.owners) > 1 else None
    row = (pen.lab, now.token, known[0], now.label, now.added_ms, now.blocked_ms, str(now.record), rivals)
    pen.execute(_PUT_BADGE, row)


_PUT_BADGE = """\
INSERT OR REPLACE INTO badges (lab, token, member, label, added_ms, blocked_ms, record, rivals)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


def _role(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, RoleGiven | RoleRevoked)
    key = (body.member, body.role, body.machine or "")
    now = standing.role(found)
    if now is None or not _knows(pen, body.member, about):
        pen.execute(
            "DELETE FROM roles WHERE member = ? AND role = ? AND machine = ? AND lab = ?", (*key, pen.lab)
        )
        return
    pen.execute(_PUT_ROLE, (pen.lab, *key, int(now.first), str(now.record)))


_PUT_ROLE = """\
INSERT OR REPLACE INTO roles (lab, member, role, machine, first, record) VALUES (?, ?, ?, ?, ?, ?)"""


def _grant(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, GrantGiven | GrantRevoked)
    key = (body.member, body.skill)
    now = standing.grant(found)
    if now is None or not _knows(pen, body.member, about):
        pen.execute("DELETE FROM grants WHERE member = ? AND skill = ? AND lab = ?", (*key, pen.lab))
        return
    given = (int(now.level), now.by, str(now.record), now.since_ms, now.until_ms)
    pen.execute(_PUT_GRANT, (pen.lab, *key, *given))


_PUT_GRANT = """\
INSERT OR REPLACE INTO grants (lab, member, skill, level, given_by, record, since_ms, until_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


def _lock(pen: Nib, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, MachineLocked | MachineUnlocked)
    now = standing.lock(found)
    if now is None:
        pen.execute("DELETE FROM locks WHERE machine = ? AND lab = ?", (body.machine, pen.lab))
        return
    row = (pen.lab, body.machine, now.since_ms, str(now.record))
    pen.execute("INSERT OR REPLACE INTO locks (lab, machine, since_ms, record) VALUES (?, ?, ?, ?)", row)
