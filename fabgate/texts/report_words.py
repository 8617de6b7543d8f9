"""What the reports for funders say, in one language: titles, units, definitions, notes.

The definitions say what a figure means so that two years, or two labs, can be compared; `reports/public.py`
bears their version. Machines, skills and purposes are called what the lab calls them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from fabgate.errors import UsageError
from fabgate.texts.catalogue import LANGUAGES

OWN = "own"
"""What work without a purpose of its own is called."""


@dataclass(frozen=True, slots=True)
class Told:
    """A figure: its title, its unit, and what it means."""

    title: str
    unit: str
    says: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words in one language. `titles`: what the lab calls things, by kind and id."""

    language: str
    said: Mapping[str, Any]
    titles: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, language: str, titles: Mapping[str, Mapping[str, str]] | None = None) -> ReportWords:
        """Raises UsageError for a language that is not shipped."""
        if language not in LANGUAGES:
            raise UsageError(
                f"there are no reports in the language {language!r}", f"There are: {', '.join(LANGUAGES)}."
            )
        return cls(language, _shipped(language), titles or {})

    def word(self, name: str) -> str:
        return str(self.said["words"][name])

    def report(self, name: str) -> str:
        return str(self.said["report"][name])

    def table(self, name: str) -> str:
        return str(self.said["table"][name])

    def of_what(self, name: str) -> str:
        """The heading of the column that says what a row is of."""
        return str(self.said["of"][name])

    def figure(self, name: str) -> Told:
        """A figure's title, unit and definition."""
        found = self.said["figure"][name]
        return Told(found["title"], self.said["unit"][found["unit"]], found["says"])

    def note(self, name: str, **facts: object) -> str:
        return str(self.said["notes"][name]).format(**facts)

    def month(self, text: str) -> str:
        """A month such as 2026-10, by its name."""
        year, _, number = text.partition("-")
        return f"{self.said['words']['months'][int(number) - 1]} {year}"

    def period(self, first: str, last: str) -> str:
        """Several months, by the names of the first and the last."""
        if first == last:
            return self.month(first)
        begin = self.month(first)
        return (
            f"{begin.removesuffix(f' {first[:4]}') if first[:4] == last[:4] else begin} – {self.month(last)}"
        )

    def row(self, kind: str, name: str) -> str:
        """What a row is called; the id where neither we nor the lab have a word for it."""
        if kind == "figure":
            return self.figure(name).title
        if kind == "month":
            return self.month(name)
        if kind == "purpose" and not name:
            name = OWN
        of, _, rest = name.partition(" ")
        if kind == "reason" and rest and of in self.said["reasons_of"]:
            return f"{self.said['reasons_of'][of]}: {self.titles.get(of, {}).get(rest, rest)}"
        own = self.titles.get(kind, {}).get(name)
        shipped = self.said.get(_SHIPPED.get(kind, ""), {}).get(name)
        return own or shipped or name.replace("_", " ")


_SHIPPED = {"mode": "modes", "purpose": "purposes", "paid": "paid", "cause": "causes", "reason": "reasons"}


@cache
def _shipped(language: str) -> Mapping[str, Any]:
    found = resources.files("fabgate.texts").joinpath(f"reports_{language}.toml")
    return tomllib.loads(found.read_text("utf-8"))
