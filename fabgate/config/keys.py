"""Every key that a configuration may hold: where, of what kind, with which default, and what for.

The one list: the loader reads by it, and the sample file and the page for installers are printed
from it. A `*` in a path stands for an id that the lab chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from fabgate.config.values import (
    COUNT,
    FOLDER,
    HANDLE,
    HOST,
    ID,
    LAB_NAME,
    LAMP_PINS,
    LANGUAGE_LIST,
    LENGTH,
    PATH,
    PIN,
    PORT,
    TEXT,
    WHOLE,
    ZONE,
    Kind,
    one_of,
    word_of,
)
from fabgate.model import Ending, Hold, Level

T_co = TypeVar("T_co", covariant=True)

HUB_NAME = "hub"  # the hub's own in every record; no gate may bear it
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


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """One key. `default` is as it would be written; where that is None, `else_` says what it follows from.

    `example` is what the sample shows where there is no default.
    """

    path: str
    kind: Kind[T_co]
    meaning: str
    default: object = None
    example: object = None
    else_: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("."))

    @property
    def needed(self) -> bool:
        """Whether a file is refused that has the key's table and lacks the key."""
        return self.default is None and not self.else_


_ENDINGS = {ending.value: ending for ending in Ending}
_HOLDS = {hold.value: hold for hold in Hold}
_SPONSORS = {level.word: level for level in (Level.AUTONOMOUS, Level.SPONSOR)}
_ENDING = one_of(_ENDINGS)
_BY_BENCH = '"sim" on the sim bench, else "none"'

LAB: Key[str] = Key(
    "lab.name", LAB_NAME, "The lab's name in every record; it stays for ever.", example="openfab"
)
TIME_ZONE: Key[ZoneInfo] = Key(
    "lab.zone", ZONE, "The zone of the lab's days and months.", example="Europe/Brussels"
)
LANGUAGES: Key[tuple[str, ...]] = Key(
    "lab.languages",
    LANGUAGE_LIST,
    "The languages that members read, the lab's own first.",
    ["en", "fr", "nl"],
)
CONTACT: Key[str] = Key(
    "lab.contact", TEXT, 'Whom to call: the end of many a next step, such as "Zoé, 0470 12 34 56".', ""
)
FIRST_MANAGER: Key[str | None] = Key(
    "lab.first_manager", HANDLE, "For rehearsals: the handle of the manager that they begin with.", ""
)
TEXTS: Key[Path | None] = Key(
    "lab.texts", PATH, "A file with the lab's own sentences, laid on top of fabgate's: see texts.md.", ""
)
GATE: Key[str] = Key("gate.name", ID, "This controller's name in every record.", "gate-1")
STATE: Key[Path] = Key(
    "gate.state",
    FOLDER,
    "The folder of its books; a relative path counts from this file.",
    "/var/lib/fabgate",
)
BENCH: Key[str] = Key(
    "gate.bench",
    TEXT,
    'What it drives: "sim", a simulated bench, or "pi", the pins of a Raspberry Pi; never both.',
    "sim",
)
CLOCK: Key[str] = Key(
    "gate.clock",
    word_of("timesyncd", "trusted"),
    "Who says that the time is right: systemd-timesyncd, or something else that you answer for.",
    "timesyncd",
)
HEARTBEAT: Key[int] = Key(
    "gate.heartbeat",
    LENGTH,
    "How often an open session is marked as alive: what a power cut may leave unknown.",
    "30s",
)
HUB_ADDRESS: Key[str] = Key(
    "hub.address", HOST, "The name or address by which gates reach the hub's broker.", example="hub.lan"
)
HUB_PORT: Key[int] = Key("hub.port", PORT, "The port of the broker there.", 8883)
HUB_STATE: Key[Path] = Key(
    "hub.state",
    FOLDER,
    "The folder of its books and certificates; a relative path counts from this file.",
    "/var/lib/fabgate-hub",
)
HUB_CLOCK: Key[str] = Key(
    "hub.clock",
    word_of("timesyncd", "trusted"),
    "Who says that the time is right, as for a gate.",
    "timesyncd",
)
BROKER: Key[str] = Key(
    "hub.broker",
    word_of("mosquitto", "loopback"),
    'What carries the messages: "mosquitto", with certificates; "loopback", any broker on this computer '
    "that listens on nothing but 127.0.0.1, in plain text, for demonstrations.",
    "mosquitto",
)
PROOF: Key[str] = Key(
    "actors.proof",
    word_of("login", "claimed"),
    'What proves that --by is you: "login", your login is tied to that member; "claimed", nothing.',
    "login",
)
BACKUP: Key[Path | None] = Key(
    "backup.folder",
    PATH,
    "Where the nightly backup goes; best on another disk. Empty: `backups` beside the books.",
    "",
)
KEEP: Key[int] = Key("backup.keep", COUNT, "How many backups stay; older ones are removed.", 7)
METRICS: Key[Path | None] = Key(
    "metrics.folder",
    PATH,
    "Where `fabgate metrics` writes its numbers: the folder of a node-exporter. Empty: nowhere.",
    "",
)

SKILL_TITLE: Key[str] = Key(
    "skill.*.title", TEXT, "The skill as people read it.", example="Laser cutting", else_="the skill's id"
)
SPONSOR_FROM: Key[Level] = Key(
    "skill.*.sponsor_from",
    one_of(_SPONSORS),
    "The level from which a member may stand beside a trainee.",
    "autonomous",
)

SKILL: Key[str] = Key(
    "machine.*.skill",
    ID,
    "The skill that it takes; several machines may share one, and it needs no table of its own.",
    example="laser",
)
TITLE: Key[str] = Key(
    "machine.*.title", TEXT, "The machine as people read it.", example="Laser", else_="the machine's id"
)
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
    one_of(_HOLDS),
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
HOLD: Key[Hold] = Key(
    "machine.*.hold",
    one_of(_HOLDS),
    'How a session is held: "tap" on and off, or the badge stays in a "slot".',
    "tap",
)
LIMIT: Key[int] = Key("machine.*.limit", LENGTH, "The longest session.", "4h")
WARNING: Key[int] = Key("machine.*.warning", LENGTH, "How long before its end members are warned.", "5m")
GRACE: Key[int] = Key("machine.*.grace", LENGTH, "How long a badge may be out of the slot.", "30s")
WAIT: Key[int] = Key("machine.*.wait", LENGTH, "How long each step of a supervised start may take.", "60s")
UNDO: Key[int] = Key("machine.*.undo", LENGTH, "How long a sponsor can take a start back.", "10s")
INK: Key[int] = Key(
    "machine.*.ink", LENGTH, "How long a start may take to be written; after that it does not count.", "2s"
)
REVOKED: Key[Ending] = Key(
    "machine.*.ends.revoked",
    _ENDING,
    'What a running session does when its right is taken: end "now", "soon" (after the warning), or "warn".',
    "warn",
)
SUSPENDED: Key[Ending] = Key(
    "machine.*.ends.suspended", _ENDING, "The same when its member is suspended.", "warn"
)
LOCKED: Key[Ending] = Key("machine.*.ends.locked", _ENDING, "The same when the machine is locked.", "warn")

OUTPUT_ROLE: Key[str] = Key(
    "machine.*.output.*.role",
    word_of("power"),
    "What it switches: the power of the machine.",
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
    LAB,
    TIME_ZONE,
    LANGUAGES,
    CONTACT,
    FIRST_MANAGER,
    TEXTS,
    GATE,
    STATE,
    BENCH,
    CLOCK,
    HEARTBEAT,
    HUB_ADDRESS,
    HUB_PORT,
    HUB_STATE,
    HUB_CLOCK,
    BROKER,
    PROOF,
    BACKUP,
    KEEP,
    METRICS,
    SKILL_TITLE,
    SPONSOR_FROM,
    SKILL,
    TITLE,
    READER,
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
    HOLD,
    LIMIT,
    WARNING,
    GRACE,
    WAIT,
    UNDO,
    INK,
    REVOKED,
    SUSPENDED,
    LOCKED,
    OUTPUT_ROLE,
    OUTPUT_PIN,
    INPUT_ROLE,
    INPUT_PIN,
    LAMP,
    RGB,
    BUZZER,
    BUZZER_PIN,
    DISPLAY,
)  # fmt: skip

# A table that is only asked for its needed keys where it is written at all.
CHOSEN = ("hub",)

TABLES: Mapping[str, str] = {
    "lab": "The lab.",
    "gate": "This controller.",
    "hub": "This hub. A file with this table is the hub's own: no gate and no machine is in it.",
    "actors": "Who may speak at the command line.",
    "backup": "The nightly backup.",
    "metrics": "Numbers for Prometheus: see looking-on.md.",
    "skill.*": "A skill. A machine that names one is enough; a table gives it a title and says who sponsors.",
    "machine.*": "A machine, by its id.",
    "machine.*.readers.*": "A badge reader in detail; a machine may have two, a slot and one to tap.",
    "machine.*.ends": 'What the loss of a right does to a session that runs; only "now" cuts at once.',
    "machine.*.output.*": 'An output, by its name. Each machine has at least one of role "power".',
    "machine.*.input.*": "An input, by its name.",
    "machine.*.panel": "What faces the members.",
}
