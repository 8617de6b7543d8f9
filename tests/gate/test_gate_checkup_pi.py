"""The doctor on a Raspberry Pi: each thing that can be wrong, and the remedy that is told for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from gate_lab import LASER, WALL_MS

from fabgate.config import Contact, MeterSettings, Panel, ReaderSettings, Settings, Wire
from fabgate.devices.clock import SimClock
from fabgate.devices.lower import CHIP_INFO
from fabgate.gate.boot import alone
from fabgate.gate.checkup import Finding, Grade, checkup
from fabgate.gate.checkup_boot import seconds
from fabgate.gate.computer import Computer
from fabgate.model import Duty, Sense

OUTPUTS = (Wire("relay", Duty.POWER, 17), Wire("tube", Duty.PULSE, 22), Wire("fan", Duty.AUX, 27))
CONFIG = "boot/firmware/config.txt"
PERSIST = "sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs"
GOOD = {
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    CONFIG: "# a comment\ndtparam=strict_gpiod\ngpio=17,20-23=op,dl  # the relays\n[all]\n",
    PERSIST: "N\n",
    "sys/class/watchdog/watchdog0/state": "active\n",
    "dev/gpiochip0": "",
}
PINS = """\
 5: ip    pu | hi // GPIO5 = input
17: op dl pd | lo // GPIO17 = output
22: op -- pn | lo // GPIO22 = output
"""
UNIT = "LoadState=loaded\nWatchdogUSec=10s\nExecStopPost={ path=... -m fabgate.devices.lower }\n"


class Pi:
    """A Raspberry Pi of files and words, well to begin with; a test makes it ill."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.says: dict[str, str | None] = {
            "systemctl --property=RuntimeWatchdogUSec": "14s\n",
            "systemctl fabgate-gate.service": UNIT,
            "pinctrl get": PINS,
        }
        self.groups = {"fabgate", "gpio", "i2c", "spi"}
        self.label = b"pinctrl-bcm2711"
        for path, text in GOOD.items():
            self.put(path, text)

    def put(self, path: str, text: str | None) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            file.unlink()
        else:
            file.write_text(text)

    def run(self, *words: str) -> str | None:
        names = {"show": words[2:3], "get": ("get",)}.get(words[1], ())
        return self.says[" ".join((words[0], *names))]

    def ioctl(self, fd: int, request: int, info: bytearray) -> int:
        info[:] = CHIP_INFO.pack(b"gpiochip0", self.label, 54)
        return 0

    def computer(self) -> Computer:
        return Computer(self.root, self.run, self.ioctl, frozenset(self.groups))


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path / "pi")


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


@pytest.fixture(autouse=True)
def lgpio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", ModuleType("lgpio"))
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)


@pytest.fixture
def wired(lab: Settings) -> Callable[..., Settings]:
    """`wired(meter=..., panel=...)`: the laser alone, on real pins."""

    def made(**changes: object) -> Settings:
        pins = {"outputs": OUTPUTS, "inputs": (Contact("estop", Sense.ESTOP, 5),)}
        readers = {"readers": (ReaderSettings("none"),)}
        laser = replace(lab.machines[LASER], **pins | readers | changes)
        return replace(lab, gate=replace(lab.gate, bench="pi"), machines={LASER: laser})

    return made


@pytest.fixture
def look(wired: Callable[..., Settings], clock: SimClock, pi: Pi) -> Callable[..., dict[str, Finding]]:
    """`look(...)`: what the doctor finds, by name."""

    def looked(**changes: object) -> dict[str, Finding]:
        return {one.name: one for one in checkup(wired(**changes), clock, pi.computer())}

    return looked


def test_a_well_pi_has_nothing_that_fails_or_warns_but_that_no_gate_runs(look: Callable[..., dict]):
    ill = {name: one for name, one in look().items() if one.grade is not Grade.OK}
    assert set(ill) <= {"daemon", "file system"}  # the tests may run on an overlay


def test_every_finding_that_is_not_well_says_how_to_mend_it(look: Callable[..., dict], pi: Pi):
    for path in GOOD:
        pi.put(path, None)
    pi.says, pi.groups = dict.fromkeys(pi.says), set()
    display = Panel(display="oled")
    found = look(meter=MeterSettings("ads1115"), panel=display, readers=(ReaderSettings("rc522"),))
    ill = [one for one in found.values() if one.grade is not Grade.OK]
    assert len(ill) > 10
    assert [one.name for one in ill if not one.remedy] == []


# --- what holds the lines when no gate does


@pytest.mark.parametrize(
    ("model", "driver"),
    [
        ("Raspberry Pi Zero 2 W Rev 1.0", "pinctrl_bcm2835"),
        ("Raspberry Pi 4 Model B Rev 1.5", "pinctrl_bcm2835"),
        ("Raspberry Pi 5 Model B Rev 1.0", "pinctrl_rp1"),
        ("Raspberry Pi 500 Rev 1.0", "pinctrl_rp1"),
        ("Raspberry Pi Compute Module 5 Rev 1.0", "pinctrl_rp1"),
    ],
)
@pytest.mark.parametrize(("keeps", "grade"), [("Y", Grade.FAIL), ("N", Grade.OK)])
def test_the_kernel_is_asked_for_the_driver_of_this_models_header(
    look: Callable[..., dict], pi: Pi, model: str, driver: str, keeps: str, grade: Grade
):
    pi.put("proc/device-tree/model", model)
    for one in ("pinctrl_bcm2835", "pinctrl_rp1"):
        path = f"sys/module/{one}/parameters/persist_gpio_outputs"
        pi.put(path, keeps if one == driver else {"Y": "N", "N": "Y"}[keeps])
    assert look()["lines after death"].grade is grade


def test_a_kernel_that_keeps_lines_driven_is_told_with_the_line_to_write(look: Callable[..., dict], pi: Pi):
    pi.put(PERSIST, "Y")
    pi.put(CONFIG, "#dtparam=strict_gpiod\n")
    found = look()["lines after death"]
    assert (found.grade, found.found) == (Grade.FAIL, "a killed gate would leave its relays on")
    assert "Write dtparam=strict_gpiod into /boot/firmware/config.txt" in found.remedy


def test_a_line_that_was_written_and_not_restarted_for_asks_for_the_restart(
    look: Callable[..., dict], pi: Pi
):
    pi.put(PERSIST, "Y")
    remedy = look()["lines after death"].remedy
    assert "asks for it already: restart" in remedy


def test_a_kernel_that_does_not_say_is_a_warning_whatever_was_asked_for(look: Callable[..., dict], pi: Pi):
    pi.put(PERSIST, None)
    asked = look()["lines after death"]
    pi.put(CONFIG, "")
    not_asked = look()["lines after death"]
    assert (asked.grade, not_asked.grade) == (Grade.WARN, Grade.WARN)
    assert "Kill a gate" in asked.remedy and "Write dtparam=strict_gpiod" in not_asked.remedy


def test_an_older_system_has_its_settings_elsewhere(look: Callable[..., dict], pi: Pi):
    pi.put(CONFIG, None)
    pi.put("boot/config.txt", "dtparam=strict_gpiod")
    found = look()["pins at the start"]
    assert (found.grade, found.remedy) == (
        Grade.WARN,
        "Write gpio=17,22=op,dl into /boot/config.txt and restart the computer.",
    )


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("gpio=17,22=op,dl", ""),
        ("gpio = 20-23 , 17 = op,dl,pd", ""),
        ("gpio=17=op,dl\ngpio=22=op,dl", ""),
        ("gpio=17=op,dl", "GPIO22 is"),
        ("gpio=17,22=op,dh", "GPIO17, GPIO22 are"),
        ("gpio=17,22=ip,pd", "GPIO17, GPIO22 are"),
        ("#gpio=17,22=op,dl", "GPIO17, GPIO22 are"),
        ("gpio=-,22=op,dl", "GPIO17 is"),
        ("gpio=17,x=op,dl", "GPIO17, GPIO22 are"),
    ],
)
def test_pins_that_the_firmware_does_not_hold_low_are_named(
    look: Callable[..., dict], pi: Pi, line: str, missing: str
):
    pi.put(CONFIG, line)
    found = look()["pins at the start"]
    assert found.grade is (Grade.WARN if missing else Grade.OK)
    assert found.found.startswith(missing)


# --- watchdogs


@pytest.mark.parametrize(
    ("text", "length"),
    [("14s\n", 14), ("0", 0), ("1min 4s", 64), ("1min", 60), ("500ms", 0.5), ("2h 1min", 7260),
     ("infinity", None), ("", None), ("soon", None), ("3 parsecs", None)],
)  # fmt: skip
def test_lengths_are_read_as_systemd_writes_them(text: str, length: float | None):
    assert seconds(text) == length


@pytest.mark.parametrize(
    ("told", "grade"),
    [
        ("14s", Grade.OK),
        ("10s", Grade.OK),
        ("15s", Grade.FAIL),
        ("1min", Grade.FAIL),
        ("0", Grade.FAIL),
        ("infinity", Grade.FAIL),
        ("", Grade.WARN),
        (None, Grade.WARN),
    ],
)
def test_the_watchdog_of_the_chip_is_on_and_no_longer_than_the_chip_counts(
    look: Callable[..., dict], pi: Pi, told: str | None, grade: Grade
):
    pi.says["systemctl --property=RuntimeWatchdogUSec"] = told
    found = look()["watchdog of the Pi"]
    assert found.grade is grade
    assert ("RuntimeWatchdogSec=14" in found.remedy) is (grade is not Grade.OK)


def test_a_watchdog_that_was_asked_for_and_does_not_run_fails(look: Callable[..., dict], pi: Pi):
    pi.put("sys/class/watchdog/watchdog0/state", "inactive")
    assert look()["watchdog of the Pi"].grade is Grade.FAIL


@pytest.mark.parametrize(
    ("was", "becomes", "name", "grade"),
    [
        ("WatchdogUSec=10s", "WatchdogUSec=0", "watchdog of gate", Grade.FAIL),
        ("WatchdogUSec=10s", "WatchdogUSec=infinity", "watchdog of gate", Grade.FAIL),
        ("WatchdogUSec=10s", "WatchdogUSec=2min", "watchdog of gate", Grade.WARN),
        ("WatchdogUSec=10s", "WatchdogUSec=30s", "watchdog of gate", Grade.OK),
        ("fabgate.devices.lower", "something.else", "after the gate", Grade.FAIL),
        ("LoadState=loaded", "LoadState=not-found", "service", Grade.WARN),
    ],
)
def test_a_service_that_somebody_changed_is_named(
    look: Callable[..., dict], pi: Pi, was: str, becomes: str, name: str, grade: Grade
):
    pi.says["systemctl fabgate-gate.service"] = UNIT.replace(was, becomes)
    assert look()[name].grade is grade


# --- pins


@pytest.mark.parametrize(("asked", "grade"), [("mock", Grade.FAIL), ("lgpio", Grade.OK)])
def test_another_pin_factory_is_refused(
    look: Callable[..., dict], monkeypatch: pytest.MonkeyPatch, asked: str, grade: Grade
):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", asked)
    assert look()["pins"].grade is grade


def test_a_pin_library_that_is_missing_is_named(look: Callable[..., dict], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "lgpio", None)
    found = look()["pins"]
    assert found.grade is Grade.FAIL and found.found.startswith("lgpio cannot be used")


def test_a_header_is_known_by_its_name_and_not_its_number(look: Callable[..., dict], pi: Pi):
    assert look()["pin header"].found == f"{pi.root}/dev/gpiochip0 may be opened"
    pi.label = b"brcmstb-gpio"
    other = look()["pin header"]
    pi.put("dev/gpiochip0", None)
    nothing = look()["pin header"]
    assert (other.grade, nothing.grade) == (Grade.FAIL, Grade.FAIL)
    assert "no chip has the name" in other.found and "is not there" in nothing.found


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("17: op dl pd", "17: ip    pu", "GPIO17 is pulled up: without a gate that gives power"),
        ("22: op -- pn | lo", "22: ip    pn | hi", "GPIO22 is high, and no gate runs"),
        ("22: op -- pn | lo", "22: op dl    | lo", ""),
        (" 5: ip    pu", " 5: ip    pd", ""),
    ],
)
def test_an_output_that_is_pulled_up_or_high_without_a_gate_fails(
    look: Callable[..., dict], pi: Pi, was: str, becomes: str, found: str
):
    pi.says["pinctrl get"] = PINS.replace(was, becomes)
    pulls = look()["pulls"]
    assert pulls.grade is (Grade.FAIL if found else Grade.OK)
    assert pulls.found.startswith(found)


def test_while_a_gate_runs_its_inputs_are_pulled_up_and_its_outputs_may_be_high(
    look: Callable[..., dict], pi: Pi, lab: Settings
):
    pi.says["pinctrl get"] = PINS.replace("22: op -- pn | lo", "22: op dh pn | hi")
    with alone(lab.gate.state):
        well = look()["pulls"]
        pi.says["pinctrl get"] = PINS.replace(" 5: ip    pu", " 5: ip    pn")
        ill = look()["pulls"]
    assert well.grade is Grade.OK
    assert (ill.grade, ill.found) == (Grade.FAIL, "nothing pulls up GPIO5, an input")


def test_where_nothing_says_how_pins_are_pulled_it_says_what_would(look: Callable[..., dict], pi: Pi):
    pi.says["pinctrl get"] = None
    pulls = look()["pulls"]
    assert pulls.grade is Grade.WARN and "raspi-utils" in pulls.remedy


# --- groups and buses


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, "gpio"),
        ({"meter": MeterSettings("ads1115")}, "gpio, i2c"),
        ({"panel": Panel(display="lcd")}, "gpio, i2c"),
        ({"meter": MeterSettings("mcp3008", bus=0)}, "gpio, spi"),
        (
            {"readers": (ReaderSettings("rc522"), ReaderSettings("usb", path=Path("/dev/x")))},
            "gpio, input, spi",
        ),
    ],
)
def test_the_groups_that_these_devices_need_are_named(
    look: Callable[..., dict], pi: Pi, changes: dict[str, object], missing: str
):
    pi.groups = {"fabgate"}
    found = look(**changes)["groups"]
    assert (found.grade, found.found) == (Grade.FAIL, f"not in {missing}")
    assert f"usermod -aG {missing.replace(', ', ',')} fabgate" in found.remedy
    pi.groups = {"root"}
    assert look(**changes)["groups"].grade is Grade.OK


@pytest.mark.parametrize(
    ("changes", "name", "node", "line"),
    [
        ({"meter": MeterSettings("ads1115")}, "I2C bus 1", "i2c-1", "dtparam=i2c_arm=on"),
        ({"panel": Panel(display="oled", display_bus=3)}, "I2C bus 3", "i2c-3", "dtoverlay=i2c3"),
        ({"meter": MeterSettings("mcp3008", bus=0)}, "SPI 0.1", "spidev0.1", "dtparam=spi=on"),
    ],
)
def test_a_bus_that_is_off_is_told_with_the_line_to_write(
    look: Callable[..., dict], pi: Pi, changes: dict[str, object], name: str, node: str, line: str
):
    missing = look(**changes)[name]
    pi.put(f"dev/{node}", "")
    there = look(**changes)[name]
    assert (missing.grade, there.grade) == (Grade.FAIL, Grade.OK)
    assert f"Write {line} into /boot/firmware/config.txt" in missing.remedy


def test_a_gate_without_meter_and_display_is_asked_for_no_bus(look: Callable[..., dict]):
    assert not [name for name in look() if name.startswith(("I2C", "SPI", "display"))]


def test_without_luma_a_display_is_done_without(look: Callable[..., dict], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "luma.lcd", None)
    found = look(panel=Panel(display="lcd"))["display packages"]
    assert found.grade is Grade.WARN and "luma.lcd cannot be used" in found.found
