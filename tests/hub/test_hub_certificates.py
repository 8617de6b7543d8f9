"""The lab's certificate authority, as OpenSSL and the gates read what it makes."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.errors import LinkError
from fabgate.hub.broker import reached_at
from fabgate.hub.certificates import AUTHORITY_DAYS, GATE_DAYS, Authority, Use, ending, newest
from fabgate.link import certificate
from fabgate.link.invitation import Papers

NOW_MS = 1_792_836_000_000
DAY_MS = 86_400_000
ODD_LABS = [
    "openfab",
    "Fab Lab Zürich",
    "a = b, c",
    'say "x"',
    "back\\slash",
    "\\",
    "工房",
    "x" * 64,
    "O=x",
    "-x",
]


@pytest.fixture
def authority(tmp_path: Path, needs: Callable[[str], str]) -> Authority:
    needs("openssl")
    made = Authority(tmp_path)
    made.create("openfab", NOW_MS)
    return made


def openssl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)


def verified(folder: Path, papers: Papers, purpose: str, at_s: int, *more: str) -> bool:
    (folder / "it.pem").write_text(papers.certificate)
    (folder / "it.ca").write_text(papers.ca)
    words = ("verify", "-x509_strict", "-attime", str(at_s), "-purpose", purpose, "-CAfile", "it.ca", *more)
    return openssl(folder, *words, "it.pem").returncode == 0


def test_a_gate_whose_clock_was_never_set_trusts_the_broker_and_is_trusted(
    authority: Authority, tmp_path: Path
):
    broker = authority.issue("broker", Use.BROKER, NOW_MS, ("DNS:hub.lan",))
    gate = authority.issue("gate-1", Use.CLIENT, NOW_MS)
    (tmp_path / "crl.pem").write_text(authority.revoked)
    looked_up = ("-crl_check", "-CRLfile", "crl.pem")
    for at_s in (1, 86_400, NOW_MS // 1000, NOW_MS // 1000 + (GATE_DAYS - 1) * 86_400):
        assert verified(tmp_path, broker, "sslserver", at_s, "-verify_hostname", "hub.lan")
        assert verified(tmp_path, gate, "sslclient", at_s, *looked_up)
    for papers, purpose in ((broker, "sslserver"), (gate, "sslclient")):
        assert not verified(tmp_path, papers, purpose, NOW_MS // 1000 + (GATE_DAYS + 1) * 86_400)


def test_the_list_is_read_also_while_openssl_puts_a_new_one_in_its_place(authority: Authority):
    authority.issue("gate-1", Use.CLIENT, NOW_MS)
    before = list(authority.issued())
    index = authority.folder / "index.txt"
    index.replace(index.with_name("index.txt.old"))
    assert list(authority.issued()) == before != []


def test_a_certificate_is_for_one_use(authority: Authority, tmp_path: Path):
    broker = authority.issue("broker", Use.BROKER, NOW_MS, ("DNS:hub.lan",))
    gate = authority.issue("gate-1", Use.CLIENT, NOW_MS)
    assert not verified(tmp_path, broker, "sslclient", NOW_MS // 1000)
    assert not verified(tmp_path, gate, "sslserver", NOW_MS // 1000)
    assert not verified(tmp_path, broker, "sslserver", NOW_MS // 1000, "-verify_hostname", "hub")
    assert not verified(tmp_path, broker, "sslserver", NOW_MS // 1000, "-verify_hostname", "localhost")


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("hub.lan", ("DNS:hub.lan",)),
        ("192.168.1.10", ("IP:192.168.1.10",)),
        ("fe80::1", ("IP:fe80::1",)),
        ("localhost", ("DNS:localhost", "IP:127.0.0.1", "IP:::1")),
        ("127.0.0.1", ("DNS:localhost", "IP:127.0.0.1", "IP:::1")),
        ("::1", ("DNS:localhost", "IP:127.0.0.1", "IP:::1")),
    ],
)
def test_the_broker_answers_to_its_address_and_to_localhost_only_there(
    authority: Authority, tmp_path: Path, address: str, names: tuple[str, ...]
):
    assert reached_at(address) == names
    broker = authority.issue("broker", Use.BROKER, NOW_MS, names)
    for name in names:
        option = "-verify_ip" if name.startswith("IP:") else "-verify_hostname"
        assert verified(tmp_path, broker, "sslserver", NOW_MS // 1000, option, name.partition(":")[2])


def test_what_a_gate_reads_of_a_certificate_is_what_openssl_says(authority: Authority, tmp_path: Path):
    papers = authority.issue("gate-1", Use.CLIENT, NOW_MS)
    read = certificate.read(papers.certificate)
    (tmp_path / "it.pem").write_text(papers.certificate)
    said = openssl(
        tmp_path, "x509", "-in", "it.pem", "-noout", "-fingerprint", "-sha256", "-enddate", "-startdate"
    )
    rows = dict(row.split("=", 1) for row in said.stdout.splitlines())
    assert rows["sha256 Fingerprint"].replace(":", "").lower() == read.fingerprint
    assert ssl.cert_time_to_seconds(rows["notAfter"]) * 1000 == read.until_ms
    assert rows["notBefore"] == "Jan  1 00:00:00 1970 GMT"
    assert read.name == "gate-1"
    assert certificate.read(papers.ca).until_ms == NOW_MS // 1000 * 1000 + AUTHORITY_DAYS * DAY_MS


@pytest.mark.parametrize("lab", ODD_LABS)
def test_a_lab_may_have_any_name(tmp_path: Path, needs: Callable[[str], str], lab: str):
    needs("openssl")
    made = Authority(tmp_path)
    made.create(lab, NOW_MS)
    assert verified(tmp_path, made.issue("gate-1", Use.CLIENT, NOW_MS), "sslclient", NOW_MS // 1000)
    (tmp_path / "ca.pem").write_text(made.ca)
    subject = openssl(
        tmp_path, "x509", "-in", "ca.pem", "-noout", "-subject", "-nameopt", "utf8,sep_multiline"
    )
    assert f"O={lab}" in [row.strip() for row in subject.stdout.splitlines()]


def test_a_folder_may_have_any_name(tmp_path: Path, needs: Callable[[str], str]):
    needs("openssl")
    odd = tmp_path / "$HOME #1 = é"
    odd.mkdir()
    made = Authority(odd)
    made.create("openfab", NOW_MS)
    assert certificate.read(made.issue("gate-1", Use.CLIENT, NOW_MS).certificate).name == "gate-1"


def test_what_is_revoked_is_listed_and_nobody_else(authority: Authority, tmp_path: Path):
    old, new, other = (authority.issue(name, Use.CLIENT, NOW_MS) for name in ("gate-1", "gate-1", "gate-2"))
    assert authority.revoke("gate-1", but=certificate.read(new.certificate).fingerprint) == 1
    (tmp_path / "crl.pem").write_text(authority.revoked)
    so = [
        verified(tmp_path, papers, "sslclient", NOW_MS // 1000, "-crl_check", "-CRLfile", "crl.pem")
        for papers in (old, new, other)
    ]
    assert so == [False, True, True]
    assert authority.revoke("gate-1") == 1
    assert authority.revoke("gate-1") == authority.revoke("gate-10") == 0
    assert [one.name for one in newest(tmp_path)] == ["gate-2", "fabgate"]


def test_the_list_of_the_revoked_never_runs_out_before_the_authority(authority: Authority, tmp_path: Path):
    papers = authority.issue("gate-1", Use.CLIENT, NOW_MS)
    authority.revoke("gate-2")
    (tmp_path / "crl.pem").write_text(authority.revoked)
    said = openssl(tmp_path, "crl", "-in", "crl.pem", "-noout", "-lastupdate", "-nextupdate").stdout
    assert "lastUpdate=Jan  1 00:00:00 1970 GMT" in said
    until = ssl.cert_time_to_seconds(said.partition("nextUpdate=")[2].strip())
    assert until * 1000 == certificate.read(papers.ca).until_ms


def test_keys_are_for_their_owner_and_a_gates_key_is_not_kept(authority: Authority, tmp_path: Path):
    papers = authority.issue("gate-1", Use.CLIENT, NOW_MS)
    assert authority.folder.stat().st_mode & 0o777 == 0o700
    assert (authority.folder / "ca.key").stat().st_mode & 0o777 == 0o400
    texts = [path.read_text() for path in authority.folder.rglob("*") if path.is_file()]
    assert not any(papers.key.splitlines()[1] in text for text in texts)
    assert not list(authority.folder.glob(".work-*"))


def test_an_authority_that_is_there_is_kept_and_one_that_was_cut_short_is_completed(
    authority: Authority, tmp_path: Path
):
    before = {path.name: path.read_bytes() for path in authority.folder.iterdir() if path.is_file()}
    authority.create("openfab", NOW_MS + DAY_MS)
    assert {path.name: path.read_bytes() for path in authority.folder.iterdir() if path.is_file()} == before
    for name in ("ca.pem", "crl.pem"):
        (authority.folder / name).unlink()
    authority.create("openfab", NOW_MS)
    assert verified(tmp_path, authority.issue("gate-1", Use.CLIENT, NOW_MS), "sslclient", NOW_MS // 1000)
    assert (authority.folder / "ca.key").read_bytes() == before["ca.key"]


@pytest.mark.parametrize("wall_ms", [0, 5_000, 1_700_000_000_000])
def test_a_hub_whose_clock_is_not_set_makes_no_certificates(tmp_path: Path, wall_ms: int):
    with pytest.raises(LinkError, match="clock of this computer is not set"):
        Authority(tmp_path).create("openfab", wall_ms)
    assert not (tmp_path / "pki").exists()


def test_without_openssl_it_is_said_which_package_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LinkError, match="openssl is missing") as error:
        Authority(tmp_path).create("openfab", NOW_MS)
    assert error.value.remedy == "sudo apt-get install openssl"


def test_an_authority_that_was_never_made_says_how(tmp_path: Path):
    with pytest.raises(LinkError, match="no certificate authority here"):
        Authority(tmp_path).issue("gate-1", Use.CLIENT, NOW_MS)
    assert newest(tmp_path) == ()


def test_a_damaged_list_is_an_error_and_no_certificate(authority: Authority):
    (authority.folder / "index.txt").write_text("this is not\ta list\n")
    with pytest.raises(LinkError, match="openssl ca failed"):
        authority.issue("gate-1", Use.CLIENT, NOW_MS)


def test_what_comes_to_its_end_is_told_ninety_days_before(authority: Authority, tmp_path: Path):
    authority.issue("gate-1", Use.CLIENT, NOW_MS)
    authority.issue("gate-2", Use.CLIENT, NOW_MS + 100 * DAY_MS)
    last_calm = NOW_MS + (GATE_DAYS - 90) * DAY_MS
    assert ending(tmp_path, last_calm) == ()
    assert [one.name for one in ending(tmp_path, last_calm + 1)] == ["gate-1"]
    [gate] = ending(tmp_path, NOW_MS + (GATE_DAYS + 1) * DAY_MS, within_days=0)
    assert (gate.name, gate.days_left(NOW_MS + (GATE_DAYS + 1) * DAY_MS)) == ("gate-1", -1)
    authority.issue("gate-1", Use.CLIENT, NOW_MS + 200 * DAY_MS)
    assert ending(tmp_path, last_calm + 1) == ()


def test_no_certificate_outlives_its_authority(authority: Authority):
    late = authority.issue("gate-1", Use.CLIENT, NOW_MS + (AUTHORITY_DAYS - 10) * DAY_MS)
    assert certificate.read(late.certificate).until_ms == certificate.read(late.ca).until_ms


# --- bytes that are no certificate ---------------------------------------------------------------

# Made once by the authority's own words; its key is gone.
SAMPLE = """\
-----BEGIN CERTIFICATE-----
MIIBvDCCAWKgAwIBAgIUN+iKTwFIOGGJXAsW+ngIZ7EXX8wwCgYIKoZIzj0EAwIw
NDEQMA4GA1UEAwwHZmFiZ2F0ZTEgMB4GA1UECgwXRmFiIExhYiBaw7xyaWNoID0g
IngiIFwwHhcNNzAwMTAxMDAwMDAwWhcNMjgxMTIyMDAwMDAwWjARMQ8wDQYDVQQD
DAZnYXRlLTEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQg7HVL5FekWtzDAzhR
oV2Jhi7GZqzidVoujnwSv0pZbHGcd3TEbSs4x90nKxq8KSLN/aldE6VBrQGkf0/U
WmKXo3UwczAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAK
BggrBgEFBQcDAjAdBgNVHQ4EFgQUf4b4Dv1pE0fX3D5nIvG101vPCnAwHwYDVR0j
BBgwFoAUlrxPyF2Xvb05KAtqHNEjGmaWNaQwCgYIKoZIzj0EAwIDSAAwRQIhAKxl
OlHMYvuM4gmY8AY+B6gnNiCyxykfQrOpj6h/RE4+AiAbLZ/pmacZpui4UrzqwTUA
PJGe295ZW+0elqb8bMhsmQ==
-----END CERTIFICATE-----
"""
PEM = """\
-----BEGIN CERTIFICATE-----
{}
-----END CERTIFICATE-----
"""


@given(st.text() | st.binary().map(lambda data: ssl.DER_cert_to_PEM_cert(data)))
def test_any_text_is_a_certificate_or_an_error_of_ours(text: str):
    with contextlib.suppress(LinkError):
        certificate.read(text)


@given(st.data())
def test_a_certificate_with_any_byte_changed_is_read_or_refused(data: st.DataObject):
    der = bytearray(ssl.PEM_cert_to_DER_cert(SAMPLE))
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    cut = der[: data.draw(st.integers(0, len(der)))]
    for each in (der, cut):
        with contextlib.suppress(LinkError):
            certificate.read(ssl.DER_cert_to_PEM_cert(bytes(each)))


def test_no_certificate_at_all_is_none():
    with pytest.raises(LinkError, match="not a certificate"):
        certificate.read(PEM.format(""))
