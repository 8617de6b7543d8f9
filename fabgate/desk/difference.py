"""What an import would change: line by line, with what is wrong and what would be written."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fabgate.desk.tables import Wrong
from fabgate.records import Body
from fabgate.rules.standing import Beside


class Sign(enum.StrEnum):
    """What a line of the file comes to."""

    NEW = "+"
    CHANGED = "~"
    SAME = "="
    WRONG = "!"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different: what it is, what it was and what it would be, as people read it."""

    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Deed:
    """A record that would be written, what is personal beside it, and why, where the line says so itself."""

    body: Body
    beside: Beside | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file. One that is `wrong` has no deeds."""

    number: int
    handle: str
    new: bool = False
    changes: tuple[Change, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    deeds: tuple[Deed, ...] = ()

    @property
    def sign(self) -> Sign:
        if self.wrong:
            return Sign.WRONG
        if self.new:
            return Sign.NEW
        return Sign.CHANGED if self.changes else Sign.SAME


@dataclass(frozen=True, slots=True)
class Difference:
    """A whole file: its lines, and what is wrong outside of them. `written`: it is in the books now."""

    lines: tuple[Line, ...]
    wrong: tuple[Wrong, ...] = ()
    written: bool = False

    @property
    def mistakes(self) -> tuple[Wrong, ...]:
        """All that is wrong, by line."""
        found = [*self.wrong, *(wrong for line in self.lines for wrong in line.wrong)]
        return tuple(sorted(found, key=lambda one: one.line))

    @property
    def deeds(self) -> tuple[Deed, ...]:
        return tuple(deed for line in self.lines for deed in line.deeds)

    def count(self, sign: Sign) -> int:
        """How many lines come to that; a line that is no row of the table is wrong too."""
        if sign is Sign.WRONG:
            return len({wrong.line for wrong in self.mistakes})
        return sum(line.sign is sign for line in self.lines)
