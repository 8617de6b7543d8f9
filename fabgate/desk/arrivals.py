"""What the rows of an import are held against, and what one row comes to while its cells are read.

Used by the `incoming` files only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fabgate.desk.deed import Turn
from fabgate.desk.difference import Change, Deed, Line
from fabgate.desk.tables import Row, Wrong
from fabgate.model import Denied, MemberId, Token
from fabgate.store.roster import Badge, Member


@dataclass
class Books:
    """The books as they were seen, by `now`'s eyes, and what the rows before said.

    `lines` and `tokens` say in which line a member or a badge was named first.
    """

    now: Turn
    reason: str
    everybody: dict[str, Member]
    handle_of: dict[str, str]
    filed: Mapping[MemberId, Mapping[str, int | None]]
    badges: Mapping[Token, Badge]
    managers: frozenset[MemberId]
    logins: dict[str, str]
    lines: dict[str, int] = field(default_factory=dict)
    tokens: dict[Token, int] = field(default_factory=dict)

    def told(self, no: Denied, subject: Member) -> Denied:
        """The refusal with the names that its text is made from."""
        return self.now.denied(no, subject)


@dataclass
class Arrival:
    """One row: whose it is, and what was found so far."""

    row: Row
    member: Member
    new: bool
    changes: list[Change] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)

    def refuse(self, column: str, why: str | Denied) -> None:
        self.wrong.append(Wrong(self.row.line, column, why))

    def change(self, several: Sequence[Change], deed: Deed) -> None:
        self.changes += several
        self.deeds.append(deed)

    def line(self) -> Line:
        said = (self.row.line, self.member.handle, self.new)
        if self.wrong:
            return Line(*said, wrong=tuple(self.wrong))
        return Line(*said, tuple(self.changes), deeds=tuple(self.deeds))
