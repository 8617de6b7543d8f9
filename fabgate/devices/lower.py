"""Drive the outputs of a dead gate low: `python3 -m fabgate.devices.lower CONFIG`.

systemd runs this after the daemon is gone, however it went (ExecStopPost). It must work where the
rest of fabgate does not: it imports the standard library only, trusts nothing in the file that it
reads, and goes on to the next line when one fails. It matters: kernels for the Raspberry Pi keep
an output driven after its process died, unless `dtparam=strict_gpiod` is set.

The lines are asked for through the GPIO character device (linux/gpio.h, uAPI v2).
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TextIO

Ioctl = Callable[[int, int, bytearray], int]

# struct gpiochip_info: name, label, lines.
CHIP_INFO = struct.Struct("=32s32sI")
# struct gpio_v2_line_request: offsets[64], consumer; config: flags, num_attrs, padding[5],
# attrs[10] of 24 bytes; num_lines, event_buffer_size, padding[5], fd.
LINE_REQUEST = struct.Struct("=64I32s" + "QI5I240s" + "II5Ii")
_FD = struct.Struct("=i")
FD_OFFSET = LINE_REQUEST.size - _FD.size

OUTPUT = 1 << 3  # GPIO_V2_LINE_FLAG_OUTPUT; without a value given, the line is driven low
PULL_DOWN = 1 << 9  # GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN


def _iowr(way: int, number: int, size: int) -> int:
    """_IOC of asm-generic/ioctl.h, as on ARM and x86, with the type of gpio.h, 0xB4."""
    return way << 30 | size << 16 | 0xB4 << 8 | number


GET_CHIP_INFO = _iowr(2, 0x01, CHIP_INFO.size)
GET_LINE = _iowr(3, 0x07, LINE_REQUEST.size)

STATE = "/var/lib/fabgate"  # the default of [gate] state
HEADERS = ("pinctrl-rp1", "pinctrl-bcm")  # labels of the chip behind the pin header: Pi 5; the others


class Line(NamedTuple):
    """One configured output that gives power."""

    machine: str
    name: str
    pin: int | None


def main(argv: list[str], told: TextIO) -> int:
    """Exit status: 0, or 1 when the configuration could not be read at all."""
    if len(argv) != 1:
        _tell(told, "give the configuration file, and nothing else")
        return 1
    file = Path(argv[0])
    try:
        config = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        _tell(told, f"nothing lowered: {file} cannot be read: {error}")
        return 1
    gate = _table(config, "gate")
    if gate.get("bench", "sim") == "pi":
        lower_pins(lines(config), told)
    else:
        note_off(file.parent / str(gate.get("state", STATE)), lines(config), told)
    return 0


def lines(config: dict[str, object]) -> list[Line]:
    """The outputs that a configuration names, whatever else may be wrong with it.

    Extraction and cooling (`aux`) give no permission and may have to run on: they stay as they are.
    """
    found = []
    for machine in _table(config, "machine"):
        outputs = _table(_table(_table(config, "machine"), machine), "output")
        for name in outputs:
            output = _table(outputs, name)
            pin = output.get("pin")
            if output.get("role", "power") != "aux":
                found.append(Line(machine, name, pin if type(pin) is int else None))
    return found


def lower_pins(
    outputs: list[Line], told: TextIO, ioctl: Ioctl = fcntl.ioctl, folder: Path = Path("/dev")
) -> None:
    """Drive each line low, and leave it to the pull-down. Tells which; raises nothing."""
    chip = header_chip(ioctl, folder)
    if chip is None:
        _tell(told, "nothing lowered: no GPIO chip of a Raspberry Pi's header can be opened")
        return
    try:
        fd = os.open(chip, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        _tell(told, f"nothing lowered: {chip}: {error}")
        return
    try:
        for line in outputs:
            _tell(told, f"{line.machine} {line.name}: {_lower(fd, line.pin, ioctl)}")
    finally:
        os.close(fd)


def _lower(chip: int, pin: int | None, ioctl: Ioctl) -> str:
    if pin is None or not 0 <= pin < 2**32:
        return f"not lowered: {pin!r} is not the number of a pin"
    wrong: OSError | None = None
    for flags in (OUTPUT | PULL_DOWN, OUTPUT):  # not every kernel sets a pull on an output
        try:
            hold_low(chip, pin, flags, ioctl)
        except OSError as error:
            wrong = error
        else:
            return f"lowered GPIO{pin}"
    return f"GPIO{pin} not lowered: {wrong}"


def hold_low(chip: int, pin: int, flags: int, ioctl: Ioctl) -> None:
    """Claim a line as an output at low and let it go. Raises OSError."""
    request = line_request(pin, flags)
    ioctl(chip, GET_LINE, request)
    (fd,) = _FD.unpack_from(request, FD_OFFSET)
    if fd > 0:
        os.close(fd)


def line_request(pin: int, flags: int) -> bytearray:
    """A gpio_v2_line_request for one line, driven low."""
    offsets = (pin, *[0] * 63)
    config = (flags, 0, 0, 0, 0, 0, 0, b"")
    return bytearray(LINE_REQUEST.pack(*offsets, b"fabgate lower", *config, 1, 0, 0, 0, 0, 0, 0, 0))


def header_chip(ioctl: Ioctl = fcntl.ioctl, folder: Path = Path("/dev")) -> Path | None:
    """The character device behind the pin header, found by its label: its number moves with kernels."""
    labels = dict(_labels(ioctl, folder))
    for header in HEADERS:
        for chip, label in sorted(labels.items()):
            if label.startswith(header):
                return chip
    return None


def _labels(ioctl: Ioctl, folder: Path) -> Iterator[tuple[Path, str]]:
    for chip in folder.glob("gpiochip*"):
        info = bytearray(CHIP_INFO.size)
        with suppress(OSError):
            fd = os.open(chip, os.O_RDWR | os.O_CLOEXEC)
            try:
                ioctl(fd, GET_CHIP_INFO, info)
            finally:
                os.close(fd)
        _name, label, _lines = CHIP_INFO.unpack(info)
        yield chip, label.rstrip(b"\0").decode("ascii", "replace")


def note_off(state: Path, outputs: list[Line], told: TextIO) -> None:
    """What lowering is on a simulated bench: a line that says `off` for each output."""
    boot_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    try:
        fd = os.open(state / "sim.outputs", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        _tell(told, f"nothing noted: {error}")
        return
    try:
        for line in outputs:
            said = {"boot_ms": boot_ms, "machine": line.machine, "device": line.name, "value": "off"}
            os.write(fd, json.dumps(said).encode() + b"\n")
            _tell(told, f"{line.machine} {line.name}: off")
    except OSError as error:
        _tell(told, f"not noted: {error}")
    finally:
        os.close(fd)


def _table(config: dict[str, object], key: str) -> dict[str, object]:
    """The table of that name, or an empty one where something else stands."""
    found = config.get(key)
    return found if isinstance(found, dict) else {}


def _tell(told: TextIO, what: str) -> None:
    with suppress(OSError, ValueError):
        told.write(f"fabgate lower: {what}\n")
        told.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stderr))
