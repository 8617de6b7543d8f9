"""Every key that a configuration may hold: where, of what kind, with which default, and what for.

The one list: the loader reads by it, and the sample file and the page for installers are printed
from it. A `*` in a path stands for an id that the lab chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from fabgate.config import ends, retention, upkeep, wiring
from fabgate.config.key import Key, KeyList
from fabgate.config.values import (
    COUNT,
    DAY,
    FOLDER,
    HANDLE,
    HOST,
    ID,
    IDS,
    LAB_NAME,
    LANGUAGE_LIST,
    LENGTH,
    LENGTH_OR_NEVER,
    PATH,
    PORT,
    TEXT,
    YES_OR_NO,
    ZONE,
    between,
    one_of,
    word_of,
)
from fabgate.model import Company, Hold, Kind, Level

HUB_NAME = "hub"  # the hub's own in every record; no gate may bear it
_SPONSORS = {level.word: level for level in (Level.AUTONOMOUS, Level.SPONSOR)}

LAB: Key[str] = Key(
    "lab.name", LAB_NAME, "The lab's name in every record; it stays for ever.", example="openfab"
)
TIME_ZONE: Key[ZoneInfo] = Key(
    "lab.zone", ZONE, "The zone of the lab's days and months.", example="Europe/Brussels"
)
LANGUAGES: Key[tuple[str, ...]] = Key(
    "lab.languages",
    LANGUAGE_LIST,
    "The languages that members read, of en, fr, nl and de; the lab's own first.",
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
RULES: Key[Path | None] = Key(
    "lab.rules",
    PATH,
    "The file of the lab's own rules: who may do what, when, with whom beside them. See rules.md.",
    "",
)
TARIFF: Key[Path | None] = Key(
    "lab.tariff",
    PATH,
    "The file of the lab's price list: what machine time, days, plans and material cost. See tariffs.md.",
    "",
)
ACCOUNTING: Key[Path | None] = Key(
    "lab.accounting",
    PATH,
    "The file of account numbers for the files that go to an accounting program. See accounting.md.",
    "",
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
BOARD_SERVE: Key[bool] = Key(
    "board.serve", YES_OR_NO, "Whether `fabgate hub run` serves the board; it needs the extra `web`.", True
)
BOARD_ADDRESS: Key[str] = Key(
    "board.address",
    HOST,
    "Where it listens: 127.0.0.1 for this computer alone, 0.0.0.0 for all.",
    "127.0.0.1",
)
BOARD_PORT: Key[int] = Key("board.port", PORT, "The port on which it listens.", 8080)
BOARD_URL: Key[str] = Key(
    "board.url",
    TEXT,
    "The address that people type, such as https://board.lan, in links that fabgate prints.",
    "",
)
BOARD_CERTIFICATE: Key[Path | None] = Key(
    "board.certificate", PATH, "The file of its certificate, where it speaks TLS itself. See board.md.", ""
)
BOARD_KEY: Key[Path | None] = Key("board.key", PATH, "The file of that certificate's private key.", "")
BOARD_PROXY: Key[bool] = Key(
    "board.proxy", YES_OR_NO, "Whether a web server on this computer stands before it and speaks TLS.", False
)
BOARD_SITE: Key[str] = Key("board.site", TEXT, "The lab's own web page, for its entry in the SpaceAPI.", "")
BOARD_LOGO: Key[str] = Key("board.logo", TEXT, "The address of the lab's logo, for the same.", "")
BOARD_MAIL: Key[str] = Key("board.mail", TEXT, "The lab's public e-mail address, for the same.", "")

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
    else_="needed by a machine; a door or counter takes none",
)
TITLE: Key[str] = Key(
    "machine.*.title", TEXT, "The machine as people read it.", example="Laser", else_="the machine's id"
)

KIND: Key[Kind] = Key(
    "machine.*.kind",
    one_of({kind.value: kind for kind in Kind}),
    'What a tap is for: a "machine" that gets power (or its kind, for the endings that are safe for it), a '
    '"door" that opens for a moment, or a "counter" where people check in and out.',
    "machine",
)
CLASS: Key[Company] = Key(
    "machine.*.class",
    one_of({company.value: company for company in Company}),
    'Who must be there: nobody ("free"); for trainees, a sponsor checked in ("accompanied") or one who '
    'tapped here ("supervised"); the same, and a second adult for everybody ("never_alone").',
    example="supervised",
    else_="as its skill has it",
)
REPROOF: Key[int] = Key(
    "machine.*.reproof",
    LENGTH_OR_NEVER,
    "How often whoever stands by is asked to tap again.",
    example="30m",
    else_="as its skill has it",
)
COMPANY_GRACE: Key[int] = Key(
    "machine.*.company_grace",
    LENGTH,
    "How long whoever has to be there may be missing before `ends.alone` holds.",
    example="2m",
    else_="as its skill has it",
)
MAX_TRAINEES: Key[int] = Key(
    "machine.*.max_trainees",
    between(0, 1000),
    "How many trainees a sponsor may stand beside at once; 0 is any number.",
    example=1,
    else_="as its skill has it",
)
CHECK_IN: Key[bool] = Key(
    "machine.*.check_in",
    YES_OR_NO,
    "Whether whoever stands by must be checked in.",
    example=False,
    else_="as its skill has it",
)
GUESTS: Key[bool] = Key(
    "machine.*.guests",
    YES_OR_NO,
    "Whether a member may start it for a guest, and answer for them.",
    example=False,
    else_="as its skill has it",
)
OPENING: Key[tuple[str, ...]] = Key(
    "machine.*.opening",
    IDS,
    "The opening hours of the rules at which it can be started; several are open when one of them is. "
    "None: always.",
    [],
)
CHANGED: Key[date] = Key(
    "machine.*.changed",
    DAY,
    "The day on which another machine took its place: whoever was autonomous before needs company once more.",
    example="2026-11-20",
    else_="never",
)
HOLD: Key[Hold] = Key(
    "machine.*.hold",
    one_of({hold.value: hold for hold in Hold}),
    'How a session is held: "tap" on and off, or the badge stays in a "slot".',
    "tap",
)
LIMIT: Key[int] = Key("machine.*.limit", LENGTH, "The longest session.", "4h")
WARNING: Key[int] = Key("machine.*.warning", LENGTH, "How long before its end members are warned.", "5m")
GRACE: Key[int] = Key("machine.*.grace", LENGTH, "How long a badge may be out of the slot.", "30s")
WAIT: Key[int] = Key("machine.*.wait", LENGTH, "How long each step of a supervised start may take.", "60s")
UNDO: Key[int] = Key("machine.*.undo", LENGTH, "How long a sponsor can take a start back.", "10s")
PRAISE: Key[int] = Key(
    "machine.*.praise",
    LENGTH,
    "How long after a supervised session its sponsor's tap says that it went well.",
    "60s",
)
CONFIRM: Key[int] = Key(
    "machine.*.confirm",
    LENGTH,
    "How soon a second tap must follow to start it for maintenance while it is out of service.",
    "10s",
)
PULSE: Key[int] = Key("machine.*.pulse", LENGTH, "How long a door opens, or any output of role pulse.", "5s")
MODE: Key[str] = Key(
    "machine.*.mode",
    word_of("normal", "audit"),
    'In "audit" nobody is refused by the rules of the lab, and what would have been refused is recorded: to '
    "bring a gate in among people who are used to none.",
    "normal",
)
OVERRUN: Key[int] = Key(
    "machine.*.overrun", LENGTH, "How long it may work on after the limit before `ends.overrun` holds.", "30m"
)
IDLE: Key[int] = Key(
    "machine.*.idle",
    LENGTH_OR_NEVER,
    "After how long of doing nothing `ends.idle` holds; a tap of its member begins it anew. Needs a meter "
    "or an input of role running.",
    "never",
)
TAKEOVER: Key[int] = Key(
    "machine.*.takeover",
    LENGTH_OR_NEVER,
    "After how long of doing nothing a qualified member's two taps end the session of another.",
    "never",
)
INK: Key[int] = Key(
    "machine.*.ink", LENGTH, "How long a start may take to be written; after that it does not count.", "2s"
)
KEYS: tuple[Key[object], ...] = (
    LAB,
    TIME_ZONE,
    LANGUAGES,
    CONTACT,
    FIRST_MANAGER,
    TEXTS,
    RULES,
    TARIFF,
    ACCOUNTING,
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
    BOARD_SERVE,
    BOARD_ADDRESS,
    BOARD_PORT,
    BOARD_URL,
    BOARD_CERTIFICATE,
    BOARD_KEY,
    BOARD_PROXY,
    BOARD_SITE,
    BOARD_LOGO,
    BOARD_MAIL,
    *retention.KEYS,
    SKILL_TITLE,
    SPONSOR_FROM,
    KIND,
    SKILL,
    TITLE,
    wiring.READER,
    HOLD,
    LIMIT,
    WARNING,
    GRACE,
    WAIT,
    UNDO,
    PRAISE,
    CONFIRM,
    PULSE,
    INK,
    CLASS,
    REPROOF,
    COMPANY_GRACE,
    MAX_TRAINEES,
    CHECK_IN,
    GUESTS,
    OPENING,
    CHANGED,
    MODE,
    OVERRUN,
    IDLE,
    TAKEOVER,
    *ends.KEYS,
    *wiring.KEYS,
    *upkeep.KEYS,
)

TABLES: Mapping[str, str] = {
    "lab": "The lab.",
    "gate": "This controller.",
    "hub": "This hub. A file with this table is the hub's own: no gate and no machine is in it.",
    "actors": "Who may speak at the command line.",
    "backup": "The nightly backup.",
    "metrics": "Numbers for Prometheus: see looking-on.md.",
    "board": "The board: a web page for the wall, the desk and the treasurer. See board.md.",
    "retention": retention.TABLE,
    "skill.*": "A skill. A machine that names one is enough; a table gives it a title and says who sponsors.",
    "machine.*": "A machine, a door or a counter, by its id.",
    "machine.*.readers.*": "A badge reader in detail; a machine may have two, a slot and one to tap.",
    "machine.*.ends": 'What ends a session that runs, and how; only "now" and "cut" open the relay at once.',
    "machine.*.output.*": 'An output, by its name. A machine needs one of role "power", a door a "pulse".',
    "machine.*.input.*": "An input, by its name.",
    "machine.*.panel": "What faces the members.",
    "machine.*.meter": "What tells whether it works; an input of role running is another way.",
    "machine.*.service.*": "Something to be done to it after so much use: see `fabgate machine serviced`.",
}

CONFIGURATION = KeyList(
    KEYS, TABLES, "the sample that comes with fabgate (systemd/fabgate.toml)", chosen=("hub",)
)
