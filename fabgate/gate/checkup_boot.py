"""What a Raspberry Pi was told for its start: its kernel, its pins until software comes, its watchdogs.

A part of `checkup`. These decide what a relay does when there is no gate to drive it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fabgate.config import Settings
from fabgate.gate.computer import Computer
from fabgate.model import Duty
from fabgate.reports.finding import Finding, Grade

CONFIGS = ("boot/firmware/config.txt", "boot/config.txt")
GUIDE = 'hardware/README.md, "What the Pi\'s kernel does to a relay"'
STRICT = "dtparam=strict_gpiod"
CHIP_AT_MOST_S = 14  # the chip counts to 16, and kernels differ in what they make of more
GATE_AT_MOST_S = 30
SERVICE = "fabgate-gate.service"
_PI_5 = re.compile(r"Raspberry Pi (5|500|Compute Module 5)\b")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}


def of_the_start(settings: Settings, computer: Computer) -> Iterator[Finding]:
    """Every finding about what holds the lines when no gate does."""
    yield _lines_after_death(computer)
    pins = permitting(settings)
    if pins:
        yield _held_low(pins, computer)
    yield _chip_watchdog(computer)
    yield from _service(computer)


def permitting(settings: Settings) -> tuple[int, ...]:
    """The pins that give permission: all outputs but those of role aux."""
    wires = (wire for machine in settings.machines.values() for wire in machine.outputs)
    return tuple(sorted(wire.pin for wire in wires if wire.duty is not Duty.AUX and wire.pin is not None))


def boot_lines(computer: Computer) -> tuple[str, tuple[str, ...]]:
    """The path of config.txt, and its lines as they count."""
    for path in CONFIGS:
        text = computer.text(path)
        if text is not None:
            lines = (line.partition("#")[0].replace(" ", "") for line in text.splitlines())
            return f"/{path}", tuple(line for line in lines if line)
    return f"/{CONFIGS[0]}", ()


def _lines_after_death(computer: Computer) -> Finding:
    """Raspberry Pi kernels keep outputs driven after their process died, unless told otherwise."""
    name, (config, lines) = "lines after death", boot_lines(computer)
    driver = "pinctrl_rp1" if _PI_5.search(computer.model or "") else "pinctrl_bcm2835"
    keeps = computer.text(f"sys/module/{driver}/parameters/persist_gpio_outputs")
    asked = STRICT in lines
    remedy = f"Write {STRICT} into {config} and restart the computer; {GUIDE}"
    if keeps in ("Y", "1"):
        again = f"{config} asks for it already: restart the computer, or update its kernel; {GUIDE}"
        return Finding(
            name, Grade.FAIL, "a killed gate would leave its relays on", again if asked else remedy
        )
    if keeps is not None:
        return Finding(name, Grade.OK, "the kernel gives them back as inputs")
    if asked:
        found = f"{STRICT} is in {config}, and the kernel does not say whether it heeds it"
        return Finding(name, Grade.WARN, found, f"Kill a gate whose relay is on, and look: {GUIDE}")
    return Finding(name, Grade.WARN, "the kernel does not say whether it lowers them", remedy)


def _held_low(pins: tuple[int, ...], computer: Computer) -> Finding:
    """The firmware can hold pins low until a gate takes them, which the pull-downs do before."""
    name, (config, lines) = "pins at the start", boot_lines(computer)
    low = {pin for line in lines for pin in _low(line)}
    missing = [pin for pin in pins if pin not in low]
    if not missing:
        return Finding(name, Grade.OK, "held low by the firmware")
    found = f"{_gpios(missing)} held low by nothing but the pull-down until the gate runs"
    line = f"gpio={','.join(map(str, pins))}=op,dl"
    return Finding(name, Grade.WARN, found, f"Write {line} into {config} and restart the computer.")


def _low(line: str) -> Iterator[int]:
    """The pins that a line of config.txt makes outputs at low: gpio=17,22-24=op,dl."""
    found = re.fullmatch(r"gpio=([0-9,-]+)=([a-z0-9,]+)", line)
    if found is None or not {"op", "dl"} <= set(found[2].split(",")):
        return
    for part in found[1].split(","):
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            yield from range(int(first), min(int(last or first), 99) + 1)


def _gpios(pins: list[int]) -> str:
    return f"{', '.join(f'GPIO{pin}' for pin in pins)} {'is' if len(pins) == 1 else 'are'}"


# --- watchdogs --------------------------------------------------------------------------------


def seconds(text: str) -> float | None:
    """A length as systemd writes it: 14s, 1min 30s, 0; None for infinity, and for what is none."""
    parts = re.findall(r"([0-9.]+)(us|ms|min|s|h|d|w)", text)
    if text.strip() == "0":
        return 0.0
    if not parts or re.sub(r"[0-9.]+(us|ms|min|s|h|d|w)\s*", "", text).strip():
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _chip_watchdog(computer: Computer) -> Finding:
    """What restarts a Pi that hangs: until then its pins stay as they are."""
    name = "watchdog of the Pi"
    remedy = (
        f"Write RuntimeWatchdogSec={CHIP_AT_MOST_S} under [Manager] in "
        "/etc/systemd/system.conf.d/watchdog.conf and restart the computer."
    )
    told = computer.run("systemctl", "show", "--property=RuntimeWatchdogUSec", "--value")
    if told is None or not told.strip():
        return Finding(name, Grade.WARN, "systemd does not say whether it is on", remedy)
    length = seconds(told)
    if not length:
        return Finding(name, Grade.FAIL, "off: a Pi that hangs keeps its relays as they are", remedy)
    if length > CHIP_AT_MOST_S:
        found = f"{length:g} s, and the chip counts to 16: it may be off, or shorter than it says"
        return Finding(name, Grade.FAIL, found, remedy)
    if computer.text("sys/class/watchdog/watchdog0/state") == "inactive":
        again = "sudo systemctl daemon-reexec; then see `sudo dmesg | grep -i watchdog`"
        return Finding(name, Grade.FAIL, f"{length:g} s are asked for, and it does not run", again)
    return Finding(name, Grade.OK, f"restarts a Pi that hangs after {length:g} s")


def _service(computer: Computer) -> Iterator[Finding]:
    """What the service does when the gate hangs, and once it is gone."""
    told = computer.run("systemctl", "show", SERVICE, "--property=LoadState,WatchdogUSec,ExecStopPost") or ""
    has = dict(line.partition("=")[::2] for line in told.splitlines())
    if has.get("LoadState") != "loaded":
        remedy = "sudo make install; sudo systemctl enable --now fabgate-gate"
        yield Finding("service", Grade.WARN, f"systemd has no {SERVICE}", remedy)
        return
    yield _gate_watchdog(seconds(has.get("WatchdogUSec", "")))
    name, revert = "after the gate", f"Take the drop-in away that changed it: sudo systemctl revert {SERVICE}"
    if "fabgate.devices.lower" in has.get("ExecStopPost", ""):
        yield Finding(name, Grade.OK, "the service drives its power lines low")
    else:
        yield Finding(name, Grade.FAIL, "nothing drives its power lines low once it is gone", revert)


def _gate_watchdog(length: float | None) -> Finding:
    name = "watchdog of gate"
    remedy = f"Take the drop-in away that changed it: sudo systemctl revert {SERVICE}"
    if not length:
        return Finding(name, Grade.FAIL, "off: a gate that hangs keeps its relays as they are", remedy)
    if length > GATE_AT_MOST_S:
        found = f"{length:g} s: so long a gate that hangs keeps its relays as they are"
        return Finding(name, Grade.WARN, found, remedy)
    return Finding(name, Grade.OK, f"ends a gate that hangs after {length:g} s")
