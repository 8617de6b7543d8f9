"""Live pages: what a browser is sent, when, and how it finds its way back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from board_ears import PATIENCE_S, Ears, ears_at
from cli_lab import Lab
from starlette.testclient import TestClient

from fabgate.board import live
from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.board.live import Go, Picture, shared_stream, stream
from fabgate.board.pages import page
from fabgate.board.picture import event, step
from fabgate.board.serving import served
from fabgate.board.sessions import COOKIE
from fabgate.config.settings import BoardSettings
from fabgate.rules.viewing import Area, Way
from fabgate.store import roster

# --- pictures: pure ---------------------------------------------------------------------------------


def picture(**pieces: str) -> Picture:
    return Picture({key: f'<p id="{key}">{text}</p>' for key, text in pieces.items()})


def test_a_browser_is_sent_the_pieces_that_changed_and_no_others():
    before, now = picture(a="1", b="2"), picture(a="1", b="3")
    told = step(before.id, before.digests, now).decode()
    assert told == f'event: pieces\nid: {now.id}\ndata: <p id="b" hx-swap-oob="true">3</p>\n\n'


def test_a_browser_that_shows_all_is_sent_nothing():
    assert step(picture(a="1").id, None, picture(a="1")) == b""


def test_a_browser_that_shows_a_picture_nobody_remembers_is_sent_all():
    now = picture(a="1", b="2")
    for shown in (None, picture(a="0", b="0").id):
        told = step(shown, None, now).decode()
        assert 'id="a"' in told
        assert 'id="b"' in told


@pytest.mark.parametrize("shown", [picture(a="1").id, "made-up", "x", "<script>"])
def test_a_page_with_other_pieces_is_read_anew(shown):
    assert step(shown, None, picture(a="1", b="2")).startswith(b"event: anew\n")


def test_lines_of_a_piece_cannot_be_taken_for_another_event():
    told = event("pieces", "one\r\nevent: go\rdata: /\n\ntwo").decode()
    assert told == "event: pieces\ndata: one\ndata: event: go\ndata: data: /\ndata: \ndata: two\n\n"


@pytest.mark.parametrize("piece", ["<p>1</p>", '<p><b id="a">1</b></p>'])
def test_a_piece_that_does_not_bear_its_name_is_a_fault_of_ours(piece):
    with pytest.raises(ValueError, match="does not bear its id"):
        step(None, None, Picture({"a": piece}))


# --- streams over a port ----------------------------------------------------------------------------


@contextmanager
def listening(lab, *routes) -> Iterator[tuple[House, Ears]]:
    house = House(lab.settings, lab.clock)
    with served(house, [*routes], said=BoardSettings(port=0)) as serving, ears_at(serving.url) as ears:
        yield house, ears


def people(house: House) -> int:
    with house.reading() as reader:
        return len(roster.members(reader.conn))


def counted(visit, count=None):
    count = people(visit.house) if count is None else count
    return {"people": f'<p id="people">{count}</p>', "lab": '<p id="lab">x</p>'}


def until(condition) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize(
    "route",
    [
        stream("/live", Area.PUBLIC, counted),
        shared_stream("/live", Area.PUBLIC, people, counted),
    ],
    ids=["own", "shared"],
)
def test_what_changes_in_the_books_comes_within_a_second(lab, route):
    with listening(lab, route) as (_, listen):
        ear = listen("/live")
        assert ear.kind.startswith("text/event-stream")
        assert '<p id="people" hx-swap-oob="true">3</p>' in ear.next()["data"]
        lab.done('member add "Eve" --id eve --by zoe')
        began_s = time.monotonic()
        told = ear.next()
        assert time.monotonic() - began_s < 1
        assert told["data"] == '<p id="people" hx-swap-oob="true">4</p>'
        ear.hang_up()


def test_who_comes_back_is_sent_what_it_missed(lab):
    with listening(lab, shared_stream("/live", Area.PUBLIC, people, counted)) as (_, listen):
        one, other = listen("/live"), listen("/live")
        name = one.next()["id"]
        one.hang_up()
        assert other.next()["id"] == name
        lab.done('member add "Eve" --id eve --by zoe')
        now = other.next()["id"]
        back = listen("/live", **{"last-event-id": name})
        assert back.next() == {
            "event": "pieces",
            "id": now,
            "data": '<p id="people" hx-swap-oob="true">4</p>',
        }
        whole = listen(f"/live?at={name.partition('-')[0]}-forgotten")
        assert 'id="lab"' in whole.next()["data"]
        anew = listen("/live?at=older-board")
        assert anew.next()["event"] == "anew"


def test_the_facts_are_read_once_for_all_who_look(lab):
    read, drawn = [], []

    def look(house):
        read.append(1)
        return people(house)

    def draw(visit, count):
        drawn.append(visit.language)
        assert visit.session is None
        return counted(visit, count)

    with listening(lab, shared_stream("/live", Area.PUBLIC, look, draw, every_s=None)) as (_, listen):
        ears = [listen("/live") for _ in range(8)]
        ears.append(listen("/live?lang=fr"))
        for ear in ears:
            ear.next()
        read.clear(), drawn.clear()
        lab.done('member add "Eve" --id eve --by zoe')
        for ear in ears:
            assert "4" in ear.next()["data"]
        # one command writes several times, so it may be drawn more than once; never once for each ear
        assert len(read) < 5
        assert len(drawn) < 10
        assert set(drawn) == {"en", "fr"}


def test_what_time_alone_changes_is_drawn_again(lab):
    def clock(_visit):
        return {"clock": f'<p id="clock">{time.monotonic()}</p>'}

    with listening(lab, stream("/live", Area.PUBLIC, clock, every_s=0.05)) as (_, listen):
        ear = listen("/live")
        assert ear.next()["id"] != ear.next()["id"]


def test_a_sign_of_its_own_wakes_a_page(lab, tmp_path):
    file = tmp_path / "lamp"

    def shine(colour: str) -> None:
        # in one step: a file that is being written is empty for a moment, and may be drawn so
        (tmp_path / "next").write_text(colour)
        (tmp_path / "next").replace(file)

    shine("red")

    def draw(_visit):
        return {"lamp": f'<p id="lamp">{file.read_text()}</p>'}

    def sign(_house):
        return file.stat().st_mtime_ns

    with listening(lab, stream("/live", Area.PUBLIC, draw, sign=sign)) as (_, listen):
        ear = listen("/live")
        assert "red" in ear.next()["data"]
        shine("green")
        assert "green" in ear.next()["data"]


def test_nothing_to_tell_is_told_by_a_beat(lab, monkeypatch):
    monkeypatch.setattr(live, "BEAT_S", 0.05)
    with listening(lab, stream("/live", Area.PUBLIC, counted)) as (_, listen):
        ear = listen("/live")
        ear.next()
        assert ear.next_of("beat")["event"] == "beat"


def test_a_page_can_send_its_browser_on(lab):
    with listening(lab, stream("/live", Area.PUBLIC, lambda _visit: Go("/there"))) as (_, listen):
        ear = listen("/live")
        assert ear.next() == {"event": "go", "data": "/there"}
        assert ear.ended()


# --- who may look -----------------------------------------------------------------------------------


def signed_in(house: House, lab, handle: str) -> dict[str, str]:
    with house.reading() as reader:
        member = roster.member(reader.conn, handle)
    return {"cookie": f"{COOKIE}={house.sessions.open(member.id, Way.PASSWORD, lab.clock.now().boot_ms)}"}


def test_a_stream_is_for_those_whom_its_area_is_open_to(lab):
    with listening(lab, stream("/live", Area.LAB, counted)) as (house, listen):
        assert listen("/live").status == 303
        assert listen("/live", **signed_in(house, lab, "ada")).status == 403
        assert listen("/live", **signed_in(house, lab, "zoe")).status == 200


def test_a_page_that_slept_over_the_end_of_its_session_is_read_anew(lab):
    """Its browser asks again for the stream, and can do nothing with the way to the sign-in."""
    with listening(lab, stream("/live", Area.LAB, counted)) as (_, listen):
        ear = listen("/live?at=whatever-it-shows", accept="text/event-stream")
        assert ear.next() == {"event": "anew", "data": ""}


def test_who_loses_an_office_is_shown_no_more(lab):
    lab.done("role give ada manager --by zoe --reason help")
    with listening(lab, stream("/live", Area.LAB, counted)) as (house, listen):
        ear = listen("/live", **signed_in(house, lab, "ada"))
        ear.next()
        lab.done("role revoke ada manager --by zoe --reason rest")
        assert ear.next()["event"] == "anew"
        assert ear.ended()


def test_a_session_that_ends_ends_its_live_pages(lab, monkeypatch):
    monkeypatch.setattr(live, "BEAT_S", 0.05)
    with listening(lab, stream("/live", Area.PUBLIC, counted)) as (house, listen):
        headers = signed_in(house, lab, "ada")
        ear = listen("/live", **headers)
        ear.next()
        house.sessions.close(headers["cookie"].partition("=")[2])
        assert ear.next()["event"] == "anew"


def test_a_live_page_that_nobody_touches_keeps_nobody_signed_in(lab, monkeypatch):
    monkeypatch.setattr(live, "BEAT_S", 0.05)
    with listening(lab, stream("/live", Area.PUBLIC, counted, every_s=0.05)) as (house, listen):
        headers = signed_in(house, lab, "ada")
        ear = listen("/live", **headers)
        ear.next_of("beat")
        lab.clock.advance(31 * 60_000)
        assert ear.next()["event"] == "anew"


# --- what goes wrong --------------------------------------------------------------------------------


def test_a_browser_that_connects_anew_by_itself_keeps_nobody_signed_in(lab):
    with listening(lab, stream("/live", Area.PUBLIC, counted)) as (house, listen):
        headers = signed_in(house, lab, "ada")
        lab.clock.advance(20 * 60_000)
        listen("/live", **headers).next()
        lab.clock.advance(11 * 60_000)
        assert house.sessions.find(headers["cookie"].partition("=")[2], lab.clock.now().boot_ms) is None


def test_books_that_were_put_back_are_looked_at_in_the_place_of_the_old(lab, tmp_path):
    """A restore puts another file under the same name; the one that was open would never change again."""
    folder = tmp_path / "backup"
    folder.mkdir()
    back = Lab(folder)
    back.done('init --manager "Zoe Dupont" --id zoe')
    drawn: list[int] = []

    def draw(visit):
        drawn.append(1)
        return counted(visit)

    with listening(lab, stream("/live", Area.PUBLIC, draw)) as (house, listen):
        ear = listen("/live")
        ear.next()
        lab.done('member add "Eve" --id eve --by zoe')
        while ">4<" not in ear.next()["data"]:
            pass
        until(lambda: _stands_still(drawn))
        books = house.store.folder
        books.rename(books.with_name("lost"))
        back.settings.gate.state.rename(books)
        assert ">1<" in ear.next()["data"]


def test_a_browser_that_does_not_read_costs_no_memory_and_holds_up_nobody(lab):
    """What it has missed is sent as one step when it reads again; nothing waits for it."""
    drawn = []

    def draw(_visit):
        drawn.append(1)
        return {"big": f'<p id="big">{len(drawn)} {"x" * 200_000}</p>'}

    def tell(visit):
        return {"n": f'<p id="n">{len(drawn)}</p>'}

    routes = (stream("/big", Area.PUBLIC, draw, every_s=0.01), stream("/n", Area.PUBLIC, tell, every_s=0.01))
    with listening(lab, *routes) as (_, listen):
        deaf, other = listen("/big"), listen("/n")
        for _ in range(5):
            other.next()
        held = len(drawn)
        until(lambda: _stands_still(drawn))
        assert len(drawn) < held + 100
        assert int(deaf.next()["data"].partition(">")[2].partition(" ")[0]) < len(drawn)


def _stands_still(drawn) -> bool:
    before = len(drawn)
    threading.Event().wait(0.3)
    return len(drawn) == before


def test_more_streams_than_there_may_be_are_asked_to_wait(lab, monkeypatch):
    monkeypatch.setattr(live, "MOST", 2)
    with listening(lab, stream("/live", Area.PUBLIC, counted)) as (_, listen):
        ears = [listen("/live") for _ in range(2)]
        for ear in ears:
            ear.next()
        assert listen("/live").status == 503
        ears[0].hang_up()
        until(lambda: listen("/live?once").status == 200)


def test_a_board_that_ends_lets_its_browsers_go_at_once(lab):
    with listening(lab, stream("/live", Area.PUBLIC, counted)) as (house, listen):
        ear = listen("/live")
        ear.next()
        began_s = time.monotonic()
        house.over.set()
        assert ear.ended()
    assert time.monotonic() - began_s < 1.5


def test_a_stream_that_is_asked_for_once_ends(lab):
    house = House(lab.settings, lab.clock)
    routes = [
        stream("/live", Area.PUBLIC, counted),
        page("/", Area.PUBLIC, lambda visit: visit.page("sorry.html")),
    ]
    with TestClient(application(house, routes), base_url="https://board.lan") as client:
        assert "event: pieces" in client.get("/live?once").text
        assert client.get("/").status_code == 200
