"""Members at the board: found, taken in, corrected; who else did something meanwhile; names that are code."""

from __future__ import annotations

import re

import pytest
from board_lab import opened
from people_lab import HOSTILE, LANGUAGES, Office, handed, hostile, read, ruled

from fabgate.board.sessions import IDLE_MS
from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

PAGES = ("", "/edit", "/badges", "/papers", "/standing", "/sign-in", "/skills/laser", "/skills/router")


@pytest.fixture
def lab(tmp_path):
    return ruled(tmp_path)


@pytest.fixture
def office(lab):
    with opened(lab) as board:
        yield Office(board)


def found(lab, handle):
    with Store(lab.settings.gate.state).reader() as reader:
        return roster.member(reader.conn, handle)


# --- finding ------------------------------------------------------------------------------------


def test_members_are_found_by_a_piece_of_a_name_without_its_accents(lab, office):
    lab.done(["member", "add", "Maëlle Dupré", "--id", "mae", "--by", "zoe"])
    text = read(office.board.get("/members?q=maelle%20dupre"))
    assert "Maëlle Dupré" in text
    assert "Ada Lovelace" not in text
    assert "1 to 1 of 1" in text


def test_who_is_suspended_is_found_as_such(lab, office):
    lab.done("member suspend ada --by zoe --reason smoke")
    text = read(office.board.get("/members?status=suspended"))
    assert "Ada Lovelace" in text
    assert "Bob Noyce" not in text


def test_a_search_that_finds_nobody_says_what_to_do_next(office):
    page = office.board.get("/members?q=nobody-at-all")
    assert "Nobody was found." in page
    assert 'href="/members"' in page


@pytest.mark.parametrize("first", ["0", "50", "99999999", "-3", "x", "9" * 50])
def test_pages_of_many_members_have_no_edge_to_fall_off(lab, office, first):
    for number in range(60):
        lab.done(["member", "add", f"Member {number:02}", "--id", f"m{number:02}", "--by", "zoe"])
    office.arrive()
    text = read(office.board.get(f"/members?first={first}"))
    assert "of 63" in text
    assert ("Bob Noyce" in text) == ("1 to 50 of 63" in text)


# --- taking in, correcting ----------------------------------------------------------------------


def test_a_new_member_is_led_on_to_a_badge(lab, office):
    page = office.board.send("/members/new", name="Eve O'Neil", handle="eve", language="nl", nameable="yes")
    assert "Eve O'Neil is a member. Now give them a badge." in read(page)
    assert "Put a badge on their name" in page
    eve = found(lab, "eve")
    assert (eve.name, eve.language, eve.nameable) == ("Eve O'Neil", "nl", True)


def test_a_namesake_is_taken_in_only_when_somebody_says_that_they_are_two(lab, office):
    typed = {"name": "ada LOVELACE", "email": "ada2@example.org"}
    page = office.board.send("/members/new", 409, **typed)
    assert "A member is called so already." in page
    assert 'value="ada2@example.org"' in page
    assert found(lab, "ada-2") is None
    office.board.send("/members/new", another="yes", **typed)
    assert found(lab, "ada-2").email == "ada2@example.org"


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"name": ""}, 409, "This cannot be a name."),
        ({"name": "x" * 201}, 409, "This cannot be a name."),
        ({"name": "Eve", "handle": "Ada!"}, 409, "cannot be a handle"),
        ({"name": "Eve", "handle": "ada"}, 409, "The handle ada is taken."),
        ({"name": "Eve", "language": "xx"}, 422, "is not in the list"),
        ({"name": "Eve", "born": "2999-01-01"}, 422, "cannot be a date of birth"),
        ({"name": "Eve", "born": "yesterday"}, 422, "cannot be a date of birth"),
    ],
)
def test_what_cannot_be_a_member_is_said_and_what_was_typed_stays(lab, office, typed, status, said):
    page = office.board.send("/members/new", status, **{"email": "e@example.org", **typed})
    assert said in read(page)
    assert 'value="e@example.org"' in page
    assert len(lab.json("member list")) == 3


def test_only_what_was_changed_in_the_form_is_changed(lab, office):
    form = office.open("/members/ada/edit", "", "was_name")
    lab.done("member edit ada --email ada@example.org --by zoe")  # somebody else, meanwhile
    office.press("/members/ada/edit", form, name="Ada King", handle="ada", language="fr")
    ada = found(lab, "ada")
    assert (ada.name, ada.email, ada.language) == ("Ada King", "ada@example.org", "fr")


def test_who_changes_the_same_field_second_is_told_what_it_is_now(lab, office):
    form = office.open("/members/ada/edit", "", "was_name")
    lab.done("member edit ada --email first@example.org --by zoe")
    typed = {"name": "Ada Lovelace", "handle": "ada", "language": "fr", "email": "second@example.org"}
    page = office.press("/members/ada/edit", form, 409, **typed)
    assert "Somebody changed this since you opened the page." in page
    assert "Now it says: first@example.org" in read(page)
    assert 'value="second@example.org"' in page
    assert found(lab, "ada").email == "first@example.org"
    office.press("/members/ada/edit", handed(page, "", "was_name"), **typed)
    assert found(lab, "ada").email == "second@example.org"


def test_nothing_that_was_changed_is_said_so(office):
    form = office.open("/members/ada/edit", "", "was_name")
    typed = {"name": "Ada Lovelace", "handle": "ada", "language": "fr"}
    assert "That is so already." in office.press("/members/ada/edit", form, 409, **typed)


def test_a_form_that_is_sent_twice_counts_once(lab, office):
    form = office.open("/members/new", "", 'name="born"')
    for _ in "twice":
        assert "Eve" in office.press("/members/new", form, name="Eve", handle="eve")
    assert "counts once" in office.press(
        "/members/new", form, 409, name="Eve", handle="eve-too", another="yes"
    )
    assert found(lab, "eve-too") is None


def test_a_session_that_ended_while_a_form_was_filled_in_leads_to_the_sign_in(lab, office):
    form = office.open("/members/ada/standing", "suspend")
    lab.clock.advance(IDLE_MS)
    answer = office.board.client.post(
        "/members/ada/standing",
        data=form | {"reason": "smoke", "cause": "other"},
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=/members/ada/standing")
    assert found(lab, "ada").suspended_ms is None


# --- who may, and names that try to be something else -------------------------------------------


@pytest.mark.parametrize("who", ["ada", "bob"])
@pytest.mark.parametrize(
    "path", ["/members", "/members/new", "/members/ada", "/trainees", "/trainees/proposals"]
)
def test_members_and_sponsors_do_not_see_the_pages_about_others(office, who, path):
    Office(office.board, who)
    assert "Ada Lovelace" not in read(office.board.get(path, 403)).replace("Signed in: Ada Lovelace", "")


def test_a_tap_of_a_manager_opens_no_page_about_others(office):
    office.board.leave()
    office.board.sign_in("zoe", Way.TAP)
    office.board.get("/members/ada", 403)


def test_a_form_of_somebody_else_does_nothing(lab, office):
    form = office.open("/members/ada/standing", "suspend")
    Office(office.board, "bob")
    office.press("/members/ada/standing", form, 403, reason="smoke", cause="other")
    assert found(lab, "ada").suspended_ms is None


@pytest.mark.parametrize(
    ("came_from", "back"),
    [("/members/ada/standing", "/members/ada/standing"), ("//evil.example/members", ""), ("/" * 9_000, "")],
)
def test_a_form_that_counts_no_more_leads_back_to_its_page(office, came_from, back):
    form = office.open("/members/ada/standing", "suspend") | {"deed": "suspend", "csrf": "of yesterday"}
    headers = {"sec-fetch-site": "same-origin", "referer": f"https://board.lan{came_from}"}
    answer = office.board.client.post("/members/ada/standing", data=form, headers=headers)
    assert answer.status_code == 403
    assert re.findall(r'<a class="button" href="([^"]*)">Back</a>', answer.text) == ([back] if back else [])


@pytest.mark.parametrize("path", ["/members/nobody", "/members/nobody/badges", "/members/ada/skills/nothing"])
def test_who_or_what_is_not_there_has_a_page_with_a_way_back(office, path):
    assert 'href="/"' in office.board.get(path, 404)


@pytest.mark.parametrize("handle", HOSTILE)
def test_a_name_is_shown_as_it_is_and_is_never_code(lab, office, handle):
    hostile(lab)
    name = " ".join(HOSTILE[handle].replace("\u202e", " ").split())
    for page in PAGES:
        text = office.board.get(f"/members/{handle}{page}")
        assert "<script>alert" not in text
        assert "\u202e" not in re.sub(r'value="[^"]*"', "", text)  # what can be edited is as it was typed
        assert name in read(text), page
    for path in ("/members", "/trainees?all=yes"):
        assert name in read(office.board.get(path))


@pytest.mark.parametrize("handle", HOSTILE)
def test_what_was_done_to_a_name_is_told_once_and_as_it_is(lab, office, handle):
    hostile(lab)
    page = office.do(f"/members/{handle}/standing", "suspend", reason="smoke", cause="safety")
    name = " ".join(HOSTILE[handle].replace("\u202e", " ").split())
    assert f"{name} is suspended." in read(page)
    assert "&amp;lt;" not in page
    assert "&amp;#39;" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_about_a_member_is_there_in_each_language(lab, office, language):
    lab.session(40)
    lab.done('grant propose ada laser --by bob --reason "she is ready"')
    office.arrive()
    for path in (*(f"/members/ada{page}" for page in PAGES), "/members", "/members/new", "/trainees"):
        assert f'<html lang="{language}">' in office.board.get(f"{path}?lang={language}")


def test_who_is_called_new_has_pages_too(lab, office):
    lab.done("member add Newt --id new --by zoe")
    assert f'href="/members/{found(lab, "new").id}"' in office.board.get("/members")
    assert "Newt" in office.board.get(f"/members/{found(lab, 'new').id}/badges")
