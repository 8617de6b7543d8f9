"""The virtual lab as processes: two gates on simulated benches and a hub, over a broker of the demo's own.

Nothing is simulated but the benches. All of it listens on this machine only, lives in a folder that is gone
afterwards, and only processes that were started here are ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from fabgate.board.stage import Box, Card, Room, Spot
from fabgate.cli import command
from fabgate.cli.cable import Cable
from fabgate.cli.keeper import Kept
from fabgate.devices import door
from fabgate.errors import DeviceError, LinkError
from fabgate.gate.threads import Turner
from fabgate.link import embedded
from fabgate.model import Hold
from fabgate.rehearsal.cast import HUB, Cast
from fabgate.rehearsal.virtual import GATES, PEOPLE, STRANGER, ZOE, found, of

_LOOK_S, _REST_S = 0.1, 1.0  # how often the room is looked at: while a page is open, and else
_WATCHED_S = 5.0
_END_S = 10.0
_WAKES_S = 20.0
_FOLLOWS_S, _GLANCE_S = 0.5, 0.02
_WORKS_A, _RESTS_A = "8", "0"


_CARDS = (
    Card("ada", of("ada").name, "trainee"),
    Card("bob", of("bob").name, "sponsor"),
    Card("cem", of("cem").name, "autonomous"),
    Card("zoe", of("zoe").name, "manager"),
    Card("stranger", None, "unknown"),
)
_NUMBERS = {one.handle: one.badge for one in (ZOE, *PEOPLE)} | {"stranger": STRANGER}


@contextmanager
def open_lab(kind: str, kept: Kept, language: str = "en") -> Iterator[VirtualLab]:
    """The lab over this kind of broker, for as long as the block lasts; its machines speak this language.

    Raises LinkError, ScenarioError.
    """
    folder = kept.folder / "lab"
    folder.mkdir()
    with ExitStack() as undo:
        broker = undo.enter_context(embedded.broker(folder, kind, kept.start))
        cables = {gate: undo.enter_context(Cable(broker.port)) for gate in GATES}
        ports = {HUB: broker.port} | {gate: cable.port for gate, cable in cables.items()}
        cast = found(folder, ports, command, time.time_ns() // 1_000_000, language)
        runs = {name: undo.enter_context(_Process(kept, folder, name)) for name in (HUB, *GATES)}
        lab = VirtualLab(cast, runs, cables)
        watch = Turner("stage", lab.look)
        undo.callback(watch.ended, _END_S)
        undo.callback(watch.finish)
        yield lab


class _Process:
    """A daemon of the lab that can be killed and started again. It ends with its block."""

    def __init__(self, kept: Kept, folder: Path, name: str) -> None:
        words = ("hub", "run") if name == HUB else ("run",)
        self._argv = [sys.executable, "-m", "fabgate", "--config", str(folder / f"{name}.toml"), *words]
        self._log, self._kept = folder / f"{name}.log", kept
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        if not self.lives:
            with self._log.open("ab") as log:
                self._process = self._kept.start(self._argv, log)

    def kill(self) -> None:
        """As the mains do."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class VirtualLab:
    """The lab's room with hands in it: a `board.stage.Stage`."""

    cards = _CARDS
    people: Mapping[str, str] = {"zoe": "/members", "tess": "/money/{last}", "ada": "/me"}
    manager = ZOE.handle

    def __init__(self, cast: Cast, runs: Mapping[str, _Process], cables: Mapping[str, Cable]) -> None:
        assert cast.hub is not None
        self.hub_settings = cast.hub
        self._cast, self._runs, self._cables = cast, runs, cables
        self._lock, self._looking = Lock(), Lock()
        self._held: set[tuple[str, str]] = set()  # inputs that are pressed: they outlive a power cut
        self._lying: dict[str, str] = {}  # badges in slots, by machine: so do they
        self._room = self._look()
        self._count = 0
        self._asked_s = 0.0

    # --- what is seen

    @property
    def count(self) -> int:
        self._asked_s = time.monotonic()
        return self._count

    def room(self) -> Room:
        self._asked_s = time.monotonic()
        return self._room

    def look(self) -> float:
        """See how the room is now; in how many seconds to look again."""
        with self._looking:
            now = self._look()
            for spot in now.spots:
                if spot.shown.get("current", _RESTS_A) != _RESTS_A and not spot.on:
                    self._rest(spot)
            if now != self._room:
                self._room = replace(now, happened=self._room.happened | _happened(self._room, now))
                self._count += 1
        return _LOOK_S if time.monotonic() - self._asked_s < _WATCHED_S else _REST_S

    def _look(self) -> Room:
        shown = {gate: self._shown(gate) for gate in GATES}
        boxes = tuple(
            Box(gate, self._runs[gate].lives, bool(shown[gate]), self._cables[gate].plugged) for gate in GATES
        )
        spots = tuple(
            Spot(
                str(machine),
                one.rules.title,
                gate,
                one.rules.hold is Hold.SLOT,
                tuple(pin.name for pin in one.inputs),
                one.meter is not None,
                bool(one.outputs),
                shown[gate].get(str(machine), {}),
            )
            for gate in GATES
            for machine, one in self._cast.gates[gate].machines.items()
        )
        happened = self._room.happened if hasattr(self, "_room") else frozenset[str]()
        switched_first = tuple(sorted(spots, key=lambda one: not one.switched))
        return Room(boxes, switched_first, self._runs[HUB].lives, happened)

    def _rest(self, spot: Spot) -> None:
        """A machine whose power is gone draws nothing; a bench does what it is told."""
        with suppress(DeviceError):
            door.ask(self._state(spot.gate), f"current {spot.machine} {_RESTS_A}")

    def _shown(self, gate: str) -> dict[str, dict[str, str]]:
        if not self._runs[gate].lives:
            return {}
        try:
            found: dict[str, dict[str, str]] = json.loads(door.ask(self._state(gate), "show"))
        except DeviceError:
            return {}
        return found

    def _state(self, gate: str) -> Path:
        return self._cast.gates[gate].gate.state

    # --- what is done

    def touch(self, machine: str, card: str) -> None:
        spot = self._spot(machine)
        number = _NUMBERS.get(card)
        if number is None:
            raise DeviceError(f"there is no badge {card!r} here", "Choose one of the tray.")
        self._say(spot.gate, "hold" if spot.slotted else "tap", machine, str(number))
        if spot.slotted:
            self._lying[machine] = str(number)

    def lift(self, machine: str) -> None:
        self._say(self._spot(machine).gate, "lift", machine)
        self._lying.pop(machine, None)

    def press(self, machine: str, name: str, pressed: bool) -> None:
        self._say(self._spot(machine).gate, "press" if pressed else "release", machine, name)
        held = {(machine, name)}
        self._held = self._held | held if pressed else self._held - held

    def draw(self, machine: str, busy: bool) -> None:
        self._say(self._spot(machine).gate, "current", machine, _WORKS_A if busy else _RESTS_A)

    def power(self, gate: str, on: bool) -> None:
        run = self._run(gate)
        with self._lock:
            if not on:
                run.kill()
            elif not run.lives:
                run.start()
                self._wait_for(gate)
                self._restore(gate)
        self.look()

    def _restore(self, gate: str) -> None:
        """What stood in the room stands there still; the bench of a new process begins empty."""
        for machine, name in self._held:
            if self._spot(machine).gate == gate:
                self._say(gate, "press", machine, name)
        for machine, number in dict(self._lying).items():
            if self._spot(machine).gate == gate:
                self._say(gate, "lay", machine, number)

    def network(self, gate: str, plugged: bool) -> None:
        self._run(gate)
        self._cables[gate].plug(plugged)
        self.look()

    def hub(self, on: bool) -> None:
        with self._lock:
            if on:
                self._runs[HUB].start()
            else:
                self._runs[HUB].kill()
        self.look()

    def _run(self, gate: str) -> _Process:
        if gate not in GATES:
            raise DeviceError(f"there is no gate {gate!r} here", f"There are: {', '.join(GATES)}.")
        return self._runs[gate]

    def _spot(self, machine: str) -> Spot:
        spot = self._room.spot(machine)
        if spot is None:
            raise DeviceError(f"there is no machine {machine!r} here", "Look at the page again.")
        return spot

    def _say(self, gate: str, *words: str) -> None:
        """Say it at the door, and wait a moment for what follows: who has no script sees it at once."""
        before, end = self._shown(gate), time.monotonic() + _FOLLOWS_S
        answer = door.ask(self._state(gate), " ".join(words))
        if answer.startswith("error"):
            raise DeviceError(answer.removeprefix("error").strip(), "Look at the machine again.")
        while self._shown(gate) == before and time.monotonic() < end:
            time.sleep(_GLANCE_S)
        self.look()

    def _wait_for(self, gate: str) -> None:
        end = time.monotonic() + _WAKES_S
        while not self._shown(gate):
            if time.monotonic() > end:
                raise LinkError(f"{gate} does not come up", "Look whether this machine is busy.")
            time.sleep(_LOOK_S)


def _happened(before: Room, now: Room) -> frozenset[str]:
    """The steps of the story that this change was."""
    seen = {step for spot in now.spots for step in _steps(before.spot(spot.machine), spot, now)}
    woke = any(box.awake and not was.awake for was, box in zip(before.boxes, now.boxes, strict=True))
    if woke and "cut" in before.happened:
        seen.add("back")
    return frozenset(seen)


def _steps(was: Spot | None, spot: Spot, now: Room) -> Iterator[str]:
    if spot.shown.get("lamp", "").startswith("blue"):
        yield "asked"
    if spot.shown.get("relay") == "on":
        yield "on"
    box = now.box(spot.gate)
    if was is not None and was.shown.get("relay") == "on" and box is not None and not box.powered:
        yield "cut"
