"""Whether what a gate says counts: by its invitation, its certificate, and whether it was sent away.

The broker lets in whoever has a certificate; this is the hub's own look at them.
"""

from __future__ import annotations

from enum import StrEnum

from fabgate.link.invitation import GOOD_FOR_MS
from fabgate.model import Moment
from fabgate.store.gates import GateRow


class Admission(StrEnum):
    """`counts` tells whether the gate is listened to."""

    KNOWN = "known"
    JOINED = "joined"  # heard for the first time under this invitation: note it (gate.join)
    STRANGER = "stranger"  # has a certificate of this lab, and the books know none: they were restored
    LATE = "late"  # first heard more than a day after it was invited
    RETIRED = "retired"

    @property
    def counts(self) -> bool:
        return self in (Admission.KNOWN, Admission.JOINED, Admission.STRANGER)


def admitted(row: GateRow | None, certificate: str, at: Moment) -> Admission:
    """How the hub takes a gate, by its row and the `certificate` that it says it has ("" for none said).

    A gate that was invited anew goes on under its old certificate until it shows the new one. While
    the hub's own clock is not right, nobody is late.
    """
    if row is None:
        return Admission.STRANGER
    if row.retired_ms is not None:
        return Admission.RETIRED
    if row.invited_ms is None:
        return Admission.STRANGER if row.joined_ms is None else Admission.KNOWN
    if not pending(row) or (row.joined_ms is not None and certificate != row.fingerprint):
        return Admission.KNOWN
    return Admission.LATE if at.synced and lapsed(row, at.wall_ms) else Admission.JOINED


def pending(row: GateRow) -> bool:
    """Whether the newest invitation was not used yet."""
    if row.invited_ms is None or row.retired_ms is not None:
        return False
    return row.joined_ms is None or row.joined_ms < row.invited_ms


def lapsed(row: GateRow, wall_ms: int) -> bool:
    """Whether the newest invitation was left unused for more than a day."""
    return row.invited_ms is not None and pending(row) and wall_ms - row.invited_ms > GOOD_FOR_MS
