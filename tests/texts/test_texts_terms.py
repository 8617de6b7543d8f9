"""The table of words in docs/terms.md, held to all that people read in each language."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from fabgate.texts import LANGUAGES

PAGE = Path(__file__).parents[2] / "docs" / "terms.md"
NAMED = {"English": "en", "French": "fr", "Dutch": "nl", "German": "de"}


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    under = PAGE.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in under.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def said(found: object) -> list[str]:
    """Every text of a file, however deep it stands."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, dict):
        found = list(found.values())
    return [text for one in found for text in said(one)] if isinstance(found, list) else []


def everything(language: str) -> str:
    """All that people read in a language, a line a text."""
    home = resources.files("fabgate.texts")
    files = [*home.iterdir(), *(home / "board").iterdir()]
    its = [file for file in files if re.search(rf"(^|_){language}\.toml$", file.name)]
    return "\n".join(text for file in its for text in said(tomllib.loads(file.read_text("utf-8"))))


ALL = {language: everything(language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_read_uses_the_words_of_the_table(language):
    column = list(NAMED.values()).index(language)
    unused = [
        row[column]
        for row in rows("The words")
        if not any(part.casefold() in ALL[language].casefold() for part in row[column].split(", "))
    ]
    assert unused == []


@pytest.mark.parametrize("wrong", rows("Not so"), ids=lambda row: " ".join(row[:2]))
def test_what_had_two_words_has_one(wrong):
    language, word, _ = wrong
    found = [line for line in ALL[NAMED[language]].splitlines() if re.search(rf"\b{word}", line)]
    assert found == []
