"""Import: members with their papers and badges, and grants, out of a spreadsheet's CSV.

A file is first looked through whole, outside the lock; what it would change is told line by line.
Then all of it is written in one transaction, or nothing is: where one line is wrong, nothing is.
What a single deed may not do, no line may; who imports acts, and the reason of the import stands for
each line that gives none itself. To import the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fabgate.desk import incoming_grants, incoming_members
from fabgate.desk.deed import Desk, Turn, looking, turn
from fabgate.desk.difference import Difference
from fabgate.errors import StoreBusy, UsageError
from fabgate.model import Denied
from fabgate.rules import authority
from fabgate.store import rights
from fabgate.store.keys import Keys

LONGEST_MS = 800
"""For how long an import writes at most: while it does, no machine can start (law 1), for 2 s at most."""

_TRIES = 3

Look = Callable[[Turn, bytes, str], Difference]
Import = Callable[[Desk, str | None, bytes, str, bool], Difference | Denied]


def members(desk: Desk, by: str | None, raw: bytes, reason: str, write: bool = False) -> Difference | Denied:
    """What the file `raw` says of members, and whether it is written. Raises UsageError, StoreBusy.

    Columns: `handle`, `name`, `language`, `email`, `login`, `nameable`, `born`, `status`, `badge`,
    `badge_label`, `payer`, and one for each paper of the lab's rules. An empty cell leaves a thing as
    it is.
    """
    keys = desk.keys or Keys.load(desk.settings.gate.state)  # once, and not for each badge
    return _imported(replace(desk, keys=keys), by, raw, reason, write, incoming_members.look)


def grants(desk: Desk, by: str | None, raw: bytes, reason: str, write: bool = False) -> Difference | Denied:
    """The same for grants: columns `handle`, `skill`, `level`, `until`, `reason`. Who imports waives
    what the lab's rules ask for besides, and the record names it (R5)."""
    return _imported(desk, by, raw, reason, write, incoming_grants.look)


def _imported(
    desk: Desk, by: str | None, raw: bytes, reason: str, write: bool, look: Look
) -> Difference | Denied:
    for _ in range(_TRIES):
        now = looking(desk, by)
        if isinstance(now, Denied):
            return now
        no = authority.may_import(now.actor)
        if no is not None:
            return now.denied(no)
        seen = rights.mark(now.conn)
        found = look(now, raw, reason)
        if found.mistakes or not write:
            return found
        done = _written(desk, by, found, reason, seen)
        if done is not None:
            return done
    raise StoreBusy("the books change all the time", "Nothing was written. Try again in a moment.")


def _written(
    desk: Desk, by: str | None, found: Difference, reason: str, seen: rights.Mark
) -> Difference | Denied | None:
    """Writes it all, unless somebody gave or took a right since it was looked through: then None."""
    if not found.deeds:
        return replace(found, written=True)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        if rights.mark(now.conn) != seen:
            return None
        for count, deed in enumerate(found.deeds):
            now.write(deed.body, deed.reason or reason, deed.beside)
            if desk.clock.now().boot_ms - now.at.boot_ms > LONGEST_MS:
                raise _too_long(found, count + 1)
    return replace(found, written=True)


def _too_long(found: Difference, count: int) -> UsageError:
    lines = sum(bool(line.deeds) for line in found.lines)
    fit = max(1, lines * count // len(found.deeds) * 4 // 5)
    return UsageError(
        f"nothing was written: no machine could start while so much is ({len(found.deeds)} records)",
        f"Split the file: about {fit} of its {lines} new or changed lines at a time.",
    )
