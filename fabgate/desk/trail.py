"""The last record of a subject, for `supersedes`: what the one who acts has seen of it.

The roster knows the record of all that is in force. What was taken away is in the journal only, and
to look for it may mean to read all of it: `follow` does so before the writer's lock is taken, so that
no tap waits, and `heads` adds within the transaction what came since.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from fabgate.model import MemberId, RecordId
from fabgate.records import Body, MemberAdded
from fabgate.store import journal


@dataclass(frozen=True, slots=True)
class Trail:
    """The records about a member that `about` knows, up to `upto`; `seen` is the last of them."""

    member: MemberId
    kinds: tuple[str, ...]
    about: Callable[[Body], bool]
    seen: RecordId | None = None
    upto: int = 0

    def heads(self, conn: sqlite3.Connection) -> tuple[str, ...]:
        """The record that a new one supersedes. Each superseded the one before it in its turn."""
        newest = self._last(conn, self.upto) or self.seen
        return () if newest is None else (str(newest),)

    def _last(self, conn: sqlite3.Connection, after: int) -> RecordId | None:
        for entry in journal.entries(conn, after, (*self.kinds, MemberAdded.kind), newest_first=True):
            match entry.body:
                case MemberAdded(member=added):
                    if added == self.member:
                        return None  # nothing was said of them before they came
                case body if body is not None and self.about(body):
                    return entry.id
        return None


def follow(
    conn: sqlite3.Connection, member: MemberId, kinds: tuple[str, ...], about: Callable[[Body], bool]
) -> Trail:
    """The trail as it stands now. Raises ChainBroken for a record that cannot be read."""
    trail = Trail(member, kinds, about)
    upto = journal.last_seq(conn)
    return Trail(member, kinds, about, trail._last(conn, 0), upto)
