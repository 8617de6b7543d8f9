"""The rights of the hub as they come in: pages in the hub's order, taken up in small slices.

A tap waits while a slice is written, so one takes a few milliseconds however long its page is; the
order stays the hub's, so that every slice leaves a roster that the hub once had, and whoever was
revoked on the way never gets in again by a part of it. `arrived` moves with the last slice of a page,
in the same transaction. A page that does not fit is not taken: the hub is told what is here instead.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from fabgate.link.hooks import Refused
from fabgate.link.pace import Pace
from fabgate.model import Clock, RecordId
from fabgate.store import rights
from fabgate.store.db import Pen, Writer
from fabgate.store.linked import Linked, Needs, keep, linked
from fabgate.wire.roster import Need, Page, Right, lacking

log = logging.getLogger(__name__)
STREAM = 8  # pages that the hub has on their way at most
MOST_PAGES = 2 * STREAM  # that wait here
TELL = STREAM // 2  # pages that are taken up before the hub is told: it need not stop in between
CHUNK = 8  # rights that are taken up between two looks at the clock
SLICE_MS = 2  # of taking up in one transaction
PATIENCE_MS = 500  # for the writer's lock: the gate's own ink goes before the hub's rights
EVERY_MS = 60_000  # a page that a broker dropped on its way is noticed by asking


@dataclass(slots=True)
class Waiting:
    """A page that is taken up, and how many of its rights are."""

    page: Page
    done: int = 0


class Intake:
    """Takes up the hub's rights. Used by the link's thread."""

    def __init__(
        self,
        clock: Clock,
        chance: Callable[[], float],
        ask: Callable[[Need], None],
        refuse: Callable[[Refused], None],
    ) -> None:
        """`ask` tells the hub what is here; `refuse` says which machines may not start (`*`: all)."""
        self._clock, self._ask, self._refuse = clock, ask, refuse
        self._pages: deque[Waiting] = deque()
        self._pace = Pace(chance)
        self._unsaid = 0  # pages that were taken up since the hub was told
        self._asked_ms = 0
        self.now = Linked()
        self.end = 0  # the hub's newest, as far as it has said
        self.unfit = 0  # rights that could not be taken up
        self.forked = False  # to be noted, so that the next start begins a new epoch

    def open(self, writer: Writer) -> None:
        """What was in force is in force, and what was refused is refused, before anything is heard."""
        self.now = linked(writer.conn)
        self._refuse(lacking(self.now.needs))

    # --- what is heard

    def ask(self) -> None:
        """Tell the hub what is here: it sends what came after."""
        now_ms = self._clock.now().boot_ms
        self._unsaid, self._asked_ms = 0, now_ms
        self._pace.wait(now_ms)
        self._ask(Need(self.now.hub, self.now.arrived))

    def lost(self) -> None:
        """What waited comes again, from the broker or from the hub."""
        self._pages.clear()
        self._pace.rest()

    def take(self, page: Page) -> None:
        """A page came: it waits for its turn if it goes on from what is here.

        One of a hub that began anew must be its first. One that came twice is no news.
        """
        hub, arrived = self._reached()
        arrived = arrived if page.hub == hub else 0
        if page.hub == hub and page.upto <= arrived:
            self.end = max(page.end, self.end)
        elif page.after > arrived or len(self._pages) >= MOST_PAGES:
            self.end = page.end
            if not self._pages and not self._pace.is_waiting(self._clock.now().boot_ms):
                self.ask()
        else:
            self.end = page.end
            self._pages.append(Waiting(page))

    def _reached(self) -> tuple[str | None, int]:
        """Where this gate will stand when all that waits is taken up."""
        if self._pages:
            return self._pages[-1].page.hub, self._pages[-1].page.upto
        return self.now.hub, self.now.arrived

    # --- what is done

    @property
    def busy(self) -> bool:
        return bool(self._pages)

    def turn(self, writer: Writer) -> int | None:
        """Take up a slice of what waits, or ask where nothing comes.

        Gives the milliseconds until there is something to do again; None: nothing. Raises StoreError
        where it cannot be written: it is tried again, and nothing is lost.
        """
        now_ms = self._clock.now().boot_ms
        if self.forked and not self.now.forked:
            self._note_fork(writer)
        if self._pages:
            self._slice(writer, self._pages[0])
            return 0
        behind = self.now.arrived < self.end
        if now_ms - self._asked_ms >= EVERY_MS or (behind and self._pace.is_due(now_ms)):
            self.ask()
        due_ms = self._asked_ms + EVERY_MS
        if behind and self._pace.due_ms is not None:
            due_ms = min(due_ms, self._pace.due_ms)
        return max(0, due_ms - now_ms)

    def _slice(self, writer: Writer, waiting: Waiting) -> None:
        page = waiting.page
        refused = lacking(page.needs)
        if waiting.done == 0:
            # Before it is in force: no tap is judged by rules that this gate cannot read.
            self._refuse(refused | lacking(self.now.needs))
        with writer.write(PATIENCE_MS) as pen:
            done = self._take_some(pen, page, waiting.done)
            over = done == len(page.rights)
            now = self._after(page, over)
            if now != self.now:
                keep(pen, now)
        waiting.done, self.now = done, now
        if over:
            self._pages.popleft()
            self._over(refused)

    def _note_fork(self, writer: Writer) -> None:
        now = replace(self.now, forked=True)
        with writer.write(PATIENCE_MS) as pen:
            keep(pen, now)
        self.now = now

    def _take_some(self, pen: Pen, page: Page, done: int) -> int:
        since_ms = self._clock.now().boot_ms
        while done < len(page.rights) and self._clock.now().boot_ms - since_ms < SLICE_MS:
            for right in page.rights[done : done + CHUNK]:
                self._take_one(pen, right)
                done += 1
            pen.settle()
        return done

    def _take_one(self, pen: Pen, right: Right) -> None:
        """One that cannot be taken up is told and passed over: those behind it may be revocations."""
        outcome = rights.take(
            pen, RecordId.of(right.record), bytes.fromhex(right.hash), right.body, right.beside
        )
        if isinstance(outcome, rights.Differs | rights.Unfit):
            self.unfit += 1
            log.critical("event=right_not_taken record=%s why=%s", right.record, type(outcome).__name__)

    def _after(self, page: Page, over: bool) -> Linked:
        """What is written with a slice: its needs with the first, how far this gate is with the last."""
        needs = page.needs if over else _both(self.now.needs, page.needs)
        now = replace(self.now, needs=dict(needs))
        if over:
            return replace(now, hub=page.hub, arrived=page.upto)
        if page.hub != self.now.hub:
            return replace(now, hub=page.hub, arrived=0)
        return now

    def _over(self, refused: Refused) -> None:
        self._refuse(refused)
        self._unsaid += 1
        self._pace.again(self._clock.now().boot_ms)
        if self.now.arrived >= self.end or self._unsaid >= TELL:
            self.ask()


def _both(one: Needs, other: Needs) -> Needs:
    return {name: tuple(sorted({*one.get(name, ()), *other.get(name, ())})) for name in {**one, **other}}
