"""What the readers hang on: the bus, the pins, the clock, and the modules that stand in for the real ones."""

from __future__ import annotations

import errno
import logging
import random
import sys
import threading

import pytest
from rc522.clock import Clock, LiveClock
from rc522.faults import Broken, Garbage, Stuck
from rc522.registers import RESET, Reg
from rc522.rig import Bench

# See test_rc522_emulator_golden.py.
pytestmark = pytest.mark.filterwarnings("ignore:Bitwise inversion:DeprecationWarning")

VERSION = (0x80 | Reg.VERSION << 1, 0)  # a list would be overwritten by its first use


@pytest.fixture
def spi(bench: Bench):
    import spidev

    spi = spidev.SpiDev()
    spi.open(0, 0)
    spi.max_speed_hz = 1_000_000
    return spi


@pytest.fixture
def gpio(bench: Bench):
    import RPi.GPIO

    return RPi.GPIO


# --- the bus ------------------------------------------------------------------------------------


def test_a_call_takes_its_overhead_and_8_microseconds_a_byte(bench: Bench, spi) -> None:
    spi.xfer2(VERSION)
    assert bench.clock.now_ns == 66_000
    spi.xfer2([Reg.FIFO_DATA << 1, *bytes(9)])
    assert (bench.clock.now_ns, bench.spi_calls) == (196_000, 2)


def test_a_slower_bus_takes_longer(bench: Bench, spi) -> None:
    spi.max_speed_hz = 100_000
    spi.xfer2(VERSION)
    assert bench.clock.now_ns == 50_000 + 2 * 80_000


def test_one_call_reads_many_registers(spi) -> None:
    names = (Reg.VERSION, Reg.MODE, Reg.TX_CONTROL, Reg.COM_IRQ)
    asked = [0x80 | name << 1 for name in names]
    assert spi.xfer2([*asked, 0])[1:] == [0x92, *(RESET[name] for name in names[1:])]


def test_one_call_writes_many_bytes_to_one_register(bench: Bench, spi) -> None:
    spi.xfer2([Reg.FIFO_DATA << 1, 0x93, 0x20])
    spi.xfer2([0x80 | Reg.FIFO_LEVEL << 1, 0])
    read = [0x80 | Reg.FIFO_DATA << 1] * 2
    assert spi.xfer2([*read, 0])[1:] == [0x93, 0x20]


def test_xfer2_overwrites_the_list_it_is_given_as_the_real_one_does(spi) -> None:
    asked = list(VERSION)
    assert spi.xfer2(asked) is asked
    assert asked[1] == 0x92
    assert spi.xfer2(VERSION) == (0, 0x92)
    assert spi.xfer2(bytes(VERSION)) == [0, 0x92]


def test_the_bus_refuses_what_the_real_one_refuses(spi) -> None:
    with pytest.raises(TypeError):
        spi.xfer2([])
    with pytest.raises(TypeError):
        spi.xfer2(["0x92"])
    with pytest.raises(OverflowError):
        spi.xfer2([0] * 4097)
    with pytest.raises(FileNotFoundError):
        spi.open(0, 1)
    spi.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        spi.xfer2(VERSION)


def test_two_readers_share_a_bus_and_nothing_else(gpio) -> None:
    with Bench(rst={0: 25, 1: 24}) as bench:
        first, second = bench.reader(0), bench.reader(1)
        bench.lay("DEADBEEF", cs=1)
        assert first.MFRC522_Request(first.PICC_REQIDL)[0] == first.MI_ERR
        assert second.MFRC522_Request(second.PICC_REQIDL)[0] == second.MI_OK
        bench.pins.output(24, 0)
        bench.clock.sleep(0.05)
        assert (bench.chip(0).antenna_on, bench.chip(1).antenna_on) == (True, False)
        assert bench.bus.counts[0] > bench.bus.counts[1]


def test_a_fault_lasts_for_so_many_calls_after_so_many(bench: Bench, spi) -> None:
    bench.chip().fault(Stuck(0xFF), after=1, times=2)
    assert [spi.xfer2(VERSION)[1] for _ in range(4)] == [0x92, 0xFF, 0xFF, 0x92]


def test_a_stuck_chip_hears_nothing(bench: Bench, spi) -> None:
    bench.chip().fault(Stuck(0x00))
    assert spi.xfer2([Reg.T_MODE << 1, 0x8D]) == [0, 0]
    bench.chip().mend()
    assert bench.chip().read(Reg.T_MODE) == 0


def test_a_transfer_can_fail_in_the_kernel(bench: Bench, spi) -> None:
    bench.chip().fault(Broken(errno.ETIMEDOUT), times=1)
    with pytest.raises(OSError, match="timed out"):
        spi.xfer2(VERSION)
    assert spi.xfer2(VERSION)[1] == 0x92


@pytest.mark.parametrize("deaf", [False, True])
def test_garbage_is_the_same_garbage_each_time(bench: Bench, spi, deaf: bool) -> None:
    seen = []
    for _ in range(2):
        bench.chip().fault(Garbage(random.Random(3), deaf=deaf))
        spi.xfer2([Reg.T_MODE << 1, 0x8D])
        seen.append([spi.xfer2(VERSION)[1] for _ in range(20)])
        bench.chip().mend()
    assert seen[0] == seen[1]
    assert len(set(seen[0])) > 10
    assert bench.chip().read(Reg.T_MODE) == (0 if deaf else 0x8D)


def test_a_recording_tells_what_went_over_the_bus(bench: Bench, spi) -> None:
    with bench.recording() as calls:
        spi.xfer2(VERSION)
    spi.xfer2(VERSION)
    assert [(call.at_ns, call.cs, call.sent, call.got) for call in calls] == [
        (0, 0, bytes(VERSION), b"\x00\x92")
    ]


# --- the pins -----------------------------------------------------------------------------------


def test_the_package_takes_a_wrong_pin_when_somebody_else_chose_the_numbering(bench: Bench, gpio) -> None:
    gpio.setmode(gpio.BCM)
    bench.simple()
    assert bench.pins.levels == {15: True}  # the serial port's, not the reader's


def test_the_package_takes_the_readers_pin_when_it_chooses_itself(bench: Bench, gpio) -> None:
    bench.simple()
    assert (gpio.getmode(), bench.pins.levels) == (gpio.BOARD, {25: True})


def test_closing_the_package_lets_every_pin_go(bench: Bench, gpio) -> None:
    reader = bench.reader()
    gpio.setup(17, gpio.OUT, initial=gpio.HIGH)
    reader.Close_MFRC522()
    assert (bench.pins.levels, bench.pins.cleaned, gpio.getmode()) == ({}, [(17, 25)], None)


def test_pins_complain_as_the_real_ones_do(gpio) -> None:
    with pytest.raises(RuntimeError, match="set pin numbering mode"):
        gpio.setup(25, gpio.OUT)
    gpio.setmode(gpio.BCM)
    with pytest.raises(ValueError, match="different mode"):
        gpio.setmode(gpio.BOARD)
    with pytest.raises(RuntimeError, match="not been set up as an OUTPUT"):
        gpio.output(25, 1)
    with pytest.raises(ValueError, match="invalid on a Raspberry Pi"):
        gpio.setup(40, gpio.OUT)
    with pytest.warns(RuntimeWarning, match="nothing to clean up"):
        gpio.cleanup()


def test_one_pin_can_be_let_go_alone(bench: Bench, gpio) -> None:
    gpio.setmode(gpio.BCM)
    for pin in (24, 25):
        gpio.setup(pin, gpio.OUT, initial=gpio.HIGH)
    gpio.cleanup(24)
    assert (bench.pins.levels, gpio.getmode()) == ({25: True}, gpio.BCM)


# --- the clock ----------------------------------------------------------------------------------


def test_what_is_due_happens_in_order_and_at_its_own_time() -> None:
    clock = Clock()
    seen: list[tuple[str, int]] = []
    clock.after(0.002, lambda: seen.append(("second", clock.now_ns)))
    clock.after(0.001, lambda: seen.append(("first", clock.now_ns)))
    clock.after(0.003, lambda: seen.append(("cancelled", clock.now_ns))).cancel()
    clock.sleep(0.01)
    assert seen == [("first", 1_000_000), ("second", 2_000_000)]
    assert clock.monotonic() == 0.01


def test_what_follows_from_what_is_due_does_not_wait_for_a_program_that_was_paused() -> None:
    clock = LiveClock()
    seen: list[int] = []
    event = clock.after(1, lambda: clock.after(1, lambda: seen.append(clock.now_ns)))
    clock._start_ns -= 3_000_000_000  # the computer was busy for so long
    clock.advance(0)
    assert seen == [event.when_ns + 1_000_000_000]


def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        Clock().sleep(-1)


def test_the_clock_is_one_of_fabgates() -> None:
    clock = Clock(wall_ms=1_000)
    clock.sleep(1.5)
    now = clock.now()
    assert (now.boot_ms, now.wall_ms, now.synced) == (1_500, 2_500, True)


def test_many_threads_may_use_one_bus(bench: Bench, spi) -> None:
    def talk() -> None:
        for _ in range(200):
            assert spi.xfer2(VERSION)[1] == 0x92

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bench.clock.now_ns == 800 * 66_000


def test_a_bench_can_run_in_real_time() -> None:
    with Bench(clock=LiveClock()) as bench:
        reader = bench.reader()
        bench.clock.sleep(0.001)
        bench.lay("DEADBEEF")
        bench.clock.after(0, lambda: bench.lay("04112233445566", cs=0, strength=9))
        bench.clock.sleep(0)
        assert len(bench.field().badges) == 2
        assert reader.Read_MFRC522(Reg.VERSION) == 0x92
        assert reader.MFRC522_Request(reader.PICC_REQALL) == (reader.MI_OK, 16)


# --- the modules --------------------------------------------------------------------------------


def test_the_stand_ins_are_gone_afterwards() -> None:
    before = {name for name in sys.modules if name.split(".")[0] in ("mfrc522", "RPi", "spidev")}
    handlers = list(logging.getLogger("mfrc522Logger").handlers)
    with Bench() as bench:
        bench.reader()
        assert {"mfrc522", "RPi.GPIO", "spidev"} <= set(sys.modules)
    after = {name for name in sys.modules if name.split(".")[0] in ("mfrc522", "RPi", "spidev")}
    assert (after, logging.getLogger("mfrc522Logger").handlers) == (before, handlers)


def test_each_bench_has_a_package_of_its_own() -> None:
    seen = []
    for _ in range(2):
        with Bench() as bench:
            bench.reader()
            seen.append((sys.modules["mfrc522"], bench.spi_calls))
    assert seen[0][0] is not seen[1][0]
    assert [calls for _, calls in seen] == [10, 10]


def test_a_badge_that_does_not_lie_there_cannot_be_taken(bench: Bench) -> None:
    with pytest.raises(KeyError):
        bench.take("DEADBEEF")
