"""The daemon's objects, put together without a thread.

`run.py` gives them threads, a rehearsal drains them one after another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fabgate.config import Settings
from fabgate.devices.protocols import Bench, Input
from fabgate.errors import DeviceError
from fabgate.events import Event, LockChanged, Mended, Troubled
from fabgate.gate.boot import Books
from fabgate.gate.ink import InkWell
from fabgate.gate.lookup import Lookup, Terms
from fabgate.gate.loop import Edges, Loop, Post
from fabgate.gate.panel import Panels
from fabgate.gate.readers import ReaderEdge, Ring
from fabgate.gate.readers import edges as edges_of
from fabgate.link.hooks import LastWord
from fabgate.model import Clock, MachineId, Sense, Trouble
from fabgate.store import roster
from fabgate.store.db import Store
from fabgate.texts import Catalogue, titles_of


@dataclass(frozen=True, slots=True)
class Gate:
    """One controller: the loop and its edges."""

    loop: Loop
    ink: InkWell
    lookup: Lookup
    panels: Panels
    readers: tuple[ReaderEdge, ...]
    keys: Ring


def assemble(
    settings: Settings,
    books: Books,
    catalogue: Catalogue,
    bench: Bench,
    clock: Clock,
    edges: Edges,
    post: Callable[[Event], None],
    word: LastWord | None = None,
) -> Gate:
    """The gate of these settings on this bench. `post` puts an event into the loop's inbox, `word` is what
    its hub said, None where it has joined none.

    Raises StoreError without keys.
    """
    keys = Ring(settings.gate.state)
    rules = {machine: wired.rules for machine, wired in settings.machines.items()}
    titles = {machine: one.title for machine, one in rules.items()}
    panels = Panels(bench.machines, catalogue, clock, titles)
    posts = [Post(rules[machine], devices) for machine, devices in bench.machines.items()]
    return Gate(
        loop=Loop(posts, clock, edges, panels, settings.gate.beat_ms, clock.now().synced),
        ink=InkWell(books.store, clock, books.owed),
        lookup=Lookup(books.store, rules, clock, Terms(settings.charter, settings.lab.zone, word)),
        panels=panels,
        readers=tuple(
            edge
            for machine, devices in bench.machines.items()
            for edge in edges_of(machine, devices.readers, keys, clock, post)
        ),
        keys=keys,
    )


def catalogue_of(settings: Settings) -> Catalogue:
    """What the people of this lab read. Raises ConfigError for a broken file of the lab's own texts."""
    lab = settings.lab
    return Catalogue.load(lab.languages, lab.zone, lab.texts, titles_of(settings.charter))


def apply_locks(gate: Gate, store: Store, clock: Clock) -> None:
    """Lock out what is locked out, before any output is ever driven."""
    with store.reader() as reader:
        for machine in gate.loop.posts:
            if (lock := roster.lock(reader.conn, machine)) is not None:
                gate.loop.handle(LockChanged(machine, lock, clock.now()))


def watch_inputs(bench: Bench, clock: Clock, post: Callable[[Event], None]) -> None:
    """From now on the emergency stops speak; one that is pressed already says so."""
    for machine, devices in bench.machines.items():
        stops = tuple(line for role, line in devices.inputs if role is Sense.ESTOP)
        told = partial(_estop, machine, stops, clock, post)
        for line in stops:
            try:
                line.watch(told)
                if line.pressed:
                    told(True)
            except DeviceError:
                post(Troubled(machine, Trouble.INPUT, clock.now()))


def _estop(
    machine: MachineId, stops: tuple[Input, ...], clock: Clock, post: Callable[[Event], None], pressed: bool
) -> None:
    """One that is released ends nothing while another one is pressed."""
    event = Troubled if pressed or any(map(_pressed, stops)) else Mended
    post(event(machine, Trouble.ESTOP, clock.now()))


def _pressed(line: Input) -> bool:
    """Whether it is pressed, as far as anybody can tell."""
    try:
        return line.pressed
    except DeviceError:
        return True
