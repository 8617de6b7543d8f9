"""What is made of a password, so that nobody reads it out of the books: scrypt (RFC 7914)."""

from __future__ import annotations

import hashlib
import secrets
from hmac import compare_digest

from fabgate.rules import signing
from fabgate.store.signing import Hashed

N, R, P = 1 << 14, 8, 1  # 16 MiB and some 50 ms; parameters stand beside each password, so they may grow
_BYTES = 32
_SALT_BYTES = 16
_MEMORY = 1 << 28  # the most that parameters out of the books may ask for


def hashed(password: str) -> Hashed:
    """A new salt, and what scrypt makes of the password with it."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return Hashed(_digest(password, salt, N, R, P), salt, N, R, P)


def fits(password: str, kept: Hashed | None) -> bool:
    """Whether it is the one that is kept. It takes as long where there is none, and says no."""
    made = kept or _NOBODYS
    found = _digest(password, made.salt, made.n, made.r, made.p)
    return compare_digest(found, made.digest) and kept is not None


def _digest(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    said = signing.normal(password).encode("utf-8", "surrogatepass")[: signing.LONGEST + 1]
    return hashlib.scrypt(said, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=_BYTES)


_NOBODYS = Hashed(bytes(_BYTES), bytes(_SALT_BYTES), N, R, P)
