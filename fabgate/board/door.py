"""What the board remembers of those at its door: who guesses, and which screens wait for a tap. In memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from threading import BoundedSemaphore, Lock

from fabgate.desk.at_reader import Asked
from fabgate.rules import signing
from fabgate.rules.signing import FOR_CLIENT, FOR_MEMBER, FOR_NAME, Patience, Tries

MOST = 5_000  # names and addresses: who guesses with more of them pushes out their own
_AT_ONCE = 2  # passwords that are looked at: each takes 16 MiB, and other pages have to be served
_LONGEST_NAME = 64
_NETWORK_BITS = 64  # of an IPv6 address: the rest anybody may choose anew


@dataclass
class Door:
    """All that is counted at the door of one board. Any thread may call any of it."""

    passwords: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_AT_ONCE), repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _tries: OrderedDict[str, Tries] = field(default_factory=OrderedDict, repr=False)
    _asked: OrderedDict[str, Asked] = field(default_factory=OrderedDict, repr=False)

    def knock(self, handle: str, client: str, now_ms: int) -> int:
        """How long (ms) somebody has to wait before a password counts; 0: it counts, as a failure until
        `opened` is called. Who knocks too early is not counted: their time runs on."""
        keys = _counted(handle, client)
        with self._lock:
            waits = max(self._wait(key, patience, now_ms) for key, patience in keys.items())
            if not waits:
                for key in keys:
                    self._put(key, signing.failed(self._tries.get(key, Tries()), now_ms))
            return waits

    def opened(self, handle: str, client: str) -> None:
        """It was the right password: nothing was guessed at this name, and once less from this address.

        More is not forgotten of the address: who guesses could sign in as themselves in between.
        """
        with self._lock:
            for key, patience in _counted(handle, client).items():
                if patience is not FOR_CLIENT:
                    self._tries.pop(key, None)
            found = self._tries.get(_network(client))
            if found is not None:
                self._tries[_network(client)] = Tries(max(0, found.failed - 1), found.last_ms)

    def _wait(self, key: str, patience: Patience, now_ms: int) -> int:
        return signing.wait_ms(self._tries.get(key, Tries()), patience, now_ms)

    def _put(self, key: str, tries: Tries) -> None:
        self._tries[key] = tries
        self._tries.move_to_end(key)
        while len(self._tries) > MOST:
            self._tries.popitem(last=False)

    # --- taps

    def ask(self, terminal: str, asked: Asked) -> None:
        """A terminal waits for a tap from now on."""
        with self._lock:
            self._asked[terminal] = asked
            self._asked.move_to_end(terminal)
            while len(self._asked) > MOST:
                self._asked.popitem(last=False)

    def asked(self, terminal: str) -> Asked | None:
        with self._lock:
            return self._asked.get(terminal)

    def answered(self, terminal: str, asked: Asked) -> bool:
        """It waits no more; whether it did: one tap signs in one browser once."""
        with self._lock:
            if self._asked.get(terminal) is not asked:
                return False
            del self._asked[terminal]
            return True


def _counted(handle: str, client: str) -> dict[str, Patience]:
    """What a try is counted under: the name from there, the name from anywhere, the place.

    By the name from anywhere alone, whoever tried it again and again would keep its owner out.
    """
    who, where = _name(handle), _network(client)
    return {f"{who} {where}": FOR_MEMBER, who: FOR_NAME, where: FOR_CLIENT}


def _name(handle: str) -> str:
    return f"name {handle.strip().casefold()[:_LONGEST_NAME]}"


def _network(client: str) -> str:
    """Where somebody comes from: an address, or the network that all addresses of one house are in."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return f"from {client}"
    if not isinstance(address, IPv6Address):
        return f"from {address}"
    if address.ipv4_mapped is not None:
        return f"from {address.ipv4_mapped}"
    return f"from {int(address) >> (128 - _NETWORK_BITS):x}"
