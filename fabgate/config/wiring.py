"""The keys of a configuration that say what is wired to a machine: readers, outputs, inputs, panel.

`keys.py` has the others, and the whole list.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fabgate.config.key import Key
from fabgate.config.values import LAMP_PINS, PATH, PIN, TEXT, WHOLE, one_of, word_of
from fabgate.model import Hold

EITHER = "any"  # a kind of device that every bench has
BENCHES = ("sim", "pi")
BENCH_GROUP = "fabgate.benches"  # entry points: benches that other packages bring
# Each kind of device, and the bench that has it. A test holds them to what `devices/` opens.
READERS: Mapping[str, str] = {"sim": "sim", "none": "pi", "rc522": "pi", "usb": "pi"}
LAYOUTS = ("us", "fr", "be", "de")
DIGITS: Mapping[str, tuple[int, ...]] = {"hex": (8, 14, 20), "decimal": (10, 17, 25)}  # by format
LAMPS: Mapping[str, str] = {"none": EITHER, "console": EITHER, "sim": "sim", "rgb": "pi"}
BUZZERS: Mapping[str, str] = {"none": EITHER, "console": EITHER, "sim": "sim", "gpio": "pi"}
DISPLAYS: Mapping[str, str] = {"none": EITHER, "console": EITHER, "sim": "sim"}

# Pulled down from reset on, and free of the reader's SPI and reset line and of the serial console.
POWER_PINS = (12, 13, 16, 17, 20, 21, 22, 23, 24, 26, 27)
RESET_PINS = (25, *POWER_PINS)  # a reader's reset line: 25 is where its boards have it
# What an input, a lamp or a buzzer may use besides: a level at reset does no harm there.
OTHER_PINS = (2, 3, 4, 5, 6, *POWER_PINS[:4], 18, 19, *POWER_PINS[4:])

_BY_BENCH = '"sim" on the sim bench, else "none"'

READER: Key[str] = Key(
    "machine.*.reader",
    TEXT,
    'The badge reader: "sim", "rc522" (SPI), "usb" (types as a keyboard), "none".',
    example="sim",
    else_='"sim" on the sim bench, else needed',
)
READER_KIND: Key[str] = Key(
    "machine.*.readers.*.kind", TEXT, "Its kind.", example="sim", else_="the machine's `reader`"
)
READER_HOLD: Key[Hold] = Key(
    "machine.*.readers.*.hold",
    one_of({hold.value: hold for hold in Hold}),
    'Whether badges "tap" there or lie in its "slot"; a slot forgives a badge that is missed for a second.',
    example="tap",
    else_="the machine's `hold`",
)
BUS: Key[int] = Key("machine.*.readers.*.bus", WHOLE, "rc522: its SPI bus.", 0)
DEVICE: Key[int] = Key("machine.*.readers.*.device", WHOLE, "rc522: its chip select, 0 or 1.", 0)
RESET: Key[int] = Key("machine.*.readers.*.reset", PIN, "rc522: its reset line by BCM number.", 25)
INPUT_DEVICE: Key[Path | None] = Key(
    "machine.*.readers.*.path", PATH, "usb: its device, such as /dev/input/by-id/usb-...-event-kbd.", ""
)
LAYOUT: Key[str] = Key(
    "machine.*.readers.*.layout", word_of(*LAYOUTS), "usb: the keyboard that it believes to be.", "us"
)
FORMAT: Key[str] = Key(
    "machine.*.readers.*.format", word_of("hex", "decimal"), "usb: how it types the number.", "hex"
)
ORDER: Key[str] = Key(
    "machine.*.readers.*.order",
    word_of("normal", "reversed"),
    "usb: the order of the bytes; `fabgate reader test` finds it.",
    "normal",
)
TYPED_DIGITS: Key[int] = Key(
    "machine.*.readers.*.digits",
    WHOLE,
    "usb: how many digits it types, always; 0 is any number of them that a badge can have.",
    0,
)
OUTPUT_ROLE: Key[str] = Key(
    "machine.*.output.*.role",
    word_of("power", "pulse"),
    'What it switches: the "power" of a machine, or the strike of a door, for one "pulse".',
    example="power",
)
OUTPUT_PIN: Key[int] = Key(
    "machine.*.output.*.pin", PIN, "Its pin by BCM number.", example=17, else_="none; needed on the pi bench"
)
INPUT_ROLE: Key[str] = Key(
    "machine.*.input.*.role",
    word_of("estop"),
    "What it tells: the emergency stop, a contact to ground that opens when it is pressed.",
    example="estop",
)
INPUT_PIN: Key[int] = Key(
    "machine.*.input.*.pin", PIN, "Its pin by BCM number.", example=16, else_="none; needed on the pi bench"
)
LAMP: Key[str] = Key(
    "machine.*.panel.lamp",
    TEXT,
    'The lamp: "none", "sim", "rgb" (three pins), "console".',
    example="sim",
    else_=_BY_BENCH,
)
RGB: Key[tuple[int, ...]] = Key(
    "machine.*.panel.lamp_pins", LAMP_PINS, "The lamp's pins: red, green, blue.", []
)
BUZZER: Key[str] = Key(
    "machine.*.panel.buzzer",
    TEXT,
    'The buzzer: "none", "sim", "gpio" (one pin), "console".',
    example="sim",
    else_=_BY_BENCH,
)
BUZZER_PIN: Key[int] = Key(
    "machine.*.panel.buzzer_pin", PIN, "The buzzer's pin.", example=13, else_='none; needed by "gpio"'
)
DISPLAY: Key[str] = Key(
    "machine.*.panel.display",
    TEXT,
    'The text display: "none", "sim", "console".',
    example="sim",
    else_=_BY_BENCH,
)

KEYS: tuple[Key[object], ...] = (
    READER_KIND,
    READER_HOLD,
    BUS,
    DEVICE,
    RESET,
    INPUT_DEVICE,
    LAYOUT,
    FORMAT,
    ORDER,
    TYPED_DIGITS,
    OUTPUT_ROLE,
    OUTPUT_PIN,
    INPUT_ROLE,
    INPUT_PIN,
    LAMP,
    RGB,
    BUZZER,
    BUZZER_PIN,
    DISPLAY,
)
