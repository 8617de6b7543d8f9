"""What was paid, as a table that a treasurer made from the accounting program: read whole, or not at all.

A line that is not understood is somebody who paid and would be asked again, so none is passed over: the
first such line is named, and nothing is noted.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fabgate.desk import charges, days, tables
from fabgate.desk.charges import Paid
from fabgate.desk.deed import Desk
from fabgate.desk.tables import Row
from fabgate.errors import UsageError

COLUMNS = ("reference", "day")


class Flaw(enum.StrEnum):
    """What is wrong with a table of payments."""

    HEADER = "header"  # its first line does not name the two columns
    CELLS = "cells"  # a line with more, fewer or longer cells
    EMPTY = "empty"  # a line without a reference, or without a day
    DAY = "day"  # no day


@dataclass(frozen=True, slots=True)
class Unread:
    """The first line that cannot be read: in which column, what stands there, and why (English)."""

    flaw: Flaw
    line: int
    column: str
    why: str
    value: str = ""


def read(desk: Desk, raw: bytes) -> Sequence[Paid] | Unread:
    """What was paid, by a CSV of `reference` and `day`. Raises UsageError for what is no such file at all."""
    table = tables.read(raw, COLUMNS, COLUMNS)
    if table.wrong:
        first = table.wrong[0]
        flaw = Flaw.CELLS if table.named else Flaw.HEADER
        return Unread(flaw, first.line, first.column, str(first.why))
    unread = min(_unread(table.rows), key=lambda one: one.line, default=None)
    if unread is not None:
        return unread
    return [
        Paid(charges.named(desk, row.cells["reference"]), row.cells["day"], row.line) for row in table.rows
    ]


def _unread(rows: Sequence[Row]) -> Iterator[Unread]:
    for row in rows:
        for column in COLUMNS:
            if column not in row.cells:
                yield Unread(Flaw.EMPTY, row.line, column, "nothing stands there")
        try:
            days.day(row.cells.get("day", "2000-01-01"))
        except UsageError as error:
            yield Unread(Flaw.DAY, row.line, "day", f"{error.what}. {error.remedy}", row.cells["day"])
