"""Opening hours on the board: single days added and taken away, a calendar file taken in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from board_lab import opened, plain

from fabgate.charter import Mode, Opening, Weekly

EVIL = "<script>alert(1)</script>"
CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//a lab//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
SUMMARY:Open lab
DTSTART;TZID=Europe/Brussels:20261020T170000
DTEND;TZID=Europe/Brussels:20261020T220000
RRULE:FREQ=WEEKLY;COUNT=4
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.fixture
def board(lab):
    """Each Saturday from ten to six; it is Saturday, noon."""
    openlab = Opening(
        "openlab",
        Mode.STAFFED,
        "Open lab",
        weekly=(Weekly(5, 600, 1080),),
        closed=(("2026-12-24", "2027-01-02"),),
    )
    lab.settings = replace(lab.settings, charter=replace(lab.settings.charter, openings={"openlab": openlab}))
    with opened(lab) as found:
        found.sign_in("zoe")
        yield found


def add(board, status=200, **fields):
    day = {"opening": "openlab", "day": "2026-10-27", "from": "17:00", "to": "22:00", "seen": ""}
    return board.send("/hours/add", status=status, at="/hours", **(day | fields))


def spans(board) -> list[str]:
    return board.lab.json("hours list")[0]["calendar"]


def seen(board) -> str:
    return re.findall(r'name="seen" value="([^"]*)"', board.get("/hours"))[0]


def test_what_is_planned_stands_there_in_words(board):
    page = plain(board.get("/hours"))
    assert "Every week Sat 10:00–18:00" in page
    assert "Closed 2026-12-24 – 2027-01-02" in page
    assert "Next 24 Oct 2026, 10:00 – 18:00" in page
    assert "sam 10:00–18:00" in plain(board.get("/hours?lang=fr"))


def test_a_day_is_added_and_taken_away_again(board):
    page = plain(add(board, reason="open day"))
    assert "Entries in the calendar of Open lab : 1. Before: 0." in page
    assert "27 Oct 2026, 17:00 – 22:00" in page
    assert "set by" in page
    assert "Zoe Dupont" in page
    (span,) = spans(board)
    assert span == "2026-10-27T17:00/2026-10-27T22:00"
    board.send("/hours/remove", at="/hours", opening="openlab", seen=seen(board), span=span)
    assert spans(board) == []


def test_an_end_that_is_earlier_is_the_next_morning(board):
    add(board, **{"from": "20:00", "to": "02:00"})
    assert spans(board) == ["2026-10-27T20:00/2026-10-28T02:00"]


def test_when_it_was_really_open_stands_beside_what_was_planned(board):
    """zoe has keys; she is here from noon to half past one, on a Saturday planned from ten to six."""
    board.lab.done("member status zoe autonomous --by zoe --reason founder")
    board.lab.done("presence in zoe --by zoe")
    board.lab.clock.advance(90 * 60_000)
    board.lab.done("presence out zoe --by zoe")
    board.sign_in("zoe")  # nobody is signed in after so long
    assert 'href="/hours/offered"' in board.get("/hours")
    page = plain(board.get("/hours/offered?month=2026-10"))
    assert "24 Oct 2026 12:00–13:30 10:00–18:00" in page
    assert "In the whole month 1 h 30 min" in page
    assert "Nobody with keys" not in page
    assert "10:00–18:00" in plain(board.get("/hours/offered?month=2026-11"))
    board.get("/hours/offered?month=2026-13", status=422)


def test_the_second_of_two_managers_is_told_what_is_so_now(board):
    before = seen(board)
    add(board, seen=before)
    page = plain(add(board, status=409, seen=before, day="2026-10-28"))
    assert "Somebody has changed this calendar meanwhile" in page
    assert "27 Oct 2026, 17:00" in page
    assert len(spans(board)) == 1
    add(board, seen=seen(board), day="2026-10-28")
    assert len(spans(board)) == 2


def imported(board, path, status=200, text=CALENDAR, **fields):
    keys = dict(re.findall(r'<input type="hidden" name="(csrf|once)" value="([^"]*)">', board.get("/hours")))
    answer = board.client.post(
        path,
        data=keys | {"opening": "openlab", "first": "2026-10-24", "days": "400"} | fields,
        files={"file": ("openlab.ics", text, "text/calendar")},
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=True,
    )
    assert answer.status_code == status, answer.text
    assert "Traceback" not in answer.text
    return answer.text


def test_a_calendar_file_is_shown_before_it_is_set(board):
    page = imported(board, "/hours/import")
    assert "Entries in the file: 3, in the place of 0. Nothing is changed yet." in plain(page)
    assert spans(board) == []
    (all_of_them,) = re.findall(r'name="spans" value="([^"]*)"', page)
    keys = dict(re.findall(r'<input type="hidden" name="(csrf|once)" value="([^"]*)">', page))
    sent = {"opening": "openlab", "seen": "", "spans": all_of_them, "reason": "winter"}
    answer = board.client.post("/hours/set", data=keys | sent, headers={"sec-fetch-site": "same-origin"})
    assert "Entries in the calendar of Open lab : 3" in plain(answer.text)
    assert spans(board)[0] == "2026-10-27T17:00/2026-10-27T22:00"
    assert "what is there already" in plain(imported(board, "/hours/import"))
    board.send("/hours/clear", at="/hours", opening="openlab", seen=seen(board))
    assert spans(board) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": ""}, 422),
        ({"text": EVIL}, 422),
        ({"text": "\x00\xff" * 50}, 422),
        ({"days": "many"}, 422),
        ({"days": "99999"}, 422),
        ({"days": "-1"}, 422),
        ({"first": "yesterday"}, 422),
        ({"opening": EVIL}, 409),
    ],
)
def test_a_file_that_is_no_calendar_changes_nothing(board, fields, status):
    page = imported(board, "/hours/import", status, **fields)
    assert EVIL not in page
    assert spans(board) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"day": "2026-02-30"}, 422),
        ({"day": "9999-12-31", "to": "01:00"}, 422),
        ({"from": "25:00"}, 422),
        ({"from": ""}, 422),
        ({"from": EVIL}, 422),
        ({"opening": "no-such"}, 409),
        ({"opening": EVIL}, 409),
        ({"seen": EVIL}, 409),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(board, fields, status):
    page = add(board, status=status, **fields)
    assert EVIL not in page
    assert 'action="/hours/add"' in page
    assert spans(board) == []


@pytest.mark.parametrize("text", ["x", EVIL, "2026-11-24T17:00/2026-11-24T16:00", "a/b " * 900])
def test_forged_spans_are_none(board, text):
    page = board.send("/hours/set", status=422, at="/hours", opening="openlab", seen="", spans=text)
    assert EVIL not in page
    assert spans(board) == []


def test_a_lab_without_hours_says_that_all_is_open(lab):
    with opened(lab) as board:
        board.sign_in("zoe")
        assert "everything is open always" in board.get("/hours")
        board.sign_in("ada")
        board.get("/hours", status=403)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_every_mode_has_its_words(lab, mode, language):
    lab.settings = replace(
        lab.settings, charter=replace(lab.settings.charter, openings={"x": Opening("x", mode, EVIL)})
    )
    with opened(lab) as board:
        board.sign_in("zoe")
        assert EVIL not in board.get(f"/hours?lang={language}")
