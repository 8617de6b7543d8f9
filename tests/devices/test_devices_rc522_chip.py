"""One exchange with the air: how long it takes, what it gives, and what it costs. The figures to hold."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rc522.frame import Frame as OnAir
from rc522.frame import with_crc as norm_crc
from rc522.rig import Bench
from rc522_watch import ADA, CLASSIC, LONG, Watch, uid

from fabgate.badges.iso14443 import WUPA, Frame, Heard, Noise, Silence, with_crc
from fabgate.devices.protocols import Appeared
from fabgate.devices.rc522_chip import Chip

RATS = Frame(with_crc(b"\xe0\x50"))
ATS = norm_crc(bytes.fromhex("067777710280"))
FLOOR_MS = 4.45  # the air alone, from the first call to the end of a 7-byte select at 106 kbit/s
OVERHEADS = [0, 50, 100, 400]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(overhead_us=50) as bench:
        yield bench


@pytest.fixture
def chip(bench: Bench) -> Chip:
    made = Chip(bench.reader().spi, bench.clock)
    made.set_up()
    return made


def talkative(bench: Bench, answer: bytes, delay_s: float = 0) -> Any:
    """A badge that answers a RATS with these bytes, after so long."""

    def twist(heard: OnAir, usual: OnAir | None) -> OnAir | None:
        if heard.data != RATS.data:
            return usual
        picc.delay_ns = round(delay_s * 1e9)
        return OnAir.of(answer)

    picc = bench.lay(ADA, twist=twist)
    return picc


# --- the figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("overhead_us", OVERHEADS)
def test_a_seven_byte_number_takes_forty_transfers_at_most(overhead_us: float):
    with Bench(overhead_us) as bench:
        watch = Watch(bench)
        watch.rest()
        bench.lay(ADA)
        news, calls, _ = watch.look()
        assert news == (Appeared(uid(ADA), fresh=True),)
        assert calls <= 40


@pytest.mark.parametrize(("overhead_us", "times"), [(0, 1.25), (50, 2), (100, 2.5), (400, 5)])
def test_a_seven_byte_number_takes_not_much_longer_than_the_air_does(overhead_us: float, times: float):
    with Bench(overhead_us) as bench:
        watch = Watch(bench)
        watch.rest()
        bench.lay(ADA)
        news, _, took_ms = watch.look()
        assert news and FLOOR_MS < took_ms <= times * FLOOR_MS


@pytest.mark.parametrize("overhead_us", OVERHEADS)
def test_an_empty_look_is_short(overhead_us: float):
    with Bench(overhead_us) as bench:
        watch = Watch(bench)
        for _ in range(50):
            watch.rest()
            news, calls, took_ms = watch.look()
            assert news == () and calls <= 20 and took_ms <= 17


@pytest.mark.parametrize("overhead_us", OVERHEADS)
@pytest.mark.parametrize("badge", [CLASSIC, ADA, LONG])
def test_a_look_at_a_badge_that_rests_leaves_most_of_the_time_free(badge: str, overhead_us: float):
    with Bench(overhead_us) as bench:
        watch = Watch(bench)
        bench.lay(badge)
        watch.told(1)
        for _ in range(50):
            watch.rest()
            news, calls, took_ms = watch.look()
            assert news == () and calls <= 60 and took_ms <= 40


def test_the_most_that_a_look_can_take_is_bounded(bench: Bench):
    watch = Watch(bench)
    longest_ms = 0.0
    for badge in (ADA, CLASSIC, LONG):
        bench.lay(badge)
        for _ in range(20):
            bench.clock.sleep(0.1)
            longest_ms = max(longest_ms, watch.look()[2])
    assert longest_ms <= 40


def test_an_exchange_is_these_transfers_and_no_others(bench: Bench, chip: Chip):
    """StartSend is off while the frame is put in, and a FIFO that was read empty is not flushed."""
    bench.lay(ADA)
    with bench.recording() as calls:
        chip.exchange(WUPA)
        chip.exchange(Frame(b"\x93\x20", answer=5))
    start, second = [call.sent.hex(" ") for call in calls[:8]], [call.sent.hex(" ") for call in calls[8:]]
    assert start == ["1a 07", "02 00 0c", "14 80", "08 7f", "12 52", "1a 87", "88 8c 94 98 00", "92 92 00"]
    assert second == [
        "1a 00",
        "02 00 0c",
        "08 7f",
        "12 93 20",
        "1a 80",
        "88 8c 94 98 00",
        "92" + 4 * " 92" + " 00",
    ]


# --- what an exchange gives -----------------------------------------------------------------------


def test_nobody_is_silence_and_takes_the_timers_length(bench: Bench, chip: Chip):
    begun = bench.clock.monotonic()
    assert chip.exchange(WUPA, 0.010) == Silence()
    assert 0.010 <= bench.clock.monotonic() - begun <= 0.012


def test_an_answer_ends_the_exchange_long_before_its_timeout(bench: Bench, chip: Chip):
    bench.lay(ADA)
    begun = bench.clock.monotonic()
    assert chip.exchange(WUPA, 1.0) == Heard(b"\x44\x00")
    assert bench.clock.monotonic() - begun < 0.002


def test_a_badge_may_take_its_time_where_it_is_given_time(bench: Bench, chip: Chip):
    """ISO 14443-4 lets a badge think for tens of milliseconds: the way for keyed badges is open."""
    talkative(bench, ATS, delay_s=0.040)
    calls = bench.spi_calls
    assert chip.exchange(RATS, 0.078) == Heard(ATS)
    assert bench.spi_calls - calls < 40


def test_a_badge_that_takes_more_than_its_time_is_silent(bench: Bench, chip: Chip):
    talkative(bench, ATS, delay_s=0.040)
    assert chip.exchange(RATS, 0.020) == Silence()


def test_an_answer_fills_the_whole_fifo(bench: Bench, chip: Chip):
    """The stock package cuts answers at 16 bytes."""
    answer = bytes(range(64))
    talkative(bench, answer)
    assert chip.exchange(RATS) == Heard(answer)  # it lasts longer than the timer, which it stops
    assert chip.ailment() is None


def test_an_answer_that_is_too_long_for_the_fifo_is_noise_and_no_fault_of_the_chip(bench: Bench, chip: Chip):
    talkative(bench, bytes(66))
    assert chip.exchange(RATS) == Noise()
    assert chip.ailment() is None


def test_bits_that_are_left_over_are_told(bench: Bench, chip: Chip):
    bench.lay(ADA, twist=lambda heard, usual: OnAir(0x5, 4) if heard.data == RATS.data else usual)
    assert chip.exchange(RATS) == Heard(b"\x05", 4)


@pytest.mark.parametrize("size", [0, 65])
def test_a_frame_that_the_fifo_does_not_hold_is_a_bug_of_the_caller(chip: Chip, size: int):
    with pytest.raises(AssertionError):
        chip.exchange(Frame(bytes(size)))


def test_more_bytes_than_the_fifo_has_are_noise():
    """A broken wire says so."""
    status = [0, 0x20, 0x00, 0x7F, 0x00]
    spi = SimpleNamespace(xfer2=lambda values: status if values[0] == 0x88 else bytes(len(values)))
    assert Chip(spi, SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda _: None)).exchange(RATS) == Noise()


def test_a_badge_has_woken_when_the_chip_is_set_up(bench: Bench, chip: Chip):
    bench.lay(ADA)
    bench.chip().brown_out()
    bench.clock.sleep(0.1)
    chip.set_up()
    assert chip.exchange(WUPA) == Heard(b"\x44\x00")


def test_the_timer_is_set_anew_with_all_else(bench: Bench, chip: Chip):
    bench.chip().brown_out()
    chip.set_up()
    timer = bench.chip().timer
    assert (timer.reload + 1) * timer.tick_ns == pytest.approx(1e6, rel=0.001)


def test_one_timeout_does_not_stay_for_the_next_exchange(bench: Bench, chip: Chip):
    chip.exchange(WUPA, 0.5)
    begun = bench.clock.monotonic()
    chip.exchange(WUPA)
    assert bench.clock.monotonic() - begun < 0.003


def test_a_pause_of_the_controller_is_no_fault_of_the_chip(bench: Bench, chip: Chip):
    """The thread may be put aside for long between any two transfers."""
    spi = bench.reader().spi

    def slow(values: list[int]) -> Any:
        got = spi.xfer2(values)
        bench.clock.sleep(0.050)
        return got

    held_up = Chip(SimpleNamespace(xfer2=slow, close=spi.close), bench.clock)
    held_up.set_up()
    assert held_up.exchange(WUPA) == Silence()
    assert held_up.ailment() is None
    bench.lay(ADA)
    assert held_up.exchange(WUPA) == Heard(b"\x44\x00")
