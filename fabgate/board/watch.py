"""One look at the books for all live pages: ten times a second, for as long as anybody looks at one.

Lives in the board's event loop and is used there only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager, suppress

from anyio import CapacityLimiter
from starlette.applications import Starlette

from fabgate.board.house import House
from fabgate.errors import StoreError
from fabgate.store.db import Reader
from fabgate.store.files import inode

log = logging.getLogger(__name__)
Sign = Callable[[House], Hashable]
"""Something cheap that tells whether what it stands for has changed: when a file was written last."""

LOOK_S = 0.1
_SOUND_EVERY = 10  # looks: whether the database is still the file that is open
_DRAWN_AT_ONCE = 2


class Watch:
    """Counts the changes of the books, and of what the signs stand for, and wakes who waits for one."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.count = 0
        self.listeners = 0
        self.over = False
        self.limiter = CapacityLimiter(_DRAWN_AT_ONCE)  # threads that draw; pages have their own
        self.rest_s = 0.0  # what a drawing costs: a slow computer is not asked for ten a second
        self._signs: Counter[Sign] = Counter()
        self._seen: Hashable = None
        self._reader: Reader | None = None
        self._inode: tuple[int, int] | None = None
        self._looks = 0
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listening(self, sign: Sign | None = None) -> AsyncIterator[None]:
        """For as long as the block lasts, somebody looks."""
        self.listeners += 1
        self._signs.update(() if sign is None else (sign,))
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="board watch")
        try:
            yield
        finally:
            self.listeners -= 1
            self._signs.subtract(() if sign is None else (sign,))
            self._signs = +self._signs
            if self.listeners == 0:
                self._task.cancel()
                self._task = None
                self._looks = 0
                self._close()

    async def change(self, seen: int, at_most_s: float) -> None:
        """Wait until the count is no longer `seen`, the board ends, or the time is over."""
        moved = self._moved
        if self.count == seen and not self.over:
            with suppress(TimeoutError):
                await asyncio.wait_for(moved.wait(), at_most_s)

    def end(self) -> None:
        """Let all live pages end: the board does."""
        self.over = True
        self._wake()

    async def _run(self) -> None:
        while not self.over:
            seen = self._look()
            if seen != self._seen:
                self._seen = seen
                self._wake()
            if self.house.over.is_set():
                self.end()
            await asyncio.sleep(max(LOOK_S, 2 * self.rest_s))

    def _wake(self) -> None:
        self.count += 1
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _look(self) -> Hashable:
        """What is compared with the look before. Books that cannot be read are looked for again."""
        try:
            if self._looks % _SOUND_EVERY == 0 and (self._reader is None or self._is_another()):
                self._open()
            version = None if self._reader is None else (self._inode, self._reader.data_version())
        except StoreError as error:
            log.warning("event=board_cannot_look error=%r", error.what)
            self._close()
            version = None
        self._looks += 1
        return version, tuple(sign(self.house) for sign in self._signs)

    def _open(self) -> None:
        self._close()
        self._inode = inode(self.house.store.path)
        self._reader = self.house.store.reader()

    def _is_another(self) -> bool:
        """Whether another database was put in the place of the one that is open: a restore."""
        return inode(self.house.store.path) != self._inode

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def watch_of(app: Starlette) -> Watch:
    """The watch of a board; made at the first live page."""
    if not hasattr(app.state, "watch"):
        app.state.watch = Watch(app.state.house)
    found: Watch = app.state.watch
    return found
