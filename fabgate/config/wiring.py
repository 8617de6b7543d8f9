"""The keys of a configuration that say what is wired to a machine: readers, outputs, inputs, panel.

`keys.py` has the others, and the whole list.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fabgate.config.key import Key
from fabgate.config.values import (
    ID,
    LAMP_PINS,
    LENGTH_OR_NONE,
    PATH,
    PIN,
    TEXT,
    WHOLE,
    among,
    one_of,
    word_of,
)
from fabgate.model import Duty, Hold, Sense

EITHER = "any"  # a kind of device that every bench has
BENCHES = ("sim", "pi")
BENCH_GROUP = "fabgate.benches"  # entry points: benches that other packages bring
# Each kind of device, and the bench that has it. A test holds them to what `devices/` opens.
READERS: Mapping[str, str] = {"sim": "sim", "none": "pi", "rc522": "pi", "usb": "pi"}
LAYOUTS = ("us", "fr", "be", "de")
DIGITS: Mapping[str, tuple[int, ...]] = {"hex": (8, 14, 20), "decimal": (10, 17, 25)}  # by format
LAMPS: Mapping[str, str] = {"none": EITHER, "console": EITHER, "sim": "sim", "rgb": "pi"}
BUZZERS: Mapping[str, str] = {"none": EITHER, "console": EITHER, "sim": "sim", "gpio": "pi"}
DISPLAYS: Mapping[str, str] = {"none": EITHER, "console": EITHER, "sim": "sim", "oled": "pi", "lcd": "pi"}

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
OUTPUT_ROLE: Key[Duty] = Key(
    "machine.*.output.*.role",
    one_of({duty.value: duty for duty in Duty}),
    'What it switches: the "power" of a machine; "aux", such as extraction, which gives no permission and '
    'runs on; one "pulse", such as the strike of a door; "deadman", a square wave while there is power.',
    example="power",
)
OUTPUT_PIN: Key[int] = Key(
    "machine.*.output.*.pin", PIN, "Its pin by BCM number.", example=17, else_="none; needed on the pi bench"
)
ON_DELAY: Key[int] = Key(
    "machine.*.output.*.on_delay", LENGTH_OR_NONE, "How long after the start it comes on.", "none"
)
OFF_DELAY: Key[int] = Key(
    "machine.*.output.*.off_delay",
    LENGTH_OR_NONE,
    "How long it stays on after the end. One output of role power has none, and a cut knows none.",
    "none",
)
INPUT_ROLE: Key[Sense] = Key(
    "machine.*.input.*.role",
    one_of({sense.value: sense for sense in Sense}),
    'What it tells: "estop" and "lid" (wired in series, too, and so working without us), "button" (done), '
    '"oops" (out of service), "key", "mirror" (of a contactor), "tamper", "running".',
    example="mirror",
)
INPUT_PIN: Key[int] = Key(
    "machine.*.input.*.pin", PIN, "Its pin by BCM number.", example=16, else_="none; needed on the pi bench"
)
CONTACT: Key[str] = Key(
    "machine.*.input.*.contact",
    word_of("opens", "closes"),
    "What its contact to ground does when it is pressed.",
    example="opens",
    else_='"closes" for button, oops and running; "opens" for the others, so that a cut wire is seen',
)
MIRRORS: Key[str] = Key(
    "machine.*.input.*.of",
    ID,
    "mirror: the output whose contactor it is on.",
    example="relay",
    else_="the first output of role power",
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
    'The display: "none", "sim", "console", "oled" (128x64 points, I2C), "lcd" (characters, I2C).',
    example="sim",
    else_=_BY_BENCH,
)
DISPLAY_DRIVER: Key[str] = Key(
    "machine.*.panel.display_driver", word_of("ssd1306", "sh1106"), "oled: its chip.", "ssd1306"
)
DISPLAY_BUS: Key[int] = Key("machine.*.panel.display_bus", WHOLE, "oled, lcd: its I2C bus.", 1)
DISPLAY_ADDRESS: Key[int] = Key(
    "machine.*.panel.display_address", WHOLE, "Its address there.", example=0x3C, else_="0x3C; lcd: 0x27"
)
DISPLAY_COLUMNS: Key[int] = Key("machine.*.panel.display_columns", among(16, 20), "lcd: signs a line.", 20)
DISPLAY_ROWS: Key[int] = Key("machine.*.panel.display_rows", among(2, 4), "lcd: lines.", 4)

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
    ON_DELAY,
    OFF_DELAY,
    INPUT_ROLE,
    INPUT_PIN,
    CONTACT,
    MIRRORS,
    LAMP,
    RGB,
    BUZZER,
    BUZZER_PIN,
    DISPLAY,
    DISPLAY_DRIVER,
    DISPLAY_BUS,
    DISPLAY_ADDRESS,
    DISPLAY_COLUMNS,
    DISPLAY_ROWS,
)
