"""The meters of a bench on real pins: what a configuration must have right, and how each is opened."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from fabgate.config import MeterSettings, Settings
from fabgate.devices import ads1115, mcp3008
from fabgate.devices.ads1115 import Ads1115, I2cBus, OpenBus
from fabgate.devices.clamp import ClampMeter, Converter
from fabgate.devices.kinds import check_kind
from fabgate.devices.mcp3008 import Mcp3008
from fabgate.devices.pins import Pins
from fabgate.devices.protocols import Meter
from fabgate.errors import DeviceError

METERS = ("ads1115", "mcp3008")
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Outside:
    """What a meter needs besides pins: buses, and time in seconds. Tests bring their own."""

    i2c: OpenBus = I2cBus
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


HERE = Outside()


class Meters:
    """Opens meters. One object for a bench: meters on the same chip take turns."""

    def __init__(self, pins: Pins, outside: Outside) -> None:
        self._pins, self._outside = pins, outside
        self._turns: defaultdict[Place, Lock] = defaultdict(Lock)

    def open(self, settings: MeterSettings) -> Meter:
        """Raises DeviceError when it cannot be opened; checked by `check_meters` before."""
        converter = self._converter(settings, self._turns[_chip(settings)])
        return ClampMeter(converter, settings.per_volt, self._outside.now, self._outside.wait)

    def _converter(self, settings: MeterSettings, turn: Lock) -> Converter:
        if settings.kind == "mcp3008":
            return Mcp3008(self._pins, settings.device, settings.channel, turn)
        return Ads1115(settings.bus, settings.address, settings.channel, turn, self._outside.i2c)


def check_meters(settings: Settings) -> None:
    """Raises DeviceError for a kind that is not known, a place where no chip can be, or one taken twice."""
    readers = {
        ("mcp3008", reader.bus, reader.device): f"the {reader.name} of machine {machine}"
        for machine, wired in settings.machines.items()
        for reader in wired.readers
        if reader.kind == "rc522"
    }
    taken: dict[tuple[Place, int], str] = {}
    for machine, wired in settings.machines.items():
        if wired.meter is not None:
            what = f"the meter of machine {machine}"
            _check(what, wired.meter, readers, taken)
            taken[_chip(wired.meter), wired.meter.channel] = what


def _check(
    what: str, meter: MeterSettings, readers: Mapping[Place, str], taken: Mapping[tuple[Place, int], str]
) -> None:
    check_kind(METERS, meter.kind, what)
    chip = _chip(meter)
    if meter.kind == "mcp3008" and meter.bus != mcp3008.BUS:
        raise DeviceError(f"{what} is on SPI bus {meter.bus}", f"Use bus {mcp3008.BUS}: the only one for it.")
    if meter.kind == "ads1115" and meter.address not in ads1115.ADDRESSES:
        raise DeviceError(
            f"{what}: no ADS1115 has the address 0x{meter.address:02X}", "Use 0x48, 0x49, 0x4A or 0x4B."
        )
    if meter.kind == "ads1115" and meter.channel not in ads1115.CHANNELS:
        raise DeviceError(
            f"{what}: an ADS1115 has no channel {meter.channel}",
            "Use 0 (the difference of its inputs 0 and 1) or 1 (that of 2 and 3).",
        )
    other = readers.get(chip) or taken.get((chip, meter.channel))
    if other is not None:
        raise DeviceError(f"{what} and {other} are at the same place", "Give each a place of its own.")


def _chip(meter: MeterSettings) -> Place:
    return meter.kind, meter.bus, meter.address if meter.kind == "ads1115" else meter.device
