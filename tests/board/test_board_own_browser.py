"""Members' and sponsors' pages in a real Chromium: nothing is cut off on a phone, all is done by clicks."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from own_lab import DAY_MS, NOV_2, OwnLab
from playwright.sync_api import Page, expect

from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.board.sessions import COOKIE
from fabgate.config.settings import BoardSettings
from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

pytestmark = pytest.mark.xdist_group("browser")
PAGES = ("/me", "/me/sessions", "/me/charges", "/me/details", "/me/data")
SPONSORING = ("/sponsoring", "/sponsoring/sessions", "/sponsoring/members/ada")


@pytest.fixture
def lab(tmp_path) -> OwnLab:
    lab = OwnLab(tmp_path)
    lab.done(["member", "edit", "ada", "--name", "Maximiliane-Wilhelmina " * 8, "--by", "zoe"])
    lab.done("sponsors assign ada bob --by zoe")
    for who, sponsor in (("ada", "bob"), ("bob", None)):
        lab.worked(who, 45, at_ms=NOV_2 - DAY_MS, sponsor=sponsor)
    return lab


@contextmanager
def signed_in(lab: OwnLab, screen: Page, handle: str):
    """The board on a port, and this browser signed in to it."""
    house = House(lab.settings, lab.clock)
    with Store(lab.settings.gate.state).reader() as reader:
        member = roster.member(reader.conn, handle)
    assert member is not None
    with served(house, said=BoardSettings(port=0)) as serving:
        key = house.sessions.open(member.id, Way.PASSWORD, house.clock.now().boot_ms)
        at = serving.url.replace("http:", "https:")
        cookie = {"name": COOKIE, "value": key, "url": at, "secure": True, "httpOnly": True}
        screen.context.add_cookies([cookie])
        yield serving.url


@pytest.mark.parametrize(("who", "paths"), [("ada", PAGES), ("bob", (*PAGES, *SPONSORING))])
def test_nothing_is_cut_off_on_a_phone(lab, screen: Page, who, paths):
    screen.set_viewport_size({"width": 390, "height": 844})
    with signed_in(lab, screen, who) as url:
        for path in paths:
            for language in ("en", "fr", "nl", "de"):
                screen.goto(f"{url}{path}?lang={language}")
                for details in screen.locator("details").all():
                    details.evaluate("one => one.open = true")
                assert screen.evaluate("document.documentElement.scrollWidth") == 390, (path, language)


def test_a_sponsor_signs_and_proposes_by_clicks_alone(lab, screen: Page):
    with signed_in(lab, screen, "bob") as url:
        screen.goto(f"{url}/sponsoring")
        screen.get_by_role("link", name="Maximiliane").click()
        screen.get_by_role("button", name="I know what the emergency stop does").click()
        expect(screen.get_by_role("status")).to_contain_text("showed e-stop")
        screen.get_by_label("Points").fill("90")
        screen.get_by_role("button", name="Note the points").click()
        expect(screen.get_by_role("status")).to_contain_text("90 points")
        screen.get_by_text("Propose them already").click()
        screen.get_by_label("Why they are ready").fill("works with care")
        screen.get_by_role("button", name="Propose to a fab manager").click()
        expect(screen.get_by_role("status")).to_contain_text("A fab manager decides.")
    assert lab.json("grant waiting")[0]["reason"] == "works with care"


def test_a_line_is_explained_and_the_data_downloaded_by_clicks(lab, screen: Page):
    with signed_in(lab, screen, "bob") as url:
        screen.goto(f"{url}/me")
        screen.get_by_role("link", name="Costs").click()
        screen.get_by_text("Explain this line").click()
        expect(screen.get_by_text("45 min at 12.00 EUR an hour: 9.00 EUR")).to_be_visible()
        screen.get_by_role("link", name="My data").click()
        with screen.expect_download() as kept:
            screen.get_by_role("link", name="Download my data").click()
        assert kept.value.suggested_filename == "fabgate-bob.zip"


def test_what_each_sponsor_does_is_read_on_a_phone_without_pushing_it_aside(lab, screen: Page):
    screen.set_viewport_size({"width": 390, "height": 844})
    with signed_in(lab, screen, "zoe") as url:
        screen.goto(f"{url}/trainees?lang=nl")
        loads = screen.locator(".scroll").last
        assert loads.evaluate("one => one.scrollWidth") == loads.evaluate("one => one.clientWidth")
        expect(loads.get_by_role("link", name="Bob Noyce")).to_be_visible()
