"""The USB reader: how it takes its device, what it makes of bytes, how it loses it and finds it again."""

from __future__ import annotations

import errno
import fcntl
import logging
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typist import Socket, events, press, spelt

from fabgate.badges.typed import Format, Key, Line, Lost, Notation, Order, Typed
from fabgate.badges.uid import Uid, parse
from fabgate.devices import usb
from fabgate.devices.clock import SimClock, SystemClock
from fabgate.devices.protocols import Appeared, Left, Refused
from fabgate.devices.usb import GET_NAME, GRAB, SET_CLOCK, Keyboard, UsbReader, keyboards, lasting, open_usb
from fabgate.errors import DeviceError
from fabgate.model import Code

NUMBER = "04A2B3C4D5E680"


@pytest.fixture
def socket(tmp_path: Path, clock: SimClock) -> Iterator[Socket]:
    made = Socket(tmp_path / "usb-Sycreader-event-kbd", clock)
    yield made
    made.unplug()


def held() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


Making = Callable[..., UsbReader]


@pytest.fixture
def make(socket: Socket, clock: SimClock) -> Iterator[Making]:
    made: list[UsbReader] = []

    def reader(layout: str = "us", notation: Notation | None = None, **options: int) -> UsbReader:
        keyboard = Keyboard(socket.path, ioctl=socket.ioctl, **options)
        made.append(UsbReader(keyboard, layout, notation or Notation(), clock))
        return made[-1]

    yield reader
    for reader_ in made:
        reader_.close()


# --- from the wire to a badge -----------------------------------------------------------------


def test_the_numbers_of_the_requests_are_those_of_the_kernels_header():
    # _IOW('E', 0x90, int), _IOW('E', 0xa0, int), _IOC(_IOC_READ, 'E', 0x06, 256)
    assert (GRAB, SET_CLOCK, GET_NAME) == (0x40044590, 0x400445A0, 0x81004506)


def test_the_device_is_taken_alone_and_tells_lengths_since_boot(socket: Socket, clock: SimClock):
    asked: list[tuple[int, bytes]] = []

    def ioctl(fd: int, request: int, argument: bytearray) -> int:
        asked.append((request, bytes(argument)))
        return 0

    keyboard = Keyboard(socket.path, ioctl=ioctl)
    keyboard.open()
    keyboard.close()
    assert asked == [(SET_CLOCK, struct.pack("=i", time.CLOCK_BOOTTIME)), (GRAB, bytes(4))]


@pytest.mark.parametrize(
    ("layout", "notation", "names", "number"),
    [
        ("us", Notation(), "0 4 A 2 B 3 C 4 D 5 E 6 8 0 Enter", NUMBER),
        ("fr", Notation(), "Shift+1 C Shift+7 Shift+8 F Shift+2 B F Enter", "1C78F2BF"),
        (
            "be",
            Notation(Format.DECIMAL, Order.REVERSED),
            "Shift+3 Shift+2 Shift+2 Shift+0 Shift+3 Shift+3 Shift+8 Shift+7 Shift+1 Shift+6 Enter",
            "1C78F2BF",
        ),
        ("de", Notation(Format.DECIMAL), "kp3 kp2 kp2 kp0 kp3 kp3 kp8 kp7 kp1 kp6 kpEnter", "BFF2781C"),
    ],
)
def test_what_is_typed_is_a_badge(
    socket: Socket, make: Making, layout: str, notation: Notation, names: str, number: str
):
    reader = make(layout, notation)
    socket.type(names)
    uid = parse(number)
    assert reader.wait(0) == (Appeared(uid, fresh=True), Left(uid))


@pytest.mark.parametrize("long_bytes", [4, 8])
def test_the_events_of_32_and_64_bit_systems_are_read(
    socket: Socket, make: Making, ada: Uid, long_bytes: int
):
    reader = make(long_bytes=long_bytes)
    socket.type(spelt(str(ada)), long_bytes)
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))


def test_the_layout_of_an_event_is_that_of_this_system():
    assert usb.EVENTS[usb.LONG].size == struct.calcsize("@llHHi")


def test_a_badge_is_read_from_bytes_that_come_one_by_one(
    socket: Socket, make: Making, clock: SimClock, ada: Uid
):
    reader = make()
    clock.advance(5_000)
    seen = []
    for byte in events(press(spelt(str(ada)), clock.now().boot_ms)):
        socket.send(bytes([byte]))
        seen += reader.wait(0)
    assert seen == [Appeared(ada, fresh=True), Left(ada)]


def test_a_key_that_repeats_of_itself_counts_once(socket: Socket, make: Making, clock: SimClock, ada: Uid):
    reader = make()
    clock.advance(5_000)
    now_ms = clock.now().boot_ms
    repeat = struct.pack("@llHHi", now_ms // 1000, now_ms % 1000 * 1000, 1, 2, 2)
    first, *rest = press(spelt(str(ada)), now_ms)
    socket.send(events([first]) + repeat * 3 + events(rest))
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))


def test_keys_that_the_kernel_had_no_room_for_spoil_their_line(socket: Socket, make: Making, clock: SimClock):
    reader = make()
    clock.advance(5_000)
    now_ms = clock.now().boot_ms
    dropped = struct.pack("@llHHi", now_ms // 1000, now_ms % 1000 * 1000, 0, 3, 0)
    first, rest = press("0 4 A", now_ms), press("C 4 D 5 E 6 8 0 Enter", now_ms)
    socket.send(events(first) + dropped + events(rest))
    assert reader.wait(0) == ()


def test_a_number_that_a_phone_makes_up_is_refused_with_the_reason(socket: Socket, make: Making):
    reader = make()
    socket.type(spelt("08A2B3C4"))
    assert reader.wait(0) == (Refused(Code.RANDOM_BADGE),)


# --- what is dropped, and what the log says of it -----------------------------------------------


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ("0 4 Q 2 B 3 C 4 Enter", "no digit on this layout"),
        ("1 " * 40 + "Enter", "too long"),
        (spelt("04A2B3C4D"), "has 9 digits"),
        (spelt("00000000"), "failed reading"),
    ],
)
def test_what_is_no_badge_is_told_in_one_line_without_the_number(
    socket: Socket, make: Making, caplog: pytest.LogCaptureFixture, names: str, why: str
):
    caplog.set_level(logging.DEBUG)
    reader = make()
    socket.type(names)
    assert reader.wait(0) == ()
    (said,) = caplog.messages
    assert said.startswith("event=line_dropped reader=")
    assert why in said
    digits = names.replace(" ", "").removesuffix("Enter")
    assert digits[:4] not in said.replace(str(socket.path), "")


def test_half_a_line_is_told_although_nothing_comes_after_it(
    socket: Socket, make: Making, clock: SimClock, caplog: pytest.LogCaptureFixture
):
    reader = make()
    socket.type("0 4 A 2")
    assert reader.wait(0) == ()
    clock.advance(1_100)
    assert reader.wait(0) == ()
    assert "did not end within a second" in caplog.text


def test_a_badge_that_is_read_is_no_line_in_the_log(
    socket: Socket, make: Making, caplog: pytest.LogCaptureFixture, ada: Uid
):
    caplog.set_level(logging.DEBUG)
    reader = make()
    socket.tap(ada)
    reader.wait(0)
    assert caplog.messages == []


def test_a_reader_gone_mad_does_not_fill_the_log(
    socket: Socket, make: Making, clock: SimClock, caplog: pytest.LogCaptureFixture
):
    reader = make()
    clock.advance(5_000)
    for _ in range(50):
        socket.send(events(press("Q Enter", clock.now().boot_ms)))
        reader.wait(0)
    clock.advance(10_000)
    socket.send(events(press("Q Enter", clock.now().boot_ms)))
    reader.wait(0)
    assert [message.rpartition(" ")[2] for message in caplog.messages] == ["untold=0", "untold=49"]


def test_a_line_that_was_under_way_at_the_opening_is_no_badge(socket: Socket, make: Making, clock: SimClock):
    socket.send(events(press("C 4 D 5 E 6 8 0 Enter", clock.now().boot_ms)))
    reader = make()
    assert reader.wait(0) == ()
    clock.advance(900)
    socket.send(events(press("C 4 D 5 E 6 8 0 Enter", clock.now().boot_ms)))
    assert reader.wait(0) == ()


# --- gone and found again -----------------------------------------------------------------------


def test_half_a_line_is_not_joined_to_what_comes_after_the_reader_was_plugged_in_again(
    socket: Socket, make: Making
):
    reader = make()
    socket.type("0 4 A 2 B 3")
    assert reader.wait(0) == ()
    socket.unplug()
    with pytest.raises(DeviceError):
        reader.wait(0)
    socket.plug_in()
    reader.revive()
    socket.type("C 4 D 5 E 6 8 0 Enter")
    assert reader.wait(0) == (Appeared(parse("C4D5E680"), fresh=True), Left(parse("C4D5E680")))


def test_half_an_event_is_not_joined_either(socket: Socket, make: Making, ada: Uid):
    reader = make()
    socket.send(b"\x01" * 11)
    assert reader.wait(0) == ()
    socket.unplug()
    with pytest.raises(DeviceError):
        reader.wait(0)
    socket.plug_in()
    reader.revive()
    socket.tap(ada)
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))


def test_a_reader_that_is_plugged_in_later_is_found_by_its_path(tmp_path: Path, clock: SimClock, ada: Uid):
    socket = Socket(tmp_path / "later", clock, plugged=False)
    reader = UsbReader(Keyboard(socket.path, ioctl=socket.ioctl), "us", Notation(), clock)
    with pytest.raises(DeviceError, match=r"there is no reader at .*later\n.*Plug it in"):
        reader.wait(0)
    socket.plug_in()
    reader.revive()
    socket.tap(ada)
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))
    reader.close()
    socket.unplug()


def test_a_reader_that_comes_back_as_another_device_is_found_by_its_lasting_name(
    tmp_path: Path, clock: SimClock, ada: Uid
):
    link = tmp_path / "usb-Sycreader-event-kbd"
    first, second = Socket(tmp_path / "event3", clock), Socket(tmp_path / "event7", clock)
    link.symlink_to(first.path)
    reader = UsbReader(Keyboard(link, ioctl=first.ioctl), "us", Notation(), clock)
    first.unplug()
    with pytest.raises(DeviceError):
        reader.wait(0)
    link.unlink()
    link.symlink_to(second.path)
    reader.revive()
    second.tap(ada)
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))
    reader.close()
    second.unplug()


@pytest.mark.parametrize(
    ("request_", "number", "what", "remedy"),
    [
        (GRAB, errno.EBUSY, "taken by another program", "fuser"),
        (GRAB, errno.ENODEV, "there is no reader at", "Plug it in"),
        (SET_CLOCK, errno.ENOTTY, "is no input device", "event-kbd"),
        (SET_CLOCK, errno.EINVAL, "is no input device", "event-kbd"),
        (SET_CLOCK, errno.EACCES, "may not be opened", "usermod -aG input fabgate"),
        (GRAB, errno.ENOMEM, "fails: Cannot allocate memory", "plug it in again"),
    ],
)
def test_a_device_that_cannot_be_taken_says_why_and_is_let_go(
    socket: Socket, make: Making, ada: Uid, request_: int, number: int, what: str, remedy: str
):
    socket.refuses[request_] = number
    open_before = held()
    reader = make()
    for use in (lambda: reader.wait(0), reader.revive):
        with pytest.raises(DeviceError, match=f"{what}.*\n.*{remedy}"):
            use()
    assert held() == open_before + 1  # what wakes it up
    socket.refuses.clear()
    reader.revive()
    socket.tap(ada)
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))


def test_a_thing_that_is_no_input_device_is_refused_by_the_kernel_itself(tmp_path: Path, clock: SimClock):
    thing = tmp_path / "thing"
    thing.write_text("not a keyboard")
    reader = open_usb(thing, "us", "hex", "normal", clock)
    with pytest.raises(DeviceError, match="is no input device"):
        reader.wait(0)
    reader.close()


def test_closing_leaves_nothing_open(socket: Socket):
    before = held()
    keyboard = Keyboard(socket.path, ioctl=socket.ioctl)
    keyboard.open()
    keyboard.open()
    keyboard.close()
    assert held() == before


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"path": None}, "needs the path"),
        ({"layout": "xx"}, r"no layout 'xx'\n.*us, fr, be, de"),
        ({"format": "binary"}, r"no format 'binary'\n.*hex, decimal"),
        ({"order": "sideways"}, r"no order 'sideways'\n.*normal, reversed"),
        ({"digits": 10}, r"no badge number has 10 hex digits\n.*8, 14, 20"),
        ({"format": "decimal", "digits": 8}, r"no badge number has 8 decimal digits\n.*10, 17, 25"),
    ],
)
def test_a_setting_that_is_none_is_refused_with_the_known_ones(tmp_path: Path, changes: dict, what: str):
    given_ = {"path": tmp_path / "reader", "layout": "us", "format": "hex", "order": "normal"} | changes
    with pytest.raises(DeviceError, match=what):
        open_usb(**given_)


def test_a_reader_is_opened_as_the_configuration_words_it(
    socket: Socket, clock: SimClock, ada: Uid, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fcntl, "ioctl", socket.ioctl)
    reader = open_usb(socket.path, "us", "hex", "reversed", clock, 14)
    socket.type(spelt("80E6D5C4B3A204"))
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))
    assert isinstance(reader, UsbReader)
    assert reader.describe() == f"Sycreader RFID at {socket.path}; us, hex, reversed"
    reader.close()


def test_without_another_clock_it_goes_by_the_controllers_own(
    socket: Socket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fcntl, "ioctl", socket.ioctl)
    reader = open_usb(socket.path, "us", "hex", "normal")
    soon_ms = SystemClock("trusted").now().boot_ms
    socket.send(events(press(spelt(NUMBER), soon_ms, 0)))
    assert reader.wait(0) == ()  # opened just now: it may be the rest of a line
    reader.close()


def test_a_reader_that_is_gone_can_still_be_described(socket: Socket, make: Making):
    reader = make()
    socket.unplug()
    with pytest.raises(DeviceError):
        reader.wait(0)
    assert reader.describe() == f"USB reader at {socket.path}; us, hex, normal"


def test_lasting_names_are_found_and_preferred(tmp_path: Path):
    by_id, by_path = tmp_path / "by-id", tmp_path / "by-path"
    device, other = tmp_path / "event3", tmp_path / "event4"
    for folder in (by_id, by_path):
        folder.mkdir()
    for thing in (device, other):
        thing.touch()
    (by_id / "usb-Mouse-event-mouse").symlink_to(other)
    (by_path / "platform-usb-event-kbd").symlink_to(device)
    assert lasting(device, (by_id, by_path)) == by_path / "platform-usb-event-kbd"
    (by_id / "usb-Sycreader-event-kbd").symlink_to(device)
    assert lasting(device, (by_id, by_path)) == by_id / "usb-Sycreader-event-kbd"
    assert keyboards(by_id) == (by_id / "usb-Sycreader-event-kbd",)
    assert lasting(tmp_path / "event9", (by_id, tmp_path / "none")) == tmp_path / "event9"
    assert keyboards(tmp_path / "none") == ()


# --- any bytes ----------------------------------------------------------------------------------

EVENT = st.tuples(
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.sampled_from([0, 1, 1, 1, 4]) | st.integers(0, 0xFFFF),
    st.sampled_from([2, 3, 11, 28, 30, 42, 96]) | st.integers(0, 0xFFFF),
    st.sampled_from([0, 1, 1, 2]) | st.integers(-(2**31), 2**31 - 1),
).map(lambda event: struct.pack("=QQHHi", *event))
any_bytes = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def decoded(data: bytes) -> list[Key | Lost]:
    """The keys in bytes of a 64-bit system, one event after the other."""
    found: list[Key | Lost] = []
    for first in range(0, len(data) - 23, 24):
        seconds, micros, kind, code, value = struct.unpack("=QQHHi", data[first : first + 24])
        at_ms = seconds * 1000 + micros // 1000
        if (kind, code) == (0, 3):
            found.append(Lost(at_ms))
        if kind == 1 and value in (0, 1):
            found.append(Key(code, bool(value), at_ms))
    return found


@any_bytes
@given(st.lists(st.one_of(st.binary(max_size=60), EVENT), max_size=30))
def test_any_bytes_are_the_keys_in_them_and_nothing_else(socket: Socket, noise: list[bytes]):
    keyboard = Keyboard(socket.path, ioctl=socket.ioctl, long_bytes=8)
    keyboard.open()
    told: list[Key | Lost] = []
    for piece in noise:
        socket.send(piece)
        told += keyboard.keys(0)
    assert told == decoded(b"".join(noise))
    keyboard.close()


@any_bytes
@given(st.lists(st.one_of(st.binary(max_size=60), EVENT), max_size=30))
def test_no_bytes_raise_anything_and_no_badge_comes_of_noise(
    socket: Socket, make: Making, noise: list[bytes]
):
    reader = make(long_bytes=8)
    line = Line("us", 0)
    ended = [line.take(key) for key in decoded(b"".join(noise))]
    seen = []
    for piece in noise:
        socket.send(piece)
        seen += reader.wait(0)
    assert len(seen) <= 2 * sum(isinstance(said, Typed) for said in ended)
    reader.close()
