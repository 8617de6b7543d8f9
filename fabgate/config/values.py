"""What may be written as a value: each kind reads what TOML gives and says what is wrong with it."""

from __future__ import annotations

import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

LANGUAGES = ("en", "fr", "nl", "de")  # those that `texts/` ships
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_ID = re.compile(r"[a-z0-9_-]{1,32}")
_LENGTH = re.compile(r"(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*")
_LAB = re.compile(r"[^/#+$\x00-\x1f\x7f]{1,64}")


class Unfit(Exception):
    """A value that cannot be used: what is wrong with it, and the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Kind(Generic[T_co]):
    """A kind of value: its name for people, and how it is read. `read` raises Unfit."""

    name: str
    read: Callable[[object], T_co]


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that is not known: the one that was meant, perhaps, and all the others."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, 1, cutoff=0.5)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}Known are: {', '.join(names)}."


def one_of(known: Mapping[str, T]) -> Kind[T]:
    """One word of a closed list, and what it stands for."""

    def read(value: object) -> T:
        word = _text(value)
        if word not in known:
            raise Unfit(f'"{word}" is not known', nearest(word, known))
        return known[word]

    return Kind(" or ".join(f'"{word}"' for word in known), read)


def word_of(*known: str) -> Kind[str]:
    """One word of a closed list, as it is."""
    return one_of({word: word for word in known})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit(f"a text is wanted, not {_named(value)}", "Put it in quotes.")
    return value


def _id(value: object) -> str:
    word = _text(value)
    if not _ID.fullmatch(word):
        raise Unfit(f'"{word}" is no id', "Take lower-case letters, digits, - and _, at most 32.")
    return word


def _handle(value: object) -> str | None:
    word = _text(value)
    if word and not _HANDLE.fullmatch(word):
        raise Unfit(f'"{word}" is no handle', "Take lower-case letters, digits, dot, - and _, at most 32.")
    return word or None


def _lab(value: object) -> str:
    name = _text(value)
    if not _LAB.fullmatch(name) or name != name.strip():
        raise Unfit(
            f'"{name}" cannot be the name in every record',
            "Take 1 to 64 signs, none of them / # + $, such as openfab.",
        )
    return name


def _host(value: object) -> str:
    """A name or an address on the network; as lower-case letters, for so it is compared."""
    text = _text(value).lower()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    if not _HOST.fullmatch(text) or text.replace(".", "").isdigit():
        raise Unfit(
            f'"{text}" is no name or address of a computer',
            "Write it as the gates reach it, without a port: hub.lan or 192.168.1.10.",
        )
    return text


def _port(value: object) -> int:
    number = _whole(value)
    if not 1 <= number <= 65_535:
        raise Unfit(f"there is no port {number}", "Write 1 to 65535; 8883 is the usual one.")
    return number


def _path(value: object) -> Path | None:
    text = _text(value)
    if "\0" in text:
        raise Unfit("no path holds a NUL", "Write the path of a file or folder.")
    return Path(text) if text else None


def _folder(value: object) -> Path:
    path = _path(value)
    if path is None:
        raise Unfit("a folder is wanted", "Write its path, such as /var/lib/fabgate.")
    return path


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unfit(f"a whole number is wanted, not {_named(value)}", "Write it in digits, without quotes.")
    return value


def _count(value: object) -> int:
    number = _whole(value)
    if number < 1:
        raise Unfit(f"{number} is too few", "Write 1 or more.")
    return number


def _pins(value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise Unfit(f"a list of pins is wanted, not {_named(value)}", "Write it as [22, 23, 24].")
    pins = tuple(_whole(pin) for pin in value)
    if len(pins) not in (0, 3):
        raise Unfit(f"a lamp has 3 pins, not {len(pins)}", "Write red, green, blue: [22, 23, 24].")
    return pins


def _languages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise Unfit("a list of languages is wanted", 'Write it as ["en", "fr", "nl"], the lab\'s own first.')
    names = tuple(_text(name) for name in value)
    for name in names:
        if name not in LANGUAGES:
            raise Unfit(f'fabgate does not speak "{name}"', nearest(name, LANGUAGES))
    if len(set(names)) < len(names):
        raise Unfit("a language stands here twice", "Write each once, the lab's own first.")
    return names


def _zone(value: object) -> ZoneInfo:
    name = _text(value)
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        close = difflib.get_close_matches(name, zoneinfo.available_timezones(), 3)
        meant = f"Did you mean {' or '.join(close)}?" if close else "It reads like Europe/Brussels."
        raise Unfit(
            f'there is no time zone "{name}"', f"{meant} `timedatectl list-timezones` shows all."
        ) from error


def _length(value: object) -> int:
    """Milliseconds, more than none."""
    text = _text(value) if not isinstance(value, int | float) or isinstance(value, bool) else str(value)
    found = _LENGTH.fullmatch(text)
    if not text or found is None:
        raise Unfit(
            f'"{text}" is no length of time',
            'Write hours, minutes, seconds with their letter: "4h", "90s", "1h30m".',
        )
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if not (hours or minutes or seconds):
        raise Unfit("a length of nothing", "Write at least 1s.")
    return ((hours * 60 + minutes) * 60 + seconds) * 1000


def _length_or_never(value: object) -> int:
    return 0 if value == "never" else _length(value)


def _length_or_none(value: object) -> int:
    return 0 if value == "none" else _length(value)


def _amperes(value: object) -> int:
    """Milliamperes."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unfit(f"a number of amperes is wanted, not {_named(value)}", "Write it as 0.8, without quotes.")
    if not 0 <= value <= 1000:
        raise Unfit(f"{value:g} A is out of bounds", "Write 0 to 1000.")
    return round(value * 1000)


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(f"true or false is wanted, not {_named(value)}", "Write true or false, without quotes.")
    return value


def _day(value: object) -> date:
    if isinstance(value, datetime):
        raise Unfit(
            "a day is wanted, not a date with a time",
            'Write year, month and day, in quotes or not: "2026-11-20".',
        )
    if isinstance(value, date):
        return value
    text = _text(value)
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Unfit(f'"{text}" is no day', 'Write year, month and day: "2026-11-20".')


def _ids(value: object) -> tuple[str, ...]:
    ids = tuple(_id(one) for one in items(value, '["laser"]'))
    if len(set(ids)) < len(ids):
        raise Unfit("one stands here twice", "Write each once.")
    return ids


def items(value: object, example: str) -> list[object]:
    """The items of a list. Raises Unfit for anything else."""
    if not isinstance(value, list):
        raise Unfit(f"a list is wanted, not {_named(value)}", f"Write it as {example}.")
    return value


def between(low: int, high: int) -> Kind[int]:
    """A whole number within bounds, both of them allowed."""

    def read(value: object) -> int:
        number = _whole(value)
        if not low <= number <= high:
            raise Unfit(f"{_short(number)} is out of bounds", f"Write {low} to {high}.")
        return number

    return Kind("number", read)


def among(*known: int) -> Kind[int]:
    """One of a few whole numbers."""

    def read(value: object) -> int:
        number = _whole(value)
        if number not in known:
            raise Unfit(f"{_short(number)} is none of them", f"Write {' or '.join(map(str, known))}.")
        return number

    return Kind(" or ".join(map(str, known)), read)


def _short(number: int) -> str:
    return str(number) if abs(number) < 10**15 else "a number of that size"


def _one_line(value: object) -> str:
    """What people read on one line: no control signs, not empty, 200 at most."""
    text = _text(value).strip()
    if not text or len(text) > 200 or not all(sign.isprintable() for sign in text):
        raise Unfit("this cannot be shown on one line", "Write 1 to 200 signs, none of them a control sign.")
    return text


def _titles(value: object) -> Mapping[str, str]:
    """A title by language; one that stands for all languages is under the empty one."""
    if isinstance(value, str):
        return {"": _one_line(value)}
    if not isinstance(value, dict) or not value:
        raise Unfit(
            f"a text is wanted, or one by language, not {_named(value)}",
            'Write it as "Laser", or { en = "Laser cutting", fr = "Découpe laser" }.',
        )
    for language in value:
        if language not in LANGUAGES:
            raise Unfit(f'fabgate does not speak "{language}"', nearest(language, LANGUAGES))
    return {language: _one_line(text) for language, text in value.items()}


def _named(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float() | Decimal():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date"


TEXT = Kind("text", _text)
ID = Kind("id", _id)
HOST = Kind("name or address", _host)
PORT = Kind("port", _port)
HANDLE = Kind("handle", _handle)
LAB_NAME = Kind("text", _lab)
PATH = Kind("path", _path)
FOLDER = Kind("path", _folder)
COUNT = Kind("number", _count)
WHOLE = Kind("number", _whole)
PIN = Kind("BCM number", _whole)
LAMP_PINS = Kind("three BCM numbers", _pins)
LANGUAGE_LIST = Kind("list of languages", _languages)
ZONE = Kind("time zone", _zone)
LENGTH = Kind("length of time", _length)
LENGTH_OR_NEVER = Kind('length of time or "never"', _length_or_never)
LENGTH_OR_NONE = Kind('length of time or "none"', _length_or_none)
AMPERES = Kind("amperes", _amperes)
YES_OR_NO = Kind("true or false", _yes_or_no)
DAY = Kind("day", _day)
IDS = Kind("list of ids", _ids)
ONE_LINE = Kind("text", _one_line)
TITLES = Kind("text, or texts by language", _titles)
