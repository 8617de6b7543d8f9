"""What stands on a display as time passes: pages, the time that is left, words that wait to be read."""

from __future__ import annotations

import pytest

from fabgate.devices.protocols import NO_HEAD, Head
from fabgate.errors import DeviceError
from fabgate.gate.screen import PAGE_MS, RETRY_MS, Screen, Sheet, left

UNITS = {"h": "u", "min": "min", "s": "sec"}


class Paper:
    """A display that has room for one line a page, and keeps what was put on it."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []
        self.dim: list[bool] = []
        self.works = True
        self._lines: tuple[str, ...] = ()

    def write(self, lines: tuple[str, ...], head: Head = NO_HEAD) -> int:
        self._lines = lines
        self.turn(0, head)
        return len(lines)

    def turn(self, page: int, head: Head) -> None:
        if not self.works:
            raise DeviceError("the display does not answer", "Look at its plug.")
        self.shown.append((self._lines[page], head.left))
        self.dim.append(head.dim)

    def close(self) -> None:
        pass


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def screen(paper: Paper) -> Screen:
    return Screen(paper)


def sheet(*lines: str, ends_ms: int | None = None, rest: bool = False) -> Sheet:
    return Sheet(lines, "Laser", ends_ms, UNITS.__getitem__, rest)


def seconds(screen: Screen, first: int, last: int) -> None:
    """The display thread has its turn once a second."""
    for second in range(first, last + 1):
        screen.turn(second * 1000)


def test_nothing_is_shown_before_anything_is_said(screen: Screen, paper: Paper):
    screen.turn(0)
    assert paper.shown == []


def test_one_page_stands_still(screen: Screen, paper: Paper):
    screen.show(sheet("Free.", rest=True), 0)
    seconds(screen, 1, 60)
    assert paper.shown == [("Free.", "")]


def test_pages_turn_by_themselves_and_begin_again(screen: Screen, paper: Paper):
    screen.show(sheet("One", "Two", rest=True), 0)
    seconds(screen, 1, 12)
    assert [line for line, _ in paper.shown] == ["One", "Two", "One", "Two"]


def test_the_time_that_is_left_is_kept_current(screen: Screen, paper: Paper):
    screen.show(sheet("On.", ends_ms=130_000, rest=True), 0)
    seconds(screen, 1, 130)
    times = [time for _, time in paper.shown]
    assert times[:4] == ["3 min", "120 sec", "110 sec", "100 sec"]
    assert times[-11:] == [*(f"{second} sec" for second in range(10, 0, -1)), ""]


def test_a_page_turns_no_sooner_because_of_the_time(screen: Screen, paper: Paper):
    screen.show(sheet("One", "Two", ends_ms=121_000, rest=True), 0)
    seconds(screen, 1, 4)
    assert paper.shown == [("One", "3 min"), ("One", "120 sec"), ("Two", "120 sec")]


def test_an_answer_is_read_to_its_end_before_the_machine_rests(screen: Screen, paper: Paper):
    screen.show(sheet("Not yet.", "Ask Grace."), 0)
    screen.show(sheet("Free.", rest=True), PAGE_MS)
    seconds(screen, 4, 9)
    assert [line for line, _ in paper.shown] == ["Not yet.", "Ask Grace.", "Free."]


def test_pages_turn_sooner_where_there_is_little_time_to_do_what_they_say(screen: Screen, paper: Paper):
    screen.show(sheet("Taken, but idle.", "Tap again within 10 s.", ends_ms=10_000), 0)
    screen.turn(2_400)
    assert paper.shown[-1][0] == "Taken, but idle."
    screen.turn(2_500)
    assert paper.shown[-1][0] == "Tap again within 10 s."


def test_a_machine_that_nobody_uses_dims_its_display_and_a_tap_lights_it(screen: Screen, paper: Paper):
    screen.show(sheet("Free.", rest=True), 5_000)
    seconds(screen, 6, 604)
    assert not any(paper.dim)
    seconds(screen, 605, 700)
    assert paper.dim == [False, True]
    screen.show(sheet("Welcome."), 700_000)
    assert paper.dim[-1] is False


def test_a_display_on_which_something_runs_out_stays_bright(screen: Screen, paper: Paper):
    screen.show(sheet("On.", ends_ms=3_600_000, rest=True), 0)
    seconds(screen, 1, 1_200)
    assert not any(paper.dim)


def test_an_answer_of_one_page_makes_room_at_once(screen: Screen, paper: Paper):
    screen.show(sheet("Off."), 0)
    screen.show(sheet("Free.", rest=True), 1)
    assert [line for line, _ in paper.shown] == ["Off.", "Free."]


def test_a_new_answer_waits_for_nothing(screen: Screen, paper: Paper):
    screen.show(sheet("Not yet.", "Ask Grace."), 0)
    screen.show(sheet("Free.", rest=True), 1_000)
    screen.show(sheet("Welcome."), 2_000)
    seconds(screen, 3, 30)
    assert [line for line, _ in paper.shown] == ["Not yet.", "Welcome."], "what waited is void"


def test_a_display_that_failed_is_written_anew_after_a_while(screen: Screen, paper: Paper):
    paper.works = False
    with pytest.raises(DeviceError):
        screen.show(sheet("On.", rest=True), 0)
    paper.works = True
    seconds(screen, 1, RETRY_MS // 1000 - 1)
    assert paper.shown == []
    seconds(screen, RETRY_MS // 1000, 60)
    assert paper.shown == [("On.", "")]


def test_one_that_fails_while_it_counts_is_written_anew_too(screen: Screen, paper: Paper):
    screen.show(sheet("On.", ends_ms=100_000, rest=True), 0)
    paper.works = False
    with pytest.raises(DeviceError):
        screen.turn(10_000)
    screen.turn(15_000)
    paper.works = True
    screen.turn(20_000)
    assert paper.shown[-1] == ("On.", "80 sec")


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (-1, ""),
        (0, ""),
        (1, "1 sec"),
        (9_001, "10 sec"),
        (10_001, "20 sec"),
        (60_000, "60 sec"),
        (120_000, "120 sec"),
        (120_001, "3 min"),
        (41 * 60_000 + 1, "42 min"),
        (60 * 60_000, "1 u"),
        (61 * 60_000, "1 u 01"),
        (26 * 3_600_000, "26 u"),
    ],
)
def test_what_is_left_is_said_as_short_as_can_be_and_never_as_nothing(ms: int, said: str):
    assert left(ms, UNITS.__getitem__) == said
