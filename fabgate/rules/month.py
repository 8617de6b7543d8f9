"""A month of the calendar, as a lab lives it: in its own zone, however its days are cut."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from fabgate.errors import UsageError

_FORM = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_FIRST_YEAR = 1969  # where a clock that was never set stands, west of Greenwich
_LAST_S = 253_370_764_799  # the end of 9998: beyond it Python has no dates


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month; `str()` gives `2026-10`."""

    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> Self:
        """The month that a text such as `2026-10` names. Raises UsageError."""
        found = _FORM.fullmatch(text)
        if found is None or not _FIRST_YEAR <= int(found[1]) <= 9998:
            raise UsageError(f"{text!r} is no month", "Write it as 2026-10.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def at(cls, utc_s: int, zone: ZoneInfo) -> Self:
        """The month of an instant (seconds since 1970, UTC) in a zone."""
        local = datetime.fromtimestamp(min(max(utc_s, 0), _LAST_S), zone)
        return cls(local.year, local.month)

    def bounds(self, zone: ZoneInfo) -> tuple[int, int]:
        """Its first second and the first of the next month (since 1970, UTC), in a zone."""
        return _midnight(self, zone), _midnight(self.following, zone)

    @property
    def following(self) -> Month:
        """The next month."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def _midnight(month: Month, zone: ZoneInfo) -> int:
    return int(datetime(month.year, month.month, 1, tzinfo=zone).timestamp())
