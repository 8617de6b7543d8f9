"""`fabgate reader test`: what is shown of a badge, and which settings it teaches."""

from __future__ import annotations

import errno
import fcntl
import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_lab import ADA, Lab
from click.testing import CliRunner
from typist import Socket, events, press, spelt

from fabgate import config
from fabgate.badges.readings import is_cut
from fabgate.badges.uid import parse
from fabgate.cli import main
from fabgate.cli.reader import _lines, _watch
from fabgate.devices.clock import SimClock
from fabgate.devices.protocols import Refused
from fabgate.devices.sim import SimBench
from fabgate.devices.usb import GET_NAME, GRAB, Keyboard, open_usb
from fabgate.model import Code, MachineId
from fabgate.reports.checks import RUN_LOCK

CARD = "1C78F2BF"  # a card of four bytes, and what a reader of the kind "10D" was seen to type for it
CARD_TYPED = spelt("3220338716")

HEAD = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
[gate]
state = "state"
clock = "trusted"
bench = "pi"
[machine.laser]
skill = "laser"
[machine.laser.output.relay]
role = "power"
pin = 17
"""


@pytest.fixture
def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Socket]:
    made = Socket(tmp_path / "usb-Sycreader-event-kbd", SimClock(0))
    monkeypatch.setattr(fcntl, "ioctl", made.ioctl)
    yield made
    made.unplug()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "fabgate.toml"


def configured(file: Path, *tables: str) -> Path:
    file.write_text(HEAD + "\n".join(tables), encoding="utf-8")
    return file


def usb_table(socket: Socket, name: str = "front", **changes: str) -> str:
    keys = {"kind": "usb", "path": str(socket.path)} | changes
    return "\n".join(
        (f"[machine.laser.readers.{name}]", *(f'{key} = "{value}"' for key, value in keys.items()))
    )


def tried(file: Path, *words: str, status: int = 0) -> str:
    ran = CliRunner().invoke(main, ["--config", str(file), "reader", "test", *words], prog_name="fabgate")
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


def shown(file: Path, socket: Socket, names: str, *words: str) -> str:
    """What is shown of one badge at a reader that nobody has configured."""
    socket.type(names)
    return tried(file, "--device", str(socket.path), "--taps", "1", *words)


def taught(printed: str) -> dict[str, str]:
    """The settings of the table that is to be written."""
    table = tomllib.loads(printed.partition("Write:\n")[2])
    (settings,) = table["machine"]["laser"]["readers"].values()
    return settings


# --- what is taught -----------------------------------------------------------------------------


def test_keys_number_and_readings_are_shown(file: Path, socket: Socket):
    printed = shown(file, socket, CARD_TYPED)
    assert printed.startswith(f"Sycreader RFID at {socket.path}\nShow a badge; Ctrl-C ends.\n")
    assert "keys    3 2 2 0 3 3 8 7 1 6 Enter\n" in printed
    assert "number  3220338716 (10 digits on the layout us or de)\n" in printed
    rows = [line.split() for line in printed.splitlines() if line.startswith("us or de ")]
    assert rows == [
        ["us", "or", "de", "decimal", "normal", "BFF2781C"],
        ["us", "or", "de", "decimal", "reversed", CARD],
    ]


@pytest.mark.parametrize(
    ("names", "uid", "settings"),
    [
        (CARD_TYPED, CARD, ("us", "decimal", "reversed")),
        (CARD_TYPED, "BFF2781C", ("us", "decimal", "normal")),
        (spelt(ADA), ADA, ("us", "hex", "normal")),
        (spelt("80E6D5C4B3A204"), "04:a2:b3:c4:d5:e6:80", ("us", "hex", "reversed")),
        ("Shift+0 Shift+4 Q Shift+2 B Shift+3 C Shift+4 Enter", "04A2B3C4", ("fr", "hex", "normal")),
        ("Shift+3 Shift+2 Shift+2 Shift+0 Shift+3 Shift+3 Shift+8 Shift+7 Shift+1 Shift+6 Enter", CARD,
         ("fr", "decimal", "reversed")),
        ("kp3 kp2 kp2 kp0 kp3 kp3 kp8 kp7 kp1 kp6 kpEnter", CARD, ("us", "decimal", "reversed")),
        # No digit in it: Q on an American keyboard is A on a French one.
        ("D E Q D B E E F Enter", "DEADBEEF", ("fr", "hex", "normal")),
    ],
)  # fmt: skip
def test_with_the_number_of_the_badge_the_settings_are_certain_and_make_a_reader_of_it(
    file: Path, socket: Socket, names: str, uid: str, settings: tuple[str, str, str]
):
    printed = shown(file, socket, names, "--uid", uid)
    assert "More than one way" not in printed
    written = taught(printed)
    assert (written["layout"], written["format"], written["order"]) == settings
    clock = SimClock(0)
    reader = open_usb(Path(written["path"]), *settings, clock)
    clock.advance(5_000)
    socket.send(events(press(names, clock.now().boot_ms)))
    clock.advance(500)
    assert reader.wait(0)[0].uid == parse(uid)
    reader.close()


def test_without_the_number_of_the_badge_it_says_that_there_are_two_ways(file: Path, socket: Socket):
    printed = shown(file, socket, CARD_TYPED)
    assert "More than one way" in printed
    assert taught(printed)["order"] == "normal"


def test_what_it_says_to_write_is_a_configuration(file: Path, socket: Socket):
    printed = shown(file, socket, CARD_TYPED, "--uid", CARD)
    configured(file, printed.partition("Write:\n")[2])
    (reader,) = config.load(file).machines[MachineId("laser")].readers
    assert (reader.kind, reader.path, reader.order) == ("usb", socket.path, "reversed")


@pytest.mark.parametrize(
    ("names", "words", "said"),
    [
        (CARD_TYPED, ("--uid", "1C78F2C0"), "No setting gives the number that you gave"),
        # For 04C43BC21C2680 a reader was seen to type its first three bytes.
        (spelt("1002701960"), (), "looks like a piece of the number"),
        (spelt("1002701960"), ("--uid", "04C43BC21C2680"), "This is a piece of the number"),
        (spelt("04C43BC2"), ("--uid", "04C43BC21C2680"), "This is a piece of the number"),
        (spelt("0007625328"), (), "looks like a piece of the number"),  # three bytes only
        (spelt("0007625328"), ("--uid", "12745A70"), "This is a piece of the number"),
        (spelt("77771716"), (), "no letter in it"),
        (spelt("08A2B3C4"), (), "make up such a number"),
        (spelt("04A2B3C4D5"), (), "No badge's number has so many digits"),
        (spelt("00000000"), (), "looks like a piece"),
        ("; 0 4 A 2 B 3 C 4 Enter", (), "no digit on any layout"),
        ("NumLock Alt+kp0+kp0+kp4+kp8 Enter", (), "no Alt codes"),
    ],
)
def test_what_must_not_be_used_as_it_is_is_explained_and_nothing_is_taught(
    file: Path, socket: Socket, names: str, words: tuple[str, ...], said: str
):
    printed = shown(file, socket, names, *words)
    assert said in printed
    assert "Write:" not in printed


def test_a_badge_is_not_suspected_when_its_own_number_fits(file: Path, socket: Socket):
    for uid in ("04A2B388", "00A2B3C4", "77771716"):
        assert taught(shown(file, socket, spelt(uid), "--uid", uid))["order"] == "normal"


def test_a_piece_is_told_from_the_whole():
    assert not is_cut(parse(ADA).raw, parse(ADA))
    assert not is_cut(parse("11223344").raw, parse(ADA))
    assert is_cut(parse(ADA).raw[3:], parse(ADA))


def test_a_line_without_enter_is_shown_after_a_silence_and_blamed(file: Path, socket: Socket):
    keyboard = Keyboard(socket.path, ioctl=socket.ioctl)
    keyboard.open()
    socket.type("0 4 A 2")
    assert len(next(_lines(keyboard, quiet_s=0))) == 8
    keyboard.close()
    printed = shown(file, socket, "0 4 A 2")
    assert "did not press Enter" in printed
    assert "Write:" not in printed


def test_a_line_of_which_keys_were_lost_is_not_shown(file: Path, socket: Socket):
    lost = events(press("1", 9))[:24].replace(b"\x04\x00\x04\x00", b"\x00\x00\x03\x00")
    socket.send(events(press("0 4 A")) + lost)
    assert "keys    3 2 2" in shown(file, socket, f"0 0 Enter Enter {CARD_TYPED}")


def test_several_badges_are_shown_one_after_the_other(file: Path, socket: Socket):
    socket.type(CARD_TYPED)
    socket.type(f"Enter {spelt(ADA)}")
    printed = tried(file, "--device", str(socket.path), "--taps", "2")
    assert [CARD in printed, ADA in printed] == [True, True]


def test_a_number_is_shown_at_the_terminal_and_written_nowhere(
    file: Path, socket: Socket, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    shown(configured(file, usb_table(socket)), socket, CARD_TYPED, "--uid", CARD)
    assert caplog.messages == []
    assert {path.name for path in file.parent.iterdir()} == {file.name, socket.path.name}


# --- readers of the configuration ---------------------------------------------------------------


def test_the_reader_of_a_machine_is_tried_as_it_is_configured(file: Path, socket: Socket):
    configured(file, usb_table(socket, format="decimal", order="reversed"))
    socket.type(CARD_TYPED)
    printed = tried(file, "laser", "--taps", "1", "--uid", CARD)
    assert f"As it is configured: the badge {CARD}.\n\nThe settings are right.\n" in printed


def test_a_reader_that_is_set_wrongly_is_set_right_by_the_same_name(file: Path, socket: Socket):
    configured(file, usb_table(socket))
    socket.type(CARD_TYPED)
    printed = tried(file, "--taps", "1", "--uid", CARD)
    assert "As it is configured: no badge.\n" in printed
    assert "[machine.laser.readers.front]\n" in printed
    assert taught(printed)["order"] == "reversed"


def test_the_number_of_digits_is_taught_with_the_rest(file: Path, socket: Socket):
    assert taught(shown(file, socket, CARD_TYPED, "--uid", CARD))["digits"] == 10
    assert taught(shown(file, socket, spelt(ADA), "--uid", ADA))["digits"] == 14


def test_a_reader_that_types_more_for_another_badge_is_set_to_any_number_of_digits(
    file: Path, socket: Socket
):
    table = usb_table(socket) + "\ndigits = 8"
    configured(file, table)
    socket.type(spelt("1C78F2BF"))
    assert "The settings are right." in tried(file, "--taps", "1", "--uid", CARD)
    socket.type(spelt(ADA))
    printed = tried(file, "--taps", "1", "--uid", ADA)
    assert "As it is configured: no badge.\n" in printed
    assert taught(printed)["digits"] == 0
    configured(file, table.replace("digits = 8", "digits = 0"))
    socket.type(spelt(ADA))
    assert "The settings are right." in tried(file, "--taps", "1", "--uid", ADA)


def test_a_layout_that_is_right_already_is_kept(file: Path, socket: Socket):
    configured(file, usb_table(socket, layout="de"))
    assert taught(shown(file, socket, CARD_TYPED, "--uid", CARD))["layout"] == "de"


def test_where_there_are_two_readers_one_must_be_named(file: Path, socket: Socket):
    configured(file, usb_table(socket), usb_table(socket, "back", path="/dev/input/none"))
    refused = tried(file, "laser", status=1)
    assert "laser --reader front, laser --reader back" in refused
    socket.type(CARD_TYPED)
    assert CARD in tried(file, "--reader", "front", "--taps", "1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lathe",), "there is no machine lathe"),
        (("--reader", "side"), "the configuration has no such reader"),
        (("--uid", "123"), "digit is missing|decimal"),
        (("--device", "/dev/input/none"), "there is no reader at /dev/input/none"),
    ],
)
def test_what_is_not_there_is_refused_with_a_way_on(
    file: Path, socket: Socket, words: tuple[str, ...], said: str
):
    refused = tried(configured(file, usb_table(socket)), *words, status=1)
    assert refused.startswith("fabgate: ")
    assert len(refused.splitlines()) == 2
    assert any(part in refused for part in said.split("|"))


def test_a_device_can_be_tried_before_the_configuration_is_whole(file: Path, socket: Socket):
    configured(file, "[machine.laser.readers.front]", 'kind = "usb"')
    assert "path" in tried(file, status=1)
    assert taught(shown(file, socket, CARD_TYPED, "--uid", CARD))["order"] == "reversed"


def test_a_simulated_reader_cannot_be_tried(lab: Lab):
    refused = lab.refused("reader test")
    assert "a rehearsal has no reader to try" in refused


# --- the gate that runs -------------------------------------------------------------------------


def test_a_reader_that_the_running_gate_holds_is_left_to_it(file: Path, socket: Socket):
    configured(file, usb_table(socket))
    (file.parent / "state").mkdir()
    with (file.parent / "state" / RUN_LOCK).open("wb") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        for words in (("laser",), ("--device", str(socket.path))):
            refused = tried(file, *words, status=1)
            assert "the gate runs and holds its readers" in refused
            assert "systemctl stop fabgate-gate" in refused
        assert socket.requests == []
    socket.type(CARD_TYPED)
    assert CARD in tried(file, "--taps", "1")


def test_another_reader_may_be_tried_beside_a_running_gate(file: Path, socket: Socket):
    configured(file, usb_table(socket, path="/dev/input/other"))
    (file.parent / "state").mkdir()
    with (file.parent / "state" / RUN_LOCK).open("wb") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        assert CARD in shown(file, socket, CARD_TYPED)


def test_a_reader_that_another_program_holds_says_so(file: Path, socket: Socket):
    socket.refuses[GRAB] = errno.EBUSY
    assert "taken by another program" in tried(file, "--device", str(socket.path), status=1)


# --- readers that give numbers by themselves ----------------------------------------------------


def test_a_reader_that_gives_numbers_shows_them_and_says_how_it_is(
    lab: Lab, capsys: pytest.CaptureFixture[str]
):
    bench = SimBench(lab.settings, lab.clock)
    reader = bench.machines[MachineId("laser")].readers[0]
    bench.tap(MachineId("laser"), parse(ADA))
    bench.tap(MachineId("laser"), parse(CARD))

    class Chip:
        wait, revive, close = reader.wait, reader.revive, reader.close

        def describe(self) -> str:
            return "RC522, version 92"

    _watch(Chip(), parse(ADA), 2, lambda refused: str(refused.code))
    assert capsys.readouterr().out.splitlines() == [
        "RC522, version 92",
        "Show a badge; Ctrl-C ends.",
        f"badge   {ADA}, 7 bytes: the number that you gave",
        "        taken away",
        f"badge   {CARD}, 4 bytes: NOT the number that you gave",
        "        taken away",
        "RC522, version 92",
    ]


def test_what_a_reader_refuses_is_shown_with_the_reason(lab: Lab, capsys: pytest.CaptureFixture[str]):
    bench = SimBench(lab.settings, lab.clock)
    reader = bench.machines[MachineId("laser")].readers[0]
    bench.tap(MachineId("laser"), parse(ADA))

    class Chip:
        revive, close = reader.revive, reader.close

        def wait(self, timeout_s: float) -> tuple[object, ...]:
            return (Refused(Code.RANDOM_BADGE), *reader.wait(timeout_s))

    _watch(Chip(), None, 1, lambda refused: refused.code.value)
    assert "refused random_badge\nbadge   04A2B3C4D5E680, 7 bytes\n" in capsys.readouterr().out


def test_a_reader_that_is_not_there_says_what_to_do(file: Path):
    configured(file, "[machine.laser.readers.front]", 'kind = "rc522"')
    refused = tried(file, "laser", status=1)
    assert refused.splitlines()[-2].startswith("fabgate: ")
    assert refused.splitlines()[-1].startswith("  ")


def test_control_c_ends_it_without_a_complaint(file: Path, socket: Socket, monkeypatch: pytest.MonkeyPatch):
    def interrupted(fd: int, request: int, argument: bytearray) -> int:
        if request == GET_NAME:
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(fcntl, "ioctl", interrupted)
    assert tried(file, "--device", str(socket.path)) == "\n"
