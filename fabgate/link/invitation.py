"""An invitation: all that a gate needs to join its hub, in one file that is carried by hand.

The hub writes it, the gate reads it. Whoever has it can be that gate, and knows the badge keys: it is
for its owner's eyes only, and worth nothing after a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from fabgate.errors import LinkError
from fabgate.store.faults import told
from fabgate.store.files import whole
from fabgate.store.keys import Key, Keys
from fabgate.wire.forms import LIMIT, Malformed, OneLine
from fabgate.wire.kinds import LAB, Id, Ms, Shaped, Whole
from fabgate.wire.roster import KeyLine

GOOD_FOR_MS = 24 * 3_600_000
PRIVATE_MODE = 0o600
_AGAIN = "Ask for a new one: fabgate hub invite, on the hub."


def _pem(what: str) -> Shaped:
    return Shaped(f"a {what}", rf"-----BEGIN {what}-----\n[A-Za-z0-9+/=\n]{{1,8000}}-----END {what}-----\n")


Pem = Annotated[str, _pem("CERTIFICATE")]
KeyPem = Annotated[str, _pem("PRIVATE KEY")]
Host = Annotated[str, Shaped("a name or address", r"[a-z0-9.:-]{1,253}")]
Port = Annotated[int, Whole(1, 65_535)]


@dataclass(frozen=True, slots=True, repr=False)
class Papers:
    """Who to trust, and what shows who this is: PEM texts."""

    ca: Pem
    certificate: Pem
    key: KeyPem


@dataclass(frozen=True, slots=True, repr=False)
class Invitation(OneLine):
    """`made_ms` is the hub's wall time (UTC). Without `papers`: a broker on this computer, in plain text."""

    form: Literal["fabgate-invitation-1"]
    lab: Annotated[str, LAB]
    gate: Id
    address: Host
    port: Port
    made_ms: Ms
    papers: Papers | None
    badge_keys: tuple[KeyLine, ...]

    def flaw(self) -> str | None:
        ids = {line.id for line in self.badge_keys}
        return None if ids and len(ids) == len(self.badge_keys) else "badge keys that are none"

    @property
    def keys(self) -> Keys:
        """The lab's badge keys, the newest first."""
        return Keys(tuple(Key(line.id, bytes.fromhex(line.secret_hex)) for line in self.badge_keys))


def lines_of(keys: Keys) -> tuple[KeyLine, ...]:
    """Badge keys as they stand in an invitation."""
    return tuple(KeyLine(key.id, key.secret.hex()) for key in keys.live)


def read(data: bytes, where: str) -> Invitation:
    """The invitation that bytes are. Raises LinkError, which shows nothing of them."""
    found = Invitation.decode(data.removesuffix(b"\n"))
    if isinstance(found, Malformed):
        raise LinkError(f"{where}: this is not an invitation, or it is damaged: {found.why}", _AGAIN)
    return found


def load(path: Path) -> Invitation:
    """The invitation in a file. Raises LinkError, StoreError."""
    with told, path.open("rb") as file:
        data = file.read(LIMIT + 2)
    return read(data, str(path))


def save(invitation: Invitation, path: Path) -> None:
    """Write it for its owner only, whole and durable. Raises StoreError, DiskFull."""
    with whole(path, PRIVATE_MODE) as file:
        file.write(text(invitation))


def text(invitation: Invitation) -> bytes:
    """What the file says."""
    return invitation.encode() + b"\n"
