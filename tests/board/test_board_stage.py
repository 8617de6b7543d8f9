"""The virtual gate's page, without a browser: who finds it, what its buttons do, what nobody can do."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from board_lab import plain
from gate_lab import until
from starlette.testclient import TestClient

from fabgate.board import stage, stage_books
from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.board.pages import page
from fabgate.board.sessions import COOKIE
from fabgate.cli.keeper import kept
from fabgate.cli.virtual import open_lab
from fabgate.desk import grants, members, signing
from fabgate.desk.members import Details
from fabgate.devices.clock import SystemClock
from fabgate.link import embedded
from fabgate.model import Denied, Level
from fabgate.records import LinkMade, PasswordSet
from fabgate.rules.viewing import Area
from fabgate.store import journal
from fabgate.texts import LANGUAGES
from fabgate.texts.board_words import BoardWords

pytestmark = pytest.mark.xdist_group("machine")  # many processes in real time
KEY = "the-key"
AT = f"/demo/{KEY}"
OWN = {"sec-fetch-site": "same-origin"}
PARTIAL = OWN | {"hx-request": "true"}


@pytest.fixture(scope="module")
def lab():
    kind = embedded.which()
    if kind is None:
        pytest.skip("there is no broker on this machine")
    with kept() as place, open_lab(kind, place) as it:
        until(lambda: all(box.awake for box in it.room().boxes), "both gates are awake")
        yield it


@pytest.fixture
def house(lab):
    return House(lab.hub_settings, SystemClock("trusted"))


@pytest.fixture
def client(lab, house):
    def show(visit):
        return visit.page("sorry.html")

    routes = [*stage.routes(lab, KEY), page("/", Area.PUBLIC, show), page("/members", Area.LAB, show)]
    with TestClient(application(house, routes), base_url="https://board.lan") as it:
        yield it


def send(client, deed, badge="ada", headers=OWN, **more):
    return client.post(AT, data={"deed": deed, "badge": badge} | more, headers=headers)


def shown(lab, machine):
    return lab.room().spot(machine).shown


def soon(lab, machine, **wanted):
    until(lambda: wanted.items() <= dict(shown(lab, machine)).items(), f"{machine}: {wanted}")


def rested(lab):
    """Everything as it is found in the morning."""
    for box in lab.room().boxes:
        lab.network(box.name, True)
        lab.power(box.name, False)
    lab.hub(True)
    for box in lab.room().boxes:
        lab.power(box.name, True)
    until(lambda: all(spot.shown for spot in lab.room().spots), "all are awake")


@pytest.mark.parametrize("path", ["/demo", "/demo/", "/demo/another", "/demo/the-ke", "/demo/another/live"])
def test_without_the_key_there_is_no_such_page(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path, data={"deed": "cut gate-1"}, headers=OWN).status_code in (404, 405)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_without_a_script_in_each_language(client, language):
    text = client.get(f"{AT}?lang={language}").text
    assert f'<html lang="{language}">' in text
    told = plain(text)
    for name in ("Ada Lovelace", "Bob Noyce", "Cem Yilmaz", "Zoe Dupont", "gate-1", "gate-2"):
        assert name in told
    assert "stage." not in told


def test_a_trainee_and_her_sponsor_start_by_two_forms(client, lab):
    rested(lab)
    assert "Ada Lovelace" in send(client, "touch laser", "ada").text
    until(lambda: shown(lab, "laser")["lamp"].startswith("blue"), "a sponsor is asked for")
    send(client, "touch laser", "bob")
    soon(lab, "laser", relay="on")
    until(lambda: {"asked", "on"} <= lab.room().happened, "the story goes on")
    text = client.get(AT).text
    assert "Power on" in plain(text)
    assert 'class="done" data-step="on"' in text


def test_the_badge_that_was_chosen_stays_chosen(client):
    assert re.search(r'value="cem" checked', send(client, "touch desk", "cem").text)
    assert re.search(r'value="ada" checked', client.get(AT).text)


def test_power_that_is_pulled_is_gone_and_nothing_starts_when_it_is_back(client, lab):
    rested(lab)
    send(client, "touch laser", "cem")
    soon(lab, "laser", relay="on")
    send(client, "cut gate-1")
    until(lambda: shown(lab, "laser") == {}, "the laser is dark")
    assert "(no power)" in plain(client.get(AT).text)
    send(client, "back gate-1")
    soon(lab, "laser", relay="off")
    until(lambda: {"cut", "back"} <= lab.room().happened, "the story goes on")


def test_a_button_that_is_pressed_outlives_a_power_cut(client, lab):
    rested(lab)
    send(client, "press laser estop")
    soon(lab, "laser", estop="pressed")
    send(client, "cut gate-1")
    send(client, "back gate-1")
    soon(lab, "laser", estop="pressed")
    send(client, "release laser estop")
    soon(lab, "laser", estop="released")


def test_a_badge_that_lies_in_the_slot_outlives_a_power_cut_and_starts_nothing(client, lab):
    rested(lab)
    send(client, "touch router", "cem")
    soon(lab, "router", relay="on")
    send(client, "cut gate-2")
    send(client, "back gate-2")
    soon(lab, "router", reader="badge", relay="off")
    send(client, "lift router")
    send(client, "touch router", "bob")
    soon(lab, "router", relay="on")
    send(client, "lift router")


def test_a_gate_without_a_network_decides_alone_and_its_records_come_later(client, lab, house):
    awake = heard(house, "gate.start")
    rested(lab)
    until(
        lambda: heard(house, "gate.start") >= awake + 2, "both gates have told the hub that they started", 40
    )
    send(client, "pull gate-2")
    assert "it decides alone" in plain(client.get(AT).text)
    before = heard(house, "session.start")
    send(client, "touch router", "cem")
    soon(lab, "router", relay="on")
    send(client, "lift router")
    soon(lab, "router", relay="off")
    assert heard(house, "session.start") == before
    send(client, "plug gate-2")
    until(lambda: heard(house, "session.start") == before + 1, "the hub has heard", 40)


def heard(house, kind):
    """How many records of a kind the hub has."""
    with house.reading() as reader:
        return sum(1 for _ in journal.entries(reader.conn, kinds=(kind,)))


def test_gates_go_on_while_the_hub_is_dead(client, lab):
    rested(lab)
    send(client, "kill hub")
    assert "is dead" in plain(client.get(AT).text)
    send(client, "touch laser", "cem")
    soon(lab, "laser", relay="on")
    send(client, "start hub")
    until(lambda: lab.room().hub, "the hub is back")


def test_a_machine_that_works_says_so(client, lab):
    rested(lab)
    send(client, "touch laser", "cem")
    soon(lab, "laser", relay="on")
    send(client, "work laser")
    soon(lab, "laser", current="8")
    assert "works: 8 A" in plain(client.get(AT).text)
    send(client, "rest laser")
    soon(lab, "laser", current="0")


def test_a_machine_whose_power_is_gone_does_not_work(client, lab):
    rested(lab)
    assert send(client, "work laser").status_code == 422
    send(client, "touch laser", "cem")
    soon(lab, "laser", relay="on")
    send(client, "work laser")
    send(client, "press laser estop")
    soon(lab, "laser", relay="off", current="0")
    send(client, "release laser estop")


def test_to_be_somebody_is_to_use_up_a_link_of_theirs(client, house):
    answer = client.post(AT, data={"deed": "be zoe"}, headers=OWN, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/members")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))
    assert client.get("/members").status_code == 200
    with house.desk() as desk:
        made = journal.entries(desk.conn, kinds=(LinkMade.kind, PasswordSet.kind), newest_first=True, limit=2)
        assert {one.body.kind for one in made} == {LinkMade.kind, PasswordSet.kind}
        assert signing.ways(desk, "zoe").links == ()


def test_a_trainee_that_somebody_is_sees_no_members(client):
    client.post(AT, data={"deed": "be ada"}, headers=OWN, follow_redirects=False)
    assert client.get("/members").status_code == 403


def test_the_bill_is_of_this_month_and_the_month_before_waits_for_its_closing(house):
    now = house.clock.now()
    with house.reading() as reader:
        books = stage_books.books(reader.conn, house.settings, now)
    first_s, next_s = books.month.bounds(house.given.lab.zone)
    assert all(first_s * 1000 <= one.at_ms < next_s * 1000 for one in books.owed)
    assert books.cents == sum(one.cents for one in books.owed)
    assert books.last.following == books.month
    assert not books.closed


# --- bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "badge"),
    [
        ("", "ada"),
        ("touch", "ada"),
        ("touch laser now", "ada"),
        ("touch kiln", "ada"),
        ("touch laser", ""),
        ("touch laser", "root"),
        ("touch laser", "04A2B3C4D5E680"),
        ("lift router", "ada"),
        ("press laser relay", "ada"),
        ("press laser ../../etc", "ada"),
        ("release laser estop", "ada"),
        ("work router; show", "ada"),
        ("cut gate-9", "ada"),
        ("cut ../hub", "ada"),
        ("kill", "ada"),
        ("be root", "ada"),
        ("be <script>alert(1)</script>", "ada"),
        ("x" * 5_000, "ada"),
        ("touch laser\ntap laser 04A2B3C4D5E681", "ada"),
    ],
)
def test_what_nobody_could_do_is_said_on_the_page_and_does_nothing(client, lab, deed, badge):
    rested_before = {spot.machine: spot.shown.get("relay") for spot in lab.room().spots}
    answer = send(client, deed, badge)
    assert answer.status_code == 422
    assert 'class="refusal"' in answer.text
    assert "<script>alert" not in answer.text
    assert "Hold the badge here" in plain(answer.text)
    partial_ = send(client, deed, badge, headers=PARTIAL)
    assert partial_.status_code == 409
    assert partial_.headers["content-type"].startswith("text/plain")
    assert {spot.machine: spot.shown.get("relay") for spot in lab.room().spots} == rested_before


def test_a_machine_without_power_takes_no_badge_and_says_so_in_the_language_of_the_page(client, lab):
    lab.power("gate-2", False)
    client.get(f"{AT}?lang=fr")
    assert "Remets le courant du boîtier." in plain(send(client, "touch router", "cem").text)
    told = send(client, "touch router", "cem", headers=PARTIAL)
    assert told.text == "Il n'y a pas de courant. Remets le courant du boîtier."
    lab.power("gate-2", True)


AWAKE = {"relay": "off", "reader": "empty"}


@pytest.mark.parametrize(
    ("words", "box", "shown", "why"),
    [
        ("touch router", {"powered": False}, {}, "not_powered"),
        ("lift router", {"powered": False}, {}, "not_powered"),
        ("touch router", {"awake": False}, {}, "not_awake"),
        ("touch router", {}, AWAKE | {"reader": "badge"}, "not_twice"),
        ("work router", {}, AWAKE, "not_on"),
        ("work router", {}, AWAKE | {"relay": "on"}, None),
        ("touch router", {}, AWAKE, None),
        ("lift router", {}, AWAKE | {"reader": "badge"}, None),
        ("back gate-2", {"powered": False}, {}, None),
        ("touch kiln", {}, AWAKE, None),
    ],
)
def test_what_stands_in_the_way_of_a_hand_is_known_beforehand(words, box, shown, why):
    gate = stage.Box(**{"name": "gate-2", "powered": True, "awake": True, "plugged": True} | box)
    spot = stage.Spot("router", "the router", "gate-2", True, (), True, True, shown)
    room = stage.Room((gate,), (spot,), hub=True)
    assert stage.hindrance(room, words.split()) == why


def test_whatever_stands_in_the_way_is_said_in_each_language():
    for language in LANGUAGES:
        said = BoardWords.of(language)
        for why in ("not_powered", "not_awake", "not_twice", "not_on", "not_now"):
            assert said.known(f"stage.{why}")
            assert said.known(f"stage.{why}_next")


def test_a_gate_that_has_power_already_stays_as_it_is(client, lab):
    rested(lab)
    send(client, "touch laser", "cem")
    soon(lab, "laser", relay="on")
    assert send(client, "back gate-1").status_code == 200
    assert shown(lab, "laser")["relay"] == "on"


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.lan"}])
def test_a_form_from_elsewhere_moves_nothing(client, lab, headers):
    assert client.post(AT, data={"deed": "cut gate-1"}, headers=headers).status_code == 403
    assert lab.room().box("gate-1").powered


def test_the_page_goes_on_for_who_is_signed_in_elsewhere_and_belongs_to_nobody(client, lab):
    rested(lab)
    for who in ("zoe", "tess", "ada"):
        answer = client.post(AT, data={"deed": f"be {who}"}, headers=OWN, follow_redirects=False)
        assert answer.status_code == 303
    assert client.get("/members").status_code == 403  # it is Ada who is signed in
    text = client.get(AT).text
    assert "Signed in" not in text
    assert 'name="csrf"' not in text
    assert send(client, "touch laser", "cem").status_code == 200
    soon(lab, "laser", relay="on")


def test_the_language_that_was_chosen_is_kept_for_who_is_signed_in(client):
    client.get(f"{AT}?lang=nl")
    client.post(AT, data={"deed": "be zoe"}, headers=OWN, follow_redirects=False)
    assert '<html lang="nl">' in client.get(AT).text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "N" * 200, "\u05d0\u05d1\u05d2 \u202eevil"])
def test_whatever_somebody_is_called_is_shown_as_a_name(client, house, name):
    with house.desk() as desk:
        handle = f"called-{len(name)}"
        made = members.add(desk, "zoe", Details(name=name, handle=handle))
        if isinstance(made, Denied):  # the desk takes no such name: then nobody is called so
            return
        grants.give(desk, "zoe", handle, "laser", Level.TRAINEE, "new")
    text = client.get(AT).text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert "stage-told" in text


def test_the_badge_in_the_query_chooses_only_one_of_the_tray(client):
    text = client.get(f"{AT}?badge={quote('<script>')}").text
    assert not re.search(r'value="\w+" checked', text)
    assert "<script>" not in text.replace('<script src="', "")


def test_the_stream_sends_a_picture_that_the_page_shows(client):
    picture = re.search(r"live\?at=([\w-]+)", client.get(AT).text)[1]
    told = client.get(f"{AT}/live?once&at=other-{picture}").text
    assert "event:" in told
