"""Subjects of rights whose member nobody has taken in yet, as far as this store knows."""

from __future__ import annotations

from fabgate.model import MemberId
from fabgate.store.nib import Nib


def knows(pen: Nib, who: str, about: str) -> bool:
    """Whether a member is known; where not, the subject waits for them."""
    if is_member(pen, who):
        return True
    pen.execute(
        "INSERT OR IGNORE INTO waiting (lab, member, subject) VALUES (?, ?, ?)", (pen.lab, who, about)
    )
    return False


def is_member(pen: Nib, who: str) -> bool:
    return (
        pen.execute("SELECT 1 FROM members WHERE id = ? AND lab = ?", (who, pen.lab)).fetchone() is not None
    )


def waited_for(pen: Nib, who: MemberId) -> set[str]:
    """What was said of a member before this store knew them; it waits no longer."""
    found = pen.execute("DELETE FROM waiting WHERE lab = ? AND member = ? RETURNING subject", (pen.lab, who))
    return {about for (about,) in found.fetchall()}
