"""The wall in a real Chromium: live, found again after a sleep, readable from afar and in the hand."""

from __future__ import annotations

import gc
import re
import socket
import time
import tracemalloc
from dataclasses import replace

import pytest
from board_ears import ears_at
from cli_lab import ADA, NOON_MS, Floor
from playwright.sync_api import Browser, Page, expect
from wall_lab import gate_runs

from fabgate.board import wall
from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.config.settings import BoardSettings
from fabgate.model import MachineId
from fabgate.texts.board_words import BoardWords

pytestmark = pytest.mark.xdist_group("browser")
DAY_MS = 86_400_000
# A Chromium without a screen shows all its tabs at once; before a person one tab hides the others.
AWAY = "Object.defineProperty(document, 'hidden', {get: () => window.away ?? true})"


@pytest.fixture(autouse=True)
def gate(lab):
    with gate_runs(lab):
        yield


@pytest.fixture
def url(lab):
    with served(House(lab.settings, lab.clock), wall.ROUTES, BoardSettings(port=0)) as serving:
        yield serving.url


def state(page: Page, machine: str = "laser"):
    return page.locator(f"#m-{machine} .state")


def test_a_tap_is_on_the_wall_within_a_second(lab, url, screen):
    screen.goto(url)
    expect(state(screen)).to_have_text("Free")
    floor = Floor(lab)
    began_s = time.monotonic()
    floor.tap("laser", ADA)
    expect(state(screen)).to_have_text("In use")
    assert time.monotonic() - began_s < 1
    assert "In use" not in state(screen, "router").inner_text()
    floor.pass_s(60)
    floor.tap("laser", ADA)
    expect(state(screen)).to_have_text("Free")
    assert screen.evaluate("document.querySelectorAll('#m-laser').length") == 1


def test_the_clock_and_the_time_left_go_on_by_themselves(lab, url, screen):
    Floor(lab).tap("laser", ADA)
    screen.goto(url)
    expect(screen.locator("#clock")).to_have_text("12:00")
    lab.clock.advance(60_000)
    expect(screen.locator("#clock")).to_have_text("12:01")
    expect(screen.locator("#m-laser .left")).to_have_text("119 min left")


def test_a_lost_connection_is_told_and_found_again(lab, chromium):
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    house = House(lab.settings, lab.clock)
    with served(house, wall.ROUTES, BoardSettings(port=port)) as serving:
        page.goto(serving.url)
        expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#lost")).to_be_visible()
    assert re.search(r"Not connected: this is how it was at \d\d:\d\d", page.locator("#lost").inner_text())
    Floor(lab).tap("laser", ADA)
    with served(house, wall.ROUTES, BoardSettings(port=port)):
        expect(state(page)).to_have_text("In use", timeout=20_000)
        expect(page.locator("#lost")).to_be_hidden()
    context.close()


def test_a_browser_that_slept_shows_what_is_so_when_it_wakes(lab, url, screen):
    screen.goto(url)
    expect(state(screen)).to_have_text("Free")
    tab = screen.context.new_cdp_session(screen)
    tab.send("Page.setWebLifecycleState", {"state": "frozen"})
    Floor(lab).tap("laser", ADA)
    lab.done("machine lock router --by zoe --reason broken")
    tab.send("Page.setWebLifecycleState", {"state": "active"})
    expect(state(screen)).to_have_text("In use")
    expect(state(screen, "router")).to_have_text("Out of service")


def test_a_silent_line_is_noticed(url, chromium):
    """A line that died without a word: no error comes, only nothing any more. It is opened anew."""
    context = chromium.new_context(locale="en-GB")
    context.add_init_script(AWAY.replace("true", "false"))
    page = context.new_page()
    opened: list[str] = []
    page.on("request", lambda one: opened.append(one.url) if "/live?" in one.url else None)
    page.clock.install()
    page.goto(url)
    expect(page.locator("#lost")).to_be_hidden()
    assert len(opened) == 1
    page.clock.fast_forward(60_000)
    page.clock.run_for(10_000)
    expect(page.locator("#lost")).to_be_hidden()
    assert len(opened) > 1
    show(page, hidden=True)
    so_far = len(opened)
    page.clock.fast_forward(3_600_000)
    page.clock.run_for(10_000)
    expect(page.locator("#lost")).to_be_hidden()  # nobody listens there, so nothing is missed
    assert len(opened) == so_far
    context.close()


def test_a_tab_that_nobody_sees_leaves_its_line_to_the_others(lab, url, chromium):
    """A browser opens six connections to a host: with a stream in each of six tabs, the seventh hangs."""
    context = chromium.new_context(locale="en-GB")
    context.add_init_script(AWAY)
    tabs = [context.new_page() for _ in range(7)]
    for tab in tabs:
        tab.goto(url)  # opened in the background, as by a middle click
    for before, tab in zip([tabs[-1], *tabs], tabs, strict=False):
        show(before, hidden=True)
        show(tab, hidden=False)
    Floor(lab).tap("laser", ADA)
    expect(state(tabs[-1])).to_have_text("In use")
    assert {state(tab).inner_text() for tab in tabs[:-1]} == {"Free"}
    show(tabs[-1], hidden=True)
    show(tabs[0], hidden=False)
    expect(state(tabs[0])).to_have_text("In use")
    expect(tabs[0].locator("#lost")).to_be_hidden()
    context.close()


def show(tab: Page, *, hidden: bool) -> None:
    """Somebody turns to this tab, or away from it."""
    tab.evaluate(
        "away => { window.away = away; document.dispatchEvent(new Event('visibilitychange')) }", hidden
    )


def test_a_machine_that_joins_appears(lab, url, screen):
    """Its card has no place on the page yet: the page is read anew."""
    house = House(lab.settings, lab.clock)
    known = dict(lab.settings.machines)
    with served(house, wall.ROUTES, BoardSettings(port=0)) as serving:
        del lab.settings.machines["router"]
        screen.goto(serving.url)
        assert state(screen, "router").count() == 0
        lab.settings.machines["router"] = known["router"]
        lab.done("presence in ada --by zoe")  # something that the board hears of
        expect(state(screen, "router")).to_have_text("Free")
        screen.goto("about:blank")  # before the board ends: a lost line is told to the console


def test_without_a_script_the_wall_is_whole(lab, chromium: Browser, url):
    Floor(lab).tap("laser", ADA)
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(url)
    expect(state(page)).to_have_text("In use")
    expect(page.locator("#lost")).to_be_hidden()
    context.close()


def test_the_way_in_is_hidden_until_a_key_asks_for_it(url, screen):
    screen.goto(url)
    header = screen.locator("header.top")
    assert header.bounding_box()["height"] <= 1
    screen.keyboard.press("Tab")
    assert screen.evaluate("document.activeElement.className") == "skip"
    screen.keyboard.press("Tab")
    assert header.bounding_box()["height"] > 20


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_is_cut_off(lab, url, screen, width):
    Floor(lab).tap("laser", ADA)
    screen.set_viewport_size({"width": width, "height": 844})
    screen.goto(url)
    assert screen.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_five_metres_everything_stands_on_one_screen(lab, url, chromium, language, scheme):
    """17 inches at 1024 pixels: 20 mm are 60 pixels; state and name of few machines come near to it."""
    Floor(lab).tap("laser", ADA)
    lab.done("machine lock router --by zoe --reason broken")
    context = chromium.new_context(
        viewport={"width": 1024, "height": 768}, locale=language, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(url)
    expect(state(page)).to_have_text(BoardWords.of(language).word("wall.in_use"))
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('#m-laser .state')).fontSize)")
        >= 40
    )
    context.close()


LONG = "Laser cutter Trotec Speedy 400 with rotary attachment and extraction"


@pytest.mark.parametrize("machines", [6, 24, 50])
def test_however_many_machines_with_long_names_stand_on_one_screen_and_grow_with_it(lab, screen, machines):
    laser = lab.settings.machines[MachineId("laser")]
    for number in range(machines - 2):
        rules = replace(laser.rules, machine=MachineId(f"m-{number}"), title=f"{number}: {LONG}")
        lab.settings.machines[rules.machine] = replace(laser, rules=rules)
    Floor(lab).tap("laser", ADA)
    lab.done("presence in ada --by zoe")
    with served(House(lab.settings, lab.clock), wall.ROUTES, BoardSettings(port=0)) as serving:
        small, large = seen_on(screen, serving.url, 1024, 768), seen_on(screen, serving.url, 1920, 1080)
        assert large > 1.3 * small
        screen.set_viewport_size({"width": 390, "height": 844})
        titles = screen.locator(".machine h3")
        assert titles.count() == machines
        assert titles.evaluate_all("all => all.every(one => one.scrollHeight <= one.clientHeight + 1)")
        screen.goto("about:blank")


def seen_on(screen: Page, url: str, width: int, height: int) -> float:
    """How large the word of a state is on a screen of this size, where nobody has to scroll."""
    screen.set_viewport_size({"width": width, "height": height})
    screen.goto(url)
    assert screen.evaluate("document.documentElement.scrollHeight") <= height
    assert screen.evaluate("document.documentElement.scrollWidth") <= width
    return float(state(screen).evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))


def test_a_day_of_rehearsal_neither_grows_nor_stalls(lab):
    """A hundred sessions, one browser that listens and one that does not read: both show the end of the
    day at once, and what the board keeps for them is no more than at the beginning."""
    house = House(lab.settings, lab.clock)
    with served(house, wall.ROUTES, BoardSettings(port=0)) as serving, ears_at(serving.url) as listen:
        ear, deaf = listen("/live"), listen("/live")
        floor = Floor(lab)
        tracemalloc.start()
        work(floor, 10)
        before = held_by_the_board()
        work(floor, 90)
        grown = held_by_the_board() - before
        tracemalloc.stop()
        assert floor.stage.clock.now().wall_ms - NOON_MS >= DAY_MS
        assert grown < 500_000
        lab.done("machine lock router --by zoe --reason broken")
        began_s = time.monotonic()
        for one in (ear, deaf):
            while "Out of service" not in one.next()["data"]:
                pass
        assert time.monotonic() - began_s < 5


def held_by_the_board() -> int:
    """Bytes that the board's own lines made and that are still there."""
    gc.collect()
    ours = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*/fabgate/board/*")])
    return sum(one.size for one in ours.statistics("filename"))


def work(floor: Floor, sessions: int) -> None:
    """So many sessions of five minutes, one in a quarter of an hour."""
    for _ in range(sessions):
        floor.tap("laser", ADA)
        floor.pass_s(300)
        floor.tap("laser", ADA)
        floor.pass_s(600)
