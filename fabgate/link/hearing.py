"""What a gate keeps of its hub's word on the lab as it is now: who is on site, and when the hub was heard.

Neither is a right, and neither ever switches anything: the lookup reads both for the next question.
"""

from __future__ import annotations

from collections.abc import Iterable

from fabgate.link.hooks import LastWord
from fabgate.model import MemberId
from fabgate.store import linked, present
from fabgate.store.db import Writer
from fabgate.store.present import Word
from fabgate.wire.present import Here, Present
from fabgate.wire.topics import HUB

PATIENCE_MS = 500  # for the writer's lock, as for rights
NOTED_EVERY_MS = 600_000  # the age of the roster survives a restart to that; a card wears


class Hearing:
    """Used by the link's thread; `word` is read by others."""

    def __init__(self, word: LastWord) -> None:
        self.word = word
        self._said: tuple[Here, ...] | None = None  # and not kept yet
        self._kept: tuple[Here, ...] | None = None
        self._noted_ms: int | None = None  # when that was tried last, by the clock of this boot

    def open(self, writer: Writer) -> None:
        """When the hub was heard before this run."""
        self.word.kept = linked.heard(writer.conn)

    def take(self, said: Present) -> None:
        """The hub says who is on site."""
        self._said = said.here

    def turn(self, writer: Writer) -> int | None:
        """Keep what was said, where it is news. Raises StoreError: then it is tried again."""
        if self._said is not None:
            if self._said != self._kept:
                with writer.write(PATIENCE_MS) as pen:
                    present.put_elsewhere(pen, _words(self._said))
                self._kept = self._said
                self.word.lists += 1
            self._said, self.word.listed = None, True
        self._note(writer)
        return None

    def _note(self, writer: Writer) -> None:
        """Write down when the hub was heard, by a clock that is right; seldom, lest a full disk has work."""
        at, kept = self.word.at, self.word.kept
        if at is None or not at.synced:
            return
        if kept is not None and abs(at.wall_ms - kept.wall_ms) < NOTED_EVERY_MS:
            return
        if self._noted_ms is None or at.boot_ms - self._noted_ms >= NOTED_EVERY_MS:
            self._noted_ms = at.boot_ms
            with writer.write(PATIENCE_MS) as pen:
                linked.put_heard(pen, at)
            self.word.kept = at


def _words(here: Iterable[Here]) -> Iterable[Word]:
    return (Word(MemberId(one.member), HUB, one.since_ms, one.out_ms) for one in here)
