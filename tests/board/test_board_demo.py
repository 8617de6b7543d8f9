"""The whole story of the demo by clicks: `fabgate demo`, a Chromium, and somebody who has read nothing."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_lab import until
from gate_process import AGAIN_MS
from playwright.sync_api import Browser, Page, expect

from fabgate.link import embedded
from fabgate.rehearsal.virtual import PEOPLE, ZOE

pytestmark = [pytest.mark.xdist_group("machine"), pytest.mark.slow]  # many processes, and a Chromium
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/demo/[\w-]+")
SOON_MS = 15_000
PHONE = {"width": 390, "height": 844}


class Demo:
    """`fabgate demo --port 0`, as somebody types it where nobody sits at a terminal."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.log = folder / "demo.log"
        words = [sys.executable, "-m", "fabgate", "demo", "--port", "0", "--no-live", *more]
        with self.log.open("wb") as log:
            self.popen = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"LC_ALL": "C.UTF-8"},
            )
        until(lambda: self.popen.poll() is not None or ADDRESS.search(self.said), "it says its address", 60)
        assert self.popen.poll() is None, self.said
        self.url = ADDRESS.search(self.said)[0]

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def base(self) -> str:
        return self.url.partition("/demo/")[0]

    def processes(self) -> set[int]:
        """All that it has started and that still runs."""
        return children(self.popen.pid)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.popen.send_signal(number)
        return self.popen.wait(30)

    def let_go(self) -> None:
        if self.popen.poll() is None:
            self.end()


def children(pid: int) -> set[int]:
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child, *children(child)}
    return found


def lives(pid: int) -> bool:
    """Whether it still runs: who has ended may wait for somebody to hear of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def folders(pids: set[int]) -> set[Path]:
    """Where the processes of a demo have their configurations and books."""
    said = b"\0".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids).decode()
    return {Path(found) for found in re.findall(r"[^\0]*/fabgate-demo-[^/\0]+", said)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Demo]:
    if embedded.which() is None:
        pytest.skip("there is no broker on this machine")
    it = Demo(tmp_path_factory.mktemp("demo"))
    yield it
    it.let_go()


@pytest.fixture
def visitor(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """Somebody who opens the address."""
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB")
    context.set_default_timeout(SOON_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(demo.url)
    yield page
    context.close()
    assert not wrong, wrong


def hold(page: Page, who: str, machine: str) -> None:
    page.get_by_label(who).check()
    page.locator(f"#touch-{machine}").click()


def lamp(page: Page, machine: str, colour: str) -> None:
    expect(page.locator(f"#panel-{machine} .lamp-{colour}")).to_be_visible(timeout=SOON_MS)


def power(page: Page, machine: str, state: str) -> None:
    expect(page.locator(f"#panel-{machine} [data-relay={state}]")).to_be_visible(timeout=SOON_MS)


def done(page: Page, step: str) -> None:
    expect(page.locator(f"[data-step={step}].done")).to_be_visible(timeout=SOON_MS)


def rested(page: Page) -> None:
    """Both gates freshly started: nobody works."""
    for gate in ("gate-1", "gate-2"):
        page.locator(f"#power-{gate}[value^=cut]").click()
        page.locator(f"#power-{gate}[value^=back]").click()
        expect(page.locator(f"#box-{gate} .tag.free")).to_be_visible(timeout=30_000)


def test_a_newcomer_badges_a_trainee_in_with_a_sponsor_and_pulls_the_power(visitor, demo):
    lamp(visitor, "laser", "white")
    hold(visitor, "Ada Lovelace", "laser")
    lamp(visitor, "laser", "blue")
    expect(visitor.locator("#says-laser")).to_contain_text("sponsor")
    done(visitor, "asked")
    hold(visitor, "Bob Noyce", "laser")
    power(visitor, "laser", "on")
    lamp(visitor, "laser", "green")
    done(visitor, "on")
    told = visitor.locator("#stage-told li").first
    expect(told).to_contain_text("Ada Lovelace works at the laser cutter; Bob Noyce is the sponsor.")
    visitor.get_by_role("button", name="Pull the power").first.click()
    expect(visitor.locator("#says-laser.dark")).to_be_visible()
    done(visitor, "cut")
    visitor.get_by_role("button", name="Power back on").click()
    done(visitor, "back")
    power(visitor, "laser", "off")
    expect(visitor.locator("#stage-told")).to_contain_text("Ada Lovelace stopped at the laser cutter")


def test_a_badge_can_be_dragged_to_a_machine_as_well(visitor):
    visitor.set_viewport_size({"width": 1280, "height": 1600})
    rested(visitor)
    visitor.drag_and_drop(".badge-unknown", "[data-touch='touch laser']")
    lamp(visitor, "laser", "red")
    expect(visitor.locator("#says-laser")).to_contain_text("not known here")


def test_a_finger_carries_a_badge_as_a_mouse_does(chromium, demo):
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(demo.url)
    rested(page)
    page.locator(".tray").scroll_into_view_if_needed()
    badge, machine = (
        page.locator(".badge-unknown").bounding_box(),
        page.locator("#touch-laser").bounding_box(),
    )
    finger = context.new_cdp_session(page)
    for kind, share in (("Start", 0.0), ("Move", 0.5), ("Move", 1.0), ("End", None)):
        at = [] if share is None else [between(badge, machine, share)]
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": at})
    lamp(page, "laser", "red")
    expect(page.locator(".carried")).to_have_count(0)
    context.close()


def between(one: dict[str, float], other: dict[str, float], share: float) -> dict[str, float]:
    """A point on the way from the one box to the other."""
    return {axis: one[axis] + 20 + (other[axis] - one[axis]) * share for axis in ("x", "y")}


def test_nothing_moves_away_from_under_who_holds_a_badge_to_it_again(visitor):
    rested(visitor)
    button, where = visitor.locator("#touch-laser"), "one => one.getBoundingClientRect().top + scrollY"
    before = button.evaluate(where)
    for who, colour in (("A bus card", "red"), ("Ada Lovelace", "blue"), ("Bob Noyce", "green")):
        hold(visitor, who, "laser")
        lamp(visitor, "laser", colour)
        assert button.evaluate(where) == before


@pytest.mark.parametrize("size", [{"width": 1024, "height": 768}, PHONE])
def test_what_is_owed_is_seen_without_scrolling_sideways(visitor, size):
    visitor.set_viewport_size(size)
    bill = visitor.locator("#stage-bill .scroll")
    assert bill.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_what_cannot_be_done_is_said_where_somebody_looks(visitor):
    rested(visitor)
    visitor.locator("#power-gate-2").click()
    expect(visitor.locator("#says-router.dark")).to_be_visible()
    visitor.evaluate("scrollTo(0, document.body.scrollHeight)")
    visitor.locator("#touch-router").evaluate("one => one.click()")
    said = visitor.locator("#stage-said")
    expect(said).to_have_text("It has no power. Put the power of its box back on.")
    expect(said).to_be_in_viewport()
    visitor.locator("#power-gate-2").click()
    expect(said).to_be_hidden(timeout=30_000)


def test_who_works_by_keyboard_is_not_lost_with_a_button_that_goes_away(visitor):
    rested(visitor)
    hold(visitor, "Cem Yilmaz", "router")
    visitor.locator("#lift-router").focus()
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#touch-router")).to_be_focused()
    expect(visitor.locator("[role=status] #says-router")).to_contain_text("your badge is out")


def test_the_keyboard_does_all_of_it(visitor):
    rested(visitor)
    visitor.get_by_label("Ada Lovelace").focus()
    visitor.keyboard.press("ArrowDown")
    visitor.keyboard.press("ArrowDown")
    expect(visitor.get_by_label("Cem Yilmaz")).to_be_checked()
    visitor.locator("#touch-laser").focus()
    visitor.keyboard.press("Enter")
    power(visitor, "laser", "on")
    visitor.locator("#input-laser-estop").focus()
    visitor.keyboard.press("Enter")
    power(visitor, "laser", "off")
    expect(visitor.locator("#input-laser-estop")).to_have_text("Release the emergency stop")
    expect(visitor.locator("#input-laser-estop")).to_be_focused()
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#input-laser-estop")).to_have_text("Hit the emergency stop")


def test_without_a_network_a_gate_decides_alone_and_tells_later(visitor):
    rested(visitor)
    visitor.locator("#net-gate-2").click()
    expect(visitor.locator("#box-gate-2")).to_contain_text("it decides alone")
    hold(visitor, "Cem Yilmaz", "router")
    power(visitor, "router", "on")
    expect(visitor.locator("#stage-told li").first).not_to_contain_text("Cem Yilmaz works at the router")
    visitor.locator("#net-gate-2").click()
    told = visitor.locator("#stage-told")
    expect(told).to_contain_text("Cem Yilmaz works at the router", timeout=40_000)
    visitor.locator("#lift-router").click()
    power(visitor, "router", "off")


def test_the_wall_in_another_tab_follows_within_a_second(visitor, demo):
    rested(visitor)
    with visitor.expect_popup() as opened:
        visitor.get_by_role("link", name="Open the lab's wall").click()
    wall = opened.value
    card = wall.locator("#m-laser")
    expect(card).to_contain_text("Free", timeout=SOON_MS)
    visitor.get_by_label("Cem Yilmaz").check()
    lengths = []
    for shows in ("In use", "Free", "In use"):  # one of them, on a machine that has much else to do
        began = time.monotonic()
        visitor.locator("#touch-laser").click()
        expect(card).to_contain_text(shows, timeout=SOON_MS)
        lengths.append(time.monotonic() - began)
        if lengths[-1] < 1:
            break
        until(lambda began=began: time.monotonic() - began > AGAIN_MS / 1000, "the badge counts again")
    assert min(lengths) < 1
    assert "Cem" not in wall.locator("body").inner_text()


def test_the_treasurer_settles_closes_and_downloads_the_month(visitor, demo):
    with visitor.expect_popup() as opened:
        visitor.get_by_role("button", name="Be Tess, the treasurer").click()
    money = opened.value
    money.wait_for_url(re.compile(r"/money/\d{4}-\d\d$"))
    expect(money.locator(".who")).to_contain_text("Tess Peeters")
    settle = money.locator("form", has=money.get_by_role("button", name="Settle")).first
    settle.get_by_label("Why").fill("Cem agrees")
    settle.get_by_role("button").click()
    expect(money.locator("#ways .said")).to_be_visible()
    money.locator("#sure").check()
    money.locator("form[action$='/close'] button").click()
    expect(money.locator("h1 .tag.free")).to_be_visible()
    with money.expect_download() as coming:
        money.get_by_role("link", name="csv").first.click()
    rows = list(csv.reader(Path(coming.value.path()).read_text("utf-8-sig").splitlines()))
    assert len(rows) > 15
    assert any("laser" in " ".join(row) for row in rows)
    done(visitor, "close")


def test_who_is_somebody_in_another_tab_can_go_on_here(visitor):
    with visitor.expect_popup() as opened:
        visitor.get_by_role("button", name="Be Zoe, the fab manager").click()
    opened.value.wait_for_url(re.compile("/members"))
    expect(opened.value.locator("main")).to_contain_text("Ada Lovelace")
    with visitor.expect_popup() as opened:
        visitor.get_by_role("button", name="Be Ada, the trainee").click()
    opened.value.wait_for_url(re.compile("/me"))
    expect(opened.value.locator(".who")).to_contain_text("Ada Lovelace")
    rested(visitor)
    hold(visitor, "Ada Lovelace", "laser")
    lamp(visitor, "laser", "blue")
    expect(visitor.locator("#stage-said")).to_be_hidden()


AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text()
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_anybody_can_use_the_page_in_each_language_also_on_a_phone(chromium, demo, language, scheme):
    context = chromium.new_context(
        viewport=PHONE, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{demo.url}?lang={language}")
    page.evaluate(AXE)
    found = page.evaluate("standards => axe.run(document, standards)", STANDARDS)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/demo", "/demo/guessed", "/spaceapi.json", "/api/v1/wall"]
)
def test_no_public_page_names_anybody_of_the_demo(demo, chromium, path):
    answer = chromium.new_context().request.get(demo.base + path)
    text = answer.text()
    for one in (ZOE, *PEOPLE):
        assert one.name not in text
        assert str(one.badge) not in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_leaves_no_process_and_no_file(tmp_path, number, request):
    """Also one that the demo cannot hear: what it started notices its end."""
    if embedded.which() is None:
        pytest.skip("there is no broker on this machine")
    demo = Demo(tmp_path, "--pace", "1")  # in the middle of its story
    request.addfinalizer(demo.let_go)
    started = demo.processes()
    assert len(started) >= 3
    made = folders(started)
    assert made
    until(lambda: all(any(one.glob("fabgate-rehearsal-*")) for one in made), "the story has its books there")
    status = demo.end(number)
    until(lambda: not any(map(lives, started)), "its processes are gone")
    until(lambda: not any(folder.exists() for folder in made), "its folder is gone")
    if number is not signal.SIGKILL:
        assert status == 0, demo.said
        assert demo.said.endswith("Ended. Nothing was left on this machine.\n")
