"""An RC522 that falls ill: what is told, what heals itself, and what a person must mend."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from rc522.faults import Broken, Clone, Stalled, Stuck
from rc522.gpio import BOARD
from rc522.registers import Reg
from rc522.rig import Bench
from rc522_watch import ADA, CLASSIC, UP_S, Watch, uid

from fabgate.devices.protocols import Appeared, Left
from fabgate.devices.rc522 import PROBE_S, RELAPSE_S, open_rc522
from fabgate.errors import DeviceError

CAME, CAME_OLD, LEFT = Appeared(uid(ADA), fresh=True), Appeared(uid(ADA), fresh=False), Left(uid(ADA))
DEAD = [Stuck(0x00), Stuck(0xFF), Broken(errno.EIO), Stalled()]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(overhead_us=50) as bench:
        yield bench


@pytest.fixture
def watch(bench: Bench) -> Watch:
    return Watch(bench)


def blind(watch: Watch, within_s: float = 1.0) -> DeviceError:
    """The error of a reader that goes blind within so many seconds; nothing is told before."""
    begun = watch.bench.clock.monotonic()
    with pytest.raises(DeviceError) as caught:
        watch.told(within_s)
    assert watch.bench.clock.monotonic() - begun <= within_s
    return caught.value


# --- what heals itself ----------------------------------------------------------------------------


def test_a_brown_out_is_noticed_at_the_next_look_and_healed(watch: Watch):
    watch.chip.brown_out()
    assert not watch.chip.antenna_on
    assert watch.told(0.5) == []
    assert (watch.chip.antenna_on, watch.chip.gain) == (True, 0x70)


def test_a_badge_in_the_slot_has_not_left_because_the_chip_browned_out(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    watch.chip.brown_out()
    assert watch.told(30) == []


def test_a_badge_that_left_while_the_chip_was_out_is_told_gone(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    watch.chip.brown_out()
    watch.bench.take(ADA)
    assert watch.told(3) == [LEFT]


def test_a_badge_that_came_while_the_chip_was_out_is_not_fresh(watch: Watch):
    watch.chip.brown_out()
    watch.bench.lay(ADA)
    assert watch.told(3) == [CAME_OLD]


def test_a_badge_after_a_healed_chip_is_fresh(watch: Watch):
    watch.chip.brown_out()
    watch.told(1)
    watch.bench.lay(ADA)
    assert watch.told(1) == [CAME]


@pytest.mark.parametrize(
    ("register", "value"),
    [(Reg.TX_CONTROL, 0x80), (Reg.T_MODE, 0x8C), (Reg.MODE, 0x3F), (Reg.RF_CFG, 0x48), (Reg.TX_ASK, 0x00)],
)
def test_a_setting_that_the_chip_lost_is_back_within_seconds(watch: Watch, register: Reg, value: int):
    watch.bench.clock.sleep(RELAPSE_S)
    watch.chip.write(register, value)
    assert watch.told(PROBE_S + 0.5) == []
    watch.bench.lay(ADA)
    assert watch.told(1) == [CAME]
    assert watch.chip.gain == 0x70


def test_a_badge_has_not_left_because_the_antenna_dropped(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(RELAPSE_S)
    watch.chip.write(Reg.TX_CONTROL, 0x80)
    assert watch.told(10) == []


def test_the_chip_is_looked_over_while_a_badge_lies_there_too(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(RELAPSE_S)
    watch.chip.write(Reg.RF_CFG, 0x48)
    assert watch.told(PROBE_S + 0.5) == []
    assert watch.chip.gain == 0x70


def test_what_was_missed_before_the_chip_fell_ill_does_not_count_after(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    watch.bench.take(ADA)
    assert watch.told(0.9) == []
    watch.chip.brown_out()
    assert watch.told(0.8) == []
    assert watch.told(1) == [LEFT]


def test_a_reader_whose_reset_line_is_not_wired_is_reset_over_the_bus(bench: Bench):
    bench.rst[0] = 24  # nothing hangs on it
    watch = Watch(bench)
    watch.chip.fault(Broken(errno.EIO))
    blind(watch)
    watch.chip.mend()
    watch.chip.write(Reg.RX_MODE, 0x70)  # a register that the driver never writes
    watch.reader.revive()
    bench.lay(ADA)
    assert watch.told(1) == [CAME_OLD]


def test_a_chip_that_heals_itself_says_so_in_the_log(watch: Watch, caplog: pytest.LogCaptureFixture):
    watch.chip.brown_out()
    watch.told(1)
    (record,) = caplog.records
    assert record.getMessage().startswith("event=reader_reset reader=")


def test_a_chip_that_hangs_until_its_reset_line_is_pulled_is_pulled(watch: Watch):
    watch.chip.fault(Stuck(0x00), until_reset=True)
    assert watch.told(1) == []
    watch.bench.lay(ADA)
    assert watch.told(1) == [CAME]


def test_a_chip_that_falls_ill_again_and_again_is_not_healed_in_silence(watch: Watch):
    watch.chip.brown_out()
    assert watch.told(1) == []
    watch.chip.brown_out()
    assert "lost its settings" in blind(watch).what


def test_a_chip_that_falls_ill_now_and_then_goes_on(watch: Watch):
    for _ in range(5):
        watch.chip.brown_out()
        assert watch.told(RELAPSE_S + 1) == []


# --- what a person must mend ----------------------------------------------------------------------


@pytest.mark.parametrize("fault", DEAD)
def test_a_dead_chip_is_told_within_a_second_badge_or_not(watch: Watch, fault: object):
    watch.bench.lay(ADA)
    watch.told(1)
    watch.chip.fault(fault)
    error = blind(watch)
    assert "/dev/spidev0.0" in error.what and "GPIO25" in str(error)


@pytest.mark.parametrize("fault", DEAD)
def test_an_empty_field_of_a_dead_chip_is_no_empty_field(watch: Watch, fault: object):
    watch.chip.fault(fault)
    blind(watch)


@pytest.mark.parametrize("fault", DEAD)
def test_a_blind_reader_stays_blind_until_it_is_mended_and_revived(watch: Watch, fault: object):
    watch.chip.fault(fault)
    blind(watch)
    with pytest.raises(DeviceError):
        watch.reader.revive()
    watch.chip.mend()
    with pytest.raises(DeviceError):
        watch.told(1)
    watch.reader.revive()
    assert watch.told(1) == []


@pytest.mark.parametrize("fault", DEAD)
def test_a_reader_that_was_dead_from_the_start_comes_up_when_it_is_mended(bench: Bench, fault: object):
    watch = Watch(bench, up=False)
    watch.chip.fault(fault)
    blind(watch)
    watch.chip.mend()
    watch.reader.revive()
    bench.lay(ADA)
    assert watch.told(1) == [CAME_OLD]


def test_a_revived_reader_begins_anew(watch: Watch):
    watch.bench.lay(ADA)
    assert watch.told(1) == [CAME]
    watch.chip.fault(Broken(errno.EIO))
    blind(watch)
    watch.chip.mend()
    watch.reader.revive()
    assert watch.told(1) == [CAME_OLD]


def test_what_left_while_the_reader_was_blind_is_not_told(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    watch.chip.fault(Broken(errno.EIO))
    blind(watch)
    watch.bench.take(ADA)
    watch.bench.lay(CLASSIC)
    watch.chip.mend()
    watch.reader.revive()
    assert watch.told(5) == [Appeared(uid(CLASSIC), fresh=False)]


def test_reviving_a_reader_that_sees_changes_nothing(watch: Watch):
    watch.bench.lay(ADA)
    watch.told(1)
    calls = watch.bench.spi_calls
    watch.reader.revive()
    assert watch.bench.spi_calls == calls
    assert watch.told(1) == []


@pytest.mark.parametrize("version", [0x91, 0x92, 0x88, 0x90, 0x12, 0xB2])
def test_genuine_chips_and_the_clones_that_work_are_taken(bench: Bench, version: int):
    bench.chip().fault(Clone(version))
    watch = Watch(bench)
    bench.lay(ADA)
    assert watch.told(1) == [CAME]


@pytest.mark.parametrize(("version", "says"), [(0x00, "does not answer"), (0x5A, "version 0x5A")])
def test_what_is_no_rc522_is_not_taken_for_one(bench: Bench, version: int, says: str):
    bench.chip().fault(Clone(version))
    assert says in blind(Watch(bench, up=False)).what


# --- opening and closing --------------------------------------------------------------------------


def test_a_reader_that_is_not_there_says_so_at_the_first_wait_and_not_before(bench: Bench):
    reader = open_rc522(0, 1, 24, bench.clock)
    with pytest.raises(DeviceError, match=r"/dev/spidev0\.1") as caught:
        reader.wait(0)
    assert "dtparam=spi=on" in caught.value.remedy
    reader.close()


def test_without_the_package_the_reader_says_what_to_install(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "mfrc522", None)  # type: ignore[arg-type]
    with pytest.raises(DeviceError, match=r"pip install --no-deps mfrc522==0\.0\.7"):
        open_rc522(0, 0, 25, bench.clock).wait(0)


def test_off_a_raspberry_pi_the_reader_is_blind_and_nothing_else(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    class NotAPi(ModuleType):
        def __getattr__(self, _: str) -> object:
            raise RuntimeError("This module can only be run on a Raspberry Pi!")

    monkeypatch.setitem(sys.modules, "RPi.GPIO", NotAPi("RPi.GPIO"))
    with pytest.raises(DeviceError, match="only be run on a Raspberry Pi"):
        open_rc522(0, 0, 25, bench.clock).wait(0)


def test_lines_that_somebody_counts_by_their_place_are_told_not_mixed_up(bench: Bench):
    bench.pins.setmode(BOARD)
    with pytest.raises(DeviceError, match="A different mode has already been set"):
        open_rc522(0, 0, 25, bench.clock).wait(0)
    assert bench.pins.levels == {}


def test_only_the_readers_own_lines_are_touched_and_none_is_let_go(bench: Bench):
    bench.pins.setmode(11)
    bench.pins.setup(17, 0, initial=1)  # a relay on the same library
    watch = Watch(bench)
    watch.chip.brown_out()
    watch.told(1)
    watch.reader.close()
    assert bench.pins.levels == {17: True, 25: True}
    assert bench.pins.cleaned == []


def test_the_package_adds_no_lines_to_the_log(bench: Bench):
    Watch(bench)
    Watch(bench)
    assert logging.getLogger("mfrc522Logger").handlers == []


def test_a_closed_reader_tells_nothing_and_is_not_revived(watch: Watch):
    watch.bench.lay(ADA)
    watch.reader.close()
    watch.reader.close()
    for use in (lambda: watch.reader.wait(1), watch.reader.revive):
        with pytest.raises(DeviceError, match="closed"):
            use()


def test_a_reader_that_is_closed_while_somebody_waits_lets_him_go(watch: Watch):
    begun = watch.bench.clock.monotonic()
    watch.bench.clock.after(0.3, watch.reader.close)
    assert watch.reader.wait(60) == ()
    assert watch.bench.clock.monotonic() - begun <= 0.5


# --- several readers ------------------------------------------------------------------------------


def test_two_readers_on_one_bus_see_each_their_own_badges():
    with Bench(rst={0: 25, 1: 24}) as bench:
        laser, lathe = Watch(bench, 0), Watch(bench, 1)
        bench.lay(ADA, cs=0)
        bench.lay(CLASSIC, cs=1)
        assert laser.told(1) == [CAME]
        assert lathe.told(1) == [Appeared(uid(CLASSIC), fresh=True)]


def test_a_reader_that_dies_leaves_the_other_alone():
    with Bench(rst={0: 25, 1: 24}) as bench:
        laser, lathe = Watch(bench, 0), Watch(bench, 1)
        bench.lay(CLASSIC, cs=1)
        lathe.told(1)
        laser.chip.fault(Stuck(0x00))
        blind(laser)
        assert lathe.told(UP_S) == []
        assert bench.pins.levels == {24: True, 25: True}
