"""The keys that turn a badge's UID into its token, in a file of their own (law 12).

Whoever has the keys and the store can find out which badge is whose, so the file is for the gate's
user only (0400) and is no part of the database. Several keys may be live: tokens made under an
older one stay good until their badges were enrolled anew.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fabgate.badges.token import token
from fabgate.badges.uid import Uid
from fabgate.errors import StoreError
from fabgate.model import Token
from fabgate.store.faults import told
from fabgate.store.files import KEYS, KEYS_MODE, whole

_KEY_BYTES = 32
_TWO = "One of the two sets is damaged: compare them with a backup before you go on."
_RESTORE = "`fabgate restore` brings them back from a backup; without them no badge is known."


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One key; `id` is random too, so that a lone gate's keys can join those of a hub."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"


@dataclass(frozen=True, slots=True)
class Keys:
    """All live keys, the newest first: badges are enrolled under that one."""

    live: tuple[Key, ...]

    @classmethod
    def create(cls, folder: Path) -> Self:
        """A first key for a new gate. Raises StoreError when there are keys already, DiskFull."""
        path = folder / KEYS
        if path.exists():
            raise StoreError(f"{path}: there are keys here already", "They are kept: use them.")
        with told:
            folder.mkdir(parents=True, exist_ok=True)
        return cls((_new_key(),))._kept(path)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The keys of a gate. Raises StoreError when they are missing or cannot be read."""
        path = folder / KEYS
        with told:
            if not path.exists():
                raise StoreError(f"{path}: the keys of the badges are missing", _RESTORE)
            text = path.read_text(encoding="utf-8")
        return cls.parse(text, str(path))

    @classmethod
    def rotate(cls, folder: Path) -> Self:
        """The same keys with a new one before them, durably. Raises StoreError, DiskFull."""
        return cls((_new_key(), *cls.load(folder).live))._kept(folder / KEYS)

    @classmethod
    def parse(cls, text: str, where: str) -> Self:
        """The keys that a file's text says. Raises StoreError, which never shows the text."""
        try:
            said = json.loads(text)
            live = tuple(Key(str(key["id"]), bytes.fromhex(key["key"])) for key in said["keys"])
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{where}: this is not a file of keys", _RESTORE) from None
        if not live or any(len(key.secret) != _KEY_BYTES for key in live):
            raise StoreError(f"{where}: a key is missing or cut short", _RESTORE)
        return cls(live)

    def merged(self, other: Keys) -> Keys:
        """Both sets as one: these in their order, then those of `other` that are not among them.

        So the newest of these is the one that badges are enrolled under. Raises StoreError where one
        id names two secrets: a badge would have two meanings.
        """
        mine = {key.id: key for key in self.live}
        for key in other.live:
            if mine.get(key.id, key) != key:
                raise StoreError(f"two different badge keys are called {key.id}", _TWO)
        return Keys((*self.live, *(key for key in other.live if key.id not in mine)))

    def keep(self, folder: Path) -> Self:
        """These keys, durably in the place of those in `folder`. Raises StoreError, DiskFull."""
        return self._kept(folder / KEYS)

    def tokens(self, uid: Uid) -> tuple[Token, ...]:
        """The tokens of a badge, one under each live key, the newest key's first."""
        return tuple(token(key.id, key.secret, uid) for key in self.live)

    def text(self) -> str:
        """What the file says: keep it where nobody reads it."""
        said = {"keys": [{"id": key.id, "key": key.secret.hex()} for key in self.live]}
        return json.dumps(said, indent=1) + "\n"

    def _kept(self, path: Path) -> Self:
        with whole(path, KEYS_MODE) as file:
            file.write(self.text().encode())
        return self


def _new_key() -> Key:
    return Key(secrets.token_hex(4), secrets.token_bytes(_KEY_BYTES))
