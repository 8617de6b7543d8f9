"""The badge keys of the lab: the union of all gates' keys, so that a badge is known at each of them."""

from __future__ import annotations

from fabgate.errors import StoreError
from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks
from fabgate.hub.gates import Live
from fabgate.link.port import Port
from fabgate.store.keys import Key, Keys
from fabgate.wire.roster import KeyLine, Keyring
from fabgate.wire.topics import KEYRING, Topic

MOST = 64  # keys of a lab: every badge is tried under each


class Ring:
    """Takes the keys of gates in, and hands all of them out. A key is never taken back or changed."""

    def __init__(self, books: HubBooks, alarms: Alarms, port: Port) -> None:
        self._books, self._alarms, self._port = books, alarms, port
        self._lab = books.identity.lab
        self._told: dict[str, tuple[str, ...]] = {}  # by gate: what it was told last
        self._keys = Keys(())

    def reload(self) -> None:
        """Read the keys again: somebody may have made a new one."""
        self._keys = self._books.keys()

    def forget(self) -> None:
        self._told.clear()

    def take(self, live: Live, said: Keyring) -> None:
        """A gate's own keys, kept durably before they are handed on."""
        keys = self._books.keys()
        new = tuple(Key(one.id, bytes.fromhex(one.secret_hex)) for one in said.keys)
        if not new:
            return
        try:
            both = keys.merged(Keys(new))
        except StoreError as error:
            self._alarms.tell(live.name, Alarm.KEY_DIFFERS, error.what)
            return
        if len(both.live) > MOST:
            self._alarms.tell(live.name, Alarm.TOO_MANY, f"more than {MOST} badge keys")
        elif both != keys:
            self._books.keep_keys(both)
            self._keys = both
            self._told.clear()

    def hand_out(self, live: Live) -> None:
        """Tell a gate all keys, where it has not all of them."""
        if live.info is None or not live.talks:
            return
        keys = self._keys
        ids = tuple(key.id for key in keys.live)
        if ids != live.info.keys and self._told.get(live.name) != ids:
            said = Keyring(tuple(KeyLine(key.id, key.secret.hex()) for key in keys.live))
            self._port.publish(str(Topic(self._lab, live.name, KEYRING)), said.encode())
            self._told[live.name] = ids
