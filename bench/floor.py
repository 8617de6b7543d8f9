"""The floor of a tap, in plain lines: the same hand-offs, lock, hash, join, commit and relay."""

from __future__ import annotations

import fcntl
import hashlib
import threading
import time
from pathlib import Path
from queue import SimpleQueue

from bench.lab import plain_copy

JOIN = (
    "SELECT m.id, m.name, m.suspended, g.level FROM badges b JOIN members m ON m.id = b.member"
    " LEFT JOIN grants g ON g.member = m.id AND g.skill = 'laser' WHERE b.token = ?"
)
BODY = '{"kind":"session.start","boot":"' + "b" * 36 + '","ms":1,"wall":2,"synced":true,' + "x" * 320 + '"}'


class Floor:
    """A loop, a lookup and an ink thread that do the least that a tap needs."""

    def __init__(self, folder: Path, members: int) -> None:
        self._conn = plain_copy(folder, members)
        self._token = f"x:{members // 2:064x}"
        self._lock = (folder / "floor.lock").open("w")
        self._previous = b""
        self.inbox: SimpleQueue[str] = SimpleQueue()
        self._asks: SimpleQueue[str] = SimpleQueue()
        self._inks: SimpleQueue[str] = SimpleQueue()
        self._on = threading.Event()
        self.relay = False
        for target in (self._loop, self._look, self._ink):
            threading.Thread(target=target, daemon=True).start()

    def tap(self) -> float:
        """Seconds from the badge event to the relay."""
        self._on.clear()
        begun = time.perf_counter()
        self.inbox.put("badge")
        self._on.wait()
        return self._at - begun

    def refusal(self) -> float:
        self._on.clear()
        begun = time.perf_counter()
        self.inbox.put("stranger")
        self._on.wait()
        return self._at - begun

    def _loop(self) -> None:
        while True:
            match self.inbox.get():
                case "badge":
                    self._asks.put(self._token)
                case "stranger":
                    self._asks.put("nobody")
                case "yes":
                    self._inks.put(BODY)
                case "inked" | "no":
                    self.relay = True
                    self._at = time.perf_counter()
                    self._on.set()

    def _look(self) -> None:
        while True:
            row = self._conn.execute(JOIN, (self._asks.get(),)).fetchone()
            self.inbox.put("yes" if row else "no")

    def _ink(self) -> None:
        while True:
            body = self._inks.get()
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._conn.execute("BEGIN IMMEDIATE")
            hashed = hashlib.sha256(self._previous + hashlib.sha256(body.encode()).digest()).digest()
            self._conn.execute("INSERT INTO journal (hash, body) VALUES (?, ?)", (hashed, body))
            self._conn.execute("COMMIT")
            fcntl.flock(self._lock, fcntl.LOCK_UN)
            self._previous = hashed
            self.inbox.put("inked")
