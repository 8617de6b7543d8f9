"""The emulator against what is known without it: the norm's own examples, the data sheet, and how the
unmodified `mfrc522` package behaves on real chips (its issue tracker, and its source line by line)."""

from __future__ import annotations

from typing import Any

import pytest
from rc522.faults import Stuck
from rc522.frame import Frame, crc_a, etu_ns
from rc522.registers import Com, Error, Reg
from rc522.rig import Bench

# On Python >= 3.12 the package's wait loop warns of `~` on a bool at every empty poll.
pytestmark = pytest.mark.filterwarnings("ignore:Bitwise inversion:DeprecationWarning")

INIT = ("02 0f", "54 8d", "56 3e", "5a 1e", "58 00", "2a 40", "22 3d", "a8 00", "a8 00", "28 83")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "overhead_us" in metafunc.fixturenames:
        metafunc.parametrize("overhead_us", [0, 50, 100, 400])


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        ("0000", "a01e"),
        ("1234", "26cf"),
        ("5000", "57cd"),
        ("e050", "bca5"),
        ("08", "b6dd"),
        ("04", "da17"),
        ("20", "fc70"),
        ("00", "fe51"),
    ],
)
def test_crc_a_is_the_norms(bench: Bench, data: str, crc: str) -> None:
    reader = bench.reader()
    asked = bytes(reader.CalulateCRC(list(bytes.fromhex(data))))
    assert (asked.hex(), crc_a(bytes.fromhex(data)).hex()) == (crc, crc)


def test_the_check_byte_is_the_norms(bench: Bench) -> None:
    bench_reader = bench.reader()
    bench.lay("933E70B0")
    assert bench_reader.MFRC522_Request(bench_reader.PICC_REQIDL) == (bench_reader.MI_OK, 16)
    assert bench_reader.MFRC522_Anticoll() == (bench_reader.MI_OK, [0x93, 0x3E, 0x70, 0xB0, 0x6D])


def test_the_package_starts_the_chip_with_its_ten_calls(bench: Bench) -> None:
    with bench.recording() as calls:
        bench.reader()
    assert [call.sent.hex(" ") for call in calls] == list(INIT)
    assert bench.chip().antenna_on


def test_the_packages_timer_takes_15_and_a_half_milliseconds(bench: Bench) -> None:
    bench.reader()
    timer = bench.chip().timer
    timer.start()
    bench.clock.advance(15_500_000)
    assert timer.running
    bench.clock.advance(5_000)
    assert not timer.running
    assert bench.chip().read(Reg.COM_IRQ) & Com.TIMER


def test_an_empty_poll_of_the_package_is_2013_calls(overhead_us: int) -> None:
    with Bench(overhead_us) as bench:
        simple = bench.simple()
        calls, start = bench.spi_calls, bench.clock.monotonic()
        assert simple.read_id_no_block() is None
        assert bench.spi_calls - calls == 2013
        assert bench.clock.monotonic() - start == pytest.approx(2013 * (overhead_us + 16) / 1e6)


@pytest.mark.parametrize(("level", "calls"), [(0xFF, 15), (0x00, 2013)])
def test_a_dead_chip_looks_like_no_card_to_the_package(bench: Bench, level: int, calls: int) -> None:
    simple = bench.simple()
    bench.lay("DEADBEEF")
    bench.chip().fault(Stuck(level))
    before = bench.spi_calls
    assert simple.read_id_no_block() is None
    assert bench.spi_calls - before == calls


def test_read_id_is_four_bytes_of_uid_and_their_check_byte(overhead_us: int) -> None:
    with Bench(overhead_us) as bench:
        simple = bench.simple()
        bench.lay("DEADBEEF")
        assert simple.read_id() == 0xDEADBEEF22


def test_the_package_misses_a_resting_card_every_second_poll(overhead_us: int) -> None:
    with Bench(overhead_us) as bench:
        simple = bench.simple()
        bench.lay("DEADBEEF")
        polls = [simple.read_id_no_block() for _ in range(6)]
        assert polls == [0xDEADBEEF22, None] * 3


def test_two_seven_byte_cards_are_one_to_the_package(bench: Bench) -> None:
    simple = bench.simple()
    seen = []
    for uid in ("04A39493CC8680", "04A394FFFFFFFF"):
        bench.lay(uid)
        seen.append(simple.read_id())
        bench.take(uid)
    assert seen == [0x8804A394BB, 0x8804A394BB]


def test_an_answer_after_the_timer_comes_with_the_status_of_no_card(bench: Bench) -> None:
    reader = bench.reader()
    bench.lay("DEADBEEF", delay_us=16_000)
    assert reader.MFRC522_ToCard(reader.PCD_TRANSCEIVE, [0x26])[0] == reader.MI_ERR  # eight bits, not seven
    reader.Write_MFRC522(Reg.BIT_FRAMING, 7)
    status, data, bits = reader.MFRC522_ToCard(reader.PCD_TRANSCEIVE, [0x26])
    assert (status, bytes(data), bits) == (reader.MI_NOTAGERR, b"\x04\x00", 16)


def test_a_card_selected_through_the_package_gives_its_sak(bench: Bench) -> None:
    reader = bench.reader()
    bench.lay("DEADBEEF")
    reader.MFRC522_Request(reader.PICC_REQIDL)
    uid = reader.MFRC522_Anticoll()[1]
    assert reader.MFRC522_SelectTag(uid) == 0x08


@pytest.mark.parametrize(
    ("frame", "etus"),
    [
        (Frame(0x26, 7), 9),
        (Frame.of(bytes(2)), 20),
        (Frame.of(bytes(5)), 47),
        (Frame.of(bytes(9)), 83),
        (Frame.of(bytes(3)), 29),
    ],
)
def test_frames_last_as_long_as_the_norm_says(frame: Frame, etus: int) -> None:
    assert frame.air_ns == etu_ns(etus)


def test_two_cards_collide_at_their_first_differing_bit(bench: Bench) -> None:
    reader = bench.reader()
    bench.lay("DEADBEEF")
    bench.lay("DEADBFEF")
    reader.MFRC522_Request(reader.PICC_REQIDL)
    reader.Write_MFRC522(Reg.COLL, 0x80)
    reader.Write_MFRC522(Reg.BIT_FRAMING, 0)
    assert reader.MFRC522_ToCard(reader.PCD_TRANSCEIVE, [0x93, 0x20])[0] == reader.MI_ERR
    assert reader.Read_MFRC522(Reg.ERROR) == Error.COLL
    assert reader.Read_MFRC522(Reg.COLL) == 0x80 | 17


def select(reader: Any) -> bytes:
    """The whole UID by the package's own verbs: WUPA, then anticollision and select a level."""
    assert reader.MFRC522_Request(reader.PICC_REQALL) == (reader.MI_OK, 16)
    uid = b""
    for code in (0x93, 0x95, 0x97):
        reader.Write_MFRC522(Reg.BIT_FRAMING, 0)
        status, found, bits = reader.MFRC522_ToCard(reader.PCD_TRANSCEIVE, [code, 0x20])
        assert (status, bits) == (reader.MI_OK, 40)
        asked = [code, 0x70, *found]
        asked += reader.CalulateCRC(asked)
        status, sak, bits = reader.MFRC522_ToCard(reader.PCD_TRANSCEIVE, asked)
        assert (status, bits) == (reader.MI_OK, 24)
        if not sak[0] & 0x04:
            return uid + bytes(found[:4])
        uid += bytes(found[1:4])
    raise AssertionError("a fourth cascade level")


@pytest.mark.parametrize("uid", ["DEADBEEF", "04A39493CC8680", "04112233445566778899"])
def test_the_packages_verbs_can_read_a_whole_uid(bench: Bench, uid: str) -> None:
    reader = bench.reader()
    bench.lay(uid)
    assert select(reader).hex().upper() == uid


# Measured with the package over another emulator of the chip.
@pytest.mark.parametrize(
    ("overhead", "read_id_ms", "select_ms"), [(0, 1.7, 6.4), (50, 3.8, 13.7), (100, 5.9, 21), (400, 18, 65)]
)
def test_the_package_takes_as_long_as_it_was_measured_to_take(
    overhead: float, read_id_ms: float, select_ms: float
) -> None:
    with Bench(overhead) as bench:
        reader = bench.reader()
        simple = bench.simple()
        for verb, uid, expected_ms in (
            (simple.read_id_no_block, "DEADBEEF", read_id_ms),
            (lambda: select(reader), "04A39493CC8680", select_ms),
        ):
            bench.lay(uid)
            start = bench.clock.monotonic()
            assert verb()
            assert (bench.clock.monotonic() - start) * 1000 == pytest.approx(expected_ms, rel=0.04)
            bench.take(uid)
