"""Who is on site, merged from all gates and the hub's own desk, and told to each gate that can use it.

A gate is not told its own words: those it has, and newer. Nothing is retained: a gate that comes is told
when it says hello, each one whenever something changes, and once a minute lest a message was dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks
from fabgate.hub.gates import Gates, Live
from fabgate.link.port import Port
from fabgate.model import Moment
from fabgate.store.present import Word
from fabgate.wire.present import MOST_HERE, Here, Present
from fabgate.wire.roster import SPONSORSHIP
from fabgate.wire.topics import HUB, PRESENT, Topic

AGAIN_MS = 60_000


class OnSite:
    """`stay_ms`: how long a check-in counts by the lab's rules; who went is told for as long."""

    def __init__(self, books: HubBooks, alarms: Alarms, gates: Gates, port: Port, stay_ms: int) -> None:
        self._books, self._alarms, self._gates, self._port = books, alarms, gates, port
        self._lab = books.identity.lab
        self._epoch = books.identity.origin.rpartition("/")[2]
        self._stay_ms = stay_ms
        self._words: Sequence[Word] | None = None  # None: to be read
        self._read_ms = 0
        self._told: dict[str, tuple[Here, ...]] = {}
        self._told_ms: dict[str, int] = {}

    def forget(self) -> None:
        """Nothing is known of what the gates have heard."""
        self._told.clear()

    def begin(self, live: Live) -> None:
        """A gate says hello: what it was told before may be lost."""
        self._told.pop(live.name, None)

    def moved(self) -> None:
        """Somebody came or went, or may have."""
        self._words = None

    def turn(self, at: Moment) -> None:
        """Tell each gate what it has not been told."""
        for live in self._gates:
            if live.talks and live.info is not None and SPONSORSHIP in live.info.features:
                self._tell(live, at)

    def _tell(self, live: Live, at: Moment) -> None:
        here = latest(word for word in self._now(at) if word.gate != live.name and self._counts(word))
        known = live.name in self._told and self._told[live.name] == here
        if known and at.boot_ms - self._told_ms[live.name] < AGAIN_MS:
            return
        self._told[live.name], self._told_ms[live.name] = here, at.boot_ms
        self._port.publish(str(Topic(self._lab, live.name, PRESENT)), self._message(here))

    def _counts(self, word: Word) -> bool:
        """Nothing that a retired gate says counts any more."""
        live = self._gates.get(word.gate)
        return live is None or not live.retired

    def _now(self, at: Moment) -> Sequence[Word]:
        if self._words is None or at.boot_ms - self._read_ms >= AGAIN_MS:
            self._words, self._read_ms = self._books.on_site(at.wall_ms - self._stay_ms), at.boot_ms
        return self._words

    def _message(self, here: tuple[Here, ...]) -> bytes:
        """The newest come first, so that of a list that is too long those who went long ago are left out."""
        for most in (MOST_HERE, MOST_HERE // 2):
            try:
                data = Present(self._epoch, here[:most]).encode()
            except ValueError:  # ids of the longest sort: not ours
                continue
            if any(one.out_ms is None for one in here[most:]):
                self._alarms.tell(HUB, Alarm.TOO_MANY, f"more than {most} people are checked in")
            return data
        self._alarms.tell(HUB, Alarm.UNSOUND, "who is checked in cannot be told: ids that no gate would take")
        return Present(self._epoch, ()).encode()


def latest(words: Iterable[Word]) -> tuple[Here, ...]:
    """The last word of each member, whichever gate said it: those who are here first, the newest first."""
    last: dict[str, Word] = {}
    for word in words:
        known = last.get(word.member)
        if known is None or _said_ms(word) > _said_ms(known):
            last[word.member] = word
    found = sorted(last.values(), key=lambda word: (word.out_ms is not None, -_said_ms(word), word.member))
    return tuple(Here(word.member, word.since_ms, word.out_ms) for word in found)


def _said_ms(word: Word) -> int:
    return word.since_ms if word.out_ms is None else word.out_ms
