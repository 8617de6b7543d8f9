"""What can be wrong with the badge readers of a gate on a Raspberry Pi: packages, buses, devices.

A part of `checkup`. Devices are looked at and not used: a gate that runs holds them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from fabgate.config import ReaderSettings, Settings
from fabgate.gate.computer import Computer
from fabgate.gate.node import node
from fabgate.reports.finding import Finding, Grade

RC522_NEEDS = ("spidev", "RPi.GPIO", "mfrc522")  # mfrc522 imports the others, so what is missing comes first
BRING_RPI_GPIO = ("RPi.GPIO", "rpi-lgpio")  # two distributions with the same files
PACKAGES = 'docs/readers.md, "The packages"'


def of_the_readers(settings: Settings, computer: Computer) -> Iterator[Finding]:
    """Every finding about what reads badges."""
    wired = [
        (f"reader {machine}.{reader.name}", reader)
        for machine, of in settings.machines.items()
        for reader in of.readers
    ]
    if any(reader.kind == "rc522" for _, reader in wired):
        yield _packages()
    for name, reader in wired:
        if reader.kind == "rc522":
            yield _rc522(name, reader, computer.dev)
        elif reader.kind == "usb" and reader.path is not None:
            yield _usb(name, reader.path)


def _packages() -> Finding:
    name = "RC522 packages"
    for package in RC522_NEEDS:
        try:
            import_module(package)
        except (
            ImportError,
            OSError,
            RuntimeError,
        ) as error:  # RPi.GPIO refuses a computer that it does not know
            remedy = f"sudo make install fetches what is missing; {PACKAGES}"
            return Finding(name, Grade.FAIL, f"{package} cannot be used: {error}", remedy)
    both = [one for one in BRING_RPI_GPIO if _installed(one)]
    if both == list(BRING_RPI_GPIO):
        found = f"{' and '.join(both)} are both installed, with the same files"
        return Finding(name, Grade.WARN, found, f"Remove both, then install rpi-lgpio again; {PACKAGES}")
    return Finding(name, Grade.OK, ", ".join(RC522_NEEDS))


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _rc522(name: str, reader: ReaderSettings, dev: Path) -> Finding:
    line = "dtparam=spi=on" if reader.bus == 0 else f"dtoverlay=spi{reader.bus}-{reader.device + 1}cs"
    return node(
        name,
        dev / f"spidev{reader.bus}.{reader.device}",
        missing=f'Write {line} into /boot/firmware/config.txt and restart; docs/readers.md, "Switch on SPI"',
        closed="usermod -aG spi fabgate, then restart; docs/readers.md",
    )


def _usb(name: str, path: Path) -> Finding:
    return node(
        name,
        path,
        os.R_OK,
        missing="Plug it in; ls /dev/input/by-id names those that are; docs/readers.md",
        closed='usermod -aG input fabgate, then restart; docs/readers.md, "Let the gate read it"',
    )
