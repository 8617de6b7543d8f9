"""The pages of machines, gates and the history as a browser shows them."""

from __future__ import annotations

import pytest
from cli_lab import ADA, Floor

from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.board.sessions import COOKIE
from fabgate.config.settings import BoardSettings
from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

pytestmark = pytest.mark.xdist_group("browser")
PAGES = (
    "/machines",
    "/machines/laser",
    "/workshops",
    "/downtime",
    "/audit",
    "/gates",
    "/hours",
    "/presence",
    "/history",
)


@pytest.fixture
def zoe(lab, screen):
    """A board on a port, with Zoe before it."""
    house = House(lab.settings, lab.clock)
    with served(house, said=BoardSettings(port=0)) as serving:
        with Store(lab.settings.gate.state).reader() as reader:
            member = roster.member(reader.conn, "zoe")
        key = house.sessions.open(member.id, Way.PASSWORD, lab.clock.now().boot_ms)
        cookie = {"name": COOKIE, "value": key, "domain": "127.0.0.1", "path": "/", "secure": True}
        screen.context.add_cookies([cookie])
        screen.base = serving.url
        yield screen


def test_a_session_that_is_ended_is_seen_to_end(lab, zoe):
    floor = Floor(lab)
    floor.tap("laser", ADA)
    zoe.goto(f"{zoe.base}/machines/laser")
    form = zoe.locator("form[action$='/end']")
    form.get_by_label("Why").fill("closing time")
    form.get_by_role("button", name="End the session now").click()
    zoe.get_by_text("The gate has not done it yet").wait_for()
    assert floor.relay("laser") == "off"
    zoe.locator("#now .tag.free").wait_for()
    assert zoe.get_by_text("The gate has not done it yet").count() == 0


def test_nothing_is_wider_than_a_phone(lab, zoe):
    Floor(lab).tap("laser", ADA)
    lab.done('machine lock router --by ada --reason "worn belt"')
    lab.done("presence in ada --by zoe")
    zoe.set_viewport_size({"width": 390, "height": 844})
    for page in PAGES:
        zoe.goto(zoe.base + page)
        assert zoe.evaluate("document.documentElement.scrollWidth") <= 390, page


def test_filters_are_filled_in_by_keyboard(lab, zoe):
    lab.done('machine lock router --by ada --reason "worn belt"')
    zoe.goto(f"{zoe.base}/history")
    zoe.get_by_label("Text").fill("WORN")
    zoe.keyboard.press("Enter")
    zoe.wait_for_url("**/history?*text=WORN*")
    assert zoe.locator("tbody tr").count() == 1
