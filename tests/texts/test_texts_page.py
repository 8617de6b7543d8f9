"""The page about texts is made from the catalogue, and whole."""

from pathlib import Path

from fabgate.model import Code, Notice
from fabgate.texts.forms import FACTS
from fabgate.texts.page import reference

PAGE = Path(__file__).parents[2] / "docs" / "texts.md"


def test_the_page_about_texts_is_current():
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python docs/make.py"


def test_every_code_notice_and_placeholder_is_on_the_page():
    page = reference()
    assert all(f"### `{what.value}`" in page for what in (*Code, *Notice))
    assert all(f"| `{fact}` |" in page for fact in FACTS)
