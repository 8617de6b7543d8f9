"""Certificates: who has the right ones connects; whoever has not is told what is wrong with which."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import HOST, Broker
from ends import Authority, End, until, with_tls

from fabgate.errors import LinkError
from fabgate.link.dial import Address, Credentials
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import Alarmed, Connected, Delivered, Fate, Lost, Message
from fabgate.link.refused import CERTIFICATE
from fabgate.link.talk import Manner

Ends = Callable[..., End]
ACL = "pattern readwrite lab/%u/#\n"
SURE = Manner(first_s=0.05, most_s=0.1)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = Authority(tmp_path_factory.mktemp("tls") / "lab")
    authority.issue("broker", "IP:127.0.0.1,DNS:localhost")
    authority.issue("elsewhere", "DNS:hub.fablab.example")
    authority.issue("gate1")
    return authority


@pytest.fixture
def made(needs: Callable[[str], str], request: pytest.FixtureRequest) -> Authority:
    """One authority for all these tests."""
    needs("openssl")
    return request.getfixturevalue("authority")


def of(authority: Authority, name: str) -> Credentials:
    return Credentials.within(authority.folder / name)


@pytest.fixture
def stranger(made: Authority, tmp_path: Path) -> Authority:
    return Authority(tmp_path / "stranger")


@pytest.fixture
def secured(start_broker: Callable[..., Broker], made: Authority) -> Broker:
    return start_broker(with_tls(of(made, "broker")) + "acl_file {folder}/acl\n", acl=ACL)


def alarm(gate: End) -> str:
    gate.wait_for(Lost)
    first = gate.heard(Alarmed)[0]
    assert first.alarm == CERTIFICATE
    assert gate.heard(Connected) == []
    return first.what


@pytest.mark.parametrize("host", [HOST, "localhost"])
def test_who_has_the_labs_certificate_speaks_by_its_name(
    secured: Broker, made: Authority, end: Ends, host: str
) -> None:
    mine = of(made, "gate1")
    gate = end(secured.port, "gate1", "lab/gate1/#", "lab/gate2/#", credentials=mine, host=host).join()
    big = bytes(range(256)) * 250
    own = gate.port.publish("lab/gate1/journal", big)
    other = gate.port.publish("lab/gate2/journal", b"not mine")
    until(lambda: len(gate.heard(Delivered)) == 2 and gate.heard(Message), gate)
    assert set(gate.heard(Delivered)) == {Delivered(own, Fate.OK), Delivered(other, Fate.REFUSED)}
    assert [m.payload for m in gate.heard(Message)] == [big]


def test_many_large_messages_pass_through_tls_both_ways(secured: Broker, made: Authority, end: Ends) -> None:
    gate = end(secured.port, "gate1", "lab/gate1/a", credentials=of(made, "gate1")).join()
    payloads = [bytes([i]) * 60_000 for i in range(100)]
    for payload in payloads:
        gate.port.publish("lab/gate1/a", payload)
    done: list[bytes] = []

    def all_there() -> bool:
        for message in gate.heard(Message)[len(done) :]:
            gate.port.acknowledge(message)
            done.append(message.payload)
        return len(done) == len(gate.heard(Delivered)) == 100

    until(all_there, gate)
    assert done == payloads


def test_a_broker_of_another_authority_is_not_trusted(
    secured: Broker, stranger: Authority, end: Ends
) -> None:
    gate = end(secured.port, credentials=stranger.issue("gate1"), manner=SURE)
    assert "from another authority" in alarm(gate)


def test_a_broker_by_another_name_is_not_trusted(
    start_broker: Callable[..., Broker], made: Authority, end: Ends
) -> None:
    broker = start_broker(with_tls(of(made, "elsewhere")))
    gate = end(broker.port, credentials=of(made, "gate1"), manner=SURE)
    assert "fabgate hub init" in alarm(gate)
    named = end(broker.port, credentials=of(made, "gate1"), manner=SURE, host="localhost")
    assert "for another name" in alarm(named)


def test_a_broker_whose_certificate_has_expired_is_not_trusted(
    start_broker: Callable[..., Broker], made: Authority, end: Ends, tmp_path: Path
) -> None:
    lab = Authority(tmp_path / "lab")
    broker = start_broker(with_tls(lab.issue("broker", "IP:127.0.0.1", days=-1)))
    gate = end(broker.port, credentials=lab.issue("gate1"), manner=SURE)
    assert "has expired" in alarm(gate)


def test_our_own_certificate_that_the_broker_refuses_is_told(
    secured: Broker, made: Authority, stranger: Authority, end: Ends
) -> None:
    foreign = stranger.issue("gate1")
    mixed = Credentials(of(made, "gate1").ca, foreign.certificate, foreign.key)
    gate = end(secured.port, credentials=mixed, manner=SURE)
    assert "our certificate is from another authority" in alarm(gate)


def test_our_own_certificate_that_has_expired_is_told(
    start_broker: Callable[..., Broker], made: Authority, end: Ends, tmp_path: Path
) -> None:
    lab = Authority(tmp_path / "lab")
    broker = start_broker(with_tls(lab.issue("broker", "IP:127.0.0.1")))
    gate = end(broker.port, credentials=lab.issue("gate1", days=-1), manner=SURE)
    assert "our certificate has expired" in alarm(gate)


def test_what_speaks_no_tls_is_told(start_broker: Callable[..., Broker], made: Authority, end: Ends) -> None:
    gate = end(start_broker().port, credentials=of(made, "gate1"), manner=SURE)
    gate.wait_for(Lost)
    assert "does a broker with TLS answer there?" in gate.heard(Lost)[0].why


def test_without_tls_nothing_is_said_to_a_broker_that_wants_it(secured: Broker, end: Ends) -> None:
    gate = end(secured.port, manner=SURE)
    gate.wait_for(Lost)
    assert gate.heard(Connected) == []


def test_certificates_that_cannot_be_read_are_refused_at_once(made: Authority, tmp_path: Path) -> None:
    for damage in ("gone", "garbage", "other key"):
        folder = tmp_path / damage.replace(" ", "-")
        shutil.copytree(made.folder / "gate1", folder)
        match damage:
            case "gone":
                (folder / "key.pem").unlink()
            case "garbage":
                (folder / "ca.pem").write_text("garbage")
            case "other key":
                shutil.copy(made.folder / "broker" / "key.pem", folder / "key.pem")
        with pytest.raises(LinkError, match="fabgate gate join"):
            MqttPort(Address(HOST, 1), Credentials.within(folder), "gate1", None, (), lambda: 0.0)


def test_a_renewed_certificate_is_used_at_the_next_try(
    secured: Broker, made: Authority, stranger: Authority, end: Ends, tmp_path: Path
) -> None:
    folder = tmp_path / "link"
    folder.mkdir()
    old = stranger.issue("gate1")
    shutil.copytree(old.ca.parent, folder, dirs_exist_ok=True)
    gate = end(secured.port, credentials=Credentials.within(folder), manner=SURE)
    alarm(gate)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        shutil.copy(made.folder / "gate1" / name, folder / name)
    gate.join()


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of somebody who takes every connection and never says a word."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_handshake_that_never_comes_keeps_no_poll_waiting(mute: int, made: Authority, end: Ends) -> None:
    gate = end(mute, credentials=of(made, "gate1"), manner=Manner(patience_s=0.5))
    gate.wait_for(Lost)
    assert gate.heard(Lost)[0].why == f"127.0.0.1:{mute} did not answer within 0.5 s"


def test_tls_before_1_2_is_not_spoken(made: Authority, end: Ends) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(of(made, "broker").certificate, of(made, "broker").key)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server((HOST, 0)) as server:

        def old() -> None:
            plug, _ = server.accept()
            with plug, pytest.raises(OSError):
                context.wrap_socket(plug, server_side=True)

        thread = threading.Thread(target=old)
        thread.start()
        gate = end(server.getsockname()[1], credentials=of(made, "gate1"), manner=Manner(patience_s=5))
        assert "TLS" in alarm(gate)
        gate.port.close()
        thread.join()
