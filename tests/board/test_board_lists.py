"""A fab manager's lists: who may use a machine, lacks a paper, has a role, owns a badge; whom to write to, as
a table; and what is kept about somebody who cannot sign in."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from board_lab import opened
from newcomers_lab import EVE
from people_lab import LANGUAGES, Office, read, ruled

from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

DATA = "/members/ada/data.zip"


@pytest.fixture
def lab(tmp_path):
    return ruled(tmp_path)


@pytest.fixture
def office(lab):
    with opened(lab) as board:
        yield Office(board)


def listed(office, query):
    """The handles that a list shows, in its order."""
    page = office.board.get(f"/members?{query}")
    return re.findall(r"<td><code>([^<]*)</code></td>", page)


# --- filters ------------------------------------------------------------------------------------


def test_who_may_use_a_machine_is_listed_with_those_first_who_may_do_most(lab, office):
    lab.done(["member", "add", "Aaron", "--id", "aaron", "--by", "zoe"])
    lab.done("grant give aaron laser --level autonomous --waive --until 2026-10-31 --by zoe --reason hm")
    office.arrive()
    assert listed(office, "skill=laser") == ["bob", "aaron", "ada"]
    text = read(office.board.get("/members?skill=laser"))
    assert "On Laser cutting" in text
    assert "autonomous until 31 Oct 2026" in text
    assert listed(office, "skill=router") == []


def test_what_ran_out_or_is_suspended_is_told_and_who_left_is_not_among_them(lab, office):
    lab.done("grant give ada laser --level autonomous --waive --until 2026-10-31 --by zoe --reason hm")
    lab.done("member suspend bob --skill laser --by zoe --reason smoke")
    lab.clock.advance(30 * 86_400_000)
    office.arrive()
    text = read(office.board.get("/members?skill=laser"))
    assert "was autonomous, until 31 Oct 2026" in text
    assert "sponsor until 24 Oct 2027 suspended" in text
    lab.done("member status ada left --by zoe --reason moved")
    assert listed(office, "skill=laser") == ["bob"]
    assert listed(office, "skill=laser&status=left") == ["ada"]


def test_who_cannot_start_for_a_paper_is_listed_with_what_is_missing(lab, office):
    lab.done("paper file ada waiver --by zoe")
    lab.done("paper file ada dues --until 2026-01-31 --past --by zoe")
    assert listed(office, "lacks=dues") == ["ada", "zoe"]
    assert listed(office, "lacks=waiver") == ["zoe"]
    text = read(office.board.get("/members?lacks=*"))
    assert "the dues ran out on 31 Jan 2026" in text
    assert "the dues, the waiver" in text
    lab.done("member status ada left --by zoe --reason moved")
    assert listed(office, "lacks=dues") == ["zoe"]


def test_who_holds_a_role_is_listed_with_their_machine(lab, office):
    lab.done("role give bob maintainer --machine laser --by zoe --reason handy")
    assert listed(office, "role=maintainer") == ["bob"]
    assert listed(office, "role=manager") == ["zoe"]
    assert "maintainer (the laser cutter)" in read(office.board.get("/members?role=maintainer"))


@pytest.mark.parametrize(
    "query", ["skill=x", "role=king", "lacks=x", "skill=%00", "role=%F0%9F%91%91", "lacks=**"]
)
def test_what_the_lab_does_not_know_narrows_nothing(office, query):
    assert listed(office, query) == ["ada", "bob", "zoe"]


def test_filters_are_narrowed_by_each_other_and_kept_from_page_to_page(lab, office):
    for number in range(52):
        lab.done(["member", "add", f"Member {number:02}", "--id", f"m{number:02}", "--by", "zoe"])
    office.arrive()
    page = office.board.get("/members?q=member&lacks=waiver&status=trainee")
    assert "1 to 50 of 52" in page
    assert 'href="/members?q=member&amp;status=trainee&amp;lacks=waiver&amp;first=50"' in page
    assert listed(office, "q=member&lacks=waiver&skill=laser") == []


def test_the_digits_of_a_badge_say_whose_it_is_also_when_it_is_blocked(lab, office):
    digits = lab.json("badge list ada")[0]["badge"]
    assert listed(office, f"q={digits.upper()}") == ["ada"]
    assert listed(office, f"q={digits[:6]}") == ["ada"]
    lab.done(f"badge block {digits} --by zoe --reason lost")
    assert listed(office, f"q={digits}+lovelace") == ["ada"]
    assert listed(office, f"q={digits}+bob") == []


@pytest.mark.parametrize("length", [5, 9])
def test_fewer_digits_name_no_badge_and_more_than_the_command_shows_are_not_confirmed(lab, office, length):
    with Store(lab.settings.gate.state).reader() as reader:
        code = roster.badges(reader.conn, roster.member(reader.conn, "ada").id)[0].token.rpartition(":")[2]
    assert listed(office, f"q={code[:length]}") == []


def test_the_number_on_a_badge_is_not_looked_for_in_an_address(office):
    assert listed(office, f"q={EVE}") == []


# --- a table for a mail merge --------------------------------------------------------------------


def test_whom_to_write_to_is_taken_along_as_the_command_gives_it(lab, office):
    lab.done(["member", "edit", "ada", "--name", "=1+1", "--email", "ada@example.org", "--by", "zoe"])
    lab.done("paper file ada dues --until 2026-11-10 --by zoe")
    answer = office.board.client.get("/trainees/notices.csv?days=30")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''notices-2026-")
    assert answer.text == lab.done("notices --csv --days 30")
    assert [one["name"] for one in csv.DictReader(io.StringIO(answer.text))] == ["'=1+1"]
    assert 'href="/trainees/notices.csv?days=30"' in office.board.get("/trainees/notices?days=30")


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_a_spreadsheet_of_the_readers_country_opens_it(lab, office, language):
    lab.done("paper file ada dues --until 2026-11-10 --by zoe")
    answer = office.board.client.get(f"/trainees/notices.csv?days=30&lang={language}")
    assert answer.content.decode().startswith("\ufeffhandle;name;email;")


@pytest.mark.parametrize("days", ["x", "-1", "9" * 40])
def test_days_that_are_none_are_not_looked_at_there_either(office, days):
    assert office.board.client.get(f"/trainees/notices.csv?days={days}").status_code == 200


# --- what is kept about somebody ------------------------------------------------------------------


def test_a_manager_takes_out_what_is_kept_about_somebody_as_the_command_does(lab, office, tmp_path):
    answer = office.board.client.get(DATA)
    lab.done(f"privacy export ada --output {tmp_path / 'out'} --by zoe")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as folder:
        found = {name: folder.read(name).decode() for name in folder.namelist()}
    assert found == {one.name: one.read_text() for one in (tmp_path / "out").iterdir()}
    assert "fabgate-ada.zip" in answer.headers["content-disposition"]


def test_it_is_there_for_those_who_left_for_they_cannot_fetch_it(lab, office):
    lab.done("member status ada left --by zoe --reason moved")
    assert office.board.client.get(DATA).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_hands_it_out_is_told_what_to_read_before(office, language):
    assert 'href="/members/ada/data"' in office.board.get("/members/ada/edit")
    page = office.board.get(f"/members/ada/data?lang={language}")
    assert "rights.json" in page
    assert 'href="/members/ada/data.zip"' in page


@pytest.mark.parametrize(("who", "way"), [("bob", Way.PASSWORD), ("zoe", Way.TAP)])
def test_nobody_else_is_handed_it(office, who, way):
    office.board.leave()
    office.board.sign_in(who, way)
    assert office.board.client.get(DATA).status_code == 403


def test_a_member_who_is_not_there_has_no_file(office):
    assert office.board.client.get("/members/nobody/data.zip").status_code == 404
