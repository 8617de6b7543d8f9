"""What can be wrong with a gate on a Raspberry Pi: the computer, its pins, the badge readers.

A part of `checkup`. Devices are looked at and not used: a gate that runs holds them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from fabgate.config import ReaderSettings, Settings
from fabgate.reports.finding import Finding, Grade

PERSIST = "/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs"
MODEL = Path("/proc/device-tree/model")
CHIP = Path("/dev/gpiochip0")
DEVICES = Path("/dev")
RC522_NEEDS = ("spidev", "RPi.GPIO", "mfrc522")  # mfrc522 imports the others, so what is missing comes first
BRING_RPI_GPIO = ("RPi.GPIO", "rpi-lgpio")  # two distributions with the same files
PACKAGES = 'docs/readers.md, "The packages"'


def on_a_pi(settings: Settings) -> Iterator[Finding]:
    """Every finding about the computer and what is wired to it."""
    yield _model()
    yield _persist(Path(PERSIST))
    yield _factory(os.environ.get("GPIOZERO_PIN_FACTORY"))
    yield _node(
        str(CHIP),
        CHIP,
        missing="Is this a Raspberry Pi with its own kernel?",
        closed="usermod -aG gpio fabgate, then restart",
    )
    yield from _readers(settings)


def _model() -> Finding:
    with suppress(OSError):
        return Finding("computer", Grade.OK, MODEL.read_text("utf-8", "replace").strip("\0 \n"))
    return Finding(
        "computer", Grade.FAIL, "not a Raspberry Pi", 'Set bench = "sim" under [gate] to rehearse.'
    )


def _persist(parameter: Path) -> Finding:
    """Raspberry Pi kernels keep outputs driven after their process died, unless told otherwise."""
    name = "lines after death"
    remedy = "Write dtparam=strict_gpiod into /boot/firmware/config.txt and restart."
    try:
        keeps = parameter.read_text().strip() in ("Y", "1")
    except OSError:
        return Finding(name, Grade.WARN, "the kernel does not say whether it lowers them", remedy)
    if keeps:
        return Finding(name, Grade.FAIL, "a killed gate would leave its relays on", remedy)
    return Finding(name, Grade.OK, "the kernel gives them back as inputs")


def _factory(asked: str | None) -> Finding:
    if asked not in (None, "lgpio"):
        return Finding("pins", Grade.FAIL, f"GPIOZERO_PIN_FACTORY={asked}", "Unset it: fabgate uses lgpio.")
    return Finding("pins", Grade.OK, "lgpio")


def _node(name: str, node: Path, mode: int = os.R_OK | os.W_OK, *, missing: str, closed: str) -> Finding:
    """A device that must be there and may be opened; the remedies where it is not, or may not."""
    where = "" if name == str(node) else f"{node} "
    if not node.exists():
        return Finding(name, Grade.FAIL, f"{where}is not there", missing)
    if not os.access(node, mode):
        return Finding(name, Grade.FAIL, f"{where}may not be opened", closed)
    return Finding(name, Grade.OK, f"{where}may be opened")


# --- badge readers ----------------------------------------------------------------------------


def _readers(settings: Settings) -> Iterator[Finding]:
    wired = [
        (f"reader {machine}.{reader.name}", reader)
        for machine, of in settings.machines.items()
        for reader in of.readers
    ]
    if any(reader.kind == "rc522" for _, reader in wired):
        yield _packages()
    for name, reader in wired:
        if reader.kind == "rc522":
            yield _rc522(name, reader)
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


def _rc522(name: str, reader: ReaderSettings) -> Finding:
    line = "dtparam=spi=on" if reader.bus == 0 else f"dtoverlay=spi{reader.bus}-{reader.device + 1}cs"
    return _node(
        name,
        DEVICES / f"spidev{reader.bus}.{reader.device}",
        missing=f'Write {line} into /boot/firmware/config.txt and restart; docs/readers.md, "Switch on SPI"',
        closed="usermod -aG spi fabgate, then restart; docs/readers.md",
    )


def _usb(name: str, path: Path) -> Finding:
    return _node(
        name,
        path,
        os.R_OK,
        missing="Plug it in; ls /dev/input/by-id names those that are; docs/readers.md",
        closed='usermod -aG input fabgate, then restart; docs/readers.md, "Let the gate read it"',
    )
