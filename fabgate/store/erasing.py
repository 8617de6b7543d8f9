"""What goes with a person who is forgotten, beside what is personal of them: labels of badges, an address,
their ways to sign in.

Used by `settling.py`, in the transaction in which the record of it is taken up, at whichever gate or hub that
is. The texts beside the journal are many, and go in slices: see `purging.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fabgate.records import BadgeAdded
from fabgate.rules import standing
from fabgate.rules.standing import Said
from fabgate.store import signing
from fabgate.store.nib import Nib


def around(pen: Nib, member: str) -> None:
    """Erase what tables say of a member who was forgotten; their id stays where it is."""
    pen.execute("DELETE FROM addresses WHERE member = ? AND lab = ?", (member, pen.lab))
    signing.forget(pen, member)
    tokens = pen.execute(
        "SELECT token FROM badges WHERE member = ? AND lab = ?", (member, pen.lab)
    ).fetchall()
    for (token,) in tokens:
        for record, body in pen.execute(_OF_BADGE, (pen.lab, standing.badge_subject(token))).fetchall():
            if f'"member":"{member}"' in body:
                pen.execute(_NO_LABEL, (pen.lab, record))
    pen.execute("UPDATE badges SET label = '' WHERE member = ? AND lab = ?", (member, pen.lab))


_OF_BADGE = "SELECT record, body FROM rights WHERE lab = ? AND subject = ? AND beside IS NOT NULL"
_NO_LABEL = "UPDATE rights SET beside = '{}' WHERE lab = ? AND record = ?"


def unlabelled(pen: Nib, found: Sequence[Said]) -> Sequence[Said]:
    """The records of a badge, without the labels that it had with those who were forgotten."""
    return [_unlabelled(pen, one) for one in found]


def _unlabelled(pen: Nib, one: Said) -> Said:
    if not one.beside or not isinstance(one.body, BadgeAdded) or not is_forgotten(pen, one.body.member):
        return one
    pen.execute(_NO_LABEL, (pen.lab, str(one.record)))
    return replace(one, beside={})


def is_forgotten(pen: Nib, member: str) -> bool:
    """Whether some record says that the person behind this id was erased."""
    return pen.execute(_GONE, (pen.lab, standing.member_subject(member))).fetchone() is not None


_GONE = """\
SELECT 1 FROM rights WHERE lab = ? AND subject = ? AND substr(body, 1, 24) = '{"kind":"member.forget",'"""
