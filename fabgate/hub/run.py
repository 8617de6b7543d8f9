"""`fabgate hub run`: the daemon. One thread drives the broker's client and the engine in turn.

READY means: the books are open and nobody else runs on them. Whether the broker is there does not count:
the hub waits for it, as every gate does. The watchdog is fed by the thread's own progress.
"""

from __future__ import annotations

import logging
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from types import FrameType

from fabgate import VERSION
from fabgate.config import Settings
from fabgate.config.settings import HubSettings
from fabgate.devices.clock import SystemClock
from fabgate.devices.notify import Notify
from fabgate.errors import ConfigError, LinkError, StoreBusy, StoreCorrupt, StoreError
from fabgate.hub.books import SqliteBooks
from fabgate.hub.engine import Hub, hub_state, will
from fabgate.hub.tidying import Tidying
from fabgate.link.dial import Address, Credentials
from fabgate.link.hooks import FOLDER
from fabgate.link.joined import joined
from fabgate.link.mqtt import MqttPort
from fabgate.link.talk import Manner, Will
from fabgate.model import Clock
from fabgate.records import Draft, GateStarted, GateStopped
from fabgate.reports.checks import RUN_LOCK
from fabgate.store import db, journal
from fabgate.store.db import Store
from fabgate.store.files import Lock
from fabgate.store.keys import Keys
from fabgate.wire import topics
from fabgate.wire.topics import HUB

log = logging.getLogger(__name__)
GLANCE_MS = 1_000
LAST = 100
FEED_MS = 1_000
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LOOPBACK = "127.0.0.1"
# Fifty gates send four batches at a time each; one message may carry one record of 256 KB.
MANNER = Manner(receive=200, send=200, largest=320 * 1024)


Beside = Callable[[], AbstractContextManager[object]]


class Daemon:
    """A running hub. `end` stops it, from a signal handler too; `beside` runs while it serves."""

    def __init__(self, settings: Settings, clock: Clock, beside: Beside = nullcontext) -> None:
        self._settings, self._clock, self._beside = settings, clock, beside
        self._over = False
        self._port: MqttPort | None = None
        self._fed_ms = 0

    def end(self) -> None:
        self._over = True
        if self._port is not None:
            self._port.wake()

    def run(self) -> int:
        """Serve until told to stop. Raises StoreError, LinkError where it cannot start."""
        books = open_books(self._settings, self._clock)
        notify = Notify()
        try:
            instance = f"{random.SystemRandom().getrandbits(32):08x}"
            self._port = open_port(self._settings, books, instance)
            hub = Hub(books, self._settings, self._clock, self._port, instance)
            hub.open()
            notify.say("READY=1")
            log.info("event=ready origin=%s", books.identity.origin)
            with self._beside():
                self._serve(hub, self._port, notify, Tidying(self._settings, books, hub.alarms))
            notify.say("STOPPING=1")
            hub.close()
            with suppress(StoreError):
                books.stopped(Draft(self._clock.now(), GateStopped()))
        finally:
            if self._port is not None:
                self._port.close()
            books.close()
            notify.close()
        log.info("event=stopped")
        return 0

    def _serve(self, hub: Hub, port: MqttPort, notify: Notify, tidying: Tidying) -> None:
        wait_s = 0.0
        while not self._over:
            for event in port.poll(wait_s):
                hub.handle(event)
            wait_s = hub.turn()
            now = self._clock.now()
            tidying.turn(now)
            if now.boot_ms - self._fed_ms >= FEED_MS:
                self._fed_ms = now.boot_ms
                notify.say("WATCHDOG=1")


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Let no other hub run on these books meanwhile. Raises StoreBusy, StoreError where there are none."""
    store = Store(settings.gate.state)
    if not store.exists():
        raise StoreError(f"{store.path} is not there", "Make the hub first: fabgate hub init --manager NAME")
    lock = Lock(store.folder / RUN_LOCK)
    try:
        lock.take(GLANCE_MS)
    except StoreBusy:
        lock.close()
        raise StoreBusy(
            f"another hub runs on these books: {store.folder}", "Stop it first (systemctl stop fabgate-hub)."
        ) from None
    try:
        yield
    finally:
        lock.close()


def open_books(settings: Settings, clock: Clock) -> SqliteBooks:
    """The books of the hub, opened for a run. Books that are not sound are moved aside: a new epoch
    begins, and the gates give back what they have. Raises StoreError."""
    folder = settings.gate.state
    Keys.load(folder)
    try:
        return _opened(settings, clock)
    except StoreCorrupt as error:
        previous = db.last_known(folder)
        aside = db.move_aside(folder, clock.now())
        log.critical("event=database_corrupt moved_to=%s error=%r", aside, error.what)
        db.create(folder, settings.lab.name, HUB, clock.now(), cause="corrupt", previous=previous)
        return _opened(settings, clock)


def _opened(settings: Settings, clock: Clock) -> SqliteBooks:
    db.migrate(settings.gate.state, clock.now())
    with Store(settings.gate.state).writer() as writer:
        found = journal.verify(writer.conn, last=LAST).broken
        for one in found:
            log.critical("event=books_broken record=%s what=%r", one.record, one.what)
        clean = journal.was_clean(writer.conn)
        with writer.write() as pen:
            pen.append(Draft(clock.now(), GateStarted(VERSION, clean)))
            journal.mark_run(pen, clean=False)
    return SqliteBooks(Store(settings.gate.state))


def open_port(settings: Settings, books: SqliteBooks, instance: str) -> MqttPort:
    """The hub's own client of its broker. Raises ConfigError, LinkError."""
    hub = settings.hub
    if hub is None:
        raise ConfigError(f"{settings.path}: this is not the configuration of a hub", "It has no [hub].")
    where, credentials = _broker(settings, hub)
    lab = settings.lab.name
    last = Will(hub_state(lab), will(books, instance))
    return MqttPort(
        where, credentials, HUB, last, topics.to_hub(lab), random.SystemRandom().random, manner=MANNER
    )


def _broker(settings: Settings, hub: HubSettings) -> tuple[Address, Credentials | None]:
    if not hub.tls:
        return Address(LOOPBACK, hub.port), None
    found = joined(settings.gate.state)
    if found is None:
        raise LinkError(
            f"{settings.gate.state / FOLDER}: the hub has no certificate", "Make it: fabgate hub init"
        )
    return Address(found.address, found.port), Credentials.within(found.folder)


def run(settings: Settings, beside: Beside = nullcontext) -> int:
    """Run the hub until SIGTERM, SIGINT or SIGHUP; the exit status. `beside` is entered once it serves.

    Raises ConfigError, LinkError or StoreError when it cannot start.
    """
    if settings.hub is None:
        raise ConfigError(
            f"{settings.path}: this is not the configuration of a hub",
            "It has no [hub]. A gate runs with `fabgate run`.",
        )
    with alone(settings):
        daemon = Daemon(settings, SystemClock(settings.gate.clock), beside)

        def ended(_signal: int, _frame: FrameType | None) -> None:
            daemon.end()

        for one in ENDS:
            signal.signal(one, ended)
        return daemon.run()
