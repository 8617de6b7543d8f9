"""A member's own pages: what they may use, where they worked, what it costs, what is kept about them."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from board_lab import Board, opened, plain
from own_lab import DAY_MS, NOV_2, OCT_24, OwnLab

from fabgate.board import heavy
from fabgate.rules.viewing import Way

PAGES = ("/me", "/me/sessions", "/me/charges", "/me/details", "/me/data")
MARKUP = "<script>alert(1)</script>"
TURNED = "\u202eולא \u05e2\u05d3\u05d4"


@pytest.fixture
def lab(tmp_path) -> OwnLab:
    return OwnLab(tmp_path)


@pytest.fixture
def board(lab):
    with opened(lab) as found:
        yield found


def _rows(html: str) -> list[str]:
    return [plain(row) for row in re.findall(r"<tr.*?</tr>", html.partition("<tbody>")[2], re.DOTALL)]


# --- the passport -------------------------------------------------------------------------------


def test_a_trainee_sees_what_is_there_what_is_missing_and_who_could_sign(lab, board: Board):
    lab.worked("ada", 45, sponsor="bob")
    lab.done("evidence tick ada laser start-up --by bob")
    board.sign_in("ada")
    page = plain(board.get("/me"))
    assert "Laser cutting trainee" in page
    assert "At: the laser cutter" in page
    assert "sessions with a sponsor 1 of 2" in page
    assert "✓ there I can start it up and shut it down" in page
    assert "seen by Bob Noyce , 2 Nov 2026" in page
    assert "○ not there yet I know what the emergency stop does" in page
    assert "quiz safety 0 points, 80 to reach" in page
    assert "Can sign it: Bob Noyce , Zoe Dupont ." in page
    assert "Milling none" in page


def test_who_works_alone_sees_no_list_of_what_to_show(board: Board):
    board.sign_in("bob")
    page = plain(board.get("/me"))
    assert "Laser cutting sponsor" in page
    assert "What comes next: You work alone." in page
    assert "quiz" not in page


def test_others_are_named_only_where_they_agreed_to_be(lab, board: Board):
    lab.done("member edit bob --not-nameable --by zoe")
    lab.done("evidence tick ada laser start-up --by bob")
    board.sign_in("ada")
    page = plain(board.get("/me"))
    assert "seen by another member" in page
    assert "Bob" not in page


def test_whoever_looks_after_a_trainee_is_named_to_them(lab, board: Board):
    board.sign_in("ada")
    assert "Nobody yet. Ask a sponsor or a fab manager." in plain(board.get("/me"))
    lab.done("sponsors assign ada bob --by zoe")
    assert "Who looks after me Bob Noyce" in plain(board.get("/me"))


def test_a_paper_that_is_missing_says_so_first(lab, board: Board):
    board.sign_in("ada")
    page = plain(board.get("/me"))
    assert "Not on file: the dues." in page
    assert page.index("Not on file: the dues.") < page.index("What I may use")


def test_what_runs_out_soon_is_told(lab, board: Board):
    lab.done("paper file ada dues --until 2026-11-20 --by zoe")
    board.sign_in("ada")
    assert "This runs out soon: the dues: 20 Nov 2026" in plain(board.get("/me"))


def test_who_is_suspended_reads_why_and_still_sees_their_pages(lab, board: Board):
    lab.done("member suspend ada --by zoe --reason late")
    board.sign_in("ada")
    assert "Your access is suspended" in plain(board.get("/me"))
    for path in PAGES:
        board.get(path)


NO_USE = ("could show it to you", "Nobody yet", "What else there is", "What comes next", "I lost it")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("member suspend ada --by zoe --reason late", "As long as that lasts no machine starts for you"),
        ("member status ada left --by zoe --reason moved", "Machines start for you no more."),
    ],
)
def test_who_may_start_nothing_is_offered_nothing_that_would_be_refused(lab, board: Board, said, told):
    lab.done(said)
    board.sign_in("ada")
    page = plain(board.get("/me"))
    assert [told in page, "Laser cutting trainee" in page] == [True, True]
    assert [one for one in NO_USE if one in page] == []
    assert "a fab manager corrects it for you" in plain(board.get("/me/details"))
    assert "Save" not in plain(board.get("/me/details"))
    assert "I am here" not in plain(board.get("/me/presence"))
    assert "plans and packs" not in plain(board.get("/me/charges"))
    assert json.loads(_folder(board)["person.json"])[0]["handle"] == "ada"


def test_who_is_suspended_before_they_had_anything_is_not_sent_to_somebody_who_works_there(lab, board: Board):
    lab.done("member add Noa --id noa --by zoe")
    lab.done("member suspend noa --by zoe --reason late")
    board.sign_in("noa")
    page = plain(board.get("/me"))
    assert "You have no badge." in page
    assert [one for one in ("You have not begun", "gives you one", "What I may use") if one in page] == []


def test_a_machine_is_named_by_its_title_and_not_by_its_id(lab, board: Board):
    lab.done("role give ada maintainer --machine laser --by zoe --reason handy")
    board.sign_in("ada")
    assert "maintainer ( the laser cutter )" in plain(board.get("/me"))
    board.sign_in("zoe")
    assert "maintainer ( the laser cutter )" in plain(board.get("/members/ada"))
    assert "maintainer (the laser cutter)" in lab.done("passport ada")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Découpe laser stagiaire"),
        ("nl", "begeleide sessies 0 van 2"),
        ("de", "begleitete Sitzungen 0 von 2"),
    ],
)
def test_the_passport_speaks_the_language_of_whoever_looks(board: Board, language, words):
    board.sign_in("ada")
    assert words in plain(board.get(f"/me?lang={language}"))


def test_a_new_member_with_nothing_is_told_what_to_do(lab, board: Board):
    lab.done("member add Noa --id noa --by zoe")
    board.sign_in("noa")
    page = plain(board.get("/me"))
    assert "You have not begun on any machine yet." in page
    assert "You have no badge yet." in page
    assert "You had no session in this month." in plain(board.get("/me/sessions"))


# --- badges -------------------------------------------------------------------------------------


def _badge(board: Board) -> str:
    return re.findall(r'name="badge" value="(\w+)"', board.get("/me"))[0]


@pytest.mark.parametrize("way", [Way.TAP, Way.PASSWORD])
def test_whoever_lost_a_badge_blocks_it_themselves(lab, board: Board, way):
    board.sign_in("ada", way)
    page = board.send("/me/badges", at="/me", badge=_badge(board))
    assert "The badge is blocked." in plain(page)
    assert lab.json("badge list ada")[0]["blocked"] is not None


def test_nobody_blocks_the_badge_of_another(lab, board: Board):
    board.sign_in("bob")
    theirs = _badge(board)
    board.sign_in("ada")
    page = plain(board.send("/me/badges", status=409, at="/me", badge=theirs))
    assert "manager" in page
    assert lab.json("badge list bob")[0]["blocked"] is None


def test_a_badge_that_is_blocked_already_says_so_and_the_page_goes_on(lab, board: Board):
    board.sign_in("ada")
    badge = _badge(board)
    lab.done(f"badge block {badge} --by zoe")
    assert "That is so already" in plain(board.send("/me/badges", status=409, at="/me/details", badge=badge))


# --- sessions -----------------------------------------------------------------------------------


def test_sessions_stand_by_month_the_newest_first(lab, board: Board):
    lab.worked("ada", 45, sponsor="bob")
    lab.worked("ada", 20, at_ms=OCT_24 + DAY_MS, sponsor="bob")
    lab.worked("bob", 99, at_ms=OCT_24 + DAY_MS)
    lab.worked("ada", 5, at_ms=NOV_2 - DAY_MS)
    board.sign_in("ada")
    (only,) = _rows(board.get("/me/sessions"))
    assert only == "1 Nov 2026, 09:00 the laser cutter 5 min autonomous tapped off"
    page = board.get("/me/sessions?month=2026-10")
    assert _rows(page) == [
        "25 Oct 2026, 11:00 the laser cutter 20 min trainee, with Bob Noyce tapped off",
        "24 Oct 2026, 12:00 the laser cutter 45 min trainee, with Bob Noyce tapped off",
    ]
    assert "2 sessions, 1 h 5 min of machine time together." in plain(page)


def test_what_was_taken_back_is_shown_and_does_not_count(lab, board: Board):
    lab.worked("ada", 5, at_ms=NOV_2 - DAY_MS, sponsor="bob", why="undone", charged=False)
    board.sign_in("ada")
    page = board.get("/me/sessions")
    assert "does not count" in plain(page)
    assert "1 session, 0 s of machine time." in plain(page)


def test_pages_of_months_turn_no_further_than_there_is_anything(lab, board: Board):
    board.sign_in("ada")
    now = board.get("/me/sessions")
    assert 'href="?month=2026-10"' in now
    assert 'rel="next"' not in now
    first = board.get("/me/sessions?month=2026-10")
    assert 'rel="prev"' not in first
    assert 'href="?month=2026-11"' in first


@pytest.mark.parametrize("month", ["2027-01", "october", "2026-13", MARKUP, "' OR 1=1"])
def test_a_month_that_is_none_has_a_way_back(board: Board, month):
    board.sign_in("ada")
    for path in ("/me/sessions", "/me/charges"):
        answer = board.client.get(path, params={"month": month})
        assert answer.status_code == 422
        assert 'href="/"' in answer.text
        assert "<script>alert" not in answer.text


# --- costs --------------------------------------------------------------------------------------


def test_a_month_that_is_open_is_shown_as_a_draft_with_each_line_explained(lab, board: Board):
    lab.worked("bob", 30, at_ms=NOV_2 - DAY_MS)
    lab.worked("ada", 60, at_ms=NOV_2 - DAY_MS)
    board.sign_in("bob")
    page = plain(board.get("/me/charges"))
    assert "Draft: the month is not closed" in page
    assert "the laser cutter 09:00 to 09:30, 30 min" in page
    assert "Explain this line powered: 30 min 30 min at 12.00 EUR an hour: 6.00 EUR comes to 6.00 EUR" in page
    assert "To pay 6.00" in page
    board.sign_in("ada")
    theirs = plain(board.get("/me/charges"))
    assert "To pay 12.00" in theirs
    assert "6.00 EUR" not in theirs


def test_a_line_is_explained_in_the_language_of_whoever_pays(lab, board: Board):
    lab.worked("bob", 30, at_ms=NOV_2 - DAY_MS)
    board.sign_in("bob")
    page = plain(board.get("/me/charges?lang=fr"))
    assert "Expliquer cette ligne sous tension : 30 min 30 min à 12,00 EUR l'heure : 6,00 EUR" in page


def test_a_month_that_was_closed_stays_as_it_was_charged(lab, board: Board):
    lab.worked("bob", 30)
    lab.done("close 2026-10 --by tess --force --reason end")
    lab.worked("bob", 90, at_ms=OCT_24 + DAY_MS)
    board.sign_in("bob")
    page = plain(board.get("/me/charges?month=2026-10"))
    assert "To pay 6.00" in page
    assert "Draft" not in page
    lab.done(f"charge reverse {_charge(lab)} --reason shared --by tess")
    assert "taken back" in plain(board.get("/me/charges?month=2026-10"))


def _charge(lab: OwnLab) -> str:
    return lab.json("charge list 2026-10 --payer bob")[0]["charge"]


def test_what_a_later_month_charges_says_when_it_began_and_not_a_wrong_end(lab, board: Board):
    lab.worked("bob", 30)
    board.sign_in("bob")
    page = plain(board.get("/me/charges"))
    assert "Earlier months that are not closed yet are in it too." in page
    assert "24 Oct the laser cutter 12:00, 30 min" in page


def test_a_session_that_somebody_has_to_decide_about_is_counted_and_left_out(lab, board: Board):
    lab.worked("bob", 30, at_ms=NOV_2 - 3 * DAY_MS, ended=False)
    lab.worked("bob", 30, at_ms=NOV_2 - DAY_MS)
    board.sign_in("bob")
    page = plain(board.get("/me/charges"))
    assert "because the treasurer or a fab manager has to decide about them first: 1." in page
    assert "To pay 6.00" in page


def test_what_is_paid_for_already_is_told_with_what_is_left(lab, board: Board):
    lab.done("sell pack bob ten --by tess")
    lab.done("sell plan bob month --by tess")
    lab.done("account set bob --category student --by tess")
    lab.done("wallet topup bob 15 --by tess")
    lab.clock.advance(DAY_MS)
    lab.worked("bob", 30, at_ms=NOV_2 + 3_600_000)
    board.sign_in("bob")
    page = plain(board.get("/me/charges"))
    assert "Ten hours 9 h 30 min left, at the laser cutter, until 2 May 2027" in page
    assert "A month since 2 Nov 2026, this period runs to 30 Nov 2026" in page
    assert "A month 1 h left, at router, until 30 Nov 2026" in page
    assert "Category Student" in page
    assert "Wallet 0.00 EUR" in page
    assert f"30 min from the pack of sale {_number(lab)} (Ten hours)" in page


def _number(lab: OwnLab) -> str:
    sold = lab.json("sell list")
    return next(str(one["sale"]).rpartition("#")[2] for one in sold if one["item"] == "ten")


def test_a_statement_is_kept_as_paper(lab, board: Board):
    lab.worked("bob", 30, at_ms=NOV_2 - DAY_MS)
    board.sign_in("bob")
    answer = board.client.get("/me/statements/2026-11.pdf")
    assert answer.content.startswith(b"%PDF")
    assert "2026-11-bob.pdf" in answer.headers["content-disposition"]
    for month in ("nonsense", "2027-01", "2026-13"):
        assert board.client.get(f"/me/statements/{month}.pdf").status_code == 422, month


def test_a_lab_without_prices_says_so(lab, tmp_path):
    from dataclasses import replace

    from fabgate.tariff import Tariff

    lab.settings = replace(lab.settings, tariff=Tariff())
    with opened(lab) as board:
        board.sign_in("bob")
        assert "does not charge anything" in plain(board.get("/me/charges"))


def test_a_gate_that_joined_a_hub_says_where_the_books_are(lab, board: Board):
    (lab.settings.gate.state / "link").mkdir()
    board.sign_in("bob")
    page = plain(board.get("/me/charges"))
    assert "hub" in page
    assert "To pay" not in page
    assert board.client.get("/me/statements/2026-11.pdf").status_code == 422


# --- about me -----------------------------------------------------------------------------------


def test_a_member_changes_what_is_theirs_to_change(lab, board: Board):
    board.sign_in("ada")
    page = board.send("/me/details", name="Ada King", email="ada@example.org", language="nl", nameable="yes")
    assert "Saved." in plain(page)
    shown = lab.json("member show ada")
    assert (shown["name"], shown["email"], shown["language"], shown["nameable"]) == (
        "Ada King",
        "ada@example.org",
        "nl",
        True,
    )
    board.send("/me/details", name="Ada King", email="ada@example.org", language="")
    assert lab.json("member show ada")["nameable"] is False


def test_a_tap_changes_nothing_about_a_person(lab, board: Board):
    board.sign_in("ada", Way.TAP)
    assert "<input id=" not in board.get("/me/details")
    page = board.send("/me/details", status=409, at="/me", name="Somebody", nameable="yes")
    assert "Somebody" not in lab.done("member show ada")
    assert "sign in with your password" in plain(page)


def test_a_tap_opens_all_of_a_members_own_pages(lab, board: Board):
    lab.worked("bob", 30, at_ms=NOV_2 - DAY_MS)
    board.sign_in("bob", Way.TAP)
    for path in (*PAGES, "/me/statements/2026-11.pdf"):
        assert board.client.get(path).status_code == 200, path


def test_a_tap_takes_nothing_along(board: Board):
    board.sign_in("ada", Way.TAP)
    assert "sign in with your password" in plain(board.get("/me/data.zip", status=409))
    assert "/me/data.zip" not in board.get("/me/data")


def test_fields_that_are_not_on_the_form_change_nothing(lab, board: Board):
    lab.done("member edit ada --email old@example.org --by zoe")
    board.sign_in("ada")
    board.send("/me/details", name="Ada King", handle="zoe", login="root", level="autonomous", member="bob")
    ada, bob = lab.json("member show ada"), lab.json("member show bob")
    assert (ada["handle"], ada["name"], ada["email"]) == ("ada", "Ada King", "old@example.org")
    assert ada["login"] is None
    assert bob["name"] == "Bob Noyce"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": ""}, 409),
        ({"name": "x" * 201}, 409),
        ({"name": "\u200b"}, 409),
        ({"name": "Ada", "language": "xx"}, 422),
    ],
)
def test_details_that_do_not_fit_are_refused_with_what_was_typed(lab, board: Board, fields, status):
    board.sign_in("ada")
    page = board.send("/me/details", status=status, email="typed@example.org", **fields)
    assert 'value="typed@example.org"' in page
    assert lab.json("member show ada")["name"] == "Ada Lovelace"


def test_nothing_changed_says_so(board: Board):
    board.sign_in("ada")
    page = board.send("/me/details", status=409, name="Ada Lovelace", email="", language="fr")
    assert "That is so already" in plain(page)


# --- my data ------------------------------------------------------------------------------------


def _folder(board: Board) -> dict[str, str]:
    answer = board.client.get("/me/data.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as folder:
        return {name: folder.read(name).decode() for name in folder.namelist()}


def test_all_that_is_kept_is_taken_along_as_the_command_line_gives_it(lab, board: Board, tmp_path):
    lab.worked("ada", 45, sponsor="bob")
    board.sign_in("ada")
    found = _folder(board)
    lab.done(f"privacy export ada --output {tmp_path / 'out'} --by ada")
    assert found == {one.name: one.read_text() for one in (tmp_path / "out").iterdir()}
    assert len(json.loads(found["sessions.json"])) == 2
    assert "Bob" not in "".join(found.values())


def test_nobody_is_handed_the_data_of_another(lab, board: Board):
    lab.done("member edit bob --email bob@example.org --by zoe")
    board.sign_in("ada")
    answer = board.client.get("/me/data.zip?member=bob")
    assert "bob@example.org" not in "".join(_folder(board).values())
    assert "fabgate-ada.zip" in answer.headers["content-disposition"]


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [MARKUP, "N" * 200, TURNED, "'; DROP TABLE people; --"])
def test_names_of_any_kind_stand_on_every_page_as_they_are(lab, board: Board, name):
    lab.done(["member", "edit", "bob", "--name", name, "--by", "zoe"])
    lab.done("sponsors assign ada bob --by zoe")
    lab.done("evidence tick ada laser start-up --by bob")
    lab.worked("ada", 45, at_ms=NOV_2 - DAY_MS, sponsor="bob")
    for who in ("ada", "bob"):
        board.sign_in(who)
        for path in PAGES:
            page = board.get(path)
            assert "<script>alert" not in page
            assert path == "/me/details" or "\u202e" not in page  # there it is mended
    board.sign_in("bob")
    shown = plain(board.get("/me"))
    assert name.replace("\u202e", "") in shown


def _keys(board: Board) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf|once)" value="([^"]*)">', board.get("/me/details")))


def test_a_form_that_is_sent_twice_counts_once(lab, board: Board):
    board.sign_in("ada")
    keys = dict(
        re.findall(r'<input type="hidden" name="(csrf|once)" value="([^"]*)">', board.get("/me/details"))
    )
    own = {"sec-fetch-site": "same-origin"}
    first = board.client.post("/me/details", data=keys | {"name": "Once"}, headers=own)
    second = board.client.post("/me/details", data=keys | {"name": "Twice"}, headers=own)
    assert (first.status_code, second.status_code) == (200, 409)
    assert lab.json("member show ada")["name"] == "Once"


def test_a_session_that_ended_within_a_form_leads_to_the_sign_in(lab, board: Board):
    board.sign_in("ada")
    keys = dict(
        re.findall(r'<input type="hidden" name="(csrf|once)" value="([^"]*)">', board.get("/me/details"))
    )
    lab.clock.advance(31 * 60_000)
    answer = board.client.post(
        "/me/details",
        data=keys | {"name": "Late"},
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/sign-in?next=/me/details"
    assert lab.json("member show ada")["name"] == "Ada Lovelace"


@pytest.mark.parametrize("path", [*PAGES, "/me/data.zip", "/me/statements/2026-11.pdf"])
def test_nobody_in_particular_sees_none_of_it(board: Board, path):
    answer = board.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


def test_who_waits_too_long_for_a_long_page_is_told_to_come_back(board: Board, monkeypatch):
    monkeypatch.setattr(heavy, "_PATIENCE_S", 0.01)
    board.sign_in("ada")
    with heavy._turn:
        page = board.get("/me/charges", status=503)
    assert "Try again in a minute." in plain(page)
    board.get("/me/charges")
