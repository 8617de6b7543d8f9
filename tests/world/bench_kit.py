"""The machines of the bench's world: drawn by a seed, written down as a lab's file.

Each table of causes is drawn cell by cell and each output with its delays, so that no seed has the
machines of another.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fabgate import config
from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.desk import badges
from fabgate.devices.clock import SimClock
from fabgate.gate.assembly import catalogue_of
from fabgate.rehearsal.office import Office, found
from fabgate.texts import Catalogue

BEGINS_MS = 1_792_828_800_000
POWER, AUX, PULSE, DEADMAN = "power", "aux", "pulse", "deadman"
NOW, WHEN_IDLE, WARN, ALARM = "now", "when_idle", "warn", "alarm"
BUSY_MA, IDLE_MA = 1_000, 800
AT_REST_MA, BETWEEN_MA, AT_WORK_MA = 200, 900, 3_000
BADGES = {
    "ada": Uid(bytes.fromhex("04A2B3C4D5E680")),
    "bob": Uid(bytes.fromhex("04FFEEDDCCBBAA")),
    "cem": Uid(bytes.fromhex("1A2B3C4D")),
    "zoe": Uid(bytes.fromhex("04010203040506")),  # a manager, with no right of her own
}
WORKERS = ("ada", "bob", "cem")
STRANGER = Uid(bytes.fromhex("04999999999999"))
BECAUSE = ("--by", "zoe", "--reason", "world")

_LAB = """\
[lab]
name = "bench"
zone = "Europe/Brussels"
first_manager = "zoe"
[gate]
state = "state"
[actors]
proof = "claimed"
"""


@dataclass(frozen=True)
class Out:
    """One output: `on_ms` after the start, off `off_ms` after the end."""

    name: str
    duty: str
    on_ms: int = 0
    off_ms: int = 0


@dataclass(frozen=True)
class Kit:
    """One machine. `signal`: what tells that it works, `meter`, `running`, or "" for nothing."""

    name: str
    signal: str
    outs: tuple[Out, ...]
    ends: dict[str, str]
    limit_ms: int
    warning_ms: int = 60_000
    overrun_ms: int = 120_000
    idle_ms: int | None = None
    takeover_ms: int | None = None
    hold_ms: int = 10_000
    pulse_ms: int = 5_000
    mirror: bool = False
    proves: bool = False
    slot: bool = False
    grace_ms: int = 30_000

    @property
    def metered(self) -> bool:
        return bool(self.signal)

    @property
    def inputs(self) -> tuple[str, ...]:
        told = ("estop", "lid", "button", "oops", "key", "tamper")
        mirror = ("mirror",) if self.mirror else ()
        return (*told, *mirror, *(("running",) if self.signal == "running" else ()))

    def toml(self) -> str:
        """Its part of the lab's file."""
        return "\n".join(
            [
                f"[machine.{self.name}]",
                'skill = "skill"',
                *_lengths(self),
                f"[machine.{self.name}.ends]",
                *(f'{cause} = "{end}"' for cause, end in self.ends.items()),
                *(line for out in self.outs for line in _output(self.name, out)),
                *(line for sense in self.inputs for line in _input(self.name, sense)),
                *_meter(self),
                "",
            ]
        )


def _lengths(kit: Kit) -> Iterable[str]:
    said = {"limit": kit.limit_ms, "warning": kit.warning_ms, "pulse": kit.pulse_ms}
    if kit.slot:
        yield 'hold = "slot"'
        said |= {"grace": kit.grace_ms}
    if kit.metered:
        said |= {"overrun": kit.overrun_ms}
    if kit.idle_ms is not None:
        said |= {"idle": kit.idle_ms}
    if kit.takeover_ms is not None:
        said |= {"takeover": kit.takeover_ms}
    yield from (f'{key} = "{ms // 1000}s"' for key, ms in said.items())


def _output(machine: str, out: Out) -> Iterable[str]:
    yield f"[machine.{machine}.output.{out.name}]"
    yield f'role = "{out.duty}"'
    if out.on_ms:
        yield f'on_delay = "{out.on_ms // 1000}s"'
    if out.off_ms:
        yield f'off_delay = "{out.off_ms // 1000}s"'


def _input(machine: str, sense: str) -> Iterable[str]:
    yield f"[machine.{machine}.input.{sense}]"
    yield f'role = "{sense}"'
    if sense == "mirror":
        yield 'of = "main"'


def _meter(kit: Kit) -> Iterable[str]:
    if kit.signal == "meter":
        yield f"[machine.{kit.name}.meter]"
        yield 'kind = "sim"'
        yield f"busy = {BUSY_MA / 1000}"
        yield f"idle = {IDLE_MA / 1000}"
        yield f'hold = "{kit.hold_ms // 1000}s"'
        yield f"proves = {str(kit.proves).lower()}"


# --- what a seed draws -------------------------------------------------------------------------------

_ALL = (NOW, WHEN_IDLE, WHEN_IDLE, WARN, ALARM)
_WHENEVER = ("badge_gone", "limit", "revoked", "suspended", "locked", "closing", "lid")


def drawn(chance: random.Random, count: int = 2) -> tuple[Kit, ...]:
    """So many machines, of every kind that there is."""
    names = ("laser", "mill", "saw")[:count]
    return tuple(_drawn(chance, name) for name in names)


def _drawn(chance: random.Random, name: str) -> Kit:
    signal = chance.choice(("meter", "meter", "running", ""))
    limit_ms = chance.choice((240_000, 400_000, 1_200_000))
    return Kit(
        name,
        signal,
        _outs(chance),
        _ends(chance, bool(signal)),
        limit_ms,
        warning_ms=chance.choice((30_000, 60_000)),
        overrun_ms=chance.choice((60_000, 180_000)),
        idle_ms=chance.choice((None, 100_000, 200_000)) if signal else None,
        takeover_ms=chance.choice((None, 60_000)) if signal else None,
        pulse_ms=chance.choice((1_000, 5_000)),
        mirror=chance.random() < 0.5,
        proves=signal == "meter" and chance.random() < 0.5,
        slot=chance.random() < 0.35,
        grace_ms=chance.choice((5_000, 30_000)),
    )


def _outs(chance: random.Random) -> tuple[Out, ...]:
    """`main` has no delay: what it shows is the permission itself."""
    extra = [
        Out("fan", AUX, chance.choice((0, 0, 2_000)), chance.choice((0, 30_000, 90_000))),
        Out("pump", AUX, 0, chance.choice((10_000, 300_000))),
        Out("beam", POWER, chance.choice((1_000, 4_000)), chance.choice((0, 0, 3_000))),
        Out("brake", POWER, 0, chance.choice((2_000, 8_000))),
        Out("bolt", PULSE, chance.choice((0, 1_000))),
        Out("guard", DEADMAN),
    ]
    outs = [Out("main", POWER), *chance.sample(extra, chance.randint(1, 4))]
    chance.shuffle(outs)
    return tuple(outs)


def _ends(chance: random.Random, metered: bool) -> dict[str, str]:
    ends = {cause: chance.choice(_ALL) for cause in _WHENEVER}
    ends["limit"] = chance.choice((NOW, WHEN_IDLE, WHEN_IDLE, WHEN_IDLE, WARN, ALARM))
    ends["tap"] = chance.choice((NOW, WHEN_IDLE))
    ends["idle"] = chance.choice((NOW, NOW, WARN, ALARM))
    if metered:
        ends["overrun"] = chance.choice((NOW, ALARM, WARN))
    return ends


# --- the lab -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Founded:
    """Books with everybody in them, to be copied for each seed; the texts are shared."""

    state: Path
    catalogue: Catalogue
    uids: dict[str, Uid] = field(default_factory=lambda: dict(BADGES))

    def settle_in(self, folder: Path, kits: Iterable[Kit]) -> Settings:
        """A lab with these machines in a folder of its own, on a copy of the books."""
        shutil.copytree(self.state, folder / "state")
        return settings_of(folder, kits)


def settings_of(folder: Path, kits: Iterable[Kit]) -> Settings:
    path = folder / "bench.toml"
    path.write_text(_LAB + "".join(kit.toml() for kit in kits), "utf-8")
    return config.load(path)


def founded(folder: Path) -> Founded:
    """The lab's people: three who may work, and a manager."""
    settings = settings_of(folder, drawn(random.Random(0)))
    clock = SimClock(BEGINS_MS)
    found(settings, clock)
    with Office(settings, clock) as office:
        for handle in WORKERS:
            office.enrol(handle, str(BADGES[handle]))
            assert office.do(("grant", "give", handle, "skill", "--level", "autonomous", *BECAUSE))
        given = badges.add(office.desk, "zoe", "zoe", str(BADGES["zoe"]))
        assert not hasattr(given, "code"), given
    return Founded(settings.gate.state, catalogue_of(settings))


def enrolment() -> tuple[tuple[str, ...], ...]:
    """How everybody came to be here, as the command line says it."""
    words: list[tuple[str, ...]] = []
    for handle in WORKERS:
        words.append(("member", "add", handle.title(), "--id", handle, "--by", "zoe"))
        words.append(("badge", "add", handle, str(BADGES[handle]), "--by", "zoe"))
        words.append(("grant", "give", handle, "skill", "--level", "autonomous", *BECAUSE))
    words.append(("badge", "add", "zoe", str(BADGES["zoe"]), "--by", "zoe"))
    return tuple(words)
