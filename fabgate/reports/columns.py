"""What the columns of a file are called and what they say, in the language of its dialect."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = {"plain": "en", "fr": "fr", "nl": "nl", "de": "de"}
"""The language of each dialect."""


def headers(columns: Sequence[str], dialect: str) -> list[str]:
    """The header row: in `plain` the names of the columns themselves, which programs know them by."""
    return [words(dialect).get(column, column) for column in columns]


@cache
def words(dialect: str) -> Mapping[str, str]:
    """Every column's header in a dialect; none in `plain`."""
    if dialect == "plain":
        return {}
    return {name: column[LANGUAGES[dialect]] for name, column in _file()["column"].items()}


def meaning(column: str, dialect: str) -> str:
    """What a column says, as a sentence."""
    return str(_file()["column"][column]["means"][LANGUAGES[dialect]])


def word(name: str, dialect: str) -> str:
    """A word of a workbook: the title of a sheet, of a table of sums."""
    return str(_file()["word"][name][LANGUAGES[dialect]])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "columns.toml").read_text(encoding="utf-8"))
