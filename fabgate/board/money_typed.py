"""What a treasurer types into a form: numbers as people write them, and which field does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.responses import Response

from fabgate.board.visit import Visit
from fabgate.errors import UsageError
from fabgate.texts.catalogue import Said

_COMMA = re.compile(r"([0-9]{1,9}),([0-9]{1,2})")
_LABELS = {
    "amount": "open_price",
    "busy": "busy_minutes",
    "day": "day",
    "earlier": "earlier_minutes",
    "end": "end",
    "length": "length",
    "minutes": "minutes",
    "quantity": "quantity",
    "until": "last_day",
    "vat_number": "vat_number",
    "wallet": "has_wallet",
}
"""What a field is called, by what an error is about."""


def decimal(text: str) -> str:
    """`12,50` as `12.50`: three of four languages write a comma, and their telephones have no point.

    What could be thousands as well stays as it is, and is refused.
    """
    found = _COMMA.fullmatch(text)
    return text if found is None else f"{found[1]}.{found[2]}"


def wrong(
    visit: Visit, error: UsageError, again: Callable[[], Response], names: Mapping[str, str] | None = None
) -> Response:
    """The page `again`, which names the field that does not fit; `names`: how a form calls some of them."""
    return visit.misread(misread(visit, error, visit.field, names), again)


def misread(
    visit: Visit, error: UsageError, typed: Callable[[str], str], names: Mapping[str, str] | None = None
) -> Said:
    """What does not fit; `typed` gives what stands in a field."""
    if error.about not in _LABELS:
        return visit.told_of(error)
    value = typed((names or {}).get(error.about, error.about))
    return visit.misfit(f"money.{_LABELS[error.about]}", value)
