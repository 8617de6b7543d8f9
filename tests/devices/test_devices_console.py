"""Devices for a terminal: one line each, whatever the text and the terminal are."""

from __future__ import annotations

import io
import os

import pytest

from fabgate.devices.console import ConsoleBuzzer, ConsoleDisplay, ConsoleLamp
from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.errors import DeviceError


def test_each_device_tells_one_line():
    stream = io.StringIO()
    ConsoleLamp(stream, "laser").show(Colour.RED, Pattern.BLINK)
    ConsoleBuzzer(stream, "laser").play(Sound.WARN)
    ConsoleBuzzer(stream, "laser").play(Sound.NONE)
    ConsoleDisplay(stream, "laser").write(("Ada works", "until noon"))
    assert stream.getvalue().splitlines() == [
        "laser lamp: red blink",
        "laser buzzer: warn",
        "laser display: Ada works | until noon",
    ]


def test_a_name_cannot_move_the_cursor():
    stream = io.StringIO()
    ConsoleDisplay(stream, "laser").write(("Ada\x1b[2J\r\nlathe lamp: green",))
    assert stream.getvalue() == "laser display: Ada [2J  lathe lamp: green\n"


def test_a_terminal_without_the_letters_gets_the_line_all_the_same():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    ConsoleDisplay(stream, "laser").write(("Zoë 机",))
    assert raw.getvalue() == b"laser display: Zo? ?\n"


def test_a_closed_terminal_is_a_device_error():
    stream = io.StringIO()
    stream.close()
    with pytest.raises(DeviceError, match="terminal cannot be written"):
        ConsoleLamp(stream, "laser").show(Colour.RED, Pattern.BLINK)


def test_a_stopped_terminal_holds_up_nobody():
    reading, writing = os.pipe()
    try:
        os.set_blocking(writing, False)
        _fill(writing)
        os.set_blocking(writing, True)
        with open(writing, "w", closefd=False) as stream, pytest.raises(DeviceError, match="nothing now"):
            ConsoleLamp(stream, "laser").show(Colour.RED, Pattern.BLINK)
    finally:
        os.close(reading)
        os.close(writing)


def _fill(pipe: int) -> None:
    try:
        while True:
            os.write(pipe, b"." * 65_536)
    except BlockingIOError:
        pass
