"""The rows of the roster as a subject's records make them. Used by `rights.py` only.

A row names its member, so a subject whose member nobody has taken in yet waits for that record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

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
from fabgate.rules.standing import Said
from fabgate.store import earned, erasing, handles, states
from fabgate.store.nib import Nib
from fabgate.store.waiting import is_member, knows, waited_for


def member(pen: Nib, found: Sequence[Said]) -> set[str]:
    """Settle a member's person. Gives the subjects that waited for this member."""
    now = standing.profile(found)
    if now is None:
        return set()
    new = not is_member(pen, now.member)
    pen.execute(_PUT_MEMBER, (pen.lab, now.member, now.added_ms))
    handles.person(pen, now)
    if now.forgotten:
        erasing.around(pen, now.member)
    return waited_for(pen, now.member) if new else set()


_PUT_MEMBER = """\
INSERT INTO members (lab, id, added_ms) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET added_ms = excluded.added_ms"""


def other(pen: Nib, about: str, found: Sequence[Said]) -> None:
    """Settle every other subject: one function for each kind of them."""
    settle = _BY_KIND.get(about.partition("/")[0])
    if found and settle is not None:
        settle(pen, about, found)


def _hold(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, MemberSuspended | MemberLifted)
    now = standing.hold(found)
    if not knows(pen, body.member, about):
        return
    row = (None, None, None) if now is None else (now.since_ms, now.until_ms, str(now.record))
    pen.execute(_SUSPEND, (*row, body.member, pen.lab))


_SUSPEND = """\
UPDATE members SET suspended_ms = ?, suspended_until_ms = ?, suspended_record = ? WHERE id = ? AND lab = ?"""


def _status(pen: Nib, about: str, found: Sequence[Said]) -> None:
    now = standing.status(found)
    if now is not None and knows(pen, now.member, about):
        pen.execute(_STATUS, (int(now.status), str(now.record), now.member, pen.lab))


_STATUS = "UPDATE members SET status = ?, status_record = ? WHERE id = ? AND lab = ?"


def _badge(pen: Nib, about: str, found: Sequence[Said]) -> None:
    found = erasing.unlabelled(pen, found)
    now = standing.badge(found)
    if now is None:
        return
    known = [who for who in now.owners if knows(pen, who, about)]
    if not known:  # it was another's before, and is theirs no more
        pen.execute("DELETE FROM badges WHERE token = ? AND lab = ?", (now.token, pen.lab))
        return
    rivals = json.dumps(now.owners) if len(now.owners) > 1 else None
    blocked = (now.blocked_ms, str(now.record), rivals)
    row = (pen.lab, now.token, known[0], now.label, now.added_ms, *blocked, now.payer, now.purpose)
    pen.execute(_PUT_BADGE, row)


_PUT_BADGE = """\
INSERT OR REPLACE INTO badges
(lab, token, member, label, added_ms, blocked_ms, record, rivals, payer, purpose)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def _role(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, RoleGiven | RoleRevoked)
    key = (body.member, body.role, body.machine or "")
    now = standing.role(found)
    if now is None or not knows(pen, body.member, about):
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
    earned.answer(pen, found)
    now = standing.grant(found)
    if now is None or not knows(pen, body.member, about):
        pen.execute("DELETE FROM grants WHERE member = ? AND skill = ? AND lab = ?", (*key, pen.lab))
        return
    given = (int(now.level), now.by, str(now.record), now.since_ms, now.until_ms, now.vouched)
    pen.execute(_PUT_GRANT, (pen.lab, *key, *given))


_PUT_GRANT = """\
INSERT OR REPLACE INTO grants (lab, member, skill, level, given_by, record, since_ms, until_ms, vouched)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def _lock(pen: Nib, _: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, MachineLocked | MachineUnlocked)
    now = standing.lock(found)
    if now is None:
        pen.execute("DELETE FROM locks WHERE machine = ? AND lab = ?", (body.machine, pen.lab))
        return
    row = (pen.lab, body.machine, now.since_ms, str(now.record))
    pen.execute("INSERT OR REPLACE INTO locks (lab, machine, since_ms, record) VALUES (?, ?, ?, ?)", row)


_BY_KIND: Mapping[str, Callable[[Nib, str, Sequence[Said]], None]] = {
    "hold": _hold,
    "status": _status,
    "badge": _badge,
    "role": _role,
    "grant": _grant,
    "lock": _lock,
    **earned.BY_KIND,
    **states.BY_KIND,
}
