"""A file being read by a list of keys: its values, the lines they stand on, everything that is wrong."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from fabgate.config.key import Key, KeyList
from fabgate.config.places import Where, places
from fabgate.config.values import ID, Unfit, nearest
from fabgate.errors import ConfigError

T = TypeVar("T")
Table = Mapping[str, object]
_MOST = 1_000_000  # bytes; nobody types more, and nothing is read that is no file of ours


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: on which line, with which key, and what to do about it."""

    line: int
    key: str
    what: str
    remedy: str


class Document:
    """The file's values by path. What cannot be used is in `problems` and reads as not there.

    `text` is all of it. `digest` tells two files apart: 12 hex digits, none for a file that was never
    written.
    """

    def __init__(self, path: Path, listed: KeyList, raw: bytes | None = None) -> None:
        """Read the file; or `raw`, as if it stood there. Raises ConfigError where that is no TOML."""
        self.path = path
        self._keys = {key.parts: key for key in listed.keys}
        self._within: dict[Where, list[str]] = {}
        around = (parts[:length] for parts in self._keys for length in range(1, len(parts) + 1))
        for parts in dict.fromkeys(around):
            self._within.setdefault(parts[:-1], []).append(parts[-1])
        raw = _bytes(path, listed.sample) if raw is None else raw
        self.digest = hashlib.sha256(raw).hexdigest()[:12] if raw else ""
        self.text = text = _text(path, raw)
        self._raw = _parse(path, text, Decimal if listed.exact else float)
        self._lines = places(text)
        self.problems: list[Problem] = []
        always = (key for key in listed.keys if key.needed and "*" not in key.parts)
        needed: dict[str, object] = {key.parts[0]: {} for key in always if key.parts[0] not in listed.chosen}
        self._check_table((), needed | dict(self._raw))

    def get(self, key: Key[T], *names: str) -> T | None:
        """The value of a key, or its default; None where it is missing or was refused."""
        try:
            return self.need(key, *names)
        except Unfit:
            return None

    def need(self, key: Key[T], *names: str) -> T:
        """The value of a key, or its default. Raises Unfit where there is none that can be used."""
        raw = self.raw(key, *names)
        if raw is None:
            raise Unfit("it is missing", f"Write it: {key.parts[-1]} = ...")
        return key.kind.read(raw)

    def raw(self, key: Key[T], *names: str) -> object:
        """What is written, or the default as it would be written; None for neither."""
        found = self._at(spot(key, *names))
        return key.default if found is None else found

    def written(self, key: Key[T], *names: str) -> bool:
        return self.there(*spot(key, *names))

    def there(self, *where: str) -> bool:
        """Whether anything is written at a path, right or wrong."""
        return self._at(where) is not None

    def names(self, *where: str) -> tuple[str, ...]:
        """The ids under a table, in the order of the file: the machines, a machine's outputs, ..."""
        return tuple(name for name in self.written_in(*where) if isinstance(self._at((*where, name)), dict))

    def written_in(self, *where: str) -> tuple[str, ...]:
        """Everything that is written in a table, values and tables, in the order of the file."""
        table = self._at(where)
        return tuple(table) if isinstance(table, dict) else ()

    def line(self, where: Where) -> int:
        """The line of a key or table, or that of the nearest table around it."""
        around = where
        while around and around not in self._lines:
            around = around[:-1]
        return self._lines.get(around, 1)

    def wrong(self, where: Where, what: str, remedy: str) -> None:
        """Note a problem with a key or table."""
        self.problems.append(Problem(self.line(where), ".".join(where), what, remedy))

    def missing(self, key: Key[T], where: Where) -> None:
        """Note that a key is not there."""
        self.wrong(where, f"it is missing: {key.meaning}", f"Write it: {_written(key)}")

    # --- inside

    def _at(self, where: Where) -> object:
        found: object = self._raw
        for part in where:
            if not isinstance(found, dict):
                return None
            found = found.get(part)
        return found

    def _check_table(self, where: Where, table: Table) -> None:
        for name, value in table.items():
            self._check((*where, name), value)
        for key in self._needed_in(self._pattern(where)):
            if key.parts[-1] not in table:
                self.missing(key, (*where, key.parts[-1]))

    def _check(self, where: Where, value: object) -> None:
        pattern = self._pattern(where)
        key = None if pattern is None else self._keys.get(pattern)
        if pattern is not None and pattern[-1] == "*" and not _is_id(where[-1]):
            self.wrong(
                where, f'"{where[-1]}" is no id', "Take lower-case letters, digits, - and _, at most 32."
            )
        elif key is not None:
            self._check_value(key, where, value)
        elif pattern is None:
            self.wrong(where, "there is no such key", self._meant(where))
        elif not isinstance(value, dict):
            self.wrong(
                where, "this is a table, not a value", f"Write [{'.'.join(where)}] and its keys below."
            )
        else:
            self._check_table(where, value)

    def _check_value(self, key: Key[object], where: Where, value: object) -> None:
        try:
            key.kind.read(value)
        except Unfit as unfit:
            self.wrong(where, unfit.what, unfit.remedy)

    def _pattern(self, where: Where) -> Where | None:
        """The path in the list of keys, with its stars, that a path of the file is one of; None for none."""
        pattern: Where = ()
        for part in where:
            known = self._within.get(pattern, [])
            if part not in known and "*" not in known:
                return None
            pattern = (*pattern, part if part in known else "*")
        return pattern

    def _needed_in(self, pattern: Where | None) -> Iterator[Key[object]]:
        if pattern is not None:
            keys = (self._keys.get((*pattern, name)) for name in self._within.get(pattern, []))
            yield from (key for key in keys if key is not None and key.needed)

    def _meant(self, where: Where) -> str:
        """What an unknown key was meant to be: one of another table, or the nearest of its own."""
        word = where[-1]
        around = self._pattern(where[:-1])
        elsewhere = [table for table, names in self._within.items() if table and word in names]
        if elsewhere:
            table = max(elsewhere, key=lambda parts: _together(parts, around or ()))
            shared = where[: _together(table, around or ())]
            return f"It belongs in [{'.'.join((*shared, *table[len(shared) :]))}]."
        return nearest(word, self._within.get(around, []) if around is not None else ())


def refuse(documents: Iterable[Document]) -> None:
    """Raises ConfigError with everything that is wrong, file by file in the order of the lines."""
    told = [
        ConfigError(f"{document.path}:{p.line}: {p.key}: {p.what}", p.remedy)
        for document in documents
        for p in sorted(set(document.problems))
    ]
    if len(told) == 1:
        raise told[0]
    if told:
        raise ConfigError("\n".join(map(str, told)), f"{len(told)} things to mend; nothing was started.")


def spot(key: Key[T], *names: str) -> Where:
    """The path of a key with these ids in the place of its stars."""
    given = iter(names)
    return tuple(next(given) if part == "*" else part for part in key.parts)


def _together(one: Where, other: Where) -> int:
    """How many parts two paths have in common from their beginning on."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _is_id(name: str) -> bool:
    try:
        ID.read(name)
    except Unfit:
        return False
    return True


def _written(key: Key[T]) -> str:
    example = f'"{key.example}"' if isinstance(key.example, str) else str(key.example)
    return f"{key.parts[-1]} = {example}"


def _bytes(path: Path, sample: str) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST + 1)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}",
            f"Write it after {sample}, or name another file.",
        ) from error
    if len(raw) > _MOST:
        raise ConfigError(f"{path}: this is no file of ours: it is too long", f"Begin with {sample}.")
    return raw


def _text(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: this line is not UTF-8", "Save the file as UTF-8.") from error


def _parse(path: Path, text: str, point: Callable[[str], object]) -> Table:
    try:
        return tomllib.loads(text, parse_float=point)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
        found = re.search(r" \(at line (\d+), column \d+\)$", what)
        lines = text.splitlines() or [""]
        line = int(found[1]) if found else len(lines)
        said = what[: found.start()] if found else what
        raise ConfigError(
            f"{path}:{line}: not TOML: {said}",
            f"The line reads: {lines[min(line, len(lines)) - 1].strip()[:200]!r}. "
            "Texts stand in quotes, tables in [brackets].",
        ) from error
    except (ValueError, ArithmeticError, RecursionError) as error:  # digits or brackets by the thousand
        raise ConfigError(
            f"{path}: not TOML: a number or a nest of brackets has no end", "Write what a person can read."
        ) from error
