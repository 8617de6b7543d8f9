"""On which line of a TOML text each key and table stands: `tomllib` does not say.

Scans a text that `tomllib` has accepted; of anything else it makes what it can.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Where = tuple[str, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def places(text: str) -> Mapping[Where, int]:
    """The line, from 1, on which each key or table is first written, by its path."""
    scan = _Scan(text)
    scan.document()
    return scan.found


class _Scan:
    """One pass over the text; `found` grows as it goes."""

    def __init__(self, text: str) -> None:
        self.found: dict[Where, int] = {}
        self._text = text
        self._at = 0

    def document(self) -> None:
        table: Where = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            before = self._at
            if self._take("["):
                self._take("[")
                table = self._key(())
                self._take("]")
                self._take("]")
            else:
                self._pair(table)
            self._skip(_BLANK)
            if self._at == before:  # not TOML: nothing is to be found here
                self._at += 1

    def _pair(self, under: Where) -> None:
        where = self._key(under)
        self._take("=")
        self._skip(_SPACE)
        self._value(where)

    def _key(self, under: Where) -> Where:
        """A key with its dots; each part of it is noted."""
        where = under
        while True:
            self._skip(_SPACE)
            part = self._part()
            if part is None:
                return where
            where = (*where, part)
            self.found.setdefault(where, self._line())
            self._skip(_SPACE)
            if not self._take("."):
                return where

    def _part(self) -> str | None:
        quoted = self._match(_STRING)
        if quoted is not None:
            return next(iter(tomllib.loads(f"{quoted} = 0")))
        return self._match(_BARE)

    def _value(self, where: Where) -> None:
        if self._match(_STRING) is not None:
            return
        if self._take("["):
            self._list()
        elif self._take("{"):
            self._table(where)
        else:
            self._skip(_SCALAR)

    def _list(self) -> None:
        """Tables in a list have no path of their own: their keys go under one that nobody asks for."""
        self._skip(_BLANK)
        while self._at < len(self._text) and not self._take("]"):
            self._value(("",))
            self._skip(_BLANK)
            self._take(",")
            self._skip(_BLANK)

    def _table(self, where: Where) -> None:
        self._skip(_BLANK)
        while self._at < len(self._text) and not self._take("}"):
            self._pair(where)
            self._skip(_BLANK)
            self._take(",")
            self._skip(_BLANK)

    # --- the smallest steps

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _take(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._match(pattern)

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found[0]
