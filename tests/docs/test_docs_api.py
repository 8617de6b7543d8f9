"""docs/api.md is what the code says, and names every call and form."""

from __future__ import annotations

from types import ModuleType

import pytest
from read_pages import HOME

from fabgate.board.api import CALLS
from fabgate.board.api_door import ROOT


@pytest.fixture(scope="module")
def from_api() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HOME)
        from docs import from_api

    return from_api


def test_the_page_of_the_api_is_current(from_api: ModuleType):
    assert (HOME / "docs/api.md").read_text(encoding="utf-8") == from_api.page(), "run python docs/make.py"


def test_every_call_and_every_form_is_on_the_page(from_api: ModuleType):
    text = from_api.page()
    for call in CALLS:
        assert f"`{call.method} {ROOT}{call.path}`" in text
        assert f"### {call.answer.__name__}\n" in text
