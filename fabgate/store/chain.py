"""How records are chained: the arithmetic only, the same for ever and for every store (law 12).

    body hash = SHA-256(body as UTF-8)
    hash      = SHA-256(length of the origin, 2 bytes || origin as UTF-8
                        || seq, 8 bytes || hash of the record before || body hash)

Numbers are big-endian; the record before an origin's first has the hash `ROOT`. The body goes in
as its hash, so that a purge can blank a body and leave the chain whole.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from fabgate.model import Origin

ROOT = bytes(32)


def body_hash(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def link(origin: Origin, seq: int, previous: bytes, body: bytes) -> bytes:
    """The hash of record `seq`, after one whose hash is `previous`; `body` is its body's hash."""
    return hashlib.sha256(_head(origin) + seq.to_bytes(8, "big") + previous + body).digest()


@lru_cache(maxsize=64)
def _head(origin: Origin) -> bytes:
    name = origin.encode()
    return len(name).to_bytes(2, "big") + name
