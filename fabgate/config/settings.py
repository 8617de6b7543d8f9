"""What a configuration says, as frozen values. `load.py` makes them; nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from fabgate.charter import Charter, Skill
from fabgate.config.retention import Retention
from fabgate.model import Duty, Hold, MachineId, MachineRules, Sense, SkillId
from fabgate.tariff import Tariff


@dataclass(frozen=True, slots=True)
class LabSettings:
    """The lab: its name in every record, its zone, the languages its members read, whom to call."""

    name: str
    zone: ZoneInfo
    languages: tuple[str, ...] = ("en", "fr", "nl")
    contact: str = ""
    first_manager: str | None = None  # rehearsals only: who `lab` makes the first manager
    texts: Path | None = None  # the lab's own sentences, laid on top of ours
    rules: Path | None = None  # the lab's own rules; `Settings.charter` is what they say
    tariff: Path | None = None  # the lab's price list; `Settings.tariff` is what it says
    accounting: Path | None = None  # account numbers; read when a file is made: no gate needs them


@dataclass(frozen=True, slots=True)
class GateSettings:
    """This controller: its name, where it keeps its books, what kind of bench it drives."""

    name: str
    state: Path
    bench: str = "sim"  # sim | pi; never mixed
    clock: str = "timesyncd"  # who says that the wall clock is right: timesyncd | trusted
    beat_ms: int = 30_000  # how often an open session is marked as still alive


@dataclass(frozen=True, slots=True)
class HubSettings:
    """The hub: where gates reach its broker, and what kind of broker that is.

    Its name, folder and clock stand in `Settings.gate`, as every store's do.
    """

    address: str
    port: int = 8883
    broker: str = "mosquitto"  # mosquitto: certificates; loopback: plain, on 127.0.0.1 only

    @property
    def tls(self) -> bool:
        return self.broker != "loopback"


@dataclass(frozen=True, slots=True)
class BackupSettings:
    folder: Path | None = None
    keep: int = 7


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """The web page: where it listens, the address that people type, how it comes to speak TLS; what the
    SpaceAPI tells of the lab."""

    serve: bool = True
    address: str = "127.0.0.1"
    port: int = 8080
    url: str = ""
    certificate: Path | None = None
    key: Path | None = None
    proxy: bool = False
    site: str = ""
    logo: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """One output of the bench: its name, what it is for, its BCM number."""

    name: str
    duty: Duty
    pin: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One input: its name, what it tells, its BCM number, and whether it opens when it is pressed."""

    name: str
    sense: Sense
    pin: int | None = None
    opens: bool = True


@dataclass(frozen=True, slots=True)
class MeterSettings:
    """What measures a machine's current, and what its current means. All currents are mA.

    `per_volt`: what one volt of the clamp stands for. From `busy` on it works; below `idle` for `hold_ms`
    it does nothing.
    """

    kind: str
    channel: int = 0
    address: int = 0x48
    bus: int = 1
    device: int = 1
    per_volt: int = 30_000
    busy: int = 1_000
    idle: int = 800
    hold_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Panel:
    """What faces the people: kinds by name, BCM numbers where the kind needs them."""

    lamp: str = "none"
    lamp_pins: tuple[int, ...] = ()
    buzzer: str = "none"
    buzzer_pin: int | None = None
    display: str = "none"
    display_driver: str = "ssd1306"
    display_bus: int = 1
    display_address: int = 0x3C
    display_columns: int = 20
    display_rows: int = 4


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """One badge reader: its kind, what that kind asks for, and whether badges lie or tap there.

    `rc522`: SPI `bus` and `device` (its chip select), and the BCM number of its `reset` line.
    `usb`: the `path` of its input device, the keyboard `layout` that it types in, whether it types
    the number `hex` or `decimal`, in which `order` its bytes come, and how many `digits` it always
    types (0: any number of them that fits).
    """

    kind: str
    name: str = "reader"
    hold: Hold = Hold.TAP
    bus: int = 0
    device: int = 0
    reset: int = 25
    path: Path | None = None
    layout: str = "us"
    format: str = "hex"
    order: str = "normal"
    digits: int = 0


@dataclass(frozen=True, slots=True)
class MachineSettings:
    """One machine: how it behaves (`rules`) and what is wired to it."""

    rules: MachineRules
    readers: tuple[ReaderSettings, ...]
    outputs: tuple[Wire, ...]
    inputs: tuple[Contact, ...] = ()
    panel: Panel = Panel()
    meter: MeterSettings | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the configuration says, checked."""

    path: Path
    lab: LabSettings
    gate: GateSettings
    skills: Mapping[SkillId, Skill]
    machines: Mapping[MachineId, MachineSettings]
    proof: str = "login"  # actors.proof: login | claimed
    backup: BackupSettings = field(default_factory=BackupSettings)
    board: BoardSettings = field(default_factory=BoardSettings)
    metrics: Path | None = None  # metrics.folder: where numbers for Prometheus are written
    charter: Charter = field(default_factory=Charter)  # its skills are `skills`
    usual: Skill = field(default_factory=lambda: Skill(SkillId(""), ""))  # of skills that nothing names
    tariff: Tariff = field(default_factory=Tariff)
    retention: Retention = field(default_factory=Retention)
    hub: HubSettings | None = None  # this is the hub: `gate` is then its own, and there are no machines
