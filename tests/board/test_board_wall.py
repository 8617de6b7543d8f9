"""The wall as anybody sees it who comes in: without a script, and without a name that nobody gave."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from board_lab import opened, plain
from cli_lab import ADA, Floor, Lab
from hub_lab import Lab as HubLab
from starlette.testclient import TestClient
from wall_lab import gate_runs, wall_of

from fabgate.board import wall
from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.board.visit import Asked, Visit
from fabgate.charter import Mode, Opening, Weekly
from fabgate.link import glance
from fabgate.model import Company, MachineId
from fabgate.rules.viewing import Way
from fabgate.rules.wall import Shows
from fabgate.texts import LANGUAGES
from fabgate.texts.board_words import BoardWords
from fabgate.wire import topics
from fabgate.wire.presence import MachineState

SATURDAY = 5
HOSTILE = ("<script>alert(1)</script>", "L" * 200, "ليزر \u202e123", 'a" onload="x')


@pytest.fixture(autouse=True)
def gate(lab):
    with gate_runs(lab):
        yield


def of_card(html: str, machine: str) -> str:
    """What one card says."""
    found = re.search(rf'<li id="m-{machine}".*?</li>', html, re.DOTALL)
    assert found is not None
    return plain(found[0])


def test_a_free_machine_says_whom_it_is_for(board):
    said = of_card(board.get("/"), "laser")
    assert said == "the laser cutter Free For those who know laser; trainees with a sponsor beside them"


def test_a_session_says_how_long_and_never_who(board):
    Floor(board.lab).tap("laser", ADA)
    board.lab.clock.advance(37 * 60_000)
    html = board.get("/")
    assert of_card(html, "laser") == ("the laser cutter In use 83 min left 12:00 , until 14:00 at the latest")
    for name in ("Ada", "Lovelace", "ada", "m-0"):
        assert name not in plain(html)


def test_what_began_before_today_says_the_day(board):
    board.lab.done("machine lock router --by zoe --reason broken")
    assert of_card(board.get("/"), "router").endswith("Out of service since 12:00")
    board.lab.clock.advance(86_400_000)
    assert of_card(board.get("/"), "router").endswith("Out of service since 24 Oct 2026, 12:00")


def test_a_fault_says_what_is_wrong(board):
    gate = Floor(board.lab)
    gate.stage.bench.press("laser", "estop")
    gate.stage.settle()
    assert of_card(board.get("/"), "laser") == "the laser cutter Fault the emergency stop is pressed"


def test_a_gate_that_does_not_run_frees_no_machine(tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    lab = Lab(folder)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    with opened(lab) as board:
        assert of_card(board.get("/"), "laser").endswith(
            "Switched off Its gate does not run: nothing starts."
        )


def test_a_lab_without_machines_says_what_comes_next(lab):
    lab.settings = replace(lab.settings, machines={})
    with opened(lab) as board:
        assert "They appear here as soon as a gate has said what it has." in plain(board.get("/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_every_class_has_its_words(language):
    said = BoardWords.of(language).said
    for one in Shows:
        assert f"wall.{one.value}" in said
    for company in Company:
        assert f"wall.needs_{company.value}" in said
    for one in (Shows.WAITING, Shows.UNHEARD, Shows.OFF):
        assert f"wall.{one.value}_next" in said


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Free"), ("fr", "Libre"), ("nl", "Vrij"), ("de", "Frei")]
)
def test_the_wall_speaks_each_language(board, language, word):
    html = board.get(f"/?lang={language}")
    assert word in of_card(html, "laser")
    assert f"&amp;lang={language}" in html


def test_without_a_script_the_page_looks_again_by_itself(board):
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in board.get("/")


def test_a_visitor_is_told_where_to_sign_in_and_a_member_where_their_pages_are(board):
    assert 'href="/sign-in"' in board.get("/")
    board.sign_in("ada", Way.TAP)
    html = board.get("/")
    assert 'href="/me"' in html
    assert 'class="wall"' in html


# --- people ------------------------------------------------------------------------------------------


def test_only_who_agreed_is_named_and_the_others_are_counted(board):
    board.lab.done("presence in ada --by zoe")
    assert "Who can help now laser sponsors here: 1 router sponsors here: 1" in plain(board.get("/"))
    board.lab.done("member edit ada --nameable --by zoe")
    said = plain(board.get("/"))
    assert "laser Ada Lovelace router Ada Lovelace" in said
    assert "People here: 1" in said
    assert "Zoe" not in said


def test_where_nobody_can_help_it_says_what_to_do(board):
    assert "No sponsor has checked in. Trainees: ask when one comes." in plain(board.get("/"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text(board, name):
    board.lab.done(["member", "edit", "ada", "--name", name[:100], "--nameable", "--by", "zoe"])
    board.lab.done("presence in ada --by zoe")
    html = board.get("/")
    assert "<script>alert" not in html
    assert '" onload' not in html
    assert "\u202e" not in html
    assert "<strong><bdi>" in html


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_text(lab, title):
    laser = lab.settings.machines[MachineId("laser")]
    named = replace(laser, rules=replace(laser.rules, title=title))
    lab.settings = replace(lab.settings, machines={MachineId("laser"): named})
    with opened(lab) as board:
        html = board.get("/")
        assert "<h3><bdi>" in html
        assert "<script>alert" not in html
        assert '" onload' not in html
        assert "\u202e" not in html
        assert board.get("/live?once").count("event: pieces") == 1


# --- open or not ---------------------------------------------------------------------------------


def with_hours(lab: Lab) -> None:
    openlab = Opening("openlab", Mode.PUBLIC, weekly=(Weekly(SATURDAY, 14 * 60, 18 * 60),))
    charter = replace(lab.settings.charter, openings={"openlab": openlab})
    lab.settings = replace(lab.settings, charter=charter)


def test_a_lab_says_when_it_opens_and_that_a_keyholder_is_awaited(lab):
    with_hours(lab)
    lab.done("presence in bob --by zoe")
    with opened(lab) as board:
        assert "Closed Opens at 14:00" in plain(board.get("/"))
        lab.clock.advance(2 * 3_600_000)
        assert "Closed These are opening hours, and nobody with a key" in plain(board.get("/"))
        lab.done("member status ada autonomous --by zoe --reason minutes")
        lab.done("presence in ada --by zoe")
        assert "Open until 18:00 People here: 2" in plain(board.get("/"))
        lab.clock.advance(5 * 3_600_000)
        lab.done("presence out ada --by zoe")
        assert "Closed Opens on 31 Oct 2026 at 14:00" in plain(board.get("/"))


# --- a hub -------------------------------------------------------------------------------------------


@pytest.fixture
def hub(tmp_path):
    found = HubLab(tmp_path / "hub-lab")
    (tmp_path / "hub-lab").mkdir()
    found.make_hub()
    found.hub_on()
    found.join("gate-1")
    found.settle()
    return found


def say(hub: HubLab, state: str, *troubles: str, busy: bool | None = None) -> None:
    told = MachineState(state, state == "in_use", troubles, hub.gates["gate-1"].clock.now(), busy)
    hub.say("gate-1", topics.machine_state("laser-1"), told.encode())
    hub.settle()
    hub.pass_ms(glance.EVERY_MS)
    hub.settle()


def test_at_a_hub_the_gates_word_is_on_the_wall(hub):
    with wall_of(hub) as client:
        for state, said in (
            ("free", "Free"),
            ("waiting", "Waits for a badge since"),
            ("opening", "Starting"),
            ("in_use", "In use"),
            ("ending", "Ends soon"),
            ("locked", "Out of service"),
        ):
            say(hub, state)
            assert said in of_card(client.get("/").text, "laser-1")
        say(hub, "fault", "lid")
        assert "its guard is open" in of_card(client.get("/").text, "laser-1")
        say(hub, "in_use", busy=True)
        assert "In use working since" in of_card(client.get("/").text, "laser-1")


def test_a_gate_that_was_cut_off_is_not_free_and_one_that_stopped_is_off(hub):
    with wall_of(hub) as client:
        hub.gates["gate-1"].off(cut=True)
        hub.pass_ms(30_000)
        hub.settle()
        assert "No contact" in of_card(client.get("/").text, "laser-1")
        hub.gates["gate-1"].on()
        hub.settle()
        say(hub, "free")
        assert "Free" in of_card(client.get("/").text, "laser-1")
        hub.gates["gate-1"].off()
        hub.settle()
        assert "Switched off" in of_card(client.get("/").text, "laser-1")


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ("openlab", "Free Opens 26 Sep 2026, 14:00"),
        ("another", "Free For those who know laser; trainees with a sponsor beside them"),
    ],
)
def test_at_a_hub_a_machine_says_its_own_hours_where_the_hub_knows_them(hub, known, says):
    """The gate names them, the lab's rules say when that is; a hub with other rules claims nothing."""
    gate = hub.gates["gate-1"]
    gate.off()
    (wired,) = gate.settings.machines.values()
    told = replace(wired, rules=replace(wired.rules, openings=("openlab",)))
    gate.settings = replace(gate.settings, machines={told.rules.machine: told})
    opening = Opening(known, Mode.PUBLIC, weekly=(Weekly(SATURDAY, 14 * 60, 18 * 60),))
    hub.settings = replace(hub.settings, charter=replace(hub.settings.charter, openings={known: opening}))
    gate.on()
    hub.settle()
    say(hub, "free")
    with wall_of(hub) as client:
        assert of_card(client.get("/").text, "laser-1").partition(" ")[2] == says


# --- how it is drawn -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machines", "size"), [(1, "few"), (6, "few"), (7, "some"), (13, "many"), (50, "crowd")]
)
def test_cards_are_as_large_as_their_number_lets_them_be(machines, size):
    assert wall.size(machines) == size


def test_what_time_does_not_change_is_not_drawn_again(lab):
    house = House(lab.settings, lab.clock)
    found = wall.look(house)
    with Visit(house, Asked("GET", "/", {}, {}, {}), "en") as visit:
        first = wall.pieces(visit, found)
        lab.clock.advance(59_000)
        assert wall.pieces(visit, found)["m-laser"] is first["m-laser"]
        lab.clock.advance(1_000)
        assert wall.pieces(visit, found)["clock"] != first["clock"]


def test_books_that_are_gone_are_told_with_a_way_back(lab):
    lab.settings = replace(lab.settings, gate=replace(lab.settings.gate, state=lab.folder / "nowhere"))
    with TestClient(
        application(House(lab.settings, lab.clock), wall.ROUTES), base_url="https://b.lan"
    ) as one:
        answer = one.get("/")
        assert answer.status_code == 500
        assert "there is no store here" in plain(answer.text)
        assert 'href="/"' in answer.text
