"""A configuration file being read: its values, the lines they stand on, everything that is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fabgate.config.keys import CHOSEN, KEYS, Key
from fabgate.config.places import Where, places
from fabgate.config.values import ID, Unfit, nearest
from fabgate.errors import ConfigError

T = TypeVar("T")
Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: on which line, with which key, and what to do about it."""

    line: int
    key: str
    what: str
    remedy: str


class Document:
    """The file's values by path. What cannot be used is in `problems` and reads as not there."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigError for a file that is not there or is no TOML at all."""
        self.path = path
        text = _read(path)
        self._raw = _parse(path, text)
        self._lines = places(text)
        self.problems: list[Problem] = []
        always = (key for key in KEYS if key.needed and "*" not in key.parts)
        needed: dict[str, object] = {key.parts[0]: {} for key in always if key.parts[0] not in CHOSEN}
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
        table = self._at(where)
        return (
            tuple(name for name in table if isinstance(table[name], dict)) if isinstance(table, dict) else ()
        )

    def wrong(self, where: Where, what: str, remedy: str) -> None:
        """Note a problem with a key or table; its line, or that of the nearest table around it."""
        around = where
        while around and around not in self._lines:
            around = around[:-1]
        self.problems.append(Problem(self._lines.get(around, 1), ".".join(where), what, remedy))

    def refuse(self) -> None:
        """Raises ConfigError with everything that is wrong, in the order of the lines; else nothing."""
        if not self.problems:
            return
        told = [
            ConfigError(f"{self.path}:{p.line}: {p.key}: {p.what}", p.remedy)
            for p in sorted(set(self.problems))
        ]
        if len(told) == 1:
            raise told[0]
        raise ConfigError("\n".join(map(str, told)), f"{len(told)} things to mend; nothing was started.")

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
        for key in _keys_in(where):
            if key.needed and key.parts[-1] not in table:
                at = (*where, key.parts[-1])
                self.wrong(at, f"it is missing: {key.meaning}", f"Write it: {_written(key)}")

    def _check(self, where: Where, value: object) -> None:
        key = _key_at(where)
        if key is not None:
            self._check_value(key, where, value)
        elif not _is_table(where):
            self.wrong(where, "there is no such key", _meant(where))
        elif not isinstance(value, dict):
            self.wrong(
                where, "this is a table, not a value", f"Write [{'.'.join(where)}] and its keys below."
            )
        elif _named_by_the_lab(where) and not _is_id(where[-1]):
            self.wrong(
                where, f'"{where[-1]}" is no id', "Take lower-case letters, digits, - and _, at most 32."
            )
        else:
            self._check_table(where, value)

    def _check_value(self, key: Key[object], where: Where, value: object) -> None:
        try:
            key.kind.read(value)
        except Unfit as unfit:
            self.wrong(where, unfit.what, unfit.remedy)


def spot(key: Key[T], *names: str) -> Where:
    """The path of a key with these ids in the place of its stars."""
    given = iter(names)
    return tuple(next(given) if part == "*" else part for part in key.parts)


def _fits(pattern: Where, where: Where) -> bool:
    return len(pattern) == len(where) and all(
        one in ("*", other) for one, other in zip(pattern, where, strict=True)
    )


def _key_at(where: Where) -> Key[object] | None:
    return next((key for key in KEYS if _fits(key.parts, where)), None)


def _is_table(where: Where) -> bool:
    return any(len(key.parts) > len(where) and _fits(key.parts[: len(where)], where) for key in KEYS)


def _named_by_the_lab(where: Where) -> bool:
    return any(_fits(key.parts[: len(where)], where) and key.parts[len(where) - 1] == "*" for key in KEYS)


def _keys_in(where: Where) -> Iterator[Key[object]]:
    return (key for key in KEYS if _fits(key.parts[:-1], where))


def _is_id(name: str) -> bool:
    try:
        ID.read(name)
    except Unfit:
        return False
    return True


def _meant(where: Where) -> str:
    """What an unknown key was meant to be: one of another table, or the nearest of its own."""
    word = where[-1]
    elsewhere = [key for key in KEYS if key.parts[-1] == word]
    if elsewhere:
        return f"It belongs in [{'.'.join(elsewhere[0].parts[:-1])}]."
    around = {
        key.parts[len(where) - 1]
        for key in KEYS
        if len(key.parts) >= len(where) and _fits(key.parts[: len(where) - 1], where[:-1])
    }
    return nearest(word, around)


def _written(key: Key[object]) -> str:
    example = f'"{key.example}"' if isinstance(key.example, str) else str(key.example)
    return f"{key.parts[-1]} = {example}"


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}",
            "Write it after the sample that comes with fabgate (systemd/fabgate.toml), or name another file.",
        ) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: this line is not UTF-8", "Save the file as UTF-8.") from error


def _parse(path: Path, text: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
        found = re.search(r" \(at line (\d+), column \d+\)$", what)
        lines = text.splitlines() or [""]
        line = int(found[1]) if found else len(lines)
        said = what[: found.start()] if found else what
        raise ConfigError(
            f"{path}:{line}: not TOML: {said}",
            f"The line reads: {lines[min(line, len(lines)) - 1].strip()!r}. "
            "Texts stand in quotes, tables in [brackets].",
        ) from error
