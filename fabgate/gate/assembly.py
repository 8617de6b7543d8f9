"""The daemon's objects, put together without a thread.

`run.py` gives them threads, a rehearsal drains them one after another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fabgate.config import Settings
from fabgate.devices.protocols import Bench
from fabgate.events import Event, LockChanged
from fabgate.gate.boot import Books, last_ends
from fabgate.gate.ink import InkWell
from fabgate.gate.lookup import Lookup, Terms
from fabgate.gate.loop import Edges, Loop
from fabgate.gate.meters import MeterEdge
from fabgate.gate.outputs import WAVE_MS, Outputs
from fabgate.gate.panel import Panels
from fabgate.gate.post import Post
from fabgate.gate.readers import ReaderEdge, Ring
from fabgate.gate.readers import edges as edges_of
from fabgate.gate.sensing import Sensing
from fabgate.link.hooks import LastWord
from fabgate.model import Clock, MachineId
from fabgate.rules import sequence
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
    meters: tuple[MeterEdge, ...] = ()


def assemble(
    settings: Settings,
    books: Books,
    catalogue: Catalogue,
    bench: Bench,
    clock: Clock,
    edges: Edges,
    post: Callable[[Event], None],
    word: LastWord | None = None,
    wave_ms: int = WAVE_MS,
) -> Gate:
    """The gate of these settings on this bench. `post` puts an event into the loop's inbox, `word` is what
    its hub said, None where it has joined none; `wave_ms` lie between two edges of a dead man's wave.

    Raises StoreError without keys.
    """
    keys = Ring(settings.gate.state)
    rules = {machine: wired.rules for machine, wired in settings.machines.items()}
    titles = {machine: one.title for machine, one in rules.items()}
    panels = Panels(bench.machines, catalogue, clock, titles)
    meters = _meters(settings, bench, clock, post)
    posts = [
        Post(
            rules[machine],
            Outputs(rules[machine], devices.outputs, wave_ms),
            Sensing(machine, devices.inputs, clock, post),
            meters.get(machine),
        )
        for machine, devices in bench.machines.items()
    ]
    return Gate(
        loop=Loop(posts, clock, edges, panels, settings.gate.beat_ms, clock.now().synced),
        ink=InkWell(books.store, clock, books.owed),
        lookup=Lookup(
            books.store, rules, clock, Terms(settings.charter, settings.lab.zone, word, settings.tariff)
        ),
        panels=panels,
        readers=tuple(
            edge
            for machine, devices in bench.machines.items()
            for edge in edges_of(machine, devices.readers, keys, clock, post)
        ),
        keys=keys,
        meters=tuple(meters.values()),
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


def begin_run_ons(gate: Gate, books: Books, clock: Clock) -> None:
    """Let extraction and cooling run on where a restart, or a crash, broke them off."""
    runs_on = [machine for machine, post in gate.loop.posts.items() if sequence.runs_on(post.rules)]
    gate.loop.run_on(last_ends(books, runs_on), clock.now())


def watch_inputs(gate: Gate) -> None:
    """From now on the inputs speak; an emergency stop that is pressed already says so."""
    for post in gate.loop.posts.values():
        post.sensing.watch()


def _meters(
    settings: Settings, bench: Bench, clock: Clock, post: Callable[[Event], None]
) -> dict[MachineId, MeterEdge]:
    found = {
        machine: (devices.meter, settings.machines[machine].meter)
        for machine, devices in bench.machines.items()
    }
    return {
        machine: MeterEdge(machine, meter, scale, clock, post)
        for machine, (meter, scale) in found.items()
        if meter is not None and scale is not None
    }
