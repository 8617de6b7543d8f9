"""Every page of the board in a real Chromium, in every language: axe, light and dark, and on a phone.

A page that needs a hand is named with what is wrong with it. Set SCREENSHOTS to a folder to look at
all of them yourself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab
from sweep_lab import LANGUAGES, LOOKERS, Busy, Page, Paths, pages, running

from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.board.sessions import COOKIE
from fabgate.config.settings import BoardSettings
from fabgate.rules.viewing import Area
from fabgate.store import roster
from fabgate.store.db import Store

pytestmark = pytest.mark.xdist_group("browser")

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
AXED = ("en", "de")  # the same templates in two languages, the one with the longest words among them
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
DESK, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}
WHO = {
    Area.PUBLIC: "nobody",
    Area.OWN: "autonomous",
    Area.SPONSORING: "sponsor",
    Area.MACHINES: "maintainer",
    Area.LAB: "manager",
    Area.MONEY: "treasurer",
}
_RUN = """async (rules) => (await axe.run({runOnly: rules, resultTypes: ['violations']})).violations.map(
  (one) => one.id + ': ' + one.nodes.slice(0, 3).map(
    (node) => node.html.slice(0, 120) + ' ' + (node.any[0] || node.all[0] || node.none[0] || {}).message
  ).join(' | '))"""
_WIDE = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1
  ? [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right >
      document.documentElement.clientWidth + 1 && !one.closest('.scroll')).slice(0, 3).map(
      (one) => one.outerHTML.slice(0, 120))
  : []"""


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
            self._sign_in(context, looker)
            tab = context.new_page()
            tab.on("console", lambda one: self.said.append(one.text) if one.type == "error" else None)
            tab.on("pageerror", lambda one: self.said.append(str(one)))
            self.tabs[looker] = tab
        return self.tabs[looker]

    def _sign_in(self, context: BrowserContext, looker: str) -> None:
        who = LOOKERS[looker]
        if not who.handle:
            return
        with Store(self.busy.settings.gate.state).reader() as reader:
            member = roster.member(reader.conn, who.handle)
        assert member is not None
        key = self.house.sessions.open(member.id, who.way, self.house.clock.now().boot_ms)
        address = {"domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}
        context.add_cookies([{"name": COOKIE, "value": key, "sameSite": "Strict", **address}])


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
    """What is wrong with a page: by axe in light and dark, and where it is wider than a phone."""
    tab = sweep.tab(WHO[page.area])
    sweep.said.clear()
    tab.emulate_media(color_scheme="light")
    tab.goto(sweep.url + sweep.paths.of(page.path, lang=language))
    if language in AXED:
        tab.evaluate(AXE)
        yield from _told(page, tab.evaluate(_RUN, {"type": "tag", "values": TAGS}))
    _keep(tab, page, language, "light")
    if language == LANGUAGES[0]:  # colours are the same in all of them
        tab.emulate_media(color_scheme="dark")
        yield from _told(page, tab.evaluate(_RUN, {"type": "rule", "values": ["color-contrast"]}), "dark ")
        _keep(tab, page, language, "dark")
    tab.set_viewport_size(PHONE)
    yield from _told(page, tab.evaluate(_WIDE), "phone ")
    _keep(tab, page, language, "phone")
    tab.set_viewport_size(DESK)
    yield from (f"{page.path}: console: {one}" for one in sweep.said)
    if tab.locator("html").get_attribute("lang") != language:
        yield f"{page.path}: is not in {language}"


def _told(page: Page, found: list[Any], where: str = "") -> Iterator[str]:
    return (f"{page.path}: {where}{one}" for one in found)


def _keep(tab: Tab, page: Page, language: str, look: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        name = page.path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "wall"
        tab.screenshot(path=Path(folder) / language / f"{name}-{look}.png", full_page=True)
