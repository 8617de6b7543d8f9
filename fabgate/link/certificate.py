"""What a certificate says: whose it is and until when. Gates have no program that would tell them.

Nothing is verified here: that is for TLS, when a connection is made. Any bytes may come in.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fabgate.errors import LinkError

_SEQUENCE, _UTC_TIME, _TIME = 0x30, 0x17, 0x18
_VERSION = 0xA0
_COMMON_NAME = b"\x06\x03\x55\x04\x03"  # X.520: the name that the broker takes for the user's
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Certificate:
    """`name` is its common name, `fingerprint` its SHA-256 in hexadecimal; good until `until_ms` (UTC)."""

    name: str
    fingerprint: str
    until_ms: int

    def days_left(self, wall_ms: int) -> int:
        """Whole days until it runs out; below 0 once it has."""
        return (self.until_ms - wall_ms) // _DAY_MS


def read(pem: str) -> Certificate:
    """What one certificate in PEM says. Raises LinkError for anything else."""
    try:
        der = ssl.PEM_cert_to_DER_cert(pem.strip())
        [whole] = _parts(der)
        signed = next(_parts(whole[1]))
        fields = [part for part in _parts(signed[1]) if part[0] != _VERSION]
        _, _, _, validity, subject = fields[:5]
        _, until = _parts(validity[1])
        return Certificate(_name(subject[1]), hashlib.sha256(der).hexdigest(), _wall_ms(*until))
    except (ValueError, StopIteration):  # what is no text, no number, no date is a ValueError too
        raise LinkError("this is not a certificate", "Ask for a new invitation at the hub.") from None


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The tag and the content of each element, one after another. Raises ValueError."""
    while der:
        if len(der) < 2:
            raise ValueError("cut short")
        length, start = der[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[2:start])
        if start + length > len(der):
            raise ValueError("cut short")
        yield der[0], der[start : start + length]
        der = der[start + length :]


def _name(subject: bytes) -> str:
    for _, one in _parts(subject):
        for _, pair in _parts(one):
            if pair.startswith(_COMMON_NAME):
                [(_, name)] = _parts(pair[len(_COMMON_NAME) :])
                return name.decode()
    raise ValueError("nobody's")


def _wall_ms(tag: int, text: bytes) -> int:
    form = {_UTC_TIME: "%y%m%d%H%M%SZ", _TIME: "%Y%m%d%H%M%SZ"}.get(tag)
    if form is None:
        raise ValueError("no time")
    return int(datetime.strptime(text.decode(), form).replace(tzinfo=UTC).timestamp() * 1000)
