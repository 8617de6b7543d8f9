"""The doctor at a hub: how it stands, as far as files tell, and what to do where it is not well."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from broker import HOST, free_port
from click.testing import CliRunner
from hub_lab import Lab
from papers_lab import HOUR_MS, PapersLab
from test_hub_hostile import info

from fabgate import cli
from fabgate.hub import checkup as doctor
from fabgate.hub.checkup import checkup
from fabgate.hub.run import alone
from fabgate.reports.finding import Finding, Grade
from fabgate.store import gates
from fabgate.store.db import Store

DAY_MS = 24 * HOUR_MS


def looked(lab: Lab | PapersLab) -> dict[str, Finding]:
    """What is found now, by its name."""
    of = lab.hub if isinstance(lab, PapersLab) else lab
    return {finding.name: finding for finding in checkup(of.settings, of.clock)}


@pytest.fixture
def papers(tmp_path: Path, needs: Callable[[str], str]) -> PapersLab:
    needs("openssl")
    return PapersLab(tmp_path / "lab")


@pytest.fixture
def listener(papers: PapersLab) -> Iterator[None]:
    """Somebody who listens on the broker's port."""
    with socket.create_server((HOST, papers.port)):
        yield


@pytest.mark.usefixtures("listener")
def test_a_hub_that_was_just_made_is_well_but_for_its_daemon(papers: PapersLab) -> None:
    found = looked(papers)
    assert {name for name, one in found.items() if one.grade is not Grade.OK} == {"daemon"}
    assert "hub invite" in found["gates"].found


def test_a_broker_on_whose_port_nobody_listens_fails_with_what_to_type(papers: PapersLab) -> None:
    found = looked(papers)["broker"]
    assert (found.grade, found.remedy) == (Grade.FAIL, "systemctl status fabgate-broker")
    assert str(papers.port) in found.found


def test_a_connection_to_the_port_elsewhere_is_no_broker(papers: PapersLab) -> None:
    other = free_port()
    with socket.create_server((HOST, other)), socket.create_connection((HOST, other)):
        assert looked(papers)["broker"].grade is Grade.FAIL


def test_a_connection_that_a_broker_left_behind_is_no_broker(papers: PapersLab) -> None:
    with socket.create_server((HOST, papers.port)) as server:
        client = socket.create_connection((HOST, papers.port))
        left, _ = server.accept()
    with client, left:
        assert looked(papers)["broker"].grade is Grade.FAIL


def test_a_broker_without_its_file_fails(papers: PapersLab) -> None:
    papers.config.unlink()
    assert looked(papers)["broker"].remedy == "fabgate hub renew"


def test_a_system_that_tells_nothing_of_its_ports_is_no_failure(
    papers: PapersLab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "SOCKETS", (tmp_path / "nothing",))
    assert looked(papers)["broker"].grade is Grade.WARN


def test_a_certificate_that_comes_to_its_end_is_told_with_how_to_renew_it(papers: PapersLab) -> None:
    papers.joined("gate-1")
    papers.observer("display")
    papers.hub.clock.advance(800 * DAY_MS)
    found = looked(papers)
    assert found["certificate gate-1"].remedy == "fabgate hub invite gate-1 --to FILE"
    assert found["certificate hub"].remedy == found["certificate broker"].remedy == "fabgate hub renew"
    assert found["certificate observer.display"].remedy.startswith("fabgate hub invite --observer display")
    assert {found[f"certificate {name}"].grade for name in ("gate-1", "hub")} == {Grade.WARN}
    papers.hub.clock.advance(30 * DAY_MS)
    assert looked(papers)["certificate hub"].grade is Grade.FAIL
    assert "certificates" not in looked(papers)


def test_an_authority_that_is_gone_fails(papers: PapersLab) -> None:
    (papers.hub.state / "pki").rename(papers.hub.state / "elsewhere")
    assert looked(papers)["certificates"].grade is Grade.FAIL


def test_a_hub_without_books_says_how_to_make_them(lab: Lab, tmp_path: Path) -> None:
    nowhere = replace(lab.settings, gate=replace(lab.settings.gate, state=tmp_path / "nowhere"))
    (books, *_) = checkup(nowhere, lab.clock)
    assert (books.grade, books.remedy) == (Grade.FAIL, "fabgate hub init --manager NAME")


def test_a_gates_journal_that_was_cut_off_is_on_the_list_of_what_fails(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.session()
    lab.settle()
    conn = sqlite3.connect(Store(lab.settings.gate.state).path, isolation_level=None)
    conn.execute("DELETE FROM journal WHERE position = (SELECT max(position) FROM journal)")
    conn.close()
    assert looked(lab)["books"].grade is Grade.FAIL


def test_a_hub_that_runs_is_seen(lab: Lab) -> None:
    assert looked(lab)["daemon"].remedy == "systemctl status fabgate-hub"
    with alone(lab.settings):
        assert looked(lab)["daemon"].grade is Grade.OK


def test_gates_that_are_there_and_gates_that_are_away_are_told_apart(lab: Lab) -> None:
    one, two = lab.join("gate-1", "gate-2")
    one.session()
    lab.settle()
    two.off()
    lab.pass_ms(60_000)
    lab.settle()
    found = looked(lab)
    assert found["gate gate-1"] == Finding("gate gate-1", Grade.OK, "is there; 3 records are here")
    assert found["gate gate-2"].grade is Grade.WARN
    assert found["gate gate-2"].found.startswith("is away, heard ")


def test_records_that_a_gate_told_of_and_did_not_send_are_counted(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    lab.settle()
    said = one.link is not None and lab.hub is not None
    assert said
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        row = gates.gates(writer.conn)["gate-1"]
        info = json.loads(row.info or "")
        info["origins"][-1] |= {"seq": 41, "hash": "ab" * 32}
        gates.put_heard(pen, replace(row, info=json.dumps(info)))
    assert looked(lab)["gate gate-1"].found == "is there; 1 records are here, 40 are still there"


def test_a_gate_that_was_invited_and_never_came_is_told(papers: PapersLab) -> None:
    papers.invite("gate-7")
    found = looked(papers)["gate gate-7"]
    assert (found.grade, found.remedy) == (Grade.WARN, "On the gate: fabgate gate join FILE")


def test_a_retired_gate_needs_nobody(papers: PapersLab) -> None:
    papers.invite("gate-7")
    papers.hub.done("gate retire gate-7 --reason sold --by zoe")
    assert "gate gate-7" not in looked(papers)


def test_a_gate_with_another_file_of_rules_than_the_hub_is_named_with_what_to_do(lab: Lab) -> None:
    lab.join("gate-1")
    two = lab.gate("gate-2")
    two.settings = replace(two.settings, charter=replace(two.settings.charter, digest="5ca1ab1e0b0e"))
    two.on()
    lab.settle()
    found = looked(lab)
    assert "rules of gate-1" not in found
    said = found["rules of gate-2"]
    assert (said.grade, said.found) == (Grade.WARN, "gate-2 has other rules than the hub")
    assert "restart" in said.remedy
    lab.settings = replace(lab.settings, charter=two.settings.charter)
    assert set(looked(lab)) & {"rules of gate-1", "rules of gate-2"} == {"rules of gate-1"}


def test_a_gate_of_an_earlier_version_has_no_rules_to_compare(lab: Lab) -> None:
    lab.settings = replace(lab.settings, charter=replace(lab.settings.charter, digest="5ca1ab1e0b0e"))
    lab.say("gate-9", "info", info("a", "laser"))
    lab.settle()
    assert "rules of gate-9" not in looked(lab)


def test_an_alarm_fails_until_somebody_dealt_with_it(lab: Lab) -> None:
    lab.say("gate-9", "journal", b"nonsense")
    lab.settle()
    found = looked(lab)["alarm unreadable"]
    assert found.grade is Grade.FAIL
    assert "fabgate hub alarms --over unreadable gate-9" in found.remedy
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        gates.end_alarm(pen, "gate-9", "unreadable", lab.clock.now().wall_ms)
    assert "alarm unreadable" not in looked(lab)


def test_the_command_looks_at_a_hub_as_a_hub(papers: PapersLab) -> None:
    ran = CliRunner().invoke(
        cli.main, ["--config", str(papers.hub.folder / "fabgate.toml"), "doctor", "--json"]
    )
    names = {one["name"] for one in json.loads(ran.stdout)}
    assert {"books", "broker", "certificates", "gates"} <= names
    assert not {"hub link", "hub"} & names
    assert ran.exit_code == 1, "nobody listens on the broker's port"
