"""The text of a rehearsal -> what it says, or an error that names the line and the cure.

Used by whoever plays rehearsals (`fabgate rehearse`, the demo, the tests) and by the seeded world,
which writes a failing seed down as one (`writing.py`). The grammar is the design's, section 6:
one action a line in file order, shell quoting, `#` starts a comment where a word would start.
Nothing is played here, and nothing is played at all of a file that has one wrong line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fabgate.errors import BadgeError, FabgateError, ScenarioError
from fabgate.rehearsal import verbs
from fabgate.rehearsal.grammar import Words, fit, split, verb, when
from fabgate.rehearsal.verbs import Action, Expectation

LARGEST = 4 * 1024 * 1024
"""Bytes. A month of 200 sessions a day is a quarter of it; a disk image given by mistake is not read."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Begins:
    """The wall clock at time zero (UTC, ms), and the zone that the rehearsal gave it in."""

    wall_ms: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Scenario:
    """A rehearsal that can be played: its configuration files, when it begins, its lines in order.

    `lab` is the first gate's, `gates` those of the others; `hub` is None for a lone gate.
    """

    path: Path
    lab: Path
    clock: Begins
    actions: tuple[Action, ...]
    gates: tuple[Path, ...] = ()
    hub: Path | None = None


def load(path: Path) -> Scenario:
    """The scenario in a file (UTF-8, at most 4 MiB). Raises ScenarioError with file and line."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as wrong:
        raise ScenarioError(f"{path}: {wrong.strerror}", "Name a rehearsal file that can be read.") from wrong
    if len(raw) > LARGEST:
        raise ScenarioError(
            f"{path}: larger than {LARGEST // 1024**2} MiB", "A rehearsal is a text; split a long one."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        raise ScenarioError(f"{path}:{line}: not UTF-8 text", "Save the file as UTF-8.") from wrong
    return parse(text, path)


def parse(text: str, path: Path) -> Scenario:
    """The scenario that a text says; `path` is named in errors, and `lab` is relative to its folder.

    Raises ScenarioError (file:line, what is wrong, how it should read) for: a line that is not in
    the grammar, a time that goes back, a number that is no badge's, `run` of something that cannot
    be rehearsed, no `lab`, no `clock`, no `expect`, a second `gate` without a `hub`.
    """
    reading = _Reading(path)
    number = 0
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        try:
            words = split(line)
            if words:
                reading.take(number, words)
        except (ScenarioError, BadgeError) as wrong:
            raise _at(path, number, wrong) from wrong
    try:
        return reading.scenario()
    except ScenarioError as wrong:
        raise _at(path, number, wrong) from wrong


def at_line(scenario: Scenario, line: int, wrong: FabgateError) -> ScenarioError:
    """The same complaint, with the file and the line that it is about."""
    return _at(scenario.path, line, wrong)


def _at(path: Path, line: int, wrong: FabgateError) -> ScenarioError:
    return ScenarioError(f"{path}:{line}: {wrong.what}", wrong.remedy)


class _Reading:
    """What was read so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lab: Path | None = None
        self._gates: list[Path] = []
        self._hub: Path | None = None
        self._clock: Begins | None = None
        self._actions: list[Action] = []
        self._at_ms = 0
        self._ran = self._expects = False

    def take(self, line: int, words: Words) -> None:
        match words:
            case ["lab", *_]:
                self._once("lab", self._lab)
                [name] = fit(words, "lab FILE")
                self._lab = self._path.parent / name
            case ["gate", *_]:
                self._once("gate", None)
                [name] = fit(words, "gate FILE")
                self._gates.append(self._path.parent / name)
            case ["hub", *_]:
                self._once("hub", self._hub)
                [name] = fit(words, "hub FILE")
                self._hub = self._path.parent / name
            case ["clock", *_]:
                self._once("clock", self._clock)
                self._clock = _begins(*fit(words, "clock DATE ZONE"))
            case _:
                self._act(line, words)

    def _once(self, word: str, before: object) -> None:
        if before is None and not self._actions:
            return
        if word == "gate":
            raise ScenarioError("`gate` comes before the first action", "Put the line under `lab`.")
        raise ScenarioError(f"`{word}` comes once, before the first action", f"Leave one `{word}` line.")

    def _act(self, line: int, words: Words) -> None:
        at_ms, rest = when(words, self._at_ms)
        if at_ms < self._at_ms:
            raise ScenarioError(
                f"{' '.join(words[: len(words) - len(rest)])} lies before the line above it",
                "Time does not go back; put the lines in their order.",
            )
        said = verb(rest)
        if isinstance(said, verbs.Printed | verbs.NotPrinted | verbs.ExitIs) and not self._ran:
            raise ScenarioError("nothing was `run` before this", "Put a `run` line above it.")
        self._ran |= isinstance(said, verbs.Run)
        self._expects |= isinstance(said, Expectation)
        self._at_ms = at_ms
        self._actions.append(Action(line, at_ms, said))

    def scenario(self) -> Scenario:
        if self._lab is None:
            raise ScenarioError("there is no `lab` line", "Begin with: lab FILE.toml")
        if self._clock is None:
            raise ScenarioError(
                "there is no `clock` line", "Begin with: clock 2026-10-24T09:00 Europe/Brussels"
            )
        if self._gates and self._hub is None:
            raise ScenarioError(
                "a second `gate` and no hub that they would share", "Add a line such as: hub hub.toml"
            )
        if not self._expects:
            raise ScenarioError(
                "nothing is expected, so nothing can fail", "Add a line such as: +0 expect laser relay off"
            )
        actions, gates = tuple(self._actions), tuple(self._gates)
        return Scenario(self._path, self._lab, self._clock, actions, gates, self._hub)


def _begins(wall: str, zone_name: str) -> Begins:
    try:
        zone = ZoneInfo(zone_name)
    except (KeyError, ValueError, OSError) as wrong:
        raise ScenarioError(
            f"there is no time zone {zone_name!r}", "Name one like Europe/Brussels."
        ) from wrong
    try:
        local = datetime.fromisoformat(wall)
    except ValueError as wrong:
        raise ScenarioError(f"{wall!r} is no date and time", "Write it as 2026-10-24T09:00") from wrong
    if not 1970 < local.year < 3000:
        raise ScenarioError(f"the year {local.year} is not one to rehearse", "Take one from 1971 to 2999.")
    return Begins((_instant(local, zone) - EPOCH) // timedelta(milliseconds=1), zone)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The one instant that a wall clock in a zone means. Raises ScenarioError for none and for two."""
    bare = local.replace(tzinfo=None)
    if local.tzinfo is not None:
        readings = {local.astimezone(UTC)}
    else:
        readings = {bare.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    real = sorted(at for at in readings if at.astimezone(zone).replace(tzinfo=None) == bare)
    if not real:
        raise ScenarioError(f"no clock in {zone} ever shows {local.isoformat()}", "Take another time.")
    if len(real) > 1:
        both = " or ".join(at.astimezone(zone).isoformat() for at in real)
        raise ScenarioError(f"clocks in {zone} show {local.isoformat()} twice", f"Say which: {both}")
    return real[0]
