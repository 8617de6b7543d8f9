"""The page about texts is made from the catalogue, and whole."""

import tomllib
from pathlib import Path

from fabgate.model import Code, Notice
from fabgate.texts.catalogue import LANGUAGES, shipped
from fabgate.texts.forms import FACTS
from fabgate.texts.page import reference

PAGE = Path(__file__).parents[2] / "docs" / "texts.md"


def test_the_page_about_texts_is_current():
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python docs/make.py"


def test_every_code_notice_and_placeholder_is_on_the_page():
    page = reference()
    assert all(f"### `{what.value}`" in page for what in (*Code, *Notice))
    assert all(f"| `{fact}` |" in page for fact in FACTS)


def test_every_word_is_on_the_page_in_every_language():
    page = reference()
    for language in LANGUAGES:
        for group, words in tomllib.loads(shipped(language))["words"].items():
            for key, word in words.items():
                row = next(line for line in page.splitlines() if line.startswith(f"| `{group}.{key}` |"))
                assert f"| {word} |" in row
