"""The lab's own certificate authority: it says who is a gate, and who is one no longer.

Everything stands in the `pki` folder of the hub and is made by the `openssl` program, which Debian brings;
who runs two of these at a time holds the writer's lock of the books. Each certificate is good from 1970 on,
so that a gate whose clock is not set yet can connect, and so is the list of those that are revoked.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from fabgate.errors import LinkError
from fabgate.link import certificate as certificates
from fabgate.link.certificate import Certificate
from fabgate.link.invitation import Papers
from fabgate.store.faults import told
from fabgate.store.files import sync_file, sync_folder, whole

FOLDER = "pki"
AUTHORITY_DAYS = 20 * 365
GATE_DAYS = 825  # what browsers and programs of all kinds still take
PAGE_DAYS = 397  # from its first day to its last; browsers count
WARN_DAYS = 90
_KEY, _CA, _INDEX, _ISSUED, _REVOKED = "ca.key", "ca.pem", "index.txt", "issued", "crl.pem"
_UNLISTED = "unlisted"  # there while the list may lack what the index has as revoked
_SECRET_MODE, _OPEN_MODE = 0o400, 0o444
_DAY_MS = 86_400_000
_SINCE = "19700101000000Z"
_RELEASED_MS = 1_767_225_600_000  # 2026: no clock of a hub is right that says less
_PATIENCE_S = 60


class Use(StrEnum):
    """What a certificate is for."""

    AUTHORITY = "authority"
    CLIENT = "client"
    BROKER = "broker"
    PAGE = "page"

    @property
    def section(self) -> str:
        """What stands in such a certificate: a section of `_CONFIG`."""
        return "server" if self in (Use.BROKER, Use.PAGE) else self.value


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued, and whether it was revoked."""

    certificate: Certificate
    file: Path
    revoked: bool


class Authority:
    """The authority in a hub's folder. Making this object touches nothing.

    `patience_s`: how long one run of openssl may last.
    """

    def __init__(self, state: Path, patience_s: int = _PATIENCE_S) -> None:
        self.folder = (state / FOLDER).absolute()  # openssl runs in it
        self._patience_s = patience_s

    def create(self, lab: str, wall_ms: int) -> None:
        """Its key and certificate, and an empty list of the revoked; what is there stays as it is.

        One that was cut short is completed. Raises LinkError without openssl, or with a clock that
        cannot be right; StoreError, DiskFull.
        """
        if wall_ms < _RELEASED_MS:
            raise LinkError(
                "the clock of this computer is not set: certificates would have run out already",
                "Set it (timedatectl), then try again.",
            )
        with told:
            self.folder.mkdir(0o700, exist_ok=True)
            (self.folder / _ISSUED).mkdir(exist_ok=True)
            (self.folder / _INDEX).touch()
        if not (self.folder / _KEY).exists():
            _keep(self.folder / _KEY, self._new_key(), _SECRET_MODE)
        if not (self.folder / _CA).exists():
            key = (self.folder / _KEY).read_text()
            subject = f"/O={lab.replace(chr(92), chr(92) * 2)}/CN=fabgate"
            pem = self._signed(Use.AUTHORITY, subject, key, wall_ms + AUTHORITY_DAYS * _DAY_MS)
            _keep(self.folder / _CA, pem, _OPEN_MODE)
        if not (self.folder / _REVOKED).exists():
            self._list_revoked()

    @property
    def ca(self) -> str:
        """Its certificate, in PEM: whom everybody trusts. Raises LinkError where there is none."""
        try:
            return (self.folder / _CA).read_text()
        except FileNotFoundError:
            raise LinkError(
                f"{self.folder}: there is no certificate authority here", "fabgate hub init makes it."
            ) from None

    @property
    def revoked(self) -> str:
        """The list of revoked certificates, in PEM."""
        return (self.folder / _REVOKED).read_text()

    @property
    def is_cut_short(self) -> bool:
        """Whether something was revoked and the list was not made anew: `revoke` for any name makes it."""
        return (self.folder / _UNLISTED).exists()

    def issue(self, name: str, use: Use, wall_ms: int, reached_at: tuple[str, ...] = ()) -> Papers:
        """A new key and a certificate for it, good for `GATE_DAYS`; the key is kept nowhere here.

        `reached_at` are a broker's names and addresses (`DNS:...`, `IP:...`), or those of the board, whose
        certificate begins the day before and lasts `PAGE_DAYS`: browsers take none that lasts for longer.
        Raises LinkError, StoreError, DiskFull.
        """
        ca, key = self.ca, self._new_key()
        days, since = (PAGE_DAYS - 1, _stamp(wall_ms - _DAY_MS)) if use is Use.PAGE else (GATE_DAYS, _SINCE)
        until_ms = min(wall_ms + days * _DAY_MS, certificates.read(ca).until_ms)
        return Papers(ca, self._signed(use, f"/CN={name}", key, until_ms, reached_at, since), key)

    def issued(self) -> Iterator[Issued]:
        """Every certificate that was issued and its file is here, the authority's own among them."""
        revoked = {row[3] for row in self._index() if row[0] == "R"}
        for file in sorted((self.folder / _ISSUED).glob("*.pem")):
            yield Issued(certificates.read(file.read_text(errors="replace")), file, file.stem in revoked)

    def revoke(self, name: str, but: str | None = None, only: str | None = None) -> int:
        """Revoke the certificates of a name; how many. The list is made anew, also for none.

        `but` and `only` are fingerprints: all but that one, or that one alone.
        """
        found = [
            one.file
            for one in self.issued()
            if one.certificate.name == name
            and not one.revoked
            and one.certificate.fingerprint != but
            and only in (None, one.certificate.fingerprint)
        ]
        if found:
            _keep(self.folder / _UNLISTED, "", _OPEN_MODE)
        for file in found:
            self._ca("-revoke", f"{_ISSUED}/{file.name}")
        self._list_revoked()
        return len(found)

    # --- openssl

    def _new_key(self) -> str:
        return self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")

    def _signed(
        self,
        use: Use,
        subject: str,
        key: str,
        until_ms: int,
        reached_at: tuple[str, ...] = (),
        since: str = _SINCE,
    ) -> str:
        """A certificate for a key, as the authority signs it (its own, for its own key)."""
        with told, TemporaryDirectory(dir=self.folder, prefix=".work-") as work:
            (Path(work) / "key").touch(0o600)
            (Path(work) / "key").write_text(key)
            config, asked, made = f"{work}/config", f"{work}/asked", f"{work}/made"
            Path(config).write_text(_config(reached_at))
            self._openssl("req", "-new", "-config", config, "-utf8", "-key", f"{work}/key", "-subj", subject,
                          "-out", asked)  # fmt: skip
            signer = ("-selfsign",) if use is Use.AUTHORITY else ("-cert", _CA)
            self._openssl(
                "ca", "-batch", "-notext", "-utf8", "-config", config, "-keyfile", _KEY, *signer,
                "-in", asked, "-out", made, "-extensions", use.section,
                "-startdate", since, "-enddate", _stamp(until_ms),
            )  # fmt: skip
            self._make_durable()
            return Path(made).read_text()

    def _list_revoked(self) -> None:
        until = _stamp(certificates.read(self.ca).until_ms)
        pem = self._ca("-gencrl", "-crl_lastupdate", _SINCE, "-crl_nextupdate", until)
        self._make_durable()
        _keep(self.folder / _REVOKED, pem, _OPEN_MODE)
        with told:
            (self.folder / _UNLISTED).unlink(missing_ok=True)

    def _ca(self, *words: str) -> str:
        with told, TemporaryDirectory(dir=self.folder, prefix=".work-") as work:
            config = Path(work) / "config"
            config.write_text(_config())
            return self._openssl("ca", "-config", str(config), "-keyfile", _KEY, "-cert", _CA, *words)

    def _openssl(self, *words: str) -> str:
        """What it prints. Its paths count from the folder: nothing of a path is read as configuration."""
        try:
            ran = subprocess.run(
                ["openssl", *words], cwd=self.folder, capture_output=True, text=True,
                stdin=subprocess.DEVNULL, timeout=self._patience_s, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            raise LinkError("the program openssl is missing", "sudo apt-get install openssl") from None
        except subprocess.TimeoutExpired:
            raise LinkError(f"openssl {words[0]} does not come to an end", "Try again.") from None
        if ran.returncode != 0:
            raise LinkError(
                f"openssl {words[0]} failed: {' '.join(ran.stderr.split())[-300:]}",
                "Is the disk full? Is the folder its owner's? `fabgate restore` brings back the folder.",
            )
        return ran.stdout

    def _make_durable(self) -> None:
        with told:
            for path in (self.folder / _INDEX, *(self.folder / _ISSUED).iterdir()):
                sync_file(path)
            sync_folder(self.folder / _ISSUED)
            sync_folder(self.folder)

    def _index(self) -> list[list[str]]:
        """The rows of openssl's own list: state, end, when revoked, serial, file, name."""
        with told:
            try:
                text = (self.folder / _INDEX).read_text(errors="replace")
            except FileNotFoundError:  # openssl puts a new one in its place by two renames
                text = (self.folder / f"{_INDEX}.old").read_text(errors="replace")
        return [row.split("\t") for row in text.splitlines() if row.count("\t") >= 5]


def ending(state: Path, wall_ms: int, within_days: int = WARN_DAYS) -> tuple[Certificate, ...]:
    """The newest certificate of each name that runs out within so many days, the first to end first.

    Empty for a hub without certificates. For the doctor, the metrics, the list of gates.
    """
    return tuple(one for one in newest(state) if one.days_left(wall_ms) < within_days)


def newest(state: Path) -> tuple[Certificate, ...]:
    """The certificate that is good longest, of each name that has one; the first to end first."""
    authority = Authority(state)
    if not authority.folder.exists():
        return ()
    by_name: dict[str, Certificate] = {}
    for one in authority.issued():
        known = by_name.get(one.certificate.name)
        if not one.revoked and (known is None or known.until_ms < one.certificate.until_ms):
            by_name[one.certificate.name] = one.certificate
    return tuple(sorted(by_name.values(), key=lambda one: (one.until_ms, one.name)))


def _keep(path: Path, text: str, mode: int) -> None:
    with whole(path, mode) as file:
        file.write(text.encode())


def _stamp(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms / 1000, UTC).strftime("%Y%m%d%H%M%SZ")


def _config(reached_at: tuple[str, ...] = ()) -> str:
    return _CONFIG.format(reached_at=", ".join(reached_at) or "DNS:nowhere.invalid")


_CONFIG = """\
[ca]
default_ca = lab
[lab]
database = ./index.txt
new_certs_dir = ./issued
rand_serial = yes
unique_subject = no
default_md = sha256
policy = names
email_in_dn = no
copy_extensions = none
crl_extensions = list
[names]
organizationName = optional
commonName = supplied
[req]
distinguished_name = asked
string_mask = utf8only
[asked]
[list]
authorityKeyIdentifier = keyid
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {reached_at}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
