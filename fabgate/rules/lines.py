"""A charge as it stands in a page of the journal, and back: an array, its facts in one fixed order.

What stands at its default at the end is left out. A line is never altered, so a version that adds a fact
adds it last.
"""

from __future__ import annotations

from collections.abc import Sequence
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
_BLANK = Charge(MemberId(""), Sort.MACHINE, "", 0, 0, 0, "", ())
_DEFAULTS = tuple(getattr(_BLANK, name) for name in _FIRST)


def written(charge: Charge) -> tuple[Any, ...]:
    """The array of a charge; its payer and its id are its page's to say."""
    values = [_out(name, getattr(charge, name)) for name in _FIRST]
    while len(values) > len(_NEEDED) and values[-1] == _out(
        _FIRST[len(values) - 1], _DEFAULTS[len(values) - 1]
    ):
        values.pop()
    return tuple(values)


_NEEDED = _FIRST[:7]


def read(line: Sequence[Any], payer: str, id: str) -> Charge:  # noqa: A002
    """The charge that an array of a page says. Raises ValueError for what is none."""
    try:
        facts = {name: _in(name, value) for name, value in zip(_FIRST, line, strict=False)}
        return Charge(payer=MemberId(payer), id=id, **facts)
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"line {id} is no charge: {wrong}") from wrong


def taken(line: Sequence[Any]) -> Sequence[tuple[str, int]]:
    """What an array took of each pool, without reading the rest of it."""
    return line[_TAKEN] if len(line) > _TAKEN else ()


def reversed_by(line: Sequence[Any]) -> str:
    """The id of the charge that an array takes back, empty where it is no reversal."""
    return str(line[_OF]) if len(line) > _OF else ""


def sessions(line: Sequence[Any]) -> Sequence[str]:
    """The sessions that an array charges; none where it takes a charge of them back."""
    return line[_SESSIONS] if len(line) > _SESSIONS and not reversed_by(line) else ()


_TAKEN = _FIRST.index("taken")
_OF = _FIRST.index("of")
_SESSIONS = _FIRST.index("sessions")


def _out(name: str, value: Any) -> Any:  # noqa: ANN401 - any of the facts
    if name == "taken":
        return tuple(sorted(value.items()))
    return value.value if isinstance(value, Sort) else value


def _in(name: str, value: Any) -> Any:  # noqa: ANN401
    match name:
        case "sort":
            return Sort(value)
        case "taken":
            return dict(value)
        case "records" | "sessions":
            return tuple(value)
        case "steps":
            return tuple(tuple(step) for step in value)
        case _:
            return value
