"""What can be wrong with a gate on a Raspberry Pi: the computer, its pins and buses, the badge readers.

A part of `checkup`. Devices are looked at and not used: a gate that runs holds them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from importlib import import_module

from fabgate.config import Settings
from fabgate.devices.lower import header_chip
from fabgate.gate.checkup_boot import boot_lines, of_the_start, permitting
from fabgate.gate.checkup_readers import of_the_readers
from fabgate.gate.computer import Computer
from fabgate.gate.node import node
from fabgate.reports import card
from fabgate.reports.checks import runs
from fabgate.reports.finding import Finding, Grade

NEEDS = ("gpiozero", "lgpio")
SCREENS = ("oled", "lcd")
_PIN = re.compile(r"^\s*(\d+):[^|\n]*?(pu|pd|pn)?\s*\|\s*(hi|lo|--)", re.MULTILINE)  # of pinctrl


def on_a_pi(settings: Settings, computer: Computer | None = None) -> Iterator[Finding]:
    """Every finding about the computer and what is wired to it."""
    computer = computer or Computer()
    yield _model(computer)
    yield from of_the_start(settings, computer)
    yield _factory(os.environ.get("GPIOZERO_PIN_FACTORY"))
    yield _header(computer)
    yield _pulls(settings, computer)
    yield _groups(settings, computer)
    yield from _buses(settings, computer)
    yield from of_the_readers(settings, computer)
    yield from card.health(settings.gate.state, computer.root)


def _model(computer: Computer) -> Finding:
    if computer.model is not None:
        return Finding("computer", Grade.OK, computer.model)
    return Finding(
        "computer", Grade.FAIL, "not a Raspberry Pi", 'Set bench = "sim" under [gate] to rehearse.'
    )


# --- pins -------------------------------------------------------------------------------------


def _factory(asked: str | None) -> Finding:
    """What drives the pins: one library, and nothing in its place."""
    name = "pins"
    if asked not in (None, "lgpio"):
        return Finding(name, Grade.FAIL, f"GPIOZERO_PIN_FACTORY={asked}", "Unset it: fabgate uses lgpio.")
    for package in NEEDS:
        try:
            import_module(package)
        except (ImportError, OSError) as error:  # lgpio wants a folder for its pipe
            remedy = "sudo make install fetches what is missing; by hand: sudo apt-get install python3-lgpio"
            return Finding(name, Grade.FAIL, f"{package} cannot be used: {error}", remedy)
    return Finding(name, Grade.OK, "lgpio")


def _header(computer: Computer) -> Finding:
    """The chip behind the pin header; its number is another with each model and kernel."""
    name, chips = "pin header", sorted(computer.dev.glob("gpiochip*"))
    if not chips:
        found = f"{computer.dev / 'gpiochip*'} is not there"
        return Finding(name, Grade.FAIL, found, "Is this a Raspberry Pi with its own kernel?")
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        found = f"{', '.join(map(str, chips))} may not be opened"
        return Finding(name, Grade.FAIL, found, _join("gpio"))
    chip = header_chip(computer.ioctl, computer.dev)
    if chip is None:
        found = "no chip has the name that a Pi's header has"
        return Finding(name, Grade.FAIL, found, "gpiodetect names them: docs/installers.md")
    return Finding(name, Grade.OK, f"{chip} may be opened")


def _pulls(settings: Settings, computer: Computer) -> Finding:
    """Which way the chosen pins are pulled, and what stands on those that give power, as they are now."""
    name, outputs = "pulls", permitting(settings)
    inputs = _inputs(settings)
    told = computer.run("pinctrl", "get", ",".join(map(str, sorted({*outputs, *inputs}))) or "0")
    if told is None:
        remedy = "sudo apt-get install raspi-utils brings pinctrl, which says."
        return Finding(name, Grade.WARN, "nothing says which way the pins are pulled", remedy)
    seen = {int(pin): (pull, level) for pin, pull, level in _PIN.findall(told)}
    up = [pin for pin in outputs if seen.get(pin, ("", ""))[0] == "pu"]
    if up:
        remedy = (
            f"Take the gpio= line away that pulls it up ({boot_lines(computer)[0]}), or take another pin."
        )
        return Finding(name, Grade.FAIL, f"{_gpio(up)} pulled up: without a gate that gives power", remedy)
    if runs(settings.gate.state):
        return _pulled_up(name, [pin for pin in inputs if seen.get(pin, ("", ""))[0] in ("pd", "pn")])
    high = [pin for pin in outputs if seen.get(pin, ("", ""))[1] == "hi"]
    if high:
        remedy = "Is its pull-down of 10 kOhm there, from the relay's input to ground? hardware/README.md"
        return Finding(name, Grade.FAIL, f"{_gpio(high)} high, and no gate runs", remedy)
    return Finding(name, Grade.OK, "no output is pulled up, and none is high")


def _pulled_up(name: str, floating: list[int]) -> Finding:
    if floating:
        remedy = "sudo systemctl restart fabgate-gate; does another program use these pins? (gpioinfo)"
        pins = ", ".join(f"GPIO{pin}, an input" for pin in floating)
        return Finding(name, Grade.FAIL, f"nothing pulls up {pins}", remedy)
    return Finding(name, Grade.OK, "no output is pulled up, and every input is")


def _inputs(settings: Settings) -> tuple[int, ...]:
    contacts = (contact for machine in settings.machines.values() for contact in machine.inputs)
    return tuple(sorted(contact.pin for contact in contacts if contact.pin is not None))


def _gpio(pins: Collection[int]) -> str:
    return f"{', '.join(f'GPIO{pin}' for pin in pins)} {'is' if len(pins) == 1 else 'are'}"


# --- groups and buses -------------------------------------------------------------------------


def _groups(settings: Settings, computer: Computer) -> Finding:
    """Whether whoever looks is in the groups that a gate with these devices needs: sudo makes it fabgate."""
    needed = sorted(_needed(settings))
    missing = [] if "root" in computer.groups else [one for one in needed if one not in computer.groups]
    if missing:
        remedy = f"{_join(','.join(missing))}; sudo make install does it, too"
        return Finding("groups", Grade.FAIL, f"not in {', '.join(missing)}", remedy)
    return Finding("groups", Grade.OK, ", ".join(needed))


def _needed(settings: Settings) -> Iterator[str]:
    yield "gpio"
    if _i2c(settings):
        yield "i2c"
    readers = {reader.kind for machine in settings.machines.values() for reader in machine.readers}
    if "rc522" in readers or _spi(settings):
        yield "spi"
    if "usb" in readers:
        yield "input"


def _i2c(settings: Settings) -> set[int]:
    """The I2C buses that something is on."""
    panels = (machine.panel for machine in settings.machines.values())
    meters = (machine.meter for machine in settings.machines.values())
    screens = {panel.display_bus for panel in panels if panel.display in SCREENS}
    return screens | {meter.bus for meter in meters if meter is not None and meter.kind == "ads1115"}


def _spi(settings: Settings) -> set[tuple[int, int]]:
    """The places on an SPI bus where a meter is."""
    meters = (machine.meter for machine in settings.machines.values())
    return {(meter.bus, meter.device) for meter in meters if meter is not None and meter.kind == "mcp3008"}


def _buses(settings: Settings, computer: Computer) -> Iterator[Finding]:
    config, _ = boot_lines(computer)
    for bus in sorted(_i2c(settings)):
        line = "dtparam=i2c_arm=on" if bus == 1 else f"dtoverlay=i2c{bus}"
        missing = f"Write {line} into {config}, i2c-dev into /etc/modules, and restart the computer."
        yield node(f"I2C bus {bus}", computer.dev / f"i2c-{bus}", missing=missing, closed=_join("i2c"))
    for bus, device in sorted(_spi(settings)):
        missing = f"Write dtparam=spi=on into {config} and restart the computer."
        there = computer.dev / f"spidev{bus}.{device}"
        yield node(f"SPI {bus}.{device}", there, missing=missing, closed=_join("spi"))
    if any(machine.panel.display in SCREENS for machine in settings.machines.values()):
        yield _screens()


def _screens() -> Finding:
    """A display that fails is done without, so this is a warning."""
    name = "display packages"
    for package in ("luma.core", "luma.oled", "luma.lcd"):
        try:
            import_module(package)
        except (ImportError, OSError) as error:
            remedy = "sudo /opt/fabgate/bin/python -m pip install luma.oled luma.lcd"
            return Finding(name, Grade.WARN, f"{package} cannot be used: {error}", remedy)
    return Finding(name, Grade.OK, "luma")


def _join(groups: str) -> str:
    return f"sudo usermod -aG {groups} fabgate, then restart the gate"
