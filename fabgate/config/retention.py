"""The keys of `[retention]`: how long each kind of personal data is kept, with defaults that hold in law.

The defaults are the shortest that are usual: three months for who went where (what the French CNIL asks of
access systems at work, here by analogy), ten years for what was charged (accounting law in Belgium and
France). What a month that is not closed yet, a right or the chain needs is kept whatever stands here.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from fabgate.config.key import Key
from fabgate.config.values import Kind, Unfit

_FORM = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?")
_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of the calendar: so many months and days; of both none where something is kept for ever."""

    months: int = 0
    days: int = 0

    @property
    def for_ever(self) -> bool:
        return not (self.months or self.days)

    def before(self, today: date) -> date | None:
        """The day that lies so far back; None for what is kept for ever."""
        if self.for_ever:
            return None
        years, month = divmod(today.year * 12 + today.month - 1 - self.months, 12)
        if years < 1:
            return date.min
        day = min(today.day, calendar.monthrange(years, month + 1)[1])
        return date(years, month + 1, day) - timedelta(days=min(self.days, (today - date.min).days // 2))

    def __str__(self) -> str:
        if self.for_ever:
            return "never"
        years, months = divmod(self.months, 12)
        count, unit = (self.days, "day") if self.days else (months or years, "month" if months else "year")
        if months and years:
            count = self.months
        return f"{count} {unit}{'' if count == 1 else 's'}"


def _span(value: object) -> Span:
    if value == "never":
        return Span()
    found = _FORM.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Unfit(
            f"{value!r} is no length of the calendar",
            'Write it as "3 days", "12 months" or "5 years", or "never" for what is not to be erased.',
        )
    count, unit = int(found[1]), found[2]
    return Span(days=count) if unit == "day" else Span(months=count * _MONTHS[unit])


def _at_least(least: Span, why: str) -> Kind[Span]:
    """A length that is not shorter than `least`."""

    def read(value: object) -> Span:
        span = _span(value)
        # As if each month had 31 days: no length in days passes for months that it may fall short of.
        if not span.for_ever and span.months * 31 + span.days < least.months * 31:
            raise Unfit(f'"{span}" is too short: {why}', f'Write "{least}" or more, or "never".')
        return span

    return Kind("a length of the calendar", read)


SPAN = Kind("a length of the calendar", _span)
LEAST_SESSIONS = Span(months=13)
LEAST_CHARGES = Span(months=120)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind is kept. Only `sessions` and `charges` have a least: the books need them."""

    doors: Span = Span(months=3)
    presence: Span = Span(months=3)
    refusals: Span = Span(months=3)
    unknown: Span = Span(days=3)
    notes: Span = Span(months=12)
    sessions: Span = LEAST_SESSIONS
    left: Span = Span(months=60)
    charges: Span = LEAST_CHARGES


DOORS: Key[Span] = Key("retention.doors", SPAN, "Who opened which door.", "3 months")
PRESENCE: Key[Span] = Key("retention.presence", SPAN, "Who checked in and out.", "3 months")
REFUSALS: Key[Span] = Key(
    "retention.refusals", SPAN, "Who was refused at which machine, and why.", "3 months"
)
UNKNOWN: Key[Span] = Key("retention.unknown", SPAN, "Badges that nobody here knows.", "3 days")
NOTES: Key[Span] = Key(
    "retention.notes",
    SPAN,
    "Reasons and logins beside what was done; not those beside a right that is in force, nor beside money.",
    "12 months",
)
SESSIONS: Key[Span] = Key(
    "retention.sessions",
    _at_least(LEAST_SESSIONS, "a hub that lost its books gets them back from its gates"),
    "Who worked where, from when to when; never before their month is closed.",
    "13 months",
)
LEFT: Key[Span] = Key(
    "retention.left",
    SPAN,
    "What a member had shown, and their name, after they left: then they are forgotten.",
    "5 years",
)
CHARGES: Key[Span] = Key(
    "retention.charges",
    _at_least(LEAST_CHARGES, "accounting law asks for ten years"),
    "The lines of closed months.",
    "10 years",
)
KEYS: tuple[Key[Span], ...] = (DOORS, PRESENCE, REFUSALS, UNKNOWN, NOTES, SESSIONS, LEFT, CHARGES)
TABLE = "How long personal data is kept; `fabgate privacy purge` erases it then. See privacy.md."
