"""The token that stands for a badge in the store: a keyed digest, never the UID (law 12)."""

from __future__ import annotations

import hashlib
import hmac

from fabgate.badges.uid import Uid
from fabgate.model import Token


def token(key_id: str, key: bytes, uid: Uid) -> Token:
    """`<key id>:<hex>` with HMAC-SHA256(key, length byte || UID), 64 hexadecimal digits.

    The length goes in first, so that a short number and a long one that begins alike never meet.
    Several keys may be live: the key's id in front says which one made this token.
    """
    message = bytes([len(uid.raw)]) + uid.raw
    return Token(f"{key_id}:{hmac.new(key, message, hashlib.sha256).hexdigest()}")
