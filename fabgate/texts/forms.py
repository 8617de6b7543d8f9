"""How a fact is shown: as it is, as names, a date, a time, a length, a title, or a word of a list.

A fact that is missing, empty or not what its form needs is not shown at all: the sentence that
asked for it is passed over for a less particular one. Nothing here raises, whatever the fact is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fabgate.model import Fact
from fabgate.texts.titles import Told

Words = Mapping[str, Mapping[str, str]]

_INSTANT = ("date", "time")
_LENGTH = ("duration",)
_PLAIN = ("plain",)
_TITLED = ("titled", "plain")
FACTS: Mapping[str, tuple[str, ...]] = {
    # who and what
    "member": _PLAIN,
    "sponsor": _PLAIN,
    "trainee": _PLAIN,
    "sponsors": ("names",),
    "title": ("plain", "first"),
    "skill": ("plain", "titled"),
    "machine": _PLAIN,
    "contact": _PLAIN,
    "paper": _TITLED,
    "needed": _TITLED,
    "due": _TITLED,
    "purpose": _PLAIN,
    "opening": _TITLED,
    "upkeep": _PLAIN,
    "output": _PLAIN,
    # how many
    "most": _PLAIN,
    "people": _PLAIN,
    # when and how long
    "since_ms": _INSTANT,
    "lapsed_ms": _INSTANT,
    "until_ms": _INSTANT,
    "opens_ms": _INSTANT,
    "due_ms": _INSTANT,
    "taken_ms": _LENGTH,
    "left_ms": _LENGTH,
    "limit_ms": _LENGTH,
    "length_ms": _LENGTH,
    "most_ms": _LENGTH,
    "wait_s": _LENGTH,
    # words of a list
    "why": ("why", "before", "after"),
    "trouble": ("trouble", "cure"),
    "hold": ("start", "stop"),
    "level": ("level",),
    "status": ("status",),
    "role": ("role", "office"),
    "needs": ("office", "ask", "can"),
    # money, as people read it: 3.50 EUR
    "balance": _PLAIN,
    "least": _PLAIN,
    "cost": _PLAIN,
    "amount": _PLAIN,
    "category": _PLAIN,
    "charge": _PLAIN,
    "period": _PLAIN,
    "batch": _PLAIN,
    "number": _PLAIN,
    "day": _PLAIN,
    "hub": _PLAIN,
    # at the desk
    "by": _PLAIN,
    "subject": _PLAIN,
    "handle": _PLAIN,
    "badge": _PLAIN,
    "login": _PLAIN,
    "reason": _PLAIN,
    "session": _PLAIN,
    "free": _PLAIN,
    "item": _PLAIN,
    "managers": ("names",),
    "near": ("names",),
    "skills": ("list",),
    "machines": ("list",),
    "missing": ("list",),
}
"""Every placeholder, each with its forms; the first is the one it has where none is written."""

KINDS_OF: Mapping[str, tuple[str, ...]] = {
    "skill": ("skill",),
    "needed": ("skill",),
    "paper": ("paper",),
    "due": ("paper", "skill"),
    "opening": ("opening",),
}
"""Of which kinds the title of a fact is, where the fact is an id."""

_MOST_NAMES = 4
_HIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_MS = 10**15


@dataclass(frozen=True, slots=True)
class Speech:
    """A language's words and titles, and the lab's zone: what a form needs besides the fact."""

    words: Words
    zone: ZoneInfo
    titles: Told = field(default_factory=dict)

    def word(self, group: str, key: str) -> str | None:
        return self.words.get(group, {}).get(key) or None

    def title(self, kind: str, thing: str) -> str | None:
        """What the lab calls it here, on one line; None where it gave no title."""
        return one_line(self.titles.get(kind, {}).get(thing, "")) or None


def shown(speech: Speech, name: str, fact: Fact, form: str) -> str | None:
    """The fact as people read it, None where it was not given or does not fit the form."""
    match form:
        case "plain":
            return _plain(fact)
        case "first":  # at the beginning of a sentence
            said = _plain(fact)
            return said and said[0].upper() + said[1:]
        case "titled":
            return _title(speech, name, fact) or _plain(fact)
        case "names":
            return _names(speech, (fact,) if isinstance(fact, str) else fact)
        case "list":
            return ", ".join(filter(None, map(one_line, fact))) or None if isinstance(fact, tuple) else None
        case "date" | "time":
            return _instant(speech, fact, form)
        case "duration":
            return _duration(speech, fact, 1000 if name.endswith("_s") else 1)
        case _:
            return speech.word(form, fact) if isinstance(fact, str) else None


def one_line(text: str) -> str:
    """The text on one line, without signs that would break the line, the display or the reading order."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (" " if unicodedata.category(sign) in _HIDDEN else sign for sign in text)
    return " ".join("".join(sign for sign in kept if sign not in _TURNS_TEXT).split())


def _plain(fact: Fact) -> str | None:
    match fact:
        case str():
            return one_line(fact) or None
        case bool() | None | tuple():
            return None
        case int():
            return str(fact) if abs(fact) <= _LONGEST_MS else None


def _title(speech: Speech, name: str, fact: Fact) -> str | None:
    if not isinstance(fact, str):
        return None
    titles = (speech.title(kind, fact) for kind in KINDS_OF[name])
    return next(filter(None, titles), None)


def _names(speech: Speech, fact: Fact) -> str | None:
    if not isinstance(fact, tuple):
        return None
    names = [name for name in map(one_line, fact) if name]
    if len(names) > _MOST_NAMES:
        names = [*names[: _MOST_NAMES - 1], speech.word("join", "others") or "..."]
    if len(names) < 2:
        return names[0] if names else None
    return f"{', '.join(names[:-1])} {speech.word('join', 'or') or '/'} {names[-1]}"


def _instant(speech: Speech, fact: Fact, form: str) -> str | None:
    if not isinstance(fact, int) or isinstance(fact, bool):
        return None
    try:
        at = (_EPOCH + timedelta(milliseconds=fact)).astimezone(speech.zone)
    except OverflowError:  # a fact beyond the calendar
        return None
    parts = {
        "{d}": str(at.day),
        "{dd}": f"{at.day:02}",
        "{month}": speech.word("months", str(at.month)) or f"{at.month:02}",
        "{year}": f"{at.year:04}",
        "{hh}": f"{at.hour:02}",
        "{mm}": f"{at.minute:02}",
    }
    said = speech.word("forms", form) or "{year}-{month}-{dd} {hh}:{mm}"
    for part, value in parts.items():
        said = said.replace(part, value)
    return said


def _duration(speech: Speech, fact: Fact, unit_ms: int) -> str | None:
    """Whole seconds below ten minutes, whole minutes above, as far as anybody cares."""
    if not isinstance(fact, int) or isinstance(fact, bool) or abs(fact) > _LONGEST_MS:
        return None
    seconds = max(0, fact) * unit_ms // 1000
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        parts = ((days, "d"), (hours % 24, "h"))
    elif hours:
        parts = ((hours, "h"), (minutes % 60, "min"))
    elif minutes >= 10:
        parts = ((minutes, "min"), (0, "s"))
    else:
        parts = ((minutes, "min"), (seconds % 60, "s"))
    said = " ".join(f"{count} {speech.word('units', unit) or unit}" for count, unit in parts if count)
    return said or f"0 {speech.word('units', 's') or 's'}"
