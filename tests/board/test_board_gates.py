"""The gates of a lab at its hub, and what can be asked of them; the health of a lone gate."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from board_lab import opened, plain
from hub_lab import Lab as HubLab
from hub_lab import enrol, first_manager
from papers_lab import PapersLab

from fabgate.hub.alarms import Alarm
from fabgate.records import GateAnswered, GateCommanded
from fabgate.store import gates as rows
from fabgate.store import journal
from fabgate.store.db import Store
from fabgate.texts.board_words import BoardWords

EVIL = "<script>alert(1)</script>"


def told(html: str) -> str:
    return plain(re.sub(r"</?bdi>", "", html))


@pytest.fixture
def hub(tmp_path: Path):
    """A hub with two gates that it hears; ada works at neither."""
    made = HubLab(tmp_path)
    made.settings = replace(made.settings, lab=replace(made.settings.lab, languages=("en", "fr", "nl", "de")))
    made.make_hub()
    first_manager(made.settings, made.clock)
    made.hub_on()
    made.join("gate-1", "gate-2")
    made.settle()
    yield made
    for gate in made.gates.values():
        if gate.link is not None:
            gate.off()
    made.hub_off()


@pytest.fixture
def board(hub):
    with opened(hub) as found:
        found.sign_in("zoe")
        yield found


def lose(hub, gate: str) -> None:
    """Its network is gone, and the hub has written down that it is."""
    hub.gates[gate].off(cut=True)
    for _ in range(20):
        hub.pass_ms(10_000)
        hub.settle()


def asked(hub) -> list[tuple[str, str]]:
    """What gates were asked, but for their rights."""
    with Store(hub.settings.gate.state).reader() as reader:
        found = journal.entries(reader.conn, kinds=(GateCommanded.kind,), own=True)
        return [(one.body.gate, one.body.verb) for one in found if one.body.verb != "hand_in"]


def locked(hub) -> set[str]:
    with Store(hub.settings.gate.state).reader() as reader:
        return {machine for (machine,) in reader.conn.execute("SELECT machine FROM locks")}


def raise_alarm(hub, gate="gate-1", alarm="gap", what="records 3 to 4 are lacking"):
    with Store(hub.settings.gate.state).writer() as writer, writer.write() as pen:
        rows.put_alarm(pen, gate, alarm, what, hub.clock.now().wall_ms)


def test_every_gate_is_there_with_how_it_stands(board, hub):
    lose(hub, "gate-2")
    page = told(board.get("/gates"))
    assert "gate-1 there" in page
    assert "gate-2 away" in page
    assert "as the hub's" in page


def test_one_gate_tells_of_itself_and_its_machines(board):
    page = told(board.get("/gates/gate-1"))
    assert "Machines Laser-1" in page
    assert "Rights it lacks 0" in page
    assert "Let it show where it is" in page


def test_a_gate_is_asked_and_its_answer_is_shown(board, hub):
    page = board.send("/gates/gate-1/identify", at="/gates/gate-1")
    assert "gate-1 is asked." in told(page)
    assert "no answer yet" in page
    assert 'hx-get="/gates/gate-1/asked"' in page
    assert asked(hub) == [("gate-1", "identify")]
    hub.settle()
    with Store(hub.settings.gate.state).reader() as reader:
        answers = list(journal.entries(reader.conn, kinds=(GateAnswered.kind,)))
    piece = board.get("/gates/gate-1/asked")
    assert "<html" not in piece
    assert ("no answer yet" in piece) == (not answers)
    board.send("/gates/gate-1/refresh", at="/gates/gate-1")
    assert asked(hub)[-1] == ("gate-1", "refresh")


def test_a_gate_that_is_away_is_asked_for_nothing_that_it_would_not_hear(board, hub):
    lose(hub, "gate-2")
    page = board.get("/gates/gate-2")
    assert "switched off by hand" in page
    assert 'action="/gates/gate-2/stop"' not in page
    for deed in ("stop", "identify", "refresh"):
        page = board.send(f"/gates/gate-2/{deed}", status=409, at="/gates/gate-2", reason="x")
        assert "would not hear this" in page
    assert asked(hub) == []


def test_every_session_of_a_gate_is_ended(board, hub):
    start = hub.gates["gate-1"].begin()
    hub.gates["gate-2"].begin()
    hub.settle()
    page = board.send("/gates/gate-1/stop", at="/gates/gate-1", reason="closing time")
    assert "Sessions that are to end now: 1." in told(page)
    assert asked(hub) == [("gate-1", "stop")]
    with Store(hub.settings.gate.state).reader() as reader:
        last = next(journal.entries(reader.conn, kinds=(GateCommanded.kind,), newest_first=True, own=True))
    assert last.body.session == str(start)


def test_nobody_is_told_that_a_session_ends_whose_gate_is_away(board, hub):
    hub.gates["gate-1"].begin()
    hub.settle()
    (session,) = re.findall(r'name="session" value="([^"]+)"', board.get("/machines/laser-1"))
    lose(hub, "gate-1")
    page = board.get("/machines/laser-1")
    assert "Switch the machine off by hand." in page
    assert 'action="/machines/laser-1/end"' not in page
    page = board.send("/machines/laser-1/end", 409, "/machines/laser-1", session=session, reason="late")
    assert "gate-1 is not heard" in told(page)
    assert asked(hub) == []


def test_what_the_hub_asks_by_itself_is_told_by_its_name_and_is_nobodys_wish(board):
    assert "Asked lately" not in board.get("/gates/gate-1")
    page = told(board.get("/history"))
    assert "The hub asked gate-1: hand in its rights The hub" in page
    assert "gate-1 gave 0 rights back" in page
    board.send("/gates/gate-1/identify", at="/gates/gate-1")
    assert "Zoé Dupont asked gate-1: show where it is Zoé" in told(board.get("/history"))


def test_where_nobody_works_nothing_is_ended(board, hub):
    assert "Nobody works there" in board.send(
        "/gates/gate-1/stop", status=409, at="/gates/gate-1", reason="x"
    )
    hub.gates["gate-1"].begin()
    hub.settle()
    page = board.send("/gates/gate-1/stop", status=409, at="/gates/gate-1", reason=" ")
    assert "Please say why" in page
    assert asked(hub) == []


def test_the_machine_page_of_a_hub_asks_the_gate(board, hub):
    hub.gates["gate-1"].begin()
    hub.settle()
    page = board.get("/machines/laser-1")
    (session,) = re.findall(r'name="session" value="([^"]+)"', page)
    page = board.send("/machines/laser-1/end", at="/machines/laser-1", session=session, reason="late")
    assert "An end was asked for" in page
    assert asked(hub) == [("gate-1", "stop")]
    board.send("/machines/laser-1/identify", at="/machines/laser-1")
    assert asked(hub)[-1] == ("gate-1", "identify")


def test_all_machines_of_a_gate_go_out_of_service_and_come_back(board, hub):
    board.send("/gates/gate-1/lock", at="/gates/gate-1", reason="wet floor")
    assert locked(hub) == {"laser-1"}
    assert 'action="/gates/gate-1/lock"' not in board.get("/gates/gate-1")
    page = board.send("/gates/gate-1/lock", status=409, at="/gates/gate-1", reason="wet floor")
    assert "That is so already" in page
    board.send("/gates/gate-1/unlock", at="/gates/gate-1")
    assert locked(hub) == set()


def test_a_machine_that_is_out_of_service_already_keeps_no_other_in_service(board, hub):
    made = hub.gate("gate-3")
    ((name, one),) = made.settings.machines.items()
    more = {other: replace(one, rules=replace(one.rules, machine=other)) for other in ("mill", "saw")}
    made.settings = replace(made.settings, machines={name: one, **more})
    made.on()
    hub.settle()
    hub.pass_ms(2_000)
    board.send("/machines/mill/lock", at="/machines/mill", reason="worn belt")
    page = board.send("/gates/gate-3/lock", at="/gates/gate-3", reason="wet floor")
    assert "Machines taken out of service: 2." in told(page)
    assert locked(hub) == {name, "mill", "saw"}


def test_an_alarm_is_looked_at_once(board, hub):
    raise_alarm(hub, what=EVIL)
    assert "gap" in board.get("/gates")
    assert EVIL not in board.get("/gates/gate-1")
    page = board.send("/gates/gate-1/looked-at", at="/gates/gate-1", alarm="gap")
    assert "gap of gate-1 is dealt with." in told(page)
    assert "This needs a person" not in page
    page = board.send("/gates/gate-1/looked-at", status=409, at="/gates/gate-1", alarm="gap")
    assert "That is so already" in page
    board.send("/gates/gate-1/looked-at", status=409, at="/gates/gate-1", alarm=EVIL)


@pytest.mark.parametrize("gate", ["hub", "-", "gate-9", "gate-2"])
def test_an_alarm_about_no_gate_of_the_list_is_looked_at_like_any_other(board, hub, gate):
    """The hub itself, names that somebody made up, a gate that is retired: else they stood there for ever."""
    with Store(hub.settings.gate.state).writer() as writer, writer.write() as pen:
        rows.put_retired(pen, "gate-2", hub.clock.now().wall_ms)
    raise_alarm(hub, gate, "clock", EVIL)
    page = board.get("/gates")
    assert "Its clock is wrong." in plain(page)
    assert EVIL not in page
    for link in re.findall(r'href="(/gates/[^"]+)"', page):
        board.get(link)
    page = board.send(f"/gates/{gate}/looked-at", at="/gates", alarm="clock")
    assert "This needs a person" not in page


@pytest.mark.parametrize("stood", ["/gates", "/gates/gate-1"])
def test_who_looked_at_an_alarm_is_back_where_it_stood(board, hub, stood):
    raise_alarm(hub)
    keys = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', board.get(stood)))
    answer = board.client.post(
        "/gates/gate-1/looked-at",
        data=keys | {"alarm": "gap"},
        headers={"sec-fetch-site": "same-origin", "referer": f"https://board.lan{stood}"},
        follow_redirects=False,
    )
    assert answer.headers["location"] == stood


def test_an_alarm_of_a_newer_hub_is_shown_as_it_is(board, hub):
    raise_alarm(hub, alarm="flood", what="water at the door")
    assert "flood water at the door" in told(board.get("/gates"))


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_every_alarm_says_what_to_do_in_each_language(language):
    words = BoardWords.of(language).said
    assert {key.removeprefix("alarms.") for key in words if key.startswith("alarms.")} == {*Alarm}


def test_a_gate_is_sent_away_for_good_by_its_name_and_with_a_reason(board, hub):
    for fields in ({"name": "gate-2", "reason": "sold"}, {"name": "", "reason": "sold"}):
        page = board.send("/gates/gate-1/retire", status=409, at="/gates/gate-1", **fields)
        assert "That is not the name of this gate. Nothing was done. Type gate-1" in plain(page)
        assert 'value="sold"' in page
    page = board.send("/gates/gate-1/retire", status=409, at="/gates/gate-1", name="gate-1", reason=" ")
    assert "Please say why" in page
    page = board.send("/gates/gate-1/retire", at="/gates/gate-1", name="gate-1", reason="sold")
    assert "gate-1 is retired: nothing that it says counts any more." in told(page)
    assert 'action="/gates/gate-1/' not in page
    hub.gates["gate-1"].session()
    before = hub.held()
    hub.settle()
    assert hub.held() == before
    page = board.send("/gates/gate-1/retire", status=404, at="/gates/gate-2", name="gate-1", reason="sold")
    assert "There is no gate of this name." in page


def test_what_the_broker_must_hear_of_stands_there_until_somebody_told_it(tmp_path):
    made = PapersLab(tmp_path)
    made.joined("gate-2")
    with opened(made.hub) as board:
        board.sign_in("zoe")
        page = board.send("/gates/gate-2/retire", at="/gates/gate-2", name="gate-2", reason="stolen")
        assert "sudo systemctl reload fabgate-broker" in page
        assert "reload" in board.get("/gates")
        page = board.send("/gates/gate-2/looked-at", at="/gates", alarm="reload")
        assert "This needs a person" not in page
    revoked = made.hub.state / "broker" / "crl.pem"
    assert "X509 CRL" in revoked.read_text()
    assert "user gate-2" in (made.hub.state / "broker" / "acl").read_text()


def test_a_gate_that_never_came_is_not_said_to_work_on_alone(board, hub):
    with Store(hub.settings.gate.state).writer() as writer, writer.write() as pen:
        rows.put_invited(pen, "gate-9", "7" * 64, hub.clock.now().wall_ms)
    page = told(board.get("/gates/gate-9"))
    assert "It was invited and never came." in page
    assert "works on alone" not in page


def test_a_retired_gate_is_told_apart_and_asked_for_nothing(board, hub):
    with Store(hub.settings.gate.state).writer() as writer, writer.write() as pen:
        rows.put_retired(pen, "gate-2", hub.clock.now().wall_ms)
    assert "Retired gates" in board.get("/gates")
    assert 'action="/gates/gate-2' not in board.get("/gates/gate-2")
    board.send("/gates/gate-2/lock", status=404, at="/gates/gate-1", reason="x")
    assert locked(hub) == set()


@pytest.mark.parametrize("gate", ["nowhere", "x" * 300, "%3Cscript%3E", "hub", "%E2%80%AE"])
def test_a_gate_that_is_not_there_has_a_way_back(board, gate):
    for path in (f"/gates/{gate}", f"/gates/{gate}/asked"):
        page = board.get(path, status=404)
        assert 'href="/gates"' in page
        assert "<script>" not in page
    board.send(f"/gates/{gate}/lock", status=404, at="/gates/gate-1", reason="x")


def test_only_managers_see_gates(board, hub):
    with hub.desk() as desk:
        enrol(desk, "ada")
    board.sign_in("ada")
    for path in ("/gates", "/gates/gate-1", "/gates/gate-1/asked"):
        board.get(path, status=403)


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_each_page_is_whole_in_each_language(board, hub, language):
    raise_alarm(hub)
    lose(hub, "gate-2")
    board.send("/gates/gate-1/identify", at="/gates/gate-1")
    for path in ("/gates", "/gates/gate-1", "/gates/gate-2", "/machines", "/machines/laser-1", "/history"):
        assert f'<html lang="{language}">' in board.get(f"{path}?lang={language}")


def test_a_hub_that_nobody_joined_says_what_to_do_next(tmp_path):
    made = HubLab(tmp_path)
    made.make_hub()
    first_manager(made.settings, made.clock)
    with opened(made) as board:
        board.sign_in("zoe")
        assert "fabgate hub invite" in board.get("/gates")


# --- a lone gate ------------------------------------------------------------------------------------


def test_a_lone_gate_tells_how_it_is(lab):
    with opened(lab) as board:
        board.sign_in("zoe")
        page = told(board.get("/gates"))
        assert "it does not run" in page
        assert "none: this gate is on its own" in page
        assert "systemctl status fabgate-gate" in page
        board.get("/gates/gate-1", status=404)
