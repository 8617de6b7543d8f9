"""Lamp, buzzer and display for a terminal: one line for each change, to a text stream.

For trying things out by hand. The lines hold members' names: where the stream ends in a log that
is kept, they are personal data (law 12), so a service uses other kinds.
"""

from __future__ import annotations

import io
import select
from typing import TextIO

from fabgate.devices.protocols import NO_HEAD, Colour, Head, Pattern, Sound
from fabgate.errors import DeviceError


class _Line:
    def __init__(self, stream: TextIO, machine: str) -> None:
        self._stream = stream
        self._machine = machine

    def close(self) -> None:
        """The stream belongs to whoever gave it and stays open."""


class ConsoleLamp(_Line):
    def show(self, colour: Colour, pattern: Pattern) -> None:
        say(self._stream, self._machine, "lamp", f"{colour} {pattern}")


class ConsoleBuzzer(_Line):
    def play(self, sound: Sound) -> None:
        if sound is not Sound.NONE:
            say(self._stream, self._machine, "buzzer", sound)


class ConsoleDisplay(_Line):
    def write(self, lines: tuple[str, ...], head: Head = NO_HEAD) -> int:  # noqa: ARG002 - words only
        say(self._stream, self._machine, "display", " | ".join(lines))
        return 1

    def turn(self, page: int, head: Head) -> None:
        """Everything stands in one line, which is not said again."""


def say(stream: TextIO, machine: str, device: str, what: str) -> None:
    """One line, without what moves a cursor or what the terminal has no letters for.

    Raises DeviceError when it cannot be written at once: the lamp is shown by the loop, which a
    terminal that somebody stopped (Ctrl-S) must not hold up.
    """
    plain = "".join(sign if sign.isprintable() else " " for sign in f"{machine} {device}: {what}")
    letters = stream.encoding or "utf-8"
    try:
        if not _takes(stream):
            raise BlockingIOError("it takes nothing now")
        stream.write(plain.encode(letters, "replace").decode(letters) + "\n")
        stream.flush()
    except (OSError, ValueError) as error:  # ValueError: the stream is closed
        raise DeviceError(
            f"machine {machine}: the terminal cannot be written to: {error}",
            "Run the gate in a terminal, or set lamp, buzzer and display to another kind.",
        ) from error


def _takes(stream: TextIO) -> bool:
    try:
        line = stream.fileno()
    except io.UnsupportedOperation:  # a stream in memory
        return True
    asked = select.poll()
    asked.register(line, select.POLLOUT)
    return bool(asked.poll(0))
