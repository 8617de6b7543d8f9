"""The hub's papers: made on its first day, given to gates and observers, renewed, taken back.

Deeds of the desk with what the desk cannot do: certificates, and the broker's files. What the broker has
to be told is in `Told.word`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fabgate.config import Settings
from fabgate.config.values import ID, Unfit
from fabgate.desk import gates
from fabgate.desk.deed import Desk, Done, Turn
from fabgate.errors import LinkError, UsageError
from fabgate.hub import admission, broker, certificates
from fabgate.hub.alarms import Alarm
from fabgate.hub.broker import Names
from fabgate.hub.certificates import Authority, Use
from fabgate.link import hooks, joined
from fabgate.link import invitation as invitations
from fabgate.link.certificate import read
from fabgate.link.invitation import Invitation, Papers
from fabgate.model import Denied, Moment
from fabgate.records import AlarmRaised
from fabgate.store import gates as rows
from fabgate.store.db import Store
from fabgate.store.faults import told
from fabgate.store.files import whole
from fabgate.store.gates import OBSERVER, GateRow
from fabgate.store.keys import Keys
from fabgate.wire.topics import HUB

BROKER = "broker"  # the name in the broker's own certificate; TLS looks at its addresses only
BOARD = "web.board"  # in the certificate of the board; no gate's name has a dot
BOARD_FOLDER = "board"
TO_RELOAD = f"the broker must hear of revoked certificates: {broker.RELOAD}"
_PLAIN = "0" * 64  # the fingerprint where nobody has a certificate
_TIDY_S = 10  # for one run of openssl: the daemon that tidies has a watchdog
_CA, _CERTIFICATE, _KEY = "ca.pem", "cert.pem", "key.pem"


@dataclass(frozen=True, slots=True)
class Told:
    """What was done, and what to type so that the broker hears of it; "" where it need not."""

    done: Done
    word: str = ""


def prepare(settings: Settings, at: Moment, renew: bool = False) -> Path:
    """The certificate authority, the hub's certificates and the broker's files; the broker's configuration.

    What is there stays, but with `renew` the hub's and the broker's certificates are made anew, for its
    address as it is configured now. The books are there already. Raises LinkError, StoreError, DiskFull.
    """
    hub = broker.hub_of(settings)
    state = settings.gate.state
    with Store(state).reader() as reader:
        known = rows.gates(reader.conn)
    own, papers, revoked = None, None, ""
    if hub.tls:
        authority = Authority(state)
        authority.create(settings.lab.name, at.wall_ms)
        revoked = authority.revoked
        if renew or not (state / broker.FOLDER / broker.KEY).exists():
            papers = authority.issue(BROKER, Use.BROKER, at.wall_ms, broker.reached_at(hub.address))
        if renew or not (state / hooks.FOLDER).exists():
            own = authority.issue(HUB, Use.CLIENT, at.wall_ms)
    if own is not None or renew or not (state / hooks.FOLDER).exists():
        joined.keep(state, _invitation(settings, HUB, own, Keys.load(state), at.wall_ms))
    return broker.write(settings, papers, revoked, _names(known))


def renew(desk: Desk, by: str | None) -> Denied | Path:
    """The certificates of the hub and its broker anew, under the same authority."""
    no = gates.leave(desk, by)
    if no is not None:
        return no
    return prepare(desk.settings, desk.clock.now(), renew=True)


def certify_board(desk: Desk, by: str | None, host: str) -> Path | Denied:
    """A certificate of the lab's own authority for the board, reached at `host`; the folder that it is in.

    It stands as `ca.pem`, `cert.pem` and `key.pem`, and the one before it is revoked. Raises LinkError
    where the hub has no authority, StoreError, DiskFull.
    """
    no = gates.leave(desk, by)
    if no is not None:
        return no
    state = desk.settings.gate.state
    authority = Authority(state)
    papers = authority.issue(BOARD, Use.PAGE, desk.clock.now().wall_ms, broker.reached_at(host))
    keep(state / BOARD_FOLDER, papers)
    authority.revoke(BOARD, but=read(papers.certificate).fingerprint)
    return state / BOARD_FOLDER


def keep(folder: Path, papers: Papers) -> None:
    """Three files in a folder: `ca.pem`, `cert.pem`, `key.pem`. Raises StoreError, DiskFull."""
    with told:
        folder.mkdir(0o700, parents=True, exist_ok=True)
    for file, text in ((_CA, papers.ca), (_CERTIFICATE, papers.certificate), (_KEY, papers.key)):
        with whole(folder / file, 0o400 if file == _KEY else 0o444) as written:
            written.write(text.encode())


def of_board(settings: Settings) -> tuple[Path, Path] | None:
    """The files of the board's certificate and its key, as this hub made them; None where it did not."""
    folder = settings.gate.state / BOARD_FOLDER
    there = settings.hub is not None and (folder / _KEY).exists()
    return (folder / _CERTIFICATE, folder / _KEY) if there else None


def invite(desk: Desk, by: str | None, gate: str) -> tuple[Told, Invitation] | Denied:
    """An invitation for a gate, new or known; one before it that was not used is worth nothing now.

    Raises LinkError, StoreError, DiskFull.
    """
    settings, at = desk.settings, desk.clock.now()
    hub = broker.hub_of(settings)
    _check_name(gate)
    made: list[Papers] = []

    def certify(row: GateRow | None) -> str:
        if not hub.tls:
            return _PLAIN
        made.append(_issued(desk, gate, row, at))
        return read(made[0].certificate).fingerprint

    word = _word_of(desk, gate) if hub.tls else ""
    done = gates.invite(desk, by, gate, certify)
    if isinstance(done, Denied):
        return done
    papers = made[0] if made else None
    keys = Keys.load(settings.gate.state)
    return Told(done, word), _invitation(settings, gate, papers, keys, at.wall_ms)


def observe(desk: Desk, by: str | None, name: str, folder: Path) -> Told | Denied:
    """A certificate for an onlooker, as three files in `folder`: `ca.pem`, `cert.pem`, `key.pem`.

    It may read states, and nothing else. Raises LinkError on a broker that asks for no certificates,
    StoreError, DiskFull.
    """
    if not broker.hub_of(desk.settings).tls:
        raise LinkError("a loopback broker asks nobody who they are", "Connect without a certificate.")
    _check_name(name)
    at, observer = desk.clock.now(), f"{OBSERVER}{name}"

    def certify(row: GateRow | None) -> str:
        papers = _issued(desk, observer, row, at)
        keep(folder, papers)
        return read(papers.certificate).fingerprint

    done = gates.invite(desk, by, observer, certify)
    return done if isinstance(done, Denied) else Told(done, broker.RELOAD)


def retire(desk: Desk, by: str | None, gate: str, reason: str, from_afar: bool = False) -> Told | Denied:
    """Takes the certificates of a gate or an observer away, and its name in the broker's rules.

    `from_afar`: by somebody who types nothing on the hub's computer. That the broker has to hear of it is an
    alarm then, until somebody has told it; the hub itself takes nothing of the gate from now on.
    """
    settings = desk.settings
    hub = broker.hub_of(settings)

    def revoke(now: Turn) -> None:
        if not hub.tls:
            return
        Authority(settings.gate.state).revoke(gate)
        _write_rules(settings, rows.gates(desk.conn), retired=gate)
        if from_afar and rows.put_alarm(now.pen, gate, Alarm.RELOAD, TO_RELOAD, now.at.wall_ms):
            now.write(AlarmRaised(gate, Alarm.RELOAD, TO_RELOAD))

    done = gates.retire(desk, by, gate, reason, revoke)
    return done if isinstance(done, Denied) else Told(done, broker.RELOAD if hub.tls else "")


def tidy(settings: Settings, known: Mapping[str, GateRow], wall_ms: int) -> tuple[str, ...]:
    """Revoke what is of no use any more; the gates whose certificates were revoked, for the broker's reload.

    Invitations that nobody used within a day, and what a gate had before the certificate that it shows
    now. What a run before this one left undone is completed. The caller holds the writer's lock. Raises
    LinkError, StoreError, DiskFull.
    """
    if not broker.hub_of(settings).tls:
        return ()
    authority = Authority(settings.gate.state, _TIDY_S)
    gone = list(_completed(settings, authority, known))
    live = [one.certificate for one in authority.issued() if not one.revoked]
    for gate, row in known.items():
        if gate.startswith(OBSERVER) or row.fingerprint is None or row.retired_ms is not None:
            continue
        own = {one.fingerprint for one in live if one.name == gate}
        if admission.lapsed(row, wall_ms) and row.fingerprint in own:
            authority.revoke(gate, only=row.fingerprint)
            gone.append(gate)
        elif not admission.pending(row) and row.fingerprint in own and len(own) > 1:
            authority.revoke(gate, but=row.fingerprint)
            gone.append(gate)
    if gone:
        _write_rules(settings, known)
    return tuple(dict.fromkeys(gone))


def _completed(settings: Settings, authority: Authority, known: Mapping[str, GateRow]) -> tuple[str, ...]:
    """Make the list of the revoked, where the authority or the broker lacks it; whom it may be about."""
    with told:
        broker_has = (settings.gate.state / broker.FOLDER / broker.REVOKED).read_text(errors="replace")
        if broker_has == authority.revoked and not authority.is_cut_short:
            return ()
    authority.revoke("")
    return tuple(sorted({one.certificate.name for one in authority.issued() if one.revoked} & known.keys()))


def days_left(settings: Settings, wall_ms: int) -> Mapping[str, int]:
    """How many days each certificate of the hub is still good: by name, the first to end first.

    `fabgate` is the authority itself, `broker` and `hub` are the hub's. Empty without certificates.
    """
    return {one.name: one.days_left(wall_ms) for one in certificates.newest(settings.gate.state)}


def _check_name(name: str) -> None:
    try:
        ID.read(name)
    except Unfit as unfit:
        raise UsageError(unfit.what, unfit.remedy) from None
    if name == HUB:
        raise UsageError(f'"{HUB}" is the hub\'s own name', "Take another one.")


def _issued(desk: Desk, name: str, row: GateRow | None, at: Moment) -> Papers:
    """A certificate for a name; an earlier one is revoked if it was never used, an observer's always."""
    authority = Authority(desk.settings.gate.state)
    papers = authority.issue(name, Use.CLIENT, at.wall_ms)
    fresh = read(papers.certificate).fingerprint
    if row is not None and (name.startswith(OBSERVER) or row.retired_ms is not None):
        authority.revoke(name, but=fresh)
    elif row is not None and admission.pending(row):
        authority.revoke(name, only=row.fingerprint)
    _write_rules(desk.settings, rows.gates(desk.conn), invited=name)
    return papers


def _word_of(desk: Desk, gate: str) -> str:
    """What the broker must hear of an invitation; a gate that is new to it, it takes as it is.

    A name that was retired has its rules back by it. The broker looks at no connection again that is
    open: whoever still has one under that name from before must lose it.
    """
    row = rows.gates(desk.conn).get(gate)
    if row is not None and row.retired_ms is not None:
        return broker.RESTART
    return broker.RELOAD if row is not None and admission.pending(row) else ""


def _write_rules(
    settings: Settings, known: Mapping[str, GateRow], invited: str | None = None, retired: str | None = None
) -> None:
    """The broker's rules and list of the revoked, as they are once this deed is done."""
    broker.write_rules(settings, Authority(settings.gate.state).revoked, _names(known, invited, retired))


def _names(known: Mapping[str, GateRow], invited: str | None = None, retired: str | None = None) -> Names:
    gone = {name for name, row in known.items() if row.retired_ms is not None} - {invited} | {retired}
    there = {*known, invited} - gone - {None}
    return Names(broker.observers(filter(None, there)), tuple(sorted(filter(None, gone))))


def _invitation(settings: Settings, gate: str, papers: Papers | None, keys: Keys, wall_ms: int) -> Invitation:
    hub = broker.hub_of(settings)
    return Invitation(
        "fabgate-invitation-1",
        settings.lab.name,
        gate,
        hub.address,
        hub.port,
        wall_ms,
        papers,
        invitations.lines_of(keys),
    )
