"""The badge keys of the lab at a gate: its own go to the hub, the lab's come back, none is ever lost.

A badge that was enrolled at any gate opens at every gate, as long as the key that it was enrolled
under is live there. The lab's newest comes first: badges are enrolled under that one from now on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from fabgate.errors import StoreError
from fabgate.link.tidings import Tidings
from fabgate.store.keys import Key, Keys
from fabgate.wire.roster import KeyLine, Keyring

log = logging.getLogger(__name__)


class KeyBox:
    """The keys in the state folder. Used by the link's thread."""

    def __init__(self, state: Path, changed: Callable[[], None], tidings: Tidings) -> None:
        """`changed` is called when the file has other keys than before."""
        self._state, self._changed, self._tidings = state, changed, tidings
        self._came: Keyring | None = None  # not in the file yet

    def keys(self) -> Keys:
        """All that are live here. Raises StoreError."""
        return Keys.load(self._state)

    def ring(self) -> Keyring:
        """What the hub is told. Raises StoreError."""
        return Keyring(tuple(KeyLine(key.id, key.secret.hex()) for key in self.keys().live))

    def take(self, ring: Keyring) -> None:
        """The lab's keys came; `turn` puts them into the file."""
        self._came = ring

    def turn(self) -> int | None:
        """Keep what came, durably. Raises StoreError: it is tried again."""
        if self._came is None:
            return None
        own = self.keys()
        both = self._both(own, self._came)
        if both != own:
            both.keep(self._state)
            log.info("event=keys_taken keys=%d", len(both.live))
        self._came = None
        if both != own:
            self._changed()
        return None

    def _both(self, own: Keys, ring: Keyring) -> Keys:
        if not ring.keys:
            return own
        theirs = Keys(tuple(Key(line.id, bytes.fromhex(line.secret_hex)) for line in ring.keys))
        try:
            return theirs.merged(own)
        except StoreError as error:  # one id with two secrets: whose badges would open?
            self._tidings.alarm("keys", error.what)
            return own
