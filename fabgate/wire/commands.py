"""What the hub asks of a gate, and what became of it. No command switches anything on (law 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fabgate.wire.forms import OneLine
from fabgate.wire.kinds import Id, Line, Ms, Name, Record, Shaped

VERBS = ("stop", "identify", "refresh", "hand_in")


@dataclass(frozen=True, slots=True)
class Command(OneLine):
    """Do `verb`, if you are this instance of the gate and it is not after `until_ms` (wall time, UTC).

    The message's correlation data is the id of the record by which it was asked. A verb need not be one of
    `VERBS`: a newer hub may ask for more, and is answered `unknown`.
    """

    verb: Annotated[str, Shaped("a verb", "[a-z_]{1,32}")]
    instance: Name
    until_ms: Ms
    machine: Id | None = None
    session: Record | None = None
    by: Name | None = None


@dataclass(frozen=True, slots=True)
class Answer(OneLine):
    """What became of a command, by its record. `what` is for people: no name is in it."""

    command: Record
    answer: Literal["done", "late", "refused", "unknown"]
    what: Line
