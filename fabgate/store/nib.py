"""What a transaction is written with, as far as the tables go. The journal's `Pen` is one, in `writer.py`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from fabgate.store.connect import Identity

Value = str | int | bytes | None
Parameters = Sequence[Value] | Mapping[str, Value]


class Nib:
    """Writes statements of one transaction. Good inside its `write()` only.

    `unsettled` are the subjects of rights that were taken up and have not moved the roster yet.
    """

    def __init__(self, conn: sqlite3.Connection, identity: Identity) -> None:
        self.conn = conn
        self.identity = identity
        self.unsettled: set[str] = set()
        self._down = False

    @property
    def lab(self) -> str:
        return self.identity.lab

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement of this transaction."""
        if self._down:
            raise RuntimeError("this pen was used after its write() had ended")
        return self.conn.execute(sql, parameters)

    def lay_down(self) -> None:
        self._down = True
