"""A page in a real browser: what axe says of it in light and dark, and whether it is wider than a phone.

Set SCREENSHOTS to a folder to look at all of them yourself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab
from sweep_lab import LANGUAGES

from fabgate.board.house import House
from fabgate.board.sessions import COOKIE
from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
AXED = ("en", "de")  # the same templates in two languages, the one with the longest words among them
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
DESK, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}
_RUN = """async (rules) => (await axe.run({runOnly: rules, resultTypes: ['violations']})).violations.map(
  (one) => one.id + ': ' + one.nodes.slice(0, 3).map(
    (node) => node.html.slice(0, 120) + ' ' + (node.any[0] || node.all[0] || node.none[0] || {}).message
  ).join(' | '))"""
_WIDE = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1
  ? [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right >
      document.documentElement.clientWidth + 1 && !one.closest('.scroll')).slice(0, 3).map(
      (one) => one.outerHTML.slice(0, 120))
  : []"""


def sign_in(context: BrowserContext, house: House, handle: str, way: Way) -> None:
    """As if they had typed their password."""
    with Store(house.given.gate.state).reader() as reader:
        member = roster.member(reader.conn, handle)
    assert member is not None
    key = house.sessions.open(member.id, way, house.clock.now().boot_ms)
    address = {"domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}
    context.add_cookies([{"name": COOKIE, "value": key, "sameSite": "Strict", **address}])


@contextmanager
def tab_of(browser: Browser, house: House, handle: str) -> Iterator[Tab]:
    """A browser in which somebody is signed in. What its console complains of fails at the end."""
    context = browser.new_context(viewport=DESK, locale="en-GB", reduced_motion="reduce")
    sign_in(context, house, handle, Way.PASSWORD)
    tab, said = context.new_page(), []
    tab.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    tab.on("pageerror", lambda one: said.append(str(one)))
    yield tab
    context.close()
    assert not said, said


def look(tab: Tab, address: str, name: str, language: str) -> Iterator[str]:
    """What is wrong with a page, each begun with its `name`: by axe in light and dark, and where it is wider
    than a phone. `address` ends in a query."""
    tab.emulate_media(color_scheme="light")
    tab.goto(f"{address}&lang={language}")
    if language in AXED:
        tab.evaluate(AXE)
        yield from _told(name, tab.evaluate(_RUN, {"type": "tag", "values": TAGS}))
    _keep(tab, name, language, "light")
    if language == LANGUAGES[0]:  # colours are the same in all of them
        tab.emulate_media(color_scheme="dark")
        yield from _told(name, tab.evaluate(_RUN, {"type": "rule", "values": ["color-contrast"]}), "dark ")
        _keep(tab, name, language, "dark")
    tab.set_viewport_size(PHONE)
    yield from _told(name, tab.evaluate(_WIDE), "phone ")
    _keep(tab, name, language, "phone")
    tab.set_viewport_size(DESK)
    if tab.locator("html").get_attribute("lang") != language:
        yield f"{name}: is not in {language}"


def _told(name: str, found: list[Any], where: str = "") -> Iterator[str]:
    return (f"{name}: {where}{one}" for one in found)


def _keep(tab: Tab, name: str, language: str, look_: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        file = name.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "wall"
        tab.screenshot(path=Path(folder) / language / f"{file}-{look_}.png", full_page=True)
