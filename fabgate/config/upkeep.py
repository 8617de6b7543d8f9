"""The keys of a machine's meter, and of its services."""

from __future__ import annotations

from collections.abc import Mapping

from fabgate.config.key import Key
from fabgate.config.values import AMPERES, LENGTH, TEXT, WHOLE, YES_OR_NO, between

METERS: Mapping[str, str] = {"sim": "sim", "ads1115": "pi", "mcp3008": "pi"}  # and the bench that has it

METER: Key[str] = Key(
    "machine.*.meter.kind",
    TEXT,
    'What measures its current: "sim", "ads1115" (I2C), "mcp3008" (SPI).',
    example="sim",
)
CHANNEL: Key[int] = Key(
    "machine.*.meter.channel",
    between(0, 7),
    "ads1115: 0 is the difference of inputs 0 and 1, 1 that of 2 and 3; mcp3008: the input, 0 to 7.",
    0,
)
ADDRESS: Key[int] = Key("machine.*.meter.address", WHOLE, "ads1115: its address on the bus.", 0x48)
METER_BUS: Key[int] = Key(
    "machine.*.meter.bus",
    WHOLE,
    "ads1115: its I2C bus; mcp3008: its SPI bus.",
    example=1,
    else_="1; mcp3008: 0",
)
METER_DEVICE: Key[int] = Key(
    "machine.*.meter.device", between(0, 1), "mcp3008: its chip select; a reader may have the other one.", 1
)
PER_VOLT: Key[int] = Key(
    "machine.*.meter.per_volt",
    AMPERES,
    "How many amperes one volt of its clamp stands for: 30 for an SCT-013-030.",
    30,
)
BUSY: Key[int] = Key(
    "machine.*.meter.busy",
    AMPERES,
    "The current from which it works, in amperes: between what it draws at rest and at its lightest job.",
    example=1.0,
)
IDLE_BELOW: Key[int] = Key(
    "machine.*.meter.idle",
    AMPERES,
    "The current below which it does nothing; a little under `busy`, so that it does not flicker.",
    example=0.8,
)
METER_HOLD: Key[int] = Key(
    "machine.*.meter.hold",
    LENGTH,
    "How long it must stay below before it counts as idle: a tool is changed.",
    "10s",
)
PROVES: Key[bool] = Key(
    "machine.*.meter.proves",
    YES_OR_NO,
    "Whether a current while its power is off (a quarter of `idle` and more) means a welded contactor; not "
    "where its mains are not ours.",
    False,
)

SERVICE_POWERED: Key[int | None] = Key(
    "machine.*.service.*.powered_hours",
    WHOLE,
    "Due after so many hours with power.",
    example=200,
    else_="not counted",
)
SERVICE_BUSY: Key[int | None] = Key(
    "machine.*.service.*.busy_hours",
    WHOLE,
    "Due after so many hours of work.",
    example=50,
    else_="not counted",
)
SERVICE_JOBS: Key[int | None] = Key(
    "machine.*.service.*.jobs", WHOLE, "Due after so many sessions.", example=100, else_="not counted"
)
SERVICE_DAYS: Key[int | None] = Key(
    "machine.*.service.*.days", WHOLE, "Due after so many days.", example=90, else_="not counted"
)
SERVICE_BLOCKS: Key[bool] = Key(
    "machine.*.service.*.blocks",
    YES_OR_NO,
    "Whether nothing starts once it is over, until it was done.",
    False,
)

KEYS: tuple[Key[object], ...] = (
    METER,
    CHANNEL,
    ADDRESS,
    METER_BUS,
    METER_DEVICE,
    PER_VOLT,
    BUSY,
    IDLE_BELOW,
    METER_HOLD,
    PROVES,
    SERVICE_POWERED,
    SERVICE_BUSY,
    SERVICE_JOBS,
    SERVICE_DAYS,
    SERVICE_BLOCKS,
)
