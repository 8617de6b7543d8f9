"""A lab with people and its board; a Chromium for what only a browser can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from board_lab import Board, in_languages, opened
from cli_lab import Lab
from playwright.sync_api import Browser, Page, sync_playwright

LANGUAGES = ("en", "fr", "nl", "de")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """zoe manages; ada works alone on laser and router, bob is a trainee on the laser."""
    lab = in_languages(tmp_path, *LANGUAGES)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    return lab


@pytest.fixture
def board(lab: Lab) -> Iterator[Board]:
    with opened(lab) as found:
        yield found


@pytest.fixture(scope="session")
def chromium(needs: Callable[[str], str]) -> Iterator[Browser]:
    """Debian's Chromium, without a screen. Mark tests that use it: xdist_group("browser")."""
    path = needs("chromium")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Page]:
    """A new, empty browser. What its console complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB")
    page = context.new_page()
    wrong: list[Any] = []
    page.on("pageerror", lambda error: wrong.append(error))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert not wrong, wrong
