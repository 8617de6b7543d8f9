"""What a payer is and how they stood at last, settled out of the records that say it.

A part of `standing.py`, which says how records meet. Both are written where the books are kept, so that two
who did not see each other are rare: a hub that was restored from an old copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import MemberId, RecordId
from fabgate.records import AccountSet, AccountState
from fabgate.rules.said import Said, heads


@dataclass(frozen=True, slots=True)
class AccountStands:
    """What a payer is: their category of the price list, and how they pay."""

    member: MemberId
    category: str
    organisation: bool
    prepaid: bool
    record: RecordId


@dataclass(frozen=True, slots=True)
class StateStands:
    """How a payer stood at `as_of_ms` (wall); the texts are those of `AccountState`."""

    member: MemberId
    balance_cents: int
    plans: tuple[str, ...]
    left: tuple[str, ...]
    read: tuple[str, ...]
    open: tuple[str, ...]
    as_of_ms: int
    record: RecordId


def account(records: Iterable[Said]) -> AccountStands | None:
    """What was set; where several differ, everybody's price, and whoever pays before for one pays before."""
    given = [(one, one.body) for one in heads(records) if isinstance(one.body, AccountSet)]
    if not given:
        return None
    one, body = given[0]
    bodies = [other for _, other in given]
    return AccountStands(
        MemberId(body.member),
        body.category if len({other.category for other in bodies}) == 1 else "",
        any(other.organisation for other in bodies),
        any(other.prepaid for other in bodies),
        one.record,
    )


def state(records: Iterable[Said]) -> StateStands | None:
    """The last word on a payer's balance, of two of one moment the lower: it gives no right, it tells."""
    given = [(one, one.body) for one in heads(records) if isinstance(one.body, AccountState)]
    if not given:
        return None
    one, body = max(given, key=lambda found: (found[1].as_of_ms, -found[1].balance_cents, found[0].record))
    return StateStands(
        MemberId(body.member),
        body.balance_cents,
        body.plans,
        body.left,
        body.read,
        body.open,
        body.as_of_ms,
        one.record,
    )
