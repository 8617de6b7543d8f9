"""Driving the outputs of a dead gate low, without anything that may have died with it."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.devices import lower
from fabgate.devices.lower import Line, header_chip, hold_low, line_request, lower_pins, main

LASER = """
[gate]
name = "gate"
state = "{state}"
bench = "{bench}"

[machine.laser.output.relay]
role = "power"
pin = 17

[machine.laser.output.fan]
role = "aux"
pin = 27

[machine.lathe.output.main]
role = "power"
pin = 22
"""


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], Path]:
    def made(bench: str) -> Path:
        file = tmp_path / "fabgate.toml"
        file.write_text(LASER.format(state=tmp_path, bench=bench))
        return file

    return made


# --- the kernel's structures


def test_the_structures_have_the_sizes_and_numbers_of_linux_gpio_h():
    """Taken from linux/gpio.h of Linux 6.1, compiled on x86-64 and, by its alignments, the same on ARM."""
    assert lower.CHIP_INFO.size == 68
    assert lower.LINE_REQUEST.size == 592
    assert lower.FD_OFFSET == 588
    assert lower.GET_CHIP_INFO == 0x8044B401
    assert lower.GET_LINE == 0xC250B407


def test_a_request_asks_for_one_line_as_an_output():
    request = line_request(17, lower.OUTPUT)
    assert struct.unpack_from("=I", request, 0) == (17,)
    assert request[256:288].rstrip(b"\0") == b"fabgate lower"
    assert struct.unpack_from("=Q", request, 288) == (lower.OUTPUT,)
    assert struct.unpack_from("=I", request, 560) == (1,)
    assert sum(request[4:256]) == sum(request[296:560]) == sum(request[564:]) == 0


PROGRAM = r"""
#include <linux/gpio.h>
#include <stddef.h>
#include <stdio.h>
int main(void) {
    struct gpio_v2_line_request r;
    printf("%zu %zu %zu %zu %zu %zu %zu %lu %lu %lu %lu\n", sizeof(struct gpiochip_info), sizeof r,
           offsetof(struct gpiochip_info, label), offsetof(struct gpio_v2_line_request, consumer),
           offsetof(struct gpio_v2_line_request, config), offsetof(struct gpio_v2_line_request, num_lines),
           offsetof(struct gpio_v2_line_request, fd), (unsigned long)GPIO_GET_CHIPINFO_IOCTL,
           (unsigned long)GPIO_V2_GET_LINE_IOCTL, (unsigned long)GPIO_V2_LINE_FLAG_OUTPUT,
           (unsigned long)GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN);
    return 0;
}
"""


def test_the_compiler_agrees_with_the_structures(needs: Callable[[str], str], tmp_path: Path):
    source, program = tmp_path / "sizes.c", tmp_path / "sizes"
    source.write_text(PROGRAM)
    subprocess.run([needs("gcc"), "-o", program, source], check=True, capture_output=True)
    told = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    assert [int(number) for number in told.split()] == [
        lower.CHIP_INFO.size,
        lower.LINE_REQUEST.size,
        32,
        256,
        288,
        560,
        lower.FD_OFFSET,
        lower.GET_CHIP_INFO,
        lower.GET_LINE,
        lower.OUTPUT,
        lower.PULL_DOWN,
    ]


# --- the lines


class Kernel:
    """A GPIO chip as the ioctls see it: chips by their label, lines that may be busy."""

    def __init__(self, folder: Path, labels: tuple[str, ...] = ("gpio-brcmstb", "pinctrl-rp1")) -> None:
        self.labels: dict[int, str] = {}
        self.lowered: list[int] = []
        self.flags: list[int] = []
        self.busy: set[int] = set()
        self.pulls = True
        for number, label in enumerate(labels):
            chip = folder / f"gpiochip{number}"
            chip.touch()
            self.labels[chip.stat().st_ino] = label

    def ioctl(self, fd: int, number: int, data: bytearray) -> int:
        if number == lower.GET_CHIP_INFO:
            label = self.labels[os.fstat(fd).st_ino].encode()
            lower.CHIP_INFO.pack_into(data, 0, b"gpiochip", label, 54)
            return 0
        (pin,) = struct.unpack_from("=I", data, 0)
        (flags,) = struct.unpack_from("=Q", data, 288)
        if pin in self.busy:
            raise OSError(errno.EBUSY, "Device or resource busy")
        if flags & lower.PULL_DOWN and not self.pulls:
            raise OSError(errno.EINVAL, "Invalid argument")
        self.lowered.append(pin)
        self.flags.append(flags)
        struct.pack_into("=i", data, lower.FD_OFFSET, os.dup(fd))
        return 0


def test_the_chip_behind_the_pin_header_is_found_by_its_label(tmp_path: Path):
    assert header_chip(Kernel(tmp_path).ioctl, tmp_path) == tmp_path / "gpiochip1"


@pytest.mark.parametrize("label", ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])
def test_every_pi_has_its_chip(tmp_path: Path, label: str):
    assert header_chip(Kernel(tmp_path, ("raspberrypi-exp-gpio", label)).ioctl, tmp_path) is not None


def test_no_other_chip_is_touched(tmp_path: Path):
    kernel = Kernel(tmp_path, ("gpio-mockup", "i915"))
    assert header_chip(kernel.ioctl, tmp_path) is None
    assert header_chip(kernel.ioctl, tmp_path / "none") is None


def test_every_line_is_lowered_and_told(tmp_path: Path):
    kernel, told = Kernel(tmp_path), io.StringIO()
    lower_pins([Line("laser", "relay", 17), Line("lathe", "main", 22)], told, kernel.ioctl, tmp_path)
    assert kernel.lowered == [17, 22]
    assert set(kernel.flags) == {lower.OUTPUT | lower.PULL_DOWN}
    assert told.getvalue().splitlines() == [
        "fabgate lower: laser relay: lowered GPIO17",
        "fabgate lower: lathe main: lowered GPIO22",
    ]


def test_a_line_that_fails_does_not_keep_the_next_one_on(tmp_path: Path):
    kernel, told = Kernel(tmp_path), io.StringIO()
    kernel.busy = {17}
    lines = [Line("laser", "relay", 17), Line("drill", "main", None), Line("lathe", "main", 22)]
    lower_pins(lines, told, kernel.ioctl, tmp_path)
    assert kernel.lowered == [22]
    assert "laser relay: GPIO17 not lowered: [Errno 16]" in told.getvalue()
    assert "drill main: not lowered: None is not the number of a pin" in told.getvalue()


def test_a_kernel_that_sets_no_pull_on_an_output_lowers_it_all_the_same(tmp_path: Path):
    kernel = Kernel(tmp_path)
    kernel.pulls = False
    lower_pins([Line("laser", "relay", 17)], io.StringIO(), kernel.ioctl, tmp_path)
    assert (kernel.lowered, kernel.flags) == ([17], [lower.OUTPUT])


def test_no_file_is_left_open(tmp_path: Path):
    kernel = Kernel(tmp_path)
    before = _open_files()
    lower_pins([Line("laser", "relay", 17)], io.StringIO(), kernel.ioctl, tmp_path)
    assert _open_files() == before


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_chip_that_does_not_know_the_request_says_so(tmp_path: Path):
    """The real ioctl, on a file that is no chip."""
    with (tmp_path / "plain").open("wb") as file, pytest.raises(OSError):
        hold_low(file.fileno(), 17, lower.OUTPUT, lower.fcntl.ioctl)


# --- the whole


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fabgate.devices.lower", *argv], capture_output=True, text=True, check=False
    )


def test_on_a_simulated_bench_it_notes_each_power_output_as_off(
    config: Callable[[str], Path], tmp_path: Path
):
    (tmp_path / "sim.outputs").write_bytes(b'{"machine": "laser", "device": "relay", "value": "on"}\n')
    told = run(str(config("sim")))
    assert told.returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "sim.outputs").read_bytes().splitlines()]
    assert [(line["machine"], line["device"], line["value"]) for line in lines] == [
        ("laser", "relay", "on"),
        ("laser", "relay", "off"),
        ("lathe", "main", "off"),
    ]
    assert lines[-1]["boot_ms"] > 0
    assert "laser relay: off" in told.stderr


def test_on_a_machine_without_pins_it_says_so_and_ends_well(config: Callable[[str], Path]):
    told = run(str(config("pi")))
    assert told.returncode == 0
    assert told.stderr


@pytest.mark.parametrize("text", [None, "[gate", "\udcff"])
def test_a_configuration_that_cannot_be_read_is_the_only_failure(tmp_path: Path, text: str | None):
    file = tmp_path / "fabgate.toml"
    if text is not None:
        file.write_bytes(text.encode(errors="surrogateescape"))
    told = run(str(file))
    assert told.returncode == 1
    assert "cannot be read" in told.stderr


def test_it_asks_for_a_configuration():
    assert run().returncode == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(
        st.sampled_from(["output", "relay", "role", "pin", "x"]), inner, max_size=3
    ),
    max_leaves=8,
)


@given(config=st.dictionaries(st.sampled_from(["gate", "machine", "lab"]), VALUES))
def test_no_configuration_stops_it(config: dict[str, object]):
    for line in lower.lines(config):
        assert line.pin is None or isinstance(line.pin, int)


def test_a_state_directory_that_is_gone_is_told(config: Callable[[str], Path], tmp_path: Path):
    file = config("sim")
    file.write_text(file.read_text().replace(str(tmp_path), str(tmp_path / "gone")))
    told = io.StringIO()
    assert main([str(file)], told) == 0
    assert "nothing noted" in told.getvalue()


def test_a_lost_stderr_stops_nothing(config: Callable[[str], Path], tmp_path: Path):
    told = io.StringIO()
    told.close()
    assert main([str(config("sim"))], told) == 0
    assert (tmp_path / "sim.outputs").read_bytes().count(b"off") == 2


def test_it_imports_the_standard_library_only():
    code = (
        "import sys, fabgate.devices.lower; ours = {'__main__', *sys.stdlib_module_names};"
        "print(sorted(m for m in sys.modules if m.split('.')[0] not in ours))"
    )
    root = str(Path(lower.__file__).parents[2])
    # -S: without what a venv or the distribution installed.
    told = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": root},
    )
    assert told.stdout.strip() == "['fabgate', 'fabgate.devices', 'fabgate.devices.lower']"


def test_the_state_directory_is_by_default_the_gates_own():
    from fabgate.config import keys

    assert keys.STATE.default == lower.STATE
