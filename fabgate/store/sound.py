"""Whether a record's text from elsewhere is one that this house can live with.

Used where records come in from other stores: what is taken in once is read for ever, by exports and
lists that trust it. The chain says that nobody altered a text since it was written; this says that
its numbers are numbers of a size that a calendar knows, and its names names. A kind that this version
does not know needs only its moment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any, get_type_hints

from fabgate.charges import Sort
from fabgate.model import Level, Role, Status
from fabgate.records import KINDS
from fabgate.rules import lines

_HEAD = '{"kind":"'
_KIND_SIGNS = 54  # the journal cuts the kind out of the text, and looks no further
_WALL_MS = 253_370_764_799_000  # the end of the year 9998: there a calendar ends
_LENGTH_MS = 10 * 366 * 86_400_000  # no boot and no session is longer than ten years
_LENGTHS = {"limit_ms", "length_ms", "uncertain_ms", "blind_ms", "busy_ms", "boot_ms"}
_LARGEST = 1 << 40
_LONGEST = 256
_PAGE = 1 << 20
_RECORD = re.compile(r"[^/#+$\x00-\x1f\x7f]{1,64}/[a-z0-9_-]{1,32}/[a-z0-9_-]{1,32}#[1-9][0-9]{0,12}")
_QUANTITY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_MOST = 1_000

Said = Mapping[str, Any]
_Check = Callable[[object], bool]


def read(text: str) -> Said:
    """The fields that a record's text says. Raises ValueError, which says what does not fit."""
    if not text.startswith(_HEAD):
        raise ValueError("it does not begin with its kind")
    try:
        said, end = _JSON.raw_decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if end != len(text):
        raise ValueError("something comes after it")
    if "\\u" in text:
        json.dumps(said, ensure_ascii=False).encode()  # half a character is none: UnicodeError
    kind = said["kind"]
    if type(kind) is not str or len(kind) > _KIND_SIGNS or not text.startswith(f'{kind}"', len(_HEAD)):
        raise ValueError("its kind is not where it belongs")
    if not _is_moment(said):
        raise ValueError("its moment does not fit")
    for name, needed, fits in _FIELDS.get(kind, ()):
        if name in said:
            if not fits(said[name]):
                raise ValueError(f"a {kind} whose {name!r} does not fit")
        elif needed:
            raise ValueError(f"a {kind} without {name!r}")
    return said  # type: ignore[no-any-return]


def _no_number(_: str) -> None:
    raise ValueError("it holds something that is no number")


_JSON = json.JSONDecoder(parse_constant=_no_number)


def _text(value: object) -> bool:
    return type(value) is str and len(value) <= _LONGEST


def _whole(most: int) -> _Check:
    return lambda value: type(value) is int and 0 <= value <= most


def _money(value: object) -> bool:
    return type(value) is int and abs(value) <= _LARGEST


def _day(value: object) -> bool:
    """A day of the calendar as ISO writes it."""
    try:
        return type(value) is str and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _number(value: object) -> bool:
    return type(value) is str and _QUANTITY.fullmatch(value) is not None


def _line(value: object) -> bool:
    """A line of charges, as far as the views read it: an array, what it took of pools as name and number."""
    if type(value) is not list:
        return False
    took = lines.taken(value)
    return type(took) is list and all(map(_took, took)) if took else True


def _took(value: object) -> bool:
    return type(value) is list and len(value) == 2 and _text(value[0]) and _money(value[1])


def _flag(value: object) -> bool:
    return value is True or value is False


def _record(value: object) -> bool:
    return type(value) is str and _RECORD.fullmatch(value) is not None


def _texts(value: object) -> bool:
    return type(value) is list and len(value) <= _MOST and all(map(_text, value))


def _records(value: object) -> bool:
    return type(value) is list and len(value) <= _MOST and all(map(_record, value))


def _or_none(fits: _Check) -> _Check:
    return lambda value: value is None or fits(value)


def _is_moment(said: Said) -> bool:
    # Written out: every record of every gate comes by here, and calls are what costs.
    boot, ms, wall = said.get("boot"), said.get("ms"), said.get("wall")
    return (
        type(boot) is str
        and len(boot) <= _LONGEST
        and type(ms) is int
        and 0 <= ms <= _LENGTH_MS
        and type(wall) is int
        and 0 <= wall <= _WALL_MS
        and type(said.get("synced")) is bool
    )


def _one_of(words: frozenset[str]) -> _Check:
    return lambda value: type(value) is str and value in words


_NAMED: Mapping[str, _Check] = {
    "session": _record,
    "command": _record,
    "supersedes": _records,
    "workshop": _record,
    "sale": _record,
    "sort": _one_of(frozenset(sort.value for sort in Sort)),
    "day": _day,
    "until": _day,
    "quantity": _number,
    "proposal": _record,
    "grant": _record,
    "roster_age_ms": lambda value: type(value) is int and -1 <= value <= _WALL_MS,  # -1: nobody knew
    "level": _one_of(frozenset(level.word for level in Level)),
    "status": _one_of(frozenset(status.word for status in Status)),
    "role": _one_of(frozenset(role.value for role in Role)),
    "balance_cents": _money,
    "cents": _money,
    "totals": lambda value: type(value) is list and len(value) <= _MOST and all(map(_money, value)),
    "text": lambda value: type(value) is str and len(value) <= _PAGE,  # a price list
    "lines": lambda value: type(value) is list and len(value) <= _MOST and all(map(_line, value)),
}


def _check_of(name: str, hint: Any) -> _Check:  # noqa: ANN401 - a type, or types put together
    """What the value of a field must be like, by its name and by its type."""
    most = _LENGTH_MS if name in _LENGTHS else _WALL_MS if name.endswith("_ms") else _LARGEST
    sure: dict[object, _Check] = {str: _text, int: _whole(most), bool: _flag, tuple[str, ...]: _texts}
    if hint in sure:
        return _NAMED.get(name, sure[hint])
    if hint in _LISTS:
        return _NAMED[name]
    return _or_none(_NAMED.get(name, {str | None: _text, int | None: _whole(most)}[hint]))


_LISTS: tuple[object, ...] = (tuple[int, ...], tuple[Any, ...])  # what is in them goes by the name

_FIELDS: Mapping[str, tuple[tuple[str, bool, _Check], ...]] = {
    kind: tuple(
        (field.name, field.default is MISSING, _check_of(field.name, hints[field.name]))
        for field in fields(cls)  # type: ignore[arg-type]
    )
    for kind, cls, hints in ((kind, cls, get_type_hints(cls)) for kind, cls in KINDS.items())
}
