"""The pages of a hub's board: in each language, with names that would break a careless one, and by axe.

What a lone gate has as well is swept beside it; here is what differs at a hub.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from board_lab import Board, opened
from hub_sweep_lab import GATES, BusyHub
from looks import AXED, look, tab_of
from playwright.sync_api import Browser
from shape import Shape
from sweep_lab import LANGUAGES

from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.config.settings import BoardSettings

PATHS = (
    "/",
    *("/machines", *(f"/machines/laser-{number}" for number in (1, 2, 3))),
    *("/gates", *(f"/gates/{gate}" for gate in GATES), "/gates/gate-2/asked"),
    *("/history", "/history?group=gates&gate=hub", "/presence", "/hours", "/terminal", "/workshops"),
)
# What a browser shows as it does at a lone gate, or as another of these pages.
ALIKE = {"/gates/gate-2/asked", "/machines/laser-1", "/presence", "/hours", "/workshops", "/terminal"}


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> BusyHub:
    return BusyHub(tmp_path_factory.mktemp("hub-sweep"))


@pytest.fixture
def site(busy: BusyHub) -> Iterator[Board]:
    with opened(busy) as board:
        yield board


@pytest.mark.parametrize("looker", ["zoe", "max", "ada", ""])
def test_everybody_sees_what_is_theirs_at_a_hub_too(site, looker):
    """A manager all of it, who maintains a machine the machines, everybody else the wall."""
    if looker:
        site.sign_in(looker)
    sees = {"zoe": PATHS, "max": [one for one in PATHS if one == "/" or "machines" in one]}.get(looker, ["/"])
    wrong = []
    for path in PATHS:
        answer = site.client.get(path, follow_redirects=False)
        teaches = path == "/workshops" and looker == "ada"  # who works alone may lead one
        may = path in sees or teaches
        expected = 200 if may else 403 if looker else 303
        if answer.status_code != expected:
            wrong.append((path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_whole_in_each_language_and_a_name_is_a_name(site, language):
    site.sign_in("zoe")
    wrong = []
    for path in PATHS:
        text = site.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
        shape = Shape()
        shape.feed(text)
        wrong += [f"{path}: {one}" for one in (*shape.strange, *shape.bare)]
        assert path.endswith("/asked") or f'<html lang="{language}">' in text
        assert "<b>&" not in text, path
    assert wrong == []


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("language", AXED)
def test_each_page_reads_well_in_a_browser(busy: BusyHub, chromium: Browser, language: str) -> None:
    house = House(busy.settings, busy.clock)
    with served(house, said=BoardSettings(port=0)) as serving, tab_of(chromium, house, "zoe") as tab:
        paths = [one for one in PATHS if one not in ALIKE]
        wrong = [
            fault for one in paths for fault in look(tab, _address(serving.url, one), f"hub{one}", language)
        ]
    assert not wrong, "\n".join(sorted(wrong))


def _address(url: str, path: str) -> str:
    return f"{url}{path}{'' if '?' in path else '?'}"
