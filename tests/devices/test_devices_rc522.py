"""What an RC522 tells of the badges before it, on the emulated chip."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from random import Random

import pytest
from rc522.faults import Flip, Noise, Torn
from rc522.frame import Frame
from rc522.picc import Picc
from rc522.rig import Bench
from rc522_watch import ADA, CLASSIC, GRACE, LONG, PHONE, UP_S, Watch, uid

from fabgate.devices.protocols import Appeared, Left, Refused
from fabgate.model import Code, Hold

TWO, RANDOM = Refused(Code.TWO_BADGES), Refused(Code.RANDOM_BADGE)
BADGES = (CLASSIC, ADA, LONG)


def came(text: str, fresh: bool = True) -> Appeared:
    return Appeared(uid(text), fresh)


def left(text: str) -> Left:
    return Left(uid(text))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(overhead_us=50) as bench:
        yield bench


@pytest.fixture
def watch(bench: Bench) -> Watch:
    return Watch(bench)


# --- coming and going -----------------------------------------------------------------------------


@pytest.mark.parametrize("overhead_us", [0, 50, 100, 400])
@pytest.mark.parametrize("badge", BADGES)
def test_a_badge_comes_stays_and_leaves_and_each_is_told_once(badge: str, overhead_us: float):
    with Bench(overhead_us) as bench:
        watch = Watch(bench)
        bench.lay(badge, awake=False)
        assert watch.told(60) == [came(badge)]
        bench.take(badge)
        assert watch.told(60) == [left(badge)]


def test_two_badges_that_are_one_to_the_stock_package_are_two(watch: Watch):
    for badge in (ADA, GRACE):
        watch.bench.lay(badge)
        assert watch.told(0.5) == [came(badge)]
        watch.bench.take(badge)
        assert watch.told(2) == [left(badge)]


def test_a_badge_is_told_within_a_look_of_its_coming(watch: Watch):
    watch.bench.lay(ADA)
    ((after_s, _),) = watch.timed(1)
    assert after_s < 0.12


@pytest.mark.parametrize(("hold", "patience_s"), [(Hold.SLOT, 1.0), (Hold.TAP, 0.3)])
def test_a_badge_is_gone_after_three_misses_and_its_time(bench: Bench, hold: Hold, patience_s: float):
    watch = Watch(bench, hold=hold)
    bench.lay(ADA)
    watch.told(1)
    bench.take(ADA)
    ((after_s, news),) = watch.timed(3)
    assert news == left(ADA)
    assert patience_s <= after_s < patience_s + 0.25


def test_a_badge_that_slips_for_a_moment_has_not_left(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    for _ in range(5):
        watch.bench.take(ADA)
        assert watch.told(0.9) == []
        watch.bench.lay(ADA)
        assert watch.told(0.2) == []


def test_misses_that_nobody_looked_between_are_still_three(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    watch.bench.take(ADA)
    for _ in range(2):
        watch.bench.clock.sleep(10)  # somebody who waits did other things
        assert watch.reader.wait(0) == ()


def test_a_badge_swapped_between_two_looks_is_seen_at_once_and_the_other_leaves(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(0.5)
    watch.bench.take(ADA)
    watch.bench.lay(CLASSIC)
    first, second = watch.timed(3)
    assert first[1] == came(CLASSIC) and first[0] < 0.12
    assert second[1] == left(ADA) and second[0] > 1


def test_a_badge_that_rests_is_never_missed(watch: Watch):
    """The stock package misses it at every second poll, because it leaves it in the state ready."""
    picc = watch.bench.lay(ADA)
    watch.told(0.5)
    picc.heard.clear()
    watch.told(10)
    assert picc.heard.count(b"\x50\x00\x57\xcd") == picc.heard.count(b"\x52") >= 90


def test_a_badge_whose_halt_was_lost_is_found_in_the_same_look(bench: Bench):
    def deaf_to_halt(heard: Frame, answer: Frame | None) -> Frame | None:
        if heard.data == b"\x50\x00\x57\xcd":
            picc.state, picc.starred = active
        return answer

    watch = Watch(bench)
    picc = bench.lay(ADA, twist=deaf_to_halt)
    active = (type(picc.state).ACTIVE, False)
    assert watch.told(10) == [came(ADA)]


# --- what lay there before ------------------------------------------------------------------------


def test_a_badge_that_lies_there_when_the_reader_comes_up_is_not_fresh(bench: Bench):
    bench.lay(ADA)
    watch = Watch(bench, up=False)
    assert watch.told(1) == [came(ADA, fresh=False)]


def test_a_badge_that_is_slow_to_wake_lay_there_all_the_same(bench: Bench):
    bench.lay(ADA, wake_us=150_000)
    watch = Watch(bench, up=False)
    assert watch.told(1) == [came(ADA, fresh=False)]


def test_a_badge_that_was_not_understood_at_first_lay_there_all_the_same(bench: Bench):
    bench.lay(ADA)
    bench.chip().fault(Torn(8), times=20)
    watch = Watch(bench, up=False)
    assert watch.told(3) == [came(ADA, fresh=False)]


def test_a_badge_that_is_laid_down_later_is_fresh(watch: Watch):
    watch.bench.lay(ADA)
    assert watch.told(1) == [came(ADA, fresh=True)]


def test_a_badge_that_was_away_is_fresh_again(bench: Bench):
    bench.lay(ADA)
    watch = Watch(bench, up=False)
    watch.told(1)
    bench.take(ADA)
    watch.told(2)
    bench.lay(ADA)
    assert watch.told(1) == [came(ADA, fresh=True)]


# --- no single badge ------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [(ADA, GRACE), (ADA, CLASSIC), (CLASSIC, LONG), (ADA, LONG)])
def test_two_badges_are_refused_once_and_neither_is_told(watch: Watch, pair: tuple[str, str]):
    for badge in pair:
        watch.bench.lay(badge)
    assert watch.told(10) == [TWO]


def test_of_two_badges_the_one_that_remains_is_taken(watch: Watch):
    watch.bench.lay(ADA)
    watch.bench.lay(GRACE)
    watch.told(1)
    watch.bench.take(ADA)
    assert watch.told(5) == [came(GRACE)]


def test_two_badges_that_went_and_came_again_are_refused_again(watch: Watch):
    for _ in range(2):
        for badge in (ADA, GRACE):
            watch.bench.lay(badge)
        assert watch.told(1) == [TWO]
        for badge in (ADA, GRACE):
            watch.bench.take(badge)
        assert watch.told(2) == []


@pytest.mark.parametrize("other", [GRACE, CLASSIC, LONG, PHONE])
def test_a_badge_in_the_slot_does_not_leave_because_another_is_laid_on_it(watch: Watch, other: str):
    watch.bench.lay(ADA)
    assert watch.told(1) == [came(ADA)]
    watch.bench.lay(other)
    assert watch.told(10) == [TWO]
    watch.bench.take(other)
    assert watch.told(10) == []


def test_two_strangers_badges_do_not_stand_for_the_one_that_was_in_the_slot(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    watch.bench.take(ADA)
    watch.bench.lay(GRACE)
    watch.bench.lay(CLASSIC)
    assert watch.told(5) == [TWO, left(ADA)]


def test_three_badges_are_two_too_many(watch: Watch):
    for badge in (ADA, GRACE, CLASSIC):
        watch.bench.lay(badge)
    assert watch.told(3) == [TWO]


@pytest.mark.parametrize("number", [PHONE, "00000000", "FFFFFFFF", "88A39493"])
def test_a_number_that_does_not_stay_or_is_none_is_refused_once(watch: Watch, number: str):
    watch.bench.lay(number)
    assert watch.told(10) == [RANDOM]
    watch.bench.take(number)
    assert watch.told(10) == []


def test_a_phone_that_makes_up_another_number_is_refused_again_only_when_it_was_away(watch: Watch):
    watch.bench.lay(PHONE)
    watch.told(1)
    watch.bench.take(PHONE)
    watch.bench.lay("08FFEEDD")
    assert watch.told(1) == []
    watch.bench.take("08FFEEDD")
    watch.told(2)
    watch.bench.lay(PHONE)
    assert watch.told(1) == [RANDOM]


# --- bad air --------------------------------------------------------------------------------------


def test_a_badge_taken_away_in_the_middle_of_its_answer_is_nothing(bench: Bench):
    for cut_us in range(100, 9_000, 250):
        watch = Watch(bench)
        picc = bench.lay(ADA)
        watch.bench.clock.sleep(0.1)
        bench.clock.after(cut_us / 1e6, lambda picc=picc: bench.take(picc))
        assert watch.told(3) in ([], [came(ADA), left(ADA)])


@pytest.mark.parametrize("answer", range(5))
@pytest.mark.parametrize("bits", [(0,), (9,), (3, 5), (0, 8)])
def test_an_answer_with_wrong_bits_is_asked_for_again_and_never_believed(
    watch: Watch, answer: int, bits: tuple[int, ...]
):
    watch.chip.fault(Flip(bits), after=answer, times=1)
    watch.bench.lay(ADA)
    assert watch.told(2) == [came(ADA)]


def test_a_badge_that_was_not_understood_is_asked_again_at_once(watch: Watch):
    watch.rest()
    watch.chip.fault(Flip((0,)), after=1, times=1)
    watch.bench.lay(ADA)
    ((after_s, _),) = watch.timed(1)
    assert after_s < 0.05


@pytest.mark.parametrize("bits", [1, 7, 8, 16, 20, 39])
def test_an_answer_that_stops_too_early_is_asked_for_again(watch: Watch, bits: int):
    watch.chip.fault(Torn(bits), after=1, times=3)
    watch.bench.lay(ADA)
    assert watch.told(2) == [came(ADA)]


@pytest.mark.parametrize("seed", range(20))
def test_in_noise_a_badge_is_told_as_itself_or_not_at_all(bench: Bench, seed: int):
    watch = Watch(bench)
    watch.chip.fault(Noise(Random(seed), rate=0.01))
    bench.lay(ADA)
    assert {news for news in watch.told(20) if not isinstance(news, Refused)} <= {came(ADA), left(ADA)}


def test_a_badge_in_a_little_noise_stays(bench: Bench):
    watch = Watch(bench)
    bench.lay(ADA)
    watch.told(1)
    watch.chip.fault(Noise(Random(7), rate=0.001))
    assert watch.told(120) == []


def test_one_collision_as_a_badge_comes_in_is_not_yet_two_badges(watch: Watch):
    watch.rest()
    first = watch.bench.lay(ADA)
    second = watch.bench.lay(CLASSIC)
    watch.bench.clock.after(0.010, lambda: watch.bench.take(second))
    assert watch.told(2) == [came(ADA)]
    assert first in watch.bench.field().badges


def test_a_badge_that_is_never_understood_is_not_asked_forty_times_a_second_for_ever(watch: Watch):
    watch.bench.lay(Picc(bytes.fromhex(ADA), twist=lambda heard, answer: answer and answer.first(9)))
    watch.told(1)
    calls = watch.bench.spi_calls
    watch.told(10)
    assert (watch.bench.spi_calls - calls) / 10 < 500


# --- waiting --------------------------------------------------------------------------------------


def test_a_wait_takes_as_long_as_it_was_told_to_when_nothing_happens(watch: Watch):
    begun = watch.bench.clock.monotonic()
    assert watch.reader.wait(5) == ()
    assert watch.bench.clock.monotonic() - begun == pytest.approx(5, abs=0.02)


def test_a_wait_of_no_length_takes_one_look_at_most(watch: Watch):
    watch.rest()
    begun = watch.bench.clock.monotonic()
    watch.reader.wait(0)
    assert watch.bench.clock.monotonic() - begun < 0.017


def test_the_reader_looks_ten_times_a_second_however_often_it_is_asked(watch: Watch):
    calls = watch.bench.spi_calls
    for _ in range(1000):
        watch.reader.wait(0)
        watch.bench.clock.sleep(0.001)
    assert watch.bench.spi_calls - calls < 12 * 10


def test_no_number_of_a_badge_gets_into_the_log(watch: Watch, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    watch.bench.lay(ADA)
    watch.told(UP_S)
    watch.chip.brown_out()
    watch.told(1)
    assert caplog.records and ADA not in caplog.text.upper()
