"""Badges in the field: the states of ISO/IEC 14443-3 type A, collisions, and badges that come and go."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rc522.faults import Flip, Noise, Torn
from rc522.frame import Frame, carrier_ns, crc_a, etu_ns, with_crc
from rc522.picc import Picc, State
from rc522.probe import Answer, Probe
from rc522.registers import Error, Reg
from rc522.rig import Bench

UIDS = ("DEADBEEF", "04A39493CC8680", "04112233445566778899")
SELECT = "9370DEADBEEF22"


def selected(select: str) -> bytes:
    return with_crc(bytes.fromhex(select))


def data(answer: Answer | None) -> bytes | None:
    return answer.data if answer else None


@pytest.mark.parametrize(
    ("uid", "atqa", "sak"), [(UIDS[0], "0400", 8), (UIDS[1], "4400", 0), (UIDS[2], "8400", 0)]
)
def test_badges_of_three_lengths_are_selected_through_their_levels(
    bench: Bench, probe: Probe, uid: str, atqa: str, sak: int
) -> None:
    picc = bench.lay(uid)
    assert probe.call() == bytes.fromhex(atqa)
    assert probe.select() == (bytes.fromhex(uid), sak)
    assert picc.state is State.ACTIVE


@given(st.sampled_from([4, 7, 10]).flatmap(lambda length: st.binary(min_size=length, max_size=length)))
def test_any_uid_is_read_as_it_is(uid: bytes) -> None:
    bench = Bench()
    probe = Probe(bench)
    bench.lay(uid)
    assert probe.call() is not None
    assert probe.select()[0] == uid


@pytest.mark.parametrize(("uid", "floor_ms"), [(UIDS[0], 2.41), (UIDS[1], 4.45)])
def test_a_select_takes_the_time_that_the_air_takes(
    bench: Bench, probe: Probe, uid: str, floor_ms: float
) -> None:
    bench.lay(uid)
    start = bench.clock.monotonic()
    probe.call()
    probe.select()
    taken_ms = (bench.clock.monotonic() - start) * 1000 - carrier_ns(1172) / 1e6  # the last turnaround
    assert taken_ms == pytest.approx(floor_ms, abs=0.02)


def test_a_halted_badge_answers_to_wupa_and_not_to_reqa(bench: Bench, probe: Probe) -> None:
    picc = bench.lay("DEADBEEF")
    probe.call()
    probe.select()
    probe.halt()
    assert picc.state is State.HALT
    assert probe.call() is None
    assert probe.wake() == b"\x04\x00"
    probe.select()
    assert (picc.state, picc.starred) == (State.ACTIVE, True)


@pytest.mark.parametrize("halted", [False, True])
@pytest.mark.parametrize("far", ["ready", "active"])
def test_an_unexpected_call_sends_a_badge_back_to_where_it_was_woken(
    bench: Bench, probe: Probe, far: str, halted: bool
) -> None:
    picc = bench.lay("DEADBEEF")
    if halted:
        probe.call()
        probe.select()
        probe.halt()
    probe.wake()
    if far == "active":
        probe.select()
    assert probe.wake() is None
    assert picc.state is (State.HALT if halted else State.IDLE)
    assert probe.wake() is not None


@pytest.mark.parametrize(
    "frame",
    [
        selected("9370DEADBEEF22")[:-1] + b"\x00",  # wrong CRC
        selected("9370DEADBEE022"),  # another UID
        bytes.fromhex("9520"),  # another level
        bytes.fromhex("9320DE"),  # more bits than it says
        bytes.fromhex("9330DF"),  # bits of another UID
        bytes.fromhex("9310"),
        with_crc(b"\x50\x00"),
    ],
)
def test_a_wrong_frame_silences_a_ready_badge(bench: Bench, probe: Probe, frame: bytes) -> None:
    picc = bench.lay("DEADBEEF")
    probe.call()
    assert probe.ask(frame) is None
    assert picc.state is State.IDLE


def test_halt_has_no_effect_before_a_select(bench: Bench, probe: Probe) -> None:
    picc = bench.lay("DEADBEEF")
    probe.halt()
    assert picc.state is State.IDLE


@pytest.mark.parametrize("known", range(40))
def test_a_badge_answers_with_the_bits_that_are_not_known_yet(bench: Bench, probe: Probe, known: int) -> None:
    own = bytes.fromhex("DEADBEEF22")
    bench.lay("DEADBEEF")
    probe.call()
    nvb = (2 + known // 8) << 4 | known % 8
    start = Frame.of(own).first(known)
    answer = probe.ask(bytes([0x93, nvb]) + start.data, last_bits=known % 8, align=known % 8)
    assert answer is not None
    kept = Frame(Frame.of(answer.data).bits >> known % 8, 40 - known)
    assert (kept, answer.last_bits, answer.error) == (Frame.of(own).beyond(known), 0, 0)


# --- the field ----------------------------------------------------------------------------------


def test_a_badge_needs_up_to_5_milliseconds_after_the_field_comes(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF", awake=False)
    assert probe.call() is None  # 15.5 ms until the timer: it is awake by then
    assert probe.call() is not None


def test_a_badge_forgets_its_state_when_the_field_is_gone_for_5_milliseconds(
    bench: Bench, probe: Probe
) -> None:
    bench.lay("DEADBEEF")
    for gone_ms, state in ((4, State.HALT), (6, State.IDLE)):
        probe.wake()
        probe.select()
        probe.halt()
        probe.chip.write(Reg.TX_CONTROL, 0x80)
        bench.clock.sleep(gone_ms / 1000)
        probe.chip.write(Reg.TX_CONTROL, 0x83)
        bench.clock.sleep(0.006)
        assert bench.field().badges[0].state is state


def test_a_badge_laid_while_the_field_is_off_wakes_with_it(bench: Bench, probe: Probe) -> None:
    probe.chip.write(Reg.TX_CONTROL, 0x80)
    bench.clock.sleep(0.001)
    bench.lay("DEADBEEF")
    assert probe.call() is None
    probe.start()
    assert probe.call() is not None


def test_a_frame_that_follows_an_answer_too_soon_is_not_heard(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.call()
    probe.begin(b"\x93\x20")
    assert probe.wait() is not None
    probe.begin(selected(SELECT))  # the badge needs 86.4 us
    assert probe.wait() is None
    assert data(probe.ask(selected(SELECT))) == with_crc(b"\x08")


def test_a_badge_that_is_swapped_between_two_polls_is_another_one(bench: Bench, probe: Probe) -> None:
    bench.lay(UIDS[1])
    probe.call()
    assert probe.select()[0].hex().upper() == UIDS[1]
    bench.take(UIDS[1])
    bench.lay(UIDS[0])
    assert probe.wake() == b"\x04\x00"
    assert probe.select()[0].hex().upper() == UIDS[0]


def test_a_badge_taken_while_the_reader_speaks_answers_nothing(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    bench.clock.after(50e-6, lambda: bench.take("DEADBEEF"))
    assert probe.call() is None


def test_a_badge_taken_in_the_middle_of_its_answer_leaves_half_of_it(bench: Bench, probe: Probe) -> None:
    picc = bench.lay("DEADBEEF")
    probe.call()
    # 93 20 takes 20 etu; then 1172 or 1236 periods; then a start bit and 9 bits a byte.
    torn_ns = etu_ns(20) + carrier_ns(1236) + etu_ns(1 + 9 * 2 + 4.5)
    bench.clock.at(bench.clock.now_ns + torn_ns, lambda: bench.take(picc))
    answer = probe.ask("9320")
    assert answer is not None
    assert (answer.data, answer.last_bits) == (b"\xde\xad\x0e", 4)


def test_an_answer_that_is_hardly_begun_is_no_answer(bench: Bench, probe: Probe) -> None:
    picc = bench.lay("DEADBEEF")
    bench.clock.at(bench.clock.now_ns + etu_ns(9) + carrier_ns(1172) + etu_ns(0.5), lambda: bench.take(picc))
    assert probe.call() is None


def test_a_field_that_goes_in_the_middle_of_an_answer_tears_it(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.call()
    probe.begin(b"\x93\x20")
    bench.clock.advance(etu_ns(20) + carrier_ns(1236) + etu_ns(19.5))
    probe.chip.write(Reg.TX_CONTROL, 0x80)
    answer = probe.wait()
    assert answer is not None
    assert answer.data == b"\xde\xad"


# --- several badges -----------------------------------------------------------------------------


@pytest.mark.parametrize(("keep", "second"), [(0x80, 0xBF), (0x00, 0x00)])
def test_a_collision_is_told_by_its_place_and_what_follows_is_kept_or_cleared(
    bench: Bench, probe: Probe, keep: int, second: int
) -> None:
    bench.lay("DEADBEEF")
    bench.lay("DE9DBEEF")
    assert probe.call() == b"\x04\x00"
    probe.chip.write(Reg.COLL, keep)
    answer = probe.ask("9320")
    assert answer is not None
    assert answer.data[0] == 0xDE
    assert answer.data[1] & 0xF0 == (0xB0 if keep else 0x00)
    assert (answer.error, answer.coll) == (Error.COLL, keep | 13)


def test_a_collision_at_the_32nd_bit_has_the_place_0_and_later_ones_none(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    bench.lay("DEADBE6F")
    probe.call()
    answer = probe.ask("9320")
    assert answer is not None
    assert (answer.error, answer.coll & 0x3F) == (Error.COLL, 0)


def test_badges_of_two_kinds_collide_in_their_first_answer(bench: Bench, probe: Probe) -> None:
    bench.lay(UIDS[0])
    bench.lay(UIDS[1])
    answer = probe.ask(b"\x26", 7)
    assert answer is not None
    assert (answer.error, answer.coll & 0x3F) == (Error.COLL, 7)


def test_a_collision_is_resolved_by_naming_the_bits_of_one(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    other = bench.lay("DE9DBEEF")
    probe.call()
    answer = probe.ask("9340DEAD")
    assert answer is not None
    assert (answer.data, answer.error) == (b"\xbe\xef\x22", 0)
    assert data(probe.ask(selected(SELECT))) == with_crc(b"\x08")
    probe.halt()
    assert other.state is State.IDLE
    probe.call()
    assert probe.select()[0] == bytes.fromhex("DE9DBEEF")


def test_a_much_stronger_badge_drowns_the_other(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    bench.lay("04112233445566", strength=8)
    probe.call()
    assert probe.select()[0] == bytes.fromhex("04112233445566")


# --- what the air does to an answer -------------------------------------------------------------


def test_one_wrong_bit_is_a_parity_error_and_two_in_a_byte_are_none(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.call()
    probe.chip.fault(Flip((3,)), times=1)
    probe.chip.fault(Flip((8, 9)), after=1, times=1)
    first, second, third = (probe.ask("9320") for _ in range(3))
    assert first is not None
    assert second is not None
    assert (first.data, first.error) == (b"\xd6\xad\xbe\xef\x22", Error.PARITY)
    assert (second.data, second.error) == (b"\xde\xae\xbe\xef\x22", 0)
    assert data(third) == b"\xde\xad\xbe\xef\x22"


def test_an_answer_can_be_torn_at_any_bit(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    probe.call()
    probe.chip.fault(Torn(11))
    answer = probe.ask("9320")
    assert answer is not None
    assert (answer.data, answer.last_bits) == (b"\xde\x05", 3)


def test_noise_is_the_same_noise_each_time(bench: Bench, probe: Probe) -> None:
    bench.lay("DEADBEEF")
    heard = []
    for _ in range(2):
        probe.chip.fault(Noise(random.Random(7), 0.1))
        probe.wake()
        heard.append([probe.ask("9320") for _ in range(3)])
        probe.chip.mend()
        probe.ask("00")
    assert heard[0] == heard[1]
    assert any(answer and answer.error for answer in heard[0])


def test_a_badge_can_be_made_to_lie(bench: Bench, probe: Probe) -> None:
    def wrong_check_byte(asked: Frame, answer: Frame | None) -> Frame | None:
        return Frame.of(b"\xde\xad\xbe\xef\x00") if asked.data == b"\x93\x20" else answer

    bench.lay("DEADBEEF", twist=wrong_check_byte)
    probe.call()
    assert data(probe.ask("9320")) == b"\xde\xad\xbe\xef\x00"


def test_a_badge_keeps_what_it_heard(bench: Bench, probe: Probe) -> None:
    picc = bench.lay(Picc(bytes.fromhex("DEADBEEF"), sak=0x28))
    probe.call()
    assert probe.select() == (picc.uid, 0x28)
    assert picc.heard == [b"\x26", b"\x93\x20", bytes.fromhex(SELECT) + crc_a(bytes.fromhex(SELECT))]
