"""A real Mosquitto with the very files that `hub init` writes: who is let in, who reads and writes what."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import HOST, Broker, start_broker
from ends import End, until
from papers_lab import TREE, Clients, PapersLab

from fabgate.link.dial import Credentials
from fabgate.link.port import Connected, Fate, Lost

__all__ = ["start_broker"]

CLOSED = (OSError, AssertionError)  # the broker ends it: during the handshake, or at the first word


@pytest.fixture
def lab(tmp_path: Path, needs: Callable[[str], str]) -> PapersLab:
    needs("openssl")
    return PapersLab(tmp_path / "lab")


@pytest.fixture
def end() -> Iterator[Callable[..., End]]:
    made: list[End] = []

    def begin(*args: object, **more: object) -> End:
        made.append(End(*args, **more))
        return made[-1]

    yield begin
    for one in made:
        one.port.close()


@pytest.fixture
def clients(lab: PapersLab, start_broker: Callable[..., Broker], end: Callable[..., End]) -> Clients:
    return Clients(start_broker(lab.config, port=lab.port), end)


def handshake(port: int, context: ssl.SSLContext) -> str:
    """The version of TLS that was agreed, once the broker has really taken it."""
    context.check_hostname = False
    with socket.create_connection((HOST, port), 10) as plain, context.wrap_socket(plain) as sure:
        sure.send(bytes.fromhex("100d00044d5154540500003c000000"))
        assert sure.recv(4), "closed"
        return sure.version() or ""


def context(ca: Path, credentials: Credentials | None = None) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(ca)
    if credentials is not None:
        made.load_cert_chain(credentials.certificate, credentials.key)
    return made


def test_nobody_comes_in_without_a_certificate(lab: PapersLab, clients: Clients):
    with pytest.raises(CLOSED):
        handshake(lab.port, context(lab.hub.credentials.ca))


def test_who_has_one_comes_in_by_the_newest_tls_and_by_none_before_1_2(lab: PapersLab, clients: Clients):
    sure = context(lab.hub.credentials.ca, lab.hub.credentials)
    assert handshake(lab.port, sure) == "TLSv1.3"
    sure.maximum_version = ssl.TLSVersion.TLSv1_2
    assert handshake(lab.port, sure) == "TLSv1.2"
    with pytest.warns(DeprecationWarning):
        sure.minimum_version = sure.maximum_version = ssl.TLSVersion.TLSv1_1
    sure.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(CLOSED):
        handshake(lab.port, sure)


def test_plain_text_is_not_answered(lab: PapersLab, clients: Clients):
    with socket.create_connection((HOST, lab.port), 10) as plain:
        plain.sendall(bytes.fromhex("100d00044d5154540500003c000000"))
        plain.settimeout(10)
        said = b""
        with contextlib.suppress(ConnectionError):
            while more := plain.recv(100):
                said += more
        assert not said.startswith(b"\x20")  # no CONNACK


def test_who_has_a_certificate_of_another_lab_is_not_let_in(tmp_path: Path, lab: PapersLab, clients: Clients):
    other = PapersLab(tmp_path / "other").joined("gate-1")
    mixed = context(lab.hub.credentials.ca, other.credentials)
    with pytest.raises(CLOSED):
        handshake(lab.port, mixed)


def test_the_certificate_of_the_broker_is_of_no_use_to_a_client(lab: PapersLab, clients: Clients):
    folder = lab.hub.state / "broker"
    sure = context(folder / "ca.pem")
    sure.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with pytest.raises(CLOSED):
        handshake(lab.port, sure)


def test_a_gate_writes_and_reads_its_own_tree_and_no_other(lab: PapersLab, clients: Clients):
    hub = clients.connect(lab.hub.credentials, "hub")
    one = clients.connect(lab.joined("gate-1").credentials, "gate-1")
    two = clients.connect(lab.joined("gate-2").credentials, "gate-2")
    fates = {
        topic: clients.send(one, f"{TREE}/{topic}", b"from one")
        for topic in ("gate-1/journal", "gate-2/journal", "gate-2/roster", "hub/state", "gate-1x/state")
    }
    fates["elsewhere"] = clients.send(one, "fabgate/1/other/gate-1/journal")
    fates["homeassistant"] = clients.send(one, "homeassistant/device/x/config")
    assert {topic for topic, fate in fates.items() if fate is Fate.OK} == {"gate-1/journal"}
    assert {fate for topic, fate in fates.items() if topic != "gate-1/journal"} == {Fate.REFUSED}
    for gate in ("gate-1", "gate-2"):
        assert clients.send(hub, f"{TREE}/{gate}/roster", b"roster") is Fate.OK
    assert clients.send(hub, f"{TREE}/hub/state", b"ready") is Fate.OK
    assert clients.send(two, f"{TREE}/gate-2/journal", b"from two") is Fate.OK
    said = {
        "1": (f"{TREE}/gate-1/journal", b"from one"),
        "2": (f"{TREE}/gate-2/journal", b"from two"),
        "r1": (f"{TREE}/gate-1/roster", b"roster"),
        "r2": (f"{TREE}/gate-2/roster", b"roster"),
        "hub": (f"{TREE}/hub/state", b"ready"),
    }
    assert clients.came(hub, one, two) == [
        sorted(said.values()),
        sorted([said["1"], said["r1"], said["hub"]]),
        sorted([said["2"], said["r2"], said["hub"]]),
    ]


def test_only_the_hub_tells_a_gate_who_is_on_site_and_only_that_gate_hears_it(
    lab: PapersLab, clients: Clients
):
    hub = clients.connect(lab.hub.credentials, "hub")
    one = clients.connect(lab.joined("gate-1").credentials, "gate-1")
    two = clients.connect(lab.joined("gate-2").credentials, "gate-2")
    assert clients.send(one, f"{TREE}/gate-2/present", b"forged") is Fate.REFUSED
    assert clients.send(hub, f"{TREE}/gate-2/present", b"true") is Fate.OK
    said = [(f"{TREE}/gate-2/present", b"true")]
    assert clients.came(one, two) == [[], said]


def test_a_gate_that_calls_itself_another_is_still_itself(lab: PapersLab, clients: Clients):
    one, two = lab.joined("gate-1"), lab.joined("gate-2")
    victim = clients.connect(two.credentials, "gate-2")
    thief = clients.connect(one.credentials, "gate-2")
    assert clients.send(thief, f"{TREE}/gate-2/journal", b"forged") is Fate.REFUSED
    assert clients.send(thief, f"{TREE}/gate-1/journal") is Fate.OK
    assert clients.send(victim, f"{TREE}/gate-2/journal", b"true") is Fate.OK
    assert victim.heard(Lost) == []
    assert clients.came(victim)[0] == [(f"{TREE}/gate-2/journal", b"true")]


def test_an_observer_sees_states_and_no_journal_and_writes_nothing(lab: PapersLab, clients: Clients):
    seen_by = lab.observer("ha")
    clients.broker.reload()
    hub = clients.connect(lab.hub.credentials, "hub")
    gate = clients.connect(lab.joined("gate-1").credentials, "gate-1")
    observer = clients.connect(seen_by, "observer.ha")
    seen = ("state", "info", "machine/laser/state")
    for what in (*seen, "journal", "notes", "rights", "keys", "need", "answer"):
        assert clients.send(gate, f"{TREE}/gate-1/{what}") is Fate.OK
    for what in ("ack", "roster", "keyring", "present", "cmd/stop"):
        assert clients.send(hub, f"{TREE}/gate-1/{what}") is Fate.OK
    assert clients.send(hub, f"{TREE}/hub/state") is Fate.OK
    assert clients.send(hub, "homeassistant/device/x/config") is Fate.OK
    expected = [f"{TREE}/gate-1/{what}" for what in seen] + [
        f"{TREE}/hub/state",
        "homeassistant/device/x/config",
    ]
    assert [topic for topic, _ in clients.came(observer)[0]] == sorted(expected)
    for topic in (
        f"{TREE}/gate-1/state",
        f"{TREE}/hub/state",
        f"{TREE}/observer.ha/state",
        f"{TREE}/observer.ha/journal",
        "homeassistant/device/x/config",
    ):
        assert clients.send(observer, topic) is Fate.REFUSED


def test_a_retired_gate_is_silent_at_once_and_not_let_in_again(lab: PapersLab, clients: Clients):
    hub = clients.connect(lab.hub.credentials, "hub")
    away = lab.joined("gate-1")
    still = clients.connect(lab.joined("gate-2").credentials, "gate-2")
    gone = clients.connect(away.credentials, "gate-1")
    assert clients.send(gone, f"{TREE}/gate-1/state") is Fate.OK
    clients.came(hub, gone, still)
    said = lab.hub.done("gate retire gate-1 --by zoe --reason sold")
    assert "systemctl reload fabgate-broker" in said
    clients.broker.reload()
    until(lambda: clients.send(gone, f"{TREE}/gate-1/state") is Fate.REFUSED, *clients.all)
    clients.came(hub, gone)
    clients.send(hub, f"{TREE}/gate-1/ack")
    clients.send(hub, f"{TREE}/hub/state")
    assert clients.came(gone) == [[]]
    gone.port.close()
    clients.all.remove(gone)
    with pytest.raises(CLOSED):
        handshake(lab.port, context(away.credentials.ca, away.credentials))
    assert clients.send(still, f"{TREE}/gate-2/state") is Fate.OK


def test_a_gate_that_was_retired_comes_back_by_a_new_invitation(lab: PapersLab, clients: Clients):
    gate = lab.joined("gate-1")
    before = {name: (gate.state / "link" / name).read_bytes() for name in ("cert.pem", "key.pem")}
    lab.hub.done("gate retire gate-1 --by zoe --reason stolen")
    gate.done(["gate", "join", str(lab.invite("gate-1"))])
    clients.broker.reload()
    client = clients.begin(gate.credentials, "gate-1").join()
    until(lambda: clients.send(client, f"{TREE}/gate-1/state") is Fate.OK, client)
    old = gate.folder / "old"
    old.mkdir()
    for name, text in before.items():
        (old / name).write_bytes(text)
    stolen = context(gate.credentials.ca)
    stolen.load_cert_chain(old / "cert.pem", old / "key.pem")
    with pytest.raises(CLOSED):
        handshake(lab.port, stolen)


def test_the_hubs_certificates_can_be_renewed_and_the_gates_go_on(lab: PapersLab, clients: Clients):
    gate = lab.joined("gate-1")
    lab.observer("ha")
    rules = (lab.hub.state / "broker" / "acl").read_text()
    was = (lab.hub.state / "broker" / "cert.pem").read_bytes()
    said = lab.hub.done("hub renew --by zoe")
    assert "fabgate-broker" in said and "gate-1" in said
    assert (lab.hub.state / "broker" / "cert.pem").read_bytes() != was
    assert (lab.hub.state / "broker" / "acl").read_text() == rules
    clients.broker.restart()
    client = clients.connect(gate.credentials, "gate-1")
    hub = clients.connect(lab.hub.credentials, "hub")
    assert {clients.send(hub, f"{TREE}/hub/state"), clients.send(client, f"{TREE}/gate-1/state")} == {Fate.OK}


def test_a_gate_goes_on_under_its_old_certificate_until_it_shows_the_new_one(
    lab: PapersLab, clients: Clients
):
    gate = lab.joined("gate-1")
    lab.heard("gate-1")
    old = clients.connect(gate.credentials, "gate-1")
    lab.invite("gate-1")
    clients.broker.reload()
    assert clients.send(old, f"{TREE}/gate-1/state") is Fate.OK
    assert handshake(lab.port, context(gate.credentials.ca, gate.credentials))


def test_two_labs_on_one_computer_know_nothing_of_each_other(
    tmp_path: Path,
    lab: PapersLab,
    clients: Clients,
    start_broker: Callable[..., Broker],
    end: Callable[..., End],
):
    other = PapersLab(tmp_path / "other", lab="another")
    others = Clients(start_broker(other.config, port=other.port), end)
    fates = set()
    for here, foreign, at in ((lab, other, clients), (other, lab, others)):
        hub = at.connect(here.hub.credentials, "hub")
        gate = at.connect(here.joined("gate-1").credentials, "gate-1")
        fates.add(at.send(gate, f"fabgate/1/{here.lab}/gate-1/journal"))
        for sender in (hub, gate):
            assert at.send(sender, f"fabgate/1/{foreign.lab}/gate-1/journal") is Fate.REFUSED
        with pytest.raises(CLOSED):
            handshake(here.port, context(here.hub.credentials.ca, foreign.hub.credentials))
        assert at.came(hub, gate) == [[(f"fabgate/1/{here.lab}/gate-1/journal", b"x")]] * 2
    assert fates == {Fate.OK}


def test_a_broker_that_is_restarted_still_asks_for_certificates(lab: PapersLab, clients: Clients):
    clients.broker.kill()
    clients.broker.start()
    with pytest.raises(CLOSED):
        handshake(lab.port, context(lab.hub.credentials.ca))
    assert clients.connect(lab.hub.credentials, "hub").heard(Connected)


def test_the_broker_has_nothing_to_complain_about_in_its_files(lab: PapersLab, clients: Clients):
    lab.observer("ha")
    lab.joined("gate-1")
    lab.hub.done("gate retire gate-1 --by zoe --reason sold")
    clients.broker.reload()
    clients.connect(lab.hub.credentials, "hub")
    complaints = [row for row in clients.broker.said.splitlines() if "rror" in row or "arning" in row]
    known = ("run as root", "does not contain '%c' or '%u'")
    assert [row for row in complaints if not any(each in row for each in known)] == []
