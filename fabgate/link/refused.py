"""Why there is no connection, in words that say what to do: TLS, and the codes of MQTT 5."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from fabgate.link.port import Fate

TWO_CLIENTS = "two_clients"
CERTIFICATE = "certificate"
REFUSED = "refused"

_JOIN = "invite this gate anew at the hub, and join again: fabgate gate join FILE"


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a connection could not be made or kept; `alarm` where a person has to do something."""

    why: str
    alarm: str | None = None


# --- TLS ------------------------------------------------------------------------------------------

# What OpenSSL's verification says, by its number (openssl-verification-options(1)).
_UNVERIFIED = {
    9: "its certificate is not valid yet: this machine's clock is behind; see timedatectl",
    10: "its certificate has expired, or this machine's clock is ahead; at the hub: fabgate hub renew",
    18: f"its certificate vouches for itself: this is not the hub that was joined; {_JOIN}",
    19: f"its certificate is from another authority: this is not the hub that was joined; {_JOIN}",
    20: f"its certificate is from another authority: this is not the hub that was joined; {_JOIN}",
    23: "its certificate was revoked; at the hub: fabgate hub renew",
    62: "its certificate is for another name: use the name with which fabgate hub init was called",
    64: "its certificate is for another address: use the one with which fabgate hub init was called",
}
# What the broker says of ours, as a TLS alert, by a part of OpenSSL's name for it.
_ALERTS = (
    ("CERTIFICATE_EXPIRED", f"our certificate has expired; {_JOIN}"),
    ("CERTIFICATE_REVOKED", f"our certificate was revoked: this gate was retired; {_JOIN}"),
    ("CERTIFICATE_REQUIRED", f"the broker wants a certificate and we have shown none; {_JOIN}"),
    ("UNKNOWN_CA", f"our certificate is from another authority than the broker's; {_JOIN}"),
    ("ALERT_BAD_CERTIFICATE", f"the broker cannot use our certificate; {_JOIN}"),
    ("CERTIFICATE_UNKNOWN", f"the broker does not take our certificate; {_JOIN}"),
    ("UNSUPPORTED_CERTIFICATE", f"the broker does not take this kind of certificate; {_JOIN}"),
    ("ALERT_DECRYPT_ERROR", f"our key does not fit our certificate; {_JOIN}"),
    ("ALERT_ACCESS_DENIED", f"the broker lets our certificate not in; {_JOIN}"),
    ("ALERT_HANDSHAKE_FAILURE", "the broker shares no cipher with us, or wants another certificate"),
    ("WRONG_VERSION_NUMBER", "what answers there speaks no TLS: is it the port of the hub's broker?"),
    ("RECORD_LAYER_FAILURE", "what answers there speaks no TLS: is it the port of the hub's broker?"),
    ("UNSUPPORTED_PROTOCOL", "what answers there speaks no TLS 1.2 or later"),
    ("PROTOCOL_VERSION", "what answers there speaks no TLS 1.2 or later"),
)


def told(error: OSError, where: str, *, within_tls: bool = False) -> Failed:
    """What went wrong while connecting, or later; `within_tls`: before TLS was agreed on."""
    if isinstance(error, ssl.SSLCertVerificationError):
        what = _UNVERIFIED.get(error.verify_code, f"its certificate does not hold: {error.verify_message}")
        return Failed(f"{where}: {what}", CERTIFICATE)
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        for part, what in _ALERTS:
            if part in reason:
                return Failed(f"{where}: {what}", CERTIFICATE)
        if not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return Failed(f"{where}: TLS failed: {reason or error}", CERTIFICATE)
    if within_tls:
        return Failed(f"{where} ended the connection: does a broker with TLS answer there?")
    return Failed(f"{where}: {error.strerror or error}")


# --- MQTT -----------------------------------------------------------------------------------------

_CONNACK = {
    0x01: "the broker speaks no MQTT 5",
    0x84: "the broker speaks no MQTT 5",
    0x85: "the broker does not take the name of this client",
    0x86: "the broker does not know us",
    0x87: "the broker does not let us in",
    0x88: "the broker has no service now",
    0x89: "the broker is busy",
    0x8A: "the broker has banned us",
    0x97: "the broker's quota is used up",
    0x9F: "the broker wants fewer connections a second",
}
_PASSING = {0x88, 0x89, 0x97, 0x9F}
_DISCONNECT = {
    0x81: "the broker could not read us",
    0x82: "the broker says that we broke the protocol",
    0x87: "the broker lets us in no longer",
    0x8B: "the broker shuts down",
    0x8D: "the broker heard nothing from us",
    0x93: "the broker had more messages from us than it takes at once",
    0x95: "the broker had a larger message from us than it takes",
    0x98: "the broker ended the connection by its keeper's hand",
}
_TAKEN_OVER = 0x8E
_FATES = {0x00: Fate.OK, 0x10: Fate.NOBODY, 0x87: Fate.REFUSED}


def not_let_in(code: int, name: str) -> Failed:
    """What a CONNACK says that is no success."""
    why = _CONNACK.get(code, f"the broker refused us: {name}")
    return Failed(why, None if code in _PASSING else REFUSED)


def sent_away(code: int, name: str, client: str) -> Failed:
    """What the broker's DISCONNECT says."""
    if code == _TAKEN_OVER:
        return taken_over(client)
    return Failed(_DISCONNECT.get(code, f"the broker ended the connection: {name}"))


_TWICE = "its files are on two machines; stop one, retire the gate, and join it anew"


def taken_over(client: str) -> Failed:
    """Somebody else connects with our name, and so with our certificate."""
    return Failed(f"another client comes with the name {client}: {_TWICE}", TWO_CLIENTS)


def hung_up(client: str) -> Failed:
    """The broker says nothing, and does again and again what it does then."""
    what = f"the broker hangs up as soon as it has taken us, as if another client came with the name {client}"
    return Failed(f"{what}: perhaps {_TWICE}", TWO_CLIENTS)


def fate(code: int) -> Fate:
    """What a PUBACK says of a message."""
    return _FATES.get(code, Fate.FAILED)
