"""A charge as it stands in a page of the journal, and back: an array, its facts in one fixed order.

What stands at its default at the end is left out. A line is never altered, so a version that adds a fact
adds it last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from fabgate.charges import Charge, Sort
from fabgate.model import MemberId

_FIRST = (
    "sort",
    "item",
    "at_s",
    "cents",
    "list_cents",
    "version",
    "records",
    "sessions",
    "member",
    "started_s",
    "seconds",
    "busy_s",
    "billed_s",
    "quantity",
    "purpose",
    "category",
    "wallet_cents",
    "taken",
    "basis",
    "vat",
    "percent",
    "vat_paid",
    "reason",
    "steps",
    "of",
    "pack_cents",
)
_NEEDED = 7
_BLANK = Charge(MemberId(""), Sort.MACHINE, "", 0, 0, 0, "", ())
_ALL = attrgetter(*_FIRST)
_MADE: Callable[..., Charge] = Charge
_SORTS = {sort.value: sort for sort in Sort}
_WORDS = {sort: sort.value for sort in Sort}  # quicker than `.value`


def written(charge: Charge) -> tuple[Any, ...]:
    """The array of a charge; its payer and its id are its page's to say."""
    values = _out(charge)
    end = len(values)
    while end > _NEEDED and values[end - 1] == _BLANKS[end - 1]:
        end -= 1
    return values[:end]


def _out(charge: Charge) -> tuple[Any, ...]:
    # Put together by hand, as `read` is: a closing does it a million times.
    sort, *rest = _ALL(charge)
    rest[_TAKEN - 1] = tuple(sorted(charge.taken.items())) if charge.taken else ()
    return (_WORDS[sort], *rest)


def read(line: Sequence[Any], payer: str, id: str) -> Charge:  # noqa: A002
    """The charge that an array of a page says. Raises ValueError for what is none."""
    try:
        return _in(line, payer, id)
    except (TypeError, ValueError, KeyError, AttributeError) as wrong:
        raise ValueError(f"line {id} is no charge: {wrong}") from wrong


def _in(line: Sequence[Any], payer: str, id: str) -> Charge:  # noqa: A002
    if len(line) < _NEEDED:
        raise ValueError("it is too short")
    facts = [*line, *_PLAIN[len(line) :]]
    facts[0] = _SORTS[facts[0]]
    facts[_RECORDS] = tuple(facts[_RECORDS])
    facts[_SESSIONS] = tuple(facts[_SESSIONS])
    facts[_TAKEN] = dict(facts[_TAKEN])
    facts[_STEPS] = tuple(map(tuple, facts[_STEPS]))
    pack_cents = facts[_PACK]
    wallet = _TAKEN  # before it stands what the wallet paid, in a charge what packs were worth comes next
    return _MADE(MemberId(payer), *facts[:wallet], pack_cents, *facts[wallet:_PACK], id=id)


def taken(line: Sequence[Any]) -> Sequence[tuple[str, int]]:
    """What an array took of each pool, without reading the rest of it."""
    return line[_TAKEN] if len(line) > _TAKEN else ()


def reversed_by(line: Sequence[Any]) -> str:
    """The id of the charge that an array takes back, empty where it is no reversal."""
    return str(line[_OF]) if len(line) > _OF else ""


def sessions(line: Sequence[Any]) -> Sequence[str]:
    """The sessions that an array charges; none where it takes a charge of them back."""
    return line[_SESSIONS] if len(line) > _SESSIONS and not reversed_by(line) else ()


_RECORDS = _FIRST.index("records")
_SESSIONS = _FIRST.index("sessions")
_TAKEN = _FIRST.index("taken")
_STEPS = _FIRST.index("steps")
_OF = _FIRST.index("of")
_PACK = _FIRST.index("pack_cents")
_BLANKS = _out(_BLANK)
_PLAIN = _ALL(_BLANK)
