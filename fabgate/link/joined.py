"""The `link` folder of a gate that has joined its hub: where the broker is, and who this gate is there.

It is made whole from an invitation, and read at each start; a folder that is not there means a gate on
its own. A hub has one too, as a client of its own broker.
"""

from __future__ import annotations

import os
import shutil
import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fabgate.errors import LinkError
from fabgate.link import certificate as certificates
from fabgate.link.certificate import Certificate
from fabgate.link.hooks import FOLDER, OLD
from fabgate.link.invitation import Host, Invitation, Papers, Port
from fabgate.store.faults import told
from fabgate.store.files import sync_file, sync_folder
from fabgate.wire.forms import Malformed, OneLine
from fabgate.wire.kinds import LAB, Id

ADDRESS, CA, CERTIFICATE, KEY = "address.json", "ca.pem", "cert.pem", "key.pem"
_NEW = ".link.new"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o400
_AGAIN = "Join again with a fresh invitation from the hub: fabgate gate join FILE"


@dataclass(frozen=True, slots=True)
class Address(OneLine):
    """Where the broker is, who this is there, and whether by TLS."""

    lab: Annotated[str, LAB]
    gate: Id
    address: Host
    port: Port
    tls: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """What a `link` folder says. `certificate` is None on a loopback broker, where nobody needs one."""

    folder: Path
    lab: str
    gate: str
    address: str
    port: int
    certificate: Certificate | None

    @property
    def tls(self) -> bool:
        return self.certificate is not None


def joined(state: Path) -> Joined | None:
    """What the gate of this state folder has joined; None for a gate on its own.

    Raises LinkError for a folder that cannot be used, StoreError for one that cannot be read.
    """
    folder = state / FOLDER
    with told:
        if not folder.exists():
            if (state / OLD).exists():
                raise LinkError(f"{folder}: joining anew was cut short", _AGAIN)
            return None
        found = Address.decode(_bytes(folder / ADDRESS))
        if isinstance(found, Malformed):
            raise LinkError(f"{folder / ADDRESS}: {found.why}", _AGAIN)
        paper = None
        if found.tls:
            for name in (CA, KEY):
                _bytes(folder / name)
            paper = certificates.read(_bytes(folder / CERTIFICATE).decode("ascii", "replace"))
            if paper.name != found.gate:
                raise LinkError(f"{folder}: the certificate is not that of {found.gate}", _AGAIN)
    return Joined(folder, found.lab, found.gate, found.address, found.port, paper)


def keep(state: Path, invitation: Invitation) -> Joined:
    """The `link` folder made from an invitation, durably, in the place of one that is there.

    The old one stays until the new one is whole and its papers were tried. Raises LinkError for papers
    that do not fit together, StoreError, DiskFull.
    """
    new, old, folder = state / _NEW, state / OLD, state / FOLDER
    with told, ExitStack() as undo:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(_FOLDER_MODE)
        undo.callback(shutil.rmtree, new, ignore_errors=True)
        for name, text in _files(invitation).items():
            _write(new / name, text)
        if invitation.papers is not None:
            _try(new, invitation)
        sync_folder(new)
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        new.rename(folder)
        sync_folder(state)
        shutil.rmtree(old, ignore_errors=True)
    found = joined(state)
    assert found is not None, "it was just made"
    return found


def _files(invitation: Invitation) -> dict[str, bytes]:
    papers = invitation.papers
    address = Address(
        invitation.lab, invitation.gate, invitation.address, invitation.port, papers is not None
    )
    files = {ADDRESS: address.encode() + b"\n"}
    return files if papers is None else files | _papers(papers)


def _papers(papers: Papers) -> dict[str, bytes]:
    return {CA: papers.ca.encode(), CERTIFICATE: papers.certificate.encode(), KEY: papers.key.encode()}


def _write(path: Path, text: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    sync_file(path)


def _try(folder: Path, invitation: Invitation) -> None:
    """Whether OpenSSL takes the papers, the key is the certificate's, and that is the gate's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(folder / CA)
        context.load_cert_chain(folder / CERTIFICATE, folder / KEY, password=lambda: b"")
    except ssl.SSLError as error:
        raise LinkError(f"the papers in the invitation do not fit together: {error.reason}", _AGAIN) from None
    assert invitation.papers is not None
    found = certificates.read(invitation.papers.certificate)
    if found.name != invitation.gate:
        raise LinkError(f"the certificate in the invitation is not that of {invitation.gate}", _AGAIN)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes().removesuffix(b"\n") if path.name == ADDRESS else path.read_bytes()
    except FileNotFoundError:
        raise LinkError(f"{path}: the file is missing", _AGAIN) from None
