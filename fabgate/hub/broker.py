"""The configuration of the broker: Mosquitto 2.0 and 2.1, for this lab and nobody else.

The hub writes it, an instance of Mosquitto under the hub's own user runs by it
(`systemd/fabgate-broker.service`). Who is who is told by certificates alone: the common name is user and
client id, whatever a client calls itself, and a user has its own tree. Client ids are one list over all
listeners of a broker, and each lab has a `hub`: so each lab has a broker of its own. `acl_file` is deprecated
in 2.1 and gone in 3.0; 2.0, which Debian has, knows nothing else.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fabgate.config import HubSettings, Settings
from fabgate.errors import LinkError
from fabgate.link.invitation import Papers
from fabgate.store.faults import told
from fabgate.store.files import whole
from fabgate.store.gates import OBSERVER
from fabgate.wire.discovery import PREFIX
from fabgate.wire.forms import ALONE
from fabgate.wire.topics import HUB, ROOT, STATE

FOLDER = "broker"
CONFIG, ACL, CA, REVOKED, CERTIFICATE, KEY = (
    "mosquitto.conf", "acl", "ca.pem", "crl.pem", "cert.pem", "key.pem",
)  # fmt: skip
RELOAD = "sudo systemctl reload fabgate-broker"
RESTART = "sudo systemctl restart fabgate-broker"
_HEADERS = 65_536  # more than a topic and all properties of a message can take
_OPEN_MODE, _SECRET_MODE = 0o444, 0o400
_ANYWHERE = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Those for whom the broker has rules of their own; gates have the rule for all."""

    observers: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


def reached_at(address: str) -> tuple[str, ...]:
    """The names for the broker's certificate: its address, and this computer's own where it is reached so."""
    if _is_loopback(address):
        return ("DNS:localhost", "IP:127.0.0.1", "IP:::1")
    return (f"IP:{address}",) if _is_number(address) else (f"DNS:{address}",)


def write(settings: Settings, papers: Papers | None, revoked: str, names: Names) -> Path:
    """All files of the broker's folder; its configuration. `papers` None: those that are there stay.

    Raises StoreError, DiskFull.
    """
    hub = hub_of(settings)
    folder = settings.gate.state / FOLDER
    with told:
        folder.mkdir(0o700, exist_ok=True)
    if papers is not None:
        _keep(folder / CA, papers.ca)
        _keep(folder / CERTIFICATE, papers.certificate)
        _keep(folder / KEY, papers.key, _SECRET_MODE)
    if hub.tls:
        write_rules(settings, revoked, names)
    _keep(folder / CONFIG, _text(hub, folder))
    return folder / CONFIG


def write_rules(settings: Settings, revoked: str, names: Names) -> None:
    """What may change from day to day: who was revoked, who may what. The broker is told by a reload."""
    folder = settings.gate.state / FOLDER
    _keep(folder / REVOKED, revoked)
    _keep(folder / ACL, rules(settings.lab.name, names))


def rules(lab: str, names: Names) -> str:
    """The broker's rules. An observer's writes nothing and reads no journal; a retired gate does neither."""
    tree = f"{ROOT}/{lab}"
    parts = [f"# Made by fabgate: gates are not listed, the last rules are theirs.\n\nuser {HUB}"]
    parts += [f"topic readwrite {tree}/#", f"topic readwrite {PREFIX}/#"]
    for name in names.observers:
        seen = (f"{tree}/+/state", f"{tree}/+/info", f"{tree}/+/machine/+/state", f"{PREFIX}/#")
        parts += [f"\nuser {name}", f"topic deny {tree}/{name}/#", *(f"topic read {what}" for what in seen)]
    for name in names.retired:
        parts += [f"\nuser {name}", f"topic deny {tree}/{name}/#", f"topic deny {tree}/{HUB}/{STATE}"]
    parts += [f"\npattern readwrite {tree}/%u/#", f"pattern read {tree}/{HUB}/{STATE}"]
    return "\n".join(parts) + "\n"


def _text(hub: HubSettings, folder: Path) -> str:
    bind = _ANYWHERE
    if _is_loopback(hub.address) or not hub.tls:
        bind = " ::1" if hub.address == "::1" else " 127.0.0.1"
    form = _GENERAL + (_SAFE if hub.tls else _PLAIN)
    return form.format(port=hub.port, bind=bind, folder=folder, packet=ALONE + _HEADERS)


def hub_of(settings: Settings) -> HubSettings:
    """Raises LinkError for the configuration of a gate."""
    if settings.hub is None:
        raise LinkError(
            f"{settings.path}: this is a gate's configuration, there is no [hub] in it",
            "Type this on the hub's computer, with the hub's configuration: docs/hub.md.",
        )
    return settings.hub


def _keep(path: Path, text: str, mode: int = _OPEN_MODE) -> None:
    with whole(path, mode) as file:
        file.write(text.encode())


def _is_number(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _is_loopback(address: str) -> bool:
    return address == "localhost" or (_is_number(address) and ipaddress.ip_address(address).is_loopback)


def observers(names: Iterable[str]) -> tuple[str, ...]:
    """The observers among these names."""
    return tuple(sorted(name for name in names if name.startswith(OBSERVER)))


# Queues are short in bytes: a hub that is away loses nothing by it, since gates send from their journals.
_GENERAL = """\
# Made by fabgate: `fabgate hub renew` writes it anew.
set_tcp_nodelay true
max_packet_size {packet}
max_queued_messages 5000
max_queued_bytes 33554432
persistent_client_expiration 1d
persistence true
persistence_location {folder}/
persistence_file .retained.db
autosave_interval 300
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true

"""

# The version is the least one that is taken.
_SAFE = """\
listener {port}{bind}
tls_version tlsv1.2
cafile {folder}/ca.pem
certfile {folder}/cert.pem
keyfile {folder}/key.pem
crlfile {folder}/crl.pem
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/acl
"""

_PLAIN = """\
listener {port}{bind}
allow_anonymous true
"""
