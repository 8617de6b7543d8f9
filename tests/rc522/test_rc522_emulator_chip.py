"""The chip's registers, after the data sheet: what they hold, what a write does, what time does."""

from __future__ import annotations

import pytest
from rc522.chip import Chip
from rc522.clock import Clock
from rc522.faults import Clone, Stalled, Stuck, Torn
from rc522.frame import crc, with_crc
from rc522.probe import Probe
from rc522.registers import CRC_IRQ, RESET, WRITABLE, Com, Command, Error, Reg
from rc522.rig import Bench


@pytest.fixture
def chip(bench: Bench) -> Chip:
    return bench.chip()


def load(chip: Chip, data: bytes) -> None:
    for byte in data:
        chip.write(Reg.FIFO_DATA, byte)


def test_after_a_reset_registers_hold_what_the_data_sheet_says(chip: Chip) -> None:
    assert chip.read(Reg.STATUS1) == 0x21
    for register, value in RESET.items():
        assert chip.read(register) == value, hex(register)


def test_a_write_changes_only_the_bits_that_can_be_written(chip: Chip) -> None:
    before = {register: chip.read(register) for register in WRITABLE}
    for register, mask in WRITABLE.items():
        if register not in (Reg.CONTROL, Reg.BIT_FRAMING):
            chip.write(register, 0xFF)
            assert chip.read(register) == before[register] | mask, hex(register)
            chip.write(register, 0x00)


def test_a_request_is_cleared_by_its_bit_and_set_by_its_bit_with_set1(chip: Chip) -> None:
    chip.write(Reg.COM_IRQ, Com.LO_ALERT)
    assert chip.read(Reg.COM_IRQ) == Com.IDLE
    chip.write(Reg.COM_IRQ, 0x80 | Com.TX | Com.RX)
    assert chip.read(Reg.COM_IRQ) == Com.IDLE | Com.TX | Com.RX
    chip.write(Reg.COM_IRQ, 0x7F)
    assert chip.read(Reg.COM_IRQ) == 0


def test_the_requests_that_are_let_through_show_in_status1(chip: Chip) -> None:
    assert not chip.read(Reg.STATUS1) & 0x10
    chip.write(Reg.COM_IEN, 0x80 | Com.IDLE)
    assert chip.read(Reg.STATUS1) & 0x10


def test_the_buffer_holds_64_bytes_and_the_65th_is_an_error(chip: Chip) -> None:
    load(chip, bytes(range(64)))
    assert (chip.read(Reg.FIFO_LEVEL), chip.read(Reg.ERROR)) == (64, 0)
    load(chip, b"\xff")
    assert (chip.read(Reg.FIFO_LEVEL), chip.read(Reg.ERROR)) == (64, Error.BUFFER_OVFL)
    assert chip.read(Reg.COM_IRQ) & Com.ERR
    assert bytes(chip.read(Reg.FIFO_DATA) for _ in range(64)) == bytes(range(64))
    chip.write(Reg.FIFO_LEVEL, 0x80)
    assert (chip.read(Reg.FIFO_LEVEL), chip.read(Reg.ERROR)) == (0, 0)


def test_an_empty_buffer_reads_as_zero(chip: Chip) -> None:
    assert (chip.read(Reg.FIFO_DATA), chip.read(Reg.FIFO_LEVEL)) == (0, 0)


def test_water_levels_are_levels_and_their_requests_stay(chip: Chip) -> None:
    chip.write(Reg.COM_IRQ, 0x7F)
    load(chip, bytes(56))
    assert chip.read(Reg.STATUS1) & 0x03 == 0x02
    chip.write(Reg.FIFO_LEVEL, 0x80)
    assert chip.read(Reg.STATUS1) & 0x03 == 0x01
    assert chip.read(Reg.COM_IRQ) == Com.HI_ALERT | Com.LO_ALERT


def test_the_coprocessor_takes_what_is_written_while_it_works(chip: Chip) -> None:
    chip.write(Reg.MODE, 0x3D)
    load(chip, b"\x12")
    chip.write(Reg.COMMAND, Command.CALC_CRC)
    load(chip, b"\x34")
    assert chip.read(Reg.DIV_IRQ) & CRC_IRQ
    assert (chip.read(Reg.CRC_RESULT_L), chip.read(Reg.CRC_RESULT_H)) == (0x26, 0xCF)
    assert (chip.read(Reg.FIFO_LEVEL), chip.command) == (0, Command.CALC_CRC)


def test_the_flag_of_a_finished_crc_stays_until_it_is_cleared(chip: Chip) -> None:
    load(chip, b"\x00")
    chip.write(Reg.COMMAND, Command.CALC_CRC)
    chip.write(Reg.DIV_IRQ, 0x10)
    assert chip.read(Reg.DIV_IRQ) & CRC_IRQ
    chip.write(Reg.DIV_IRQ, CRC_IRQ)
    assert not chip.read(Reg.DIV_IRQ) & CRC_IRQ


@pytest.mark.parametrize(("mode", "preset"), [(0x3C, 0), (0x3D, 0x6363), (0x3E, 0xA671), (0x3F, 0xFFFF)])
def test_the_mode_register_chooses_what_a_crc_begins_with(chip: Chip, mode: int, preset: int) -> None:
    chip.write(Reg.MODE, mode)
    load(chip, b"fab")
    chip.write(Reg.COMMAND, Command.CALC_CRC)
    result = chip.read(Reg.CRC_RESULT_H) << 8 | chip.read(Reg.CRC_RESULT_L)
    assert result == crc(b"fab", preset)


def test_idle_asks_for_nothing_and_an_unknown_command_ends_by_itself(chip: Chip) -> None:
    chip.write(Reg.COM_IRQ, 0x7F)
    chip.write(Reg.COMMAND, Command.IDLE)
    assert chip.read(Reg.COM_IRQ) == 0
    chip.write(Reg.COMMAND, 0x0B)
    assert (chip.read(Reg.COM_IRQ), chip.command) == (Com.IDLE, Command.IDLE)


def test_sending_starts_only_in_transceive(probe: Probe) -> None:
    chip = probe.chip
    chip.write(Reg.COMMAND, Command.IDLE)
    chip.write(Reg.COM_IRQ, 0x7F)
    load(chip, b"\x26")
    chip.write(Reg.BIT_FRAMING, 0x87)
    probe.clock.advance(1_000_000)
    assert (chip.read(Reg.COM_IRQ), chip.read(Reg.FIFO_LEVEL)) == (0, 1)


def test_an_answer_shows_only_when_its_time_has_passed(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.begin(b"\x26", 7)
    seen = []
    for _ in range(400):
        bench.clock.advance(1_000)
        seen.append(Com(probe.chip.read(Reg.COM_IRQ) & (Com.TX | Com.RX)))
    # REQA 9 etu, 1172 periods, ATQA 20 etu: 85, 86.4 and 188.8 microseconds.
    assert [seen.index(Com.TX), seen.index(Com.TX | Com.RX)] == [84, 360]


def test_the_timer_runs_from_the_end_of_sending_and_an_answer_stops_it(bench: Bench, probe: Probe) -> None:
    assert probe.call() is None
    assert probe.chip.read(Reg.COM_IRQ) & Com.TIMER
    bench.lay("DEADBEEF")
    assert probe.call() is not None
    bench.clock.sleep(0.1)
    assert not probe.chip.read(Reg.COM_IRQ) & Com.TIMER
    assert not probe.chip.read(Reg.STATUS1) & 0x08


def test_the_timer_counts_down_and_can_be_started_and_stopped(chip: Chip, bench: Bench) -> None:
    chip.write(Reg.T_MODE, 0x0D)
    chip.write(Reg.T_PRESCALER, 0x3E)
    chip.write(Reg.T_RELOAD_L, 30)
    chip.write(Reg.COM_IRQ, 0x7F)
    chip.write(Reg.CONTROL, 0x40)
    bench.clock.advance(5_100_000)  # ten ticks of 500 us
    assert (chip.read(Reg.T_COUNTER_L), chip.read(Reg.STATUS1) & 0x08) == (20, 0x08)
    chip.write(Reg.CONTROL, 0x80)
    bench.clock.sleep(1)
    assert (chip.read(Reg.T_COUNTER_L), chip.read(Reg.COM_IRQ)) == (20, 0)


def test_a_timer_can_start_again_by_itself(chip: Chip, bench: Bench) -> None:
    chip.write(Reg.T_MODE, 0x1D)
    chip.write(Reg.T_RELOAD_L, 1)
    chip.write(Reg.CONTROL, 0x40)
    for _ in range(3):
        chip.write(Reg.COM_IRQ, 0x7F)
        bench.clock.sleep(0.01)
        assert chip.read(Reg.COM_IRQ) & Com.TIMER


def test_transmit_ends_by_itself_and_does_not_listen(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    chip = probe.chip
    chip.write(Reg.COMMAND, Command.IDLE)
    chip.write(Reg.COM_IRQ, 0x7F)
    chip.write(Reg.BIT_FRAMING, 7)
    load(chip, b"\x26")
    chip.write(Reg.COMMAND, Command.TRANSMIT)
    bench.clock.advance(1_000_000)
    assert chip.read(Reg.COM_IRQ) == Com.TX | Com.IDLE
    assert chip.read(Reg.FIFO_LEVEL) == 0


def test_the_chip_can_add_and_check_the_crc_itself(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    assert probe.call() == b"\x04\x00"
    probe.chip.write(Reg.TX_MODE, 0x80)
    probe.chip.write(Reg.RX_MODE, 0x80)
    answer = probe.ask("9370DEADBEEF22")
    assert answer is not None
    assert (answer.data, answer.error) == (b"\x08", 0)


def test_an_answer_without_a_right_crc_is_an_error_if_one_is_asked_for(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.chip.write(Reg.RX_MODE, 0x80)
    answer = probe.ask(b"\x26", 7)
    assert answer is not None
    assert answer.error == Error.CRC


def test_without_full_modulation_no_badge_understands(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.chip.write(Reg.TX_ASK, 0x00)
    assert probe.call() is None


def test_noise_of_less_than_four_bits_can_be_ignored(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.chip.fault(Torn(3), times=2)
    probe.chip.write(Reg.RX_MODE, 0x08)
    assert probe.wake() is None
    probe.chip.write(Reg.RX_MODE, 0x00)
    probe.ask("00")  # back to where it was woken
    assert probe.wake() == b"\x04"


def test_the_timer_goes_on_when_several_answers_are_awaited(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.chip.write(Reg.RX_MODE, 0x04)
    assert probe.call() == b"\x04\x00"
    assert probe.chip.read(Reg.STATUS1) & 0x08


def test_a_receiver_that_is_off_hears_nothing(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.begin(b"\x26", 7)
    probe.chip.write(Reg.COMMAND, 0x20 | Command.NO_CHANGE)
    assert probe.wait() is None


def test_the_chip_tells_what_its_modem_does(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    seen = [probe.chip.read(Reg.STATUS2)]
    probe.begin(b"\x26", 7)
    for _ in range(400):
        seen.append(probe.chip.read(Reg.STATUS2))
        bench.clock.advance(1_000)
    told = [state for state, before in zip(seen, [None, *seen], strict=False) if state != before]
    assert told == [0, 3, 1, 6, 1]  # idle, transmitting, waiting, receiving, waiting


def test_crypto1_can_be_switched_off_but_not_on(chip: Chip) -> None:
    chip.write(Reg.STATUS2, 0x08)
    assert chip.read(Reg.STATUS2) == 0


def test_authentication_of_a_badge_without_it_never_ends(bench: Bench, probe: Probe) -> None:
    picc = bench.lay("DEADBEEF")
    probe.call()
    probe.select()
    chip = probe.chip
    chip.write(Reg.COM_IRQ, 0x7F)
    load(chip, bytes(12))
    chip.write(Reg.COMMAND, Command.AUTHENT)
    bench.clock.sleep(0.1)
    assert not chip.read(Reg.COM_IRQ) & Com.IDLE
    assert picc.state.value == "idle"


# --- reset, supply, faults ----------------------------------------------------------------------


def test_a_soft_reset_drops_the_field_and_every_setting(probe: Probe) -> None:
    probe.chip.write(Reg.RF_CFG, 0x70)
    probe.chip.write(Reg.COMMAND, Command.SOFT_RESET)
    assert not probe.chip.antenna_on
    assert (probe.chip.gain, probe.chip.read(Reg.MODE), probe.chip.read(Reg.COMMAND)) == (0x40, 0x3F, 0x20)


def test_both_antenna_drivers_are_needed_for_a_field(chip: Chip) -> None:
    for value, field in ((0x81, False), (0x82, False), (0x83, True), (0x80, False)):
        chip.write(Reg.TX_CONTROL, value)
        assert chip.antenna_on is field


def test_a_brown_out_leaves_a_chip_that_answers_and_is_blind(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.chip.brown_out()
    assert probe.chip.read(Reg.VERSION) == 0x92
    assert (probe.chip.read(Reg.TX_CONTROL) & 3, probe.chip.read(Reg.T_MODE)) == (0, 0)
    assert probe.call() is None
    probe.start()
    assert probe.call() == b"\x04\x00"


def test_the_rst_line_resets_the_chip_and_it_needs_a_moment_to_wake(bench: Bench, probe: Probe) -> None:
    chip = probe.chip
    bench.pins.setmode(11)
    bench.pins.setup(25, 0, initial=0)
    bench.clock.sleep(0.05)
    assert (chip.antenna_on, chip.read(Reg.VERSION)) == (False, 0)
    bench.pins.output(25, 1)
    chip.write(Reg.T_MODE, 0x8D)
    assert chip.read(Reg.VERSION) == 0
    bench.clock.sleep(0.001)
    assert (chip.read(Reg.VERSION), chip.read(Reg.T_MODE)) == (0x92, 0)


def test_a_pulse_on_the_rst_line_of_less_than_100_nanoseconds_does_nothing(
    bench: Bench, probe: Probe
) -> None:
    bench.pins.setmode(11)
    bench.pins.setup(25, 0, initial=0)
    bench.clock.advance(90)
    bench.pins.output(25, 1)
    bench.clock.sleep(1)
    assert probe.chip.antenna_on


def test_power_down_stops_the_field_and_is_left_after_1024_clocks(bench: Bench, probe: Probe) -> None:
    chip = probe.chip
    chip.write(Reg.COMMAND, 0x17)
    assert not chip.antenna_on
    chip.write(Reg.COMMAND, 0x07)
    assert (chip.antenna_on, chip.read(Reg.COMMAND) & 0x10) == (True, 0x10)
    bench.clock.advance(38_000)
    assert not chip.read(Reg.COMMAND) & 0x10


def test_a_clone_tells_another_version(chip: Chip) -> None:
    assert chip.read(Reg.VERSION) == 0x92
    chip.fault(Clone(0xB2))
    assert chip.read(Reg.VERSION) == 0xB2
    chip.mend()
    assert chip.read(Reg.VERSION) == 0x92


def test_a_stalled_chip_keeps_its_registers_and_never_ends_a_frame(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.chip.fault(Stalled(), until_reset=True)
    probe.begin(b"\x26", 7)
    bench.clock.sleep(1)
    assert probe.chip.read(Reg.COM_IRQ) == 0
    assert probe.chip.read(Reg.T_MODE) == 0x8D
    hard_reset(bench)
    probe.start()
    assert probe.call() == b"\x04\x00"


def test_a_fault_that_a_reset_does_not_cure_stays(bench: Bench, chip: Chip) -> None:
    chip.fault(Stuck(0xFF))
    hard_reset(bench)
    assert bench.bus.transfer(0, bytes([0x80 | Reg.VERSION << 1, 0]), 1_000_000) == [0xFF, 0xFF]


def hard_reset(bench: Bench) -> None:
    bench.chip().rst(False)
    bench.clock.sleep(0.05)
    bench.chip().rst(True)
    bench.clock.sleep(0.05)


def test_a_frame_that_is_cut_short_by_a_command_is_an_error_to_the_badge(bench: Bench, probe: Probe) -> None:
    picc = bench.lay("DEADBEEF")
    probe.call()
    probe.begin(with_crc(b"\x93\x70\xde\xad\xbe\xef\x22"))
    bench.clock.advance(300_000)
    probe.chip.write(Reg.COMMAND, Command.IDLE)
    assert picc.state.value == "idle"
    assert picc.heard[-1] == b"\x93\x70\xde\x05"  # 27 bits in 300 us


def test_a_clock_of_its_own_is_enough_for_a_chip() -> None:
    assert Chip(Clock(), version=0x88).read(Reg.VERSION) == 0x88
