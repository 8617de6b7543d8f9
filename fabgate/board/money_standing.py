"""How an open month stands, reckoned once for all who look.

A small month is reckoned while its page is asked for, and again when a record was written since. A large
one is reckoned by a process of its own, when somebody asks for it; until they do so again the page shows
what was found then, and when that was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from starlette.responses import Response

from fabgate.board import child
from fabgate.board.child import Ran
from fabgate.board.sessions import Sessions
from fabgate.board.visit import Visit
from fabgate.desk import closing, months
from fabgate.desk.closing import Look
from fabgate.model import Code, Denied
from fabgate.rules import money
from fabgate.rules.closing import Kind, Obstacle, Parts, Sums
from fabgate.rules.month import Month
from fabgate.store import journal

LARGE = 10_000
"""Records to read: as many take 0.5 s on a desktop computer and some seconds on a Pi."""
_FRESH_MS = 60_000  # what time alone changes: a gate is heard, a clock is put right
_KEPT = 12
_boards: WeakKeyDictionary[Sessions, dict[str, Standing]] = WeakKeyDictionary()  # of each that is served


@dataclass(frozen=True, slots=True)
class Standing:
    """A look at a month, when it was taken (wall, UTC ms), and how far the journals were then."""

    look: Look
    at_ms: int
    ends: Mapping[str, int]


def large(visit: Visit) -> bool:
    """Whether an open month takes so long that a process of its own reckons it."""
    return months.to_read(visit.conn) > LARGE


def standing(visit: Visit, month: Month) -> Standing | Denied | None:
    """How it stands; None of a large month that nobody has had reckoned yet. Raises StoreError."""
    known, ends, now_ms = seen(visit, month), journal.ends(visit.conn), visit.today_ms
    if known is not None and (large(visit) or _is_fresh(known, ends, now_ms)):
        return known
    if large(visit):
        return None
    look = closing.look(visit.desk, None, month)
    return look if isinstance(look, Denied) else _keep(visit, Standing(look, now_ms, ends))


def _is_fresh(known: Standing, ends: Mapping[str, int], now_ms: int) -> bool:
    return known.ends == ends and 0 <= now_ms - known.at_ms < _FRESH_MS


def _keep(visit: Visit, found: Standing) -> Standing:
    kept = _kept(visit)
    kept.pop(str(found.look.month), None)
    kept[str(found.look.month)] = found
    for old in list(kept)[:-_KEPT]:
        del kept[old]
    return found


def forget(visit: Visit, month: Month) -> None:
    _kept(visit).pop(str(month), None)


def seen(visit: Visit, month: Month) -> Standing | None:
    """How it stood when it was reckoned last."""
    return _kept(visit).get(str(month))


def _kept(visit: Visit) -> dict[str, Standing]:
    return _boards.setdefault(visit.house.sessions, {})


def reckoning(visit: Visit, month: Month, then: Callable[[Visit], Response]) -> Response:
    """Has a large month reckoned, and shows the page `then`; one that says why where it could not be."""
    ends, now_ms = journal.ends(visit.conn), visit.today_ms

    def done(after: Visit, ran: Ran) -> Response:
        found = read(month, ran.output)
        if found is None:
            return child.failed(after, ran)
        _keep(after, Standing(found, now_ms, ends))
        return then(after)

    return child.Done(visit, ("close", str(month), "--dry-run", "--json"), done)


# --- what the command prints -----------------------------------------------------------------------


def read(month: Month, output: bytes) -> Look | None:
    """The look in what `fabgate close --dry-run --json` printed; None where it printed none."""
    try:
        said = json.loads(output)
        obstacles = tuple(_obstacle(one["about"]) for one in said["obstacles"])
        refused = None if said["refused"] is None else Denied(Code(said["refused"]), {"period": str(month)})
        return Look(month, obstacles, _sums(said), int(said["late"]), refused, parts=_parts(said))
    except (ValueError, KeyError, TypeError):
        return None


def _obstacle(about: Mapping[str, Any]) -> Obstacle:
    return Obstacle(**{**about, "kind": Kind(about["kind"])})


def _parts(said: Mapping[str, Any]) -> Parts:
    items = {(str(one["sort"]), str(one["item"])): _sums(one) for one in said["items"]}
    return Parts({payer: _sums(one) for payer, one in said["payers"].items()}, items)


def _sums(said: Mapping[str, Any]) -> Sums:
    listed, cents, wallet = (money.read(str(said[name])) or 0 for name in ("list", "invoice", "wallet"))
    return Sums(int(said["lines"]), listed, cents, wallet)
