"""The treasurer in a real browser: a month is settled, closed, downloaded; charts are seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from money_books import books

from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.board.sessions import COOKIE
from fabgate.config.settings import BoardSettings
from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def treasurer(tmp_path, screen):
    """A browser in which tess has signed in, and where the board is."""
    lab = books(tmp_path)
    lab.worked("ada", why="recovered", recovered=True)
    house = House(lab.settings, lab.clock)
    with Store(lab.settings.gate.state).reader() as reader:
        tess = roster.member(reader.conn, "tess")
    with served(house, said=BoardSettings(port=0)) as serving:
        key = house.sessions.open(tess.id, Way.PASSWORD, house.clock.now().boot_ms)
        url = serving.url.replace("http:", "https:")  # a browser takes it as from here all the same
        cookie = {"name": COOKIE, "value": key, "url": url, "secure": True, "httpOnly": True}
        screen.context.add_cookies([cookie])
        yield screen, serving.url


def test_a_month_is_settled_closed_and_downloaded_by_clicks(treasurer):
    screen, url = treasurer
    screen.goto(f"{url}/money")
    screen.get_by_role("link", name="Look at October 2026").click()
    screen.get_by_label("Why").first.fill("she left when the power went")
    screen.get_by_role("button", name="Settle it").click()
    screen.get_by_text("Nothing stands in the way.").wait_for()
    screen.get_by_label("I have looked at it; close it for good").check()
    screen.get_by_role("button", name="Close October 2026").click()
    screen.get_by_text("October 2026 is closed. Its files are below.").wait_for()
    with screen.expect_download() as coming:
        screen.get_by_role("link", name="csv").first.click()
    assert "Ada Lovelace" in Path(coming.value.path()).read_text(encoding="utf-8-sig")
    with screen.expect_download() as coming:
        screen.get_by_role("link", name="pdf").click()
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF")


def test_charts_are_seen_and_no_page_is_wider_than_a_phone(treasurer):
    screen, url = treasurer
    screen.set_viewport_size({"width": 390, "height": 844})
    for path in ("/money", "/money/2026-10", "/money/payments", "/money/tariff", "/money/accounts/ada"):
        screen.goto(url + path)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert screen.evaluate(wide) <= 0, path
    with screen.expect_response("**/occupancy.svg?*", timeout=120_000) as picture:
        screen.goto(f"{url}/money/charts", wait_until="domcontentloaded")
    assert picture.value.status == 200  # a child draws it
    picture.value.finished()
    assert screen.locator("img.chart").count() == 1
