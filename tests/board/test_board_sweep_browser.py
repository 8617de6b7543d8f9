"""Every page of the board in a real Chromium, in every language: axe, light and dark, and on a phone.

A page that needs a hand is named with what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from looks import DESK, look, sign_in
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from sweep_lab import LANGUAGES, LOOKERS, Busy, Page, Paths, pages, running

from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.config.settings import BoardSettings
from fabgate.rules.viewing import Area

pytestmark = pytest.mark.xdist_group("browser")

WHO = {
    Area.PUBLIC: "nobody",
    Area.OWN: "autonomous",
    Area.SPONSORING: "sponsor",
    Area.MACHINES: "maintainer",
    Area.LAB: "manager",
    Area.MONEY: "treasurer",
}


@dataclass
class Sweep:
    """A board that is served, its pages' addresses, and a browser for each who looks."""

    url: str
    house: House
    busy: Busy
    paths: Paths
    browser: Browser
    tabs: dict[str, Tab] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def tab(self, looker: str) -> Tab:
        if looker not in self.tabs:
            context = self.browser.new_context(viewport=DESK, locale="en-GB", reduced_motion="reduce")
            if LOOKERS[looker].handle:
                sign_in(context, self.house, LOOKERS[looker].handle, LOOKERS[looker].way)
            tab = context.new_page()
            tab.on("console", lambda one: self.said.append(one.text) if one.type == "error" else None)
            tab.on("pageerror", lambda one: self.said.append(str(one)))
            self.tabs[looker] = tab
        return self.tabs[looker]


@pytest.fixture(scope="session")  # a module's would be made anew whenever another module has its turn
def sweep(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    busy = Busy(tmp_path_factory.mktemp("sweep"))
    house = House(busy.settings, busy.clock)
    with running(busy), served(house, said=BoardSettings(port=0)) as serving:
        found = Sweep(serving.url, house, busy, Paths(busy), chromium)
        yield found
        for tab in found.tabs.values():
            tab.context.close()


@pytest.fixture(scope="session")
def shown(sweep: Sweep) -> list[Page]:
    """The pages that are read by people: no files, no streams."""
    return [one for one in pages() if _is_page(sweep, one)]


def _is_page(sweep: Sweep, page: Page) -> bool:
    if page.path.endswith(("{file}", ".pdf", ".zip", ".json")):
        return False
    tab = sweep.tab(WHO[page.area])
    answer = tab.request.get(sweep.url + sweep.paths.of(page.path), max_redirects=0)
    html = answer.headers.get("content-type", "").startswith("text/html") and answer.status == 200
    return html and "<html" in answer.text()[:200]  # a piece of a page is looked at within its page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_reads_well_in_every_language(sweep, shown, language):
    wrong = [one for page in shown for one in _look(sweep, page, language)]
    assert not wrong, "\n".join(sorted(wrong))


def _look(sweep: Sweep, page: Page, language: str) -> Iterator[str]:
    """What is wrong with a page of the sweep."""
    tab = sweep.tab(WHO[page.area])
    sweep.said.clear()
    yield from look(tab, sweep.url + sweep.paths.of(page.path), page.path, language)
    yield from (f"{page.path}: console: {one}" for one in sweep.said)
