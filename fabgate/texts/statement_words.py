"""What a statement says, in one language: its words, its dates, its amounts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from fabgate.errors import UsageError
from fabgate.texts.catalogue import LANGUAGES


@dataclass(frozen=True, slots=True)
class StatementWords:
    """The words in one language."""

    language: str
    said: Mapping[str, Any]

    @classmethod
    def of(cls, language: str) -> StatementWords:
        """Raises UsageError for a language that is not shipped."""
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise UsageError(f"there are no statements in the language {language!r}", f"There are: {known}.")
        return cls(language, _shipped(language))

    def word(self, name: str, **facts: object) -> str:
        return str(self.said["words"][name]).format(**facts)

    def line(self, which: str, **facts: object) -> str:
        return str(self.said["line"][which]).format(**facts)

    def sort(self, name: str) -> str:
        return str(self.said["sort"][name])

    def sums(self, name: str) -> str:
        return str(self.said["sums"][name])

    def vat(self, name: str) -> str:
        return str(self.said["vat"][name])

    def regime(self, name: str) -> str:
        """What the law wants said; nothing where VAT is charged."""
        return str(self.said["regime"][name])

    def reason(self, name: str) -> str:
        """Why something costs nothing; in the lab's own words where ours have none for it."""
        return str(self.said["reason"].get(name, name))

    def month(self, of: date) -> str:
        """`October 2026`."""
        return f"{self.said['months'][of.month - 1]} {of.year}"

    def day(self, of: date) -> str:
        """A day of the month that the statement is of: short."""
        return self._dated("day", of)

    def full_date(self, of: date) -> str:
        return self._dated("date", of)

    def _dated(self, form: str, of: date) -> str:
        month = str(self.said["months"][of.month - 1])
        facts = {"day": of.day, "number": of.month, "month": month, "mon": month[:3], "year": of.year}
        return str(self.said[form]).format(**facts)

    def amount(self, cents: int) -> str:
        """`1,234.56` as the language writes it, with a real minus."""
        whole, part = divmod(abs(cents), 100)
        grouped = f"{whole:,}".replace(",", str(self.said["thousands"]))
        return f"{chr(0x2212) if cents < 0 else ''}{grouped}{self.said['decimal']}{part:02}"

    def number(self, text: str) -> str:
        """A decimal text with the point of the language."""
        return text.replace("-", chr(0x2212)).replace(".", str(self.said["decimal"]))


@cache
def _shipped(language: str) -> Mapping[str, Any]:
    text = resources.files("fabgate.texts").joinpath(f"statement_{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
