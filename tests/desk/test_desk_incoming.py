"""Import: a spreadsheet held against the books, told line by line, written whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartered import at, chartered, done, last_day, refused, with_keys

from fabgate.desk import badges, grants, holds, incoming, members, papers, status
from fabgate.desk.deed import Desk
from fabgate.desk.difference import Difference, Sign
from fabgate.desk.members import Details
from fabgate.errors import StoreBusy, UsageError
from fabgate.model import Code, Denied, Level, Role, SkillId, Status
from fabgate.records import GrantGiven
from fabgate.store import people, rights, roster

BLUE, RED = "04A2B3C4D5E680", "04112233445566"
EVERYTHING = f"""\
handle;name;language;email;login;nameable;born;status;badge;badge_label;payer;dues;waiver
ada;Ada Lovelace;fr;ada@example.org;alove;yes;;autonomous;{BLUE};blue;guild;2027-08-31;yes
mia;Mia;;;;no;2012-05-01;guest;;;;;
guild;The wood guild;;;;;;;;;;;
"""


@pytest.fixture
def lab(here):
    lab = chartered(here)
    lab.clock.wall_ms = at("2026-10-14T12:00")
    return lab


def look(lab, text, write=False, by="zoe", deed=incoming.members):
    return deed(lab.desk, by, text.encode(), "import of members.csv", write)


def wrote(lab, text, **also):
    found = look(lab, text, write=True, **also)
    assert isinstance(found, Difference), found
    assert found.mistakes == ()
    assert found.written
    return found


def mistakes(lab, text, deed=incoming.members):
    """Each mistake by its line and column; the books are as they were, written or not."""
    before = len(lab.entries())
    found = look(lab, text, write=True, deed=deed)
    assert isinstance(found, Difference), found
    assert not found.written
    assert len(lab.entries()) == before
    return [(one.line, one.column) for one in found.mistakes]


def signs(found):
    return "".join(line.sign for line in found.lines)


def of(lab, handle):
    return roster.member(lab.desk.conn, handle)


# --- members ----------------------------------------------------------------------------------


def test_a_file_is_told_line_by_line_and_writes_nothing_by_itself(lab):
    before = lab.entries()
    found = look(lab, EVERYTHING)
    assert (signs(found), found.written, found.mistakes) == ("+++", False, ())
    assert lab.entries() == before
    ada = {change.what: change.now for change in found.lines[0].changes}
    assert ada["name"] == "Ada Lovelace"
    assert (ada["dues"], ada["waiver"], ada["status"]) == ("until 2027-08-31", "on file", "autonomous")
    assert (ada["badge label"], ada["payer"], len(ada["badge"])) == ("blue", "guild", 8)
    assert [(change.what, change.now) for change in found.lines[1].changes] == [
        ("name", "Mia"),
        ("of age on", "2030-05-01"),
        ("status", "guest"),
    ]


def test_all_of_it_is_written_with_who_and_why(lab):
    assert signs(wrote(lab, EVERYTHING)) == "+++"
    ada, mia = of(lab, "ada"), of(lab, "mia")
    assert (ada.name, ada.language, ada.email, ada.login, ada.nameable, ada.status) == (
        "Ada Lovelace",
        "fr",
        "ada@example.org",
        "alove",
        True,
        Status.AUTONOMOUS,
    )
    assert (mia.minor_until, mia.status) == ("2030-05-01", Status.GUEST)
    assert people.filed(lab.desk.conn, ada.id) == {"dues": last_day("2027-08-31"), "waiver": None}
    (badge,) = badges.listed(lab.desk, "ada")
    assert (badge.badge.label, badge.payer.handle) == ("blue", "guild")
    assert lab.said_beside()["reason"] == "import of members.csv"
    assert "2012-05-01" not in "".join(str(entry.body) for entry in lab.entries())


def test_the_second_time_changes_nothing(lab):
    wrote(lab, EVERYTHING)
    before = lab.entries()
    assert signs(wrote(lab, EVERYTHING)) == "==="
    assert lab.entries() == before


def test_only_what_differs_is_written_and_an_empty_cell_leaves_a_thing_as_it_is(lab):
    wrote(lab, EVERYTHING)
    before = len(lab.entries())
    found = wrote(lab, "handle,email,dues,name\nada,countess@example.org,2028-08-31,\nmia,,,Mia\n")
    assert signs(found) == "~="
    assert [(one.what, one.was, one.now) for one in found.lines[0].changes] == [
        ("email", "ada@example.org", "countess@example.org"),
        ("dues", "until 2027-08-31", "until 2028-08-31"),
    ]
    assert len(lab.entries()) == before + 2
    assert of(lab, "ada").name == "Ada Lovelace"


def test_every_mistake_is_listed_with_its_line_and_nothing_is_written(lab):
    lab.member("bob", login="bnoyce")
    lab.badge("bob", RED)
    text = f"""\
handle,name,language,login,nameable,born,status,badge,payer,dues
ada,Ada,eo,,,,,,,
bob,Bob,,,perhaps,,,,,
cem,,,,,,,,,
Dora!,Dora,,,,,,,,
,Nobody,,,,,,,,
eve,Eve,,bnoyce,,,,,,
fay,Fay,,,,01/05/2010,,,,
gus,Gus,,,,,boss,,,
hal,Hal,,,,,,{RED},,
ida,Ida,,,,,,4E+12,,
jon,Jon,,,,,,,guild,
kim,Kim,,,,,,,,31/08/2027
ada,Ada again,,,,,,,,
"""
    assert mistakes(lab, text) == [
        (2, "language"),
        (3, "nameable"),
        (4, "name"),
        (5, "handle"),
        (6, "handle"),
        (7, "login"),
        (8, "born"),
        (9, "status"),
        (10, "badge"),
        (11, "badge"),
        (12, "payer"),
        (13, "dues"),
        (14, "handle"),
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name\nAda\n", (1, "handle")),
        ("handle,nmae\nada,Ada\n", (1, "nmae")),
        ("handle,name,handle\nada,Ada,ada\n", (1, "handle")),
        ("handle,name\nada,Lovelace, Ada\n", (2, "")),
        ("", (1, "handle")),
    ],
)
def test_a_table_that_is_not_as_it_should_be_imports_nothing(lab, text, where):
    assert where in mistakes(lab, text)


def test_two_lines_do_not_give_one_badge_nor_one_login(lab):
    text = f"handle,name,login,badge\nada,Ada,x,{BLUE}\nbob,Bob,x,04:a2:b3:c4:d5:e6:80\n"
    assert mistakes(lab, text) == [(3, "login"), (3, "badge")]


def test_a_badge_that_was_lost_is_given_again_by_no_file(lab):
    wrote(lab, EVERYTHING)
    done(badges.block(lab.desk, "zoe", BLUE, "lost"))
    assert mistakes(lab, EVERYTHING) == [(2, "badge")]


def test_a_badge_keeps_its_payer_unless_the_cell_names_another_and_oneself_is_nobody_else(lab):
    wrote(lab, EVERYTHING)
    assert signs(wrote(lab, f"handle,badge\nada,{BLUE}\n")) == "="
    assert signs(wrote(lab, f"handle,badge,payer\nada,{BLUE},ada\n")) == "~"
    assert badges.listed(lab.desk, "ada")[0].payer is None
    assert badges.listed(lab.desk, "ada")[0].badge.label == "blue"
    assert mistakes(lab, f"handle,badge,payer\nada,{BLUE},gulid\n") == [(2, "payer")]
    assert mistakes(lab, "handle,badge_label\nada,red\n") == [(2, "badge_label")]


def test_papers_are_a_day_or_yes_or_no_and_a_day_that_is_over_is_said_so(lab):
    lab.member("ada")
    found = wrote(lab, "handle,dues,waiver\nada,2026-08-31,YES\n")
    assert [change.now for change in found.lines[0].changes] == ["until 2026-08-31 (over)", "on file"]
    assert signs(wrote(lab, "handle,dues,waiver\nada,2026-08-31,yes\n")) == "="
    found = wrote(lab, "handle,dues,waiver,evenings\nada,,no,no\n")
    assert [(one.what, one.was, one.now) for one in found.lines[0].changes] == [("waiver", "on file", "")]
    assert people.filed(lab.desk.conn, of(lab, "ada").id) == {"dues": last_day("2026-08-31")}


def test_only_a_manager_imports_and_only_whoever_may_act(lab):
    lab.member("bob")
    with_keys(lab, "bob")
    lab.grant("bob", "laser", Level.SPONSOR)
    for deed in (incoming.members, incoming.grants):
        refused(look(lab, EVERYTHING, by="bob", deed=deed), Code.NOT_ALLOWED)
        refused(look(lab, EVERYTHING, by="nobody", deed=deed), Code.UNKNOWN_MEMBER)
    lab.role("bob", Role.MANAGER)
    done(holds.suspend(lab.desk, "zoe", "bob", "x"))
    refused(look(lab, EVERYTHING, by="bob"), Code.SUSPENDED_MEMBER)


def test_nobody_gives_themselves_keys_or_papers_by_a_file_r7(lab):
    lab.member("bob")
    lab.role("bob", Role.MANAGER)
    text = "handle,status,waiver\nzoe,autonomous,yes\n"
    assert mistakes(lab, text) == [(2, "status"), (2, "waiver")]
    assert signs(wrote(lab, text, by="bob")) == "~"
    assert signs(wrote(lab, text)) == "="  # what is so already is nothing that anybody gives


def test_whoever_imports_stays_a_manager_whatever_the_file_says_r7(lab):
    for handle in ("bob", "cem"):
        lab.member(handle)
        lab.role(handle, Role.MANAGER)
    assert mistakes(lab, "handle,status\nbob,left\ncem,left\nzoe,left\n") == [(4, "status")]
    wrote(lab, "handle,status\nbob,left\ncem,left\n")


def test_names_are_data(lab):
    wrote(lab, 'handle,name\na,\'=1+1\nb,"Ada ""the"" L"\nc,عائشة\nd,Robert\'); DROP TABLE members;--\n')
    assert [of(lab, handle).name for handle in "abcd"] == [
        "=1+1",
        'Ada "the" L',
        "عائشة",
        "Robert'); DROP TABLE members;--",
    ]


# --- whole or not at all ----------------------------------------------------------------------


def test_what_somebody_did_meanwhile_is_looked_at_again_before_anything_is_written(lab, monkeypatch):
    lab.member("ada")
    seen = []

    def meddling(now, raw, reason, really=incoming.incoming_members.look):
        found = really(now, raw, reason)
        if not seen:
            done(members.edit(lab.desk, "zoe", "ada", Details(email="new@example.org")))
        seen.append(signs(found))
        return found

    monkeypatch.setattr(incoming.incoming_members, "look", meddling)
    found = wrote(lab, "handle,email\nada,new@example.org\n")
    assert seen == ["~", "="]
    assert signs(found) == "="


def test_books_that_never_stand_still_are_left_alone(lab, monkeypatch):
    lab.member("ada")

    def meddling(now, raw, reason, really=incoming.incoming_members.look):
        found = really(now, raw, reason)
        done(members.edit(lab.desk, "zoe", "ada", Details(email=f"{len(lab.entries())}@example.org")))
        return found

    monkeypatch.setattr(incoming.incoming_members, "look", meddling)
    with pytest.raises(StoreBusy):
        look(lab, "handle,name\nada,Countess\n", write=True)
    assert of(lab, "ada").name == "Ada"


class SlowClock:
    """A clock of a computer on which each look at it is 10 ms later."""

    def __init__(self, clock):
        self.clock, self.passed_ms = clock, 0

    def now(self):
        self.passed_ms += 10
        at = self.clock.now()
        return replace(at, boot_ms=at.boot_ms + self.passed_ms)


def slow(lab) -> Desk:
    return replace(lab.desk, clock=SlowClock(lab.clock))


def test_what_would_keep_machines_from_starting_is_not_written_and_how_to_split_it_is_said(lab):
    text = "handle,name\n" + "".join(f"member{n},Member {n}\n" for n in range(200))
    before = len(lab.entries())
    with pytest.raises(UsageError, match="nothing was written") as told:
        incoming.members(slow(lab), "zoe", text.encode(), "x", write=True)
    assert "about 64 of its 200" in str(told.value)
    assert len(lab.entries()) == before
    assert of(lab, "member0") is None
    part = "\n".join(text.splitlines()[:65])
    assert incoming.members(slow(lab), "zoe", part.encode(), "x", write=True).written


def test_what_breaks_in_the_middle_leaves_nothing_behind(lab, monkeypatch):
    lab.member("bob")
    before = lab.entries()
    text = "handle,name\nada,Ada\nbob,Robert\n"

    def breaks(self, body, *rest, really=incoming.Turn.write):
        if len(seen) == 1:
            raise OSError("the disk is gone")
        seen.append(body)
        return really(self, body, *rest)

    seen = []
    monkeypatch.setattr(incoming.Turn, "write", breaks)
    with pytest.raises(OSError, match="gone"):
        look(lab, text, write=True)
    assert lab.entries() == before
    assert of(lab, "ada") is None


# --- grants -----------------------------------------------------------------------------------


@pytest.fixture
def people_there(lab):
    for handle in ("ada", "bob", "cem"):
        lab.member(handle)
    return lab


GRANTS = """\
handle,skill,level,until,reason
ada,laser,autonomous,2027-08-31,test of 2024
bob,laser,trainee,,
cem,mill,sponsor,,built it
"""


def level(lab, handle, skill):
    found = roster.grants(lab.desk.conn, of(lab, handle).id, SkillId(skill))
    return found[0].level if found else Level.NONE


def test_grants_are_given_with_the_reason_of_their_line_or_of_the_import(people_there):
    lab = people_there
    found = wrote(lab, GRANTS, deed=incoming.grants)
    assert signs(found) == "+++"
    assert (level(lab, "ada", "laser"), level(lab, "bob", "laser"), level(lab, "cem", "mill")) == (
        Level.AUTONOMOUS,
        Level.TRAINEE,
        Level.SPONSOR,
    )
    reasons = [dict(beside).get("reason") for beside in notes_of_grants(lab)]
    assert reasons == ["test of 2024", "import of members.csv", "built it", "built it"]
    assert signs(wrote(lab, GRANTS, deed=incoming.grants)) == "==="


def notes_of_grants(lab):
    from fabgate.store import journal

    return [
        journal.notes(lab.desk.conn, entry.id)
        for entry in lab.entries()
        if isinstance(entry.body, GrantGiven)
    ]


def test_an_import_waives_what_is_missing_and_the_record_names_it_r5(people_there):
    lab = people_there
    laser = replace(lab.desk.settings.skills[SkillId("laser")], sessions=2, checklist={"stop": "stops it"})
    skills = {**lab.desk.settings.skills, SkillId("laser"): laser}
    lab.desk = replace(lab.desk, settings=replace(lab.desk.settings, skills=skills))
    refused(grants.give(lab.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x"), Code.EVIDENCE_MISSING)
    wrote(lab, "handle,skill,level\nada,laser,autonomous\n", deed=incoming.grants)
    body = lab.last().body
    assert isinstance(body, GrantGiven)
    assert len(body.waived) == 2


def test_nobody_grants_to_themselves_by_a_file_r7(people_there):
    lab = people_there
    assert mistakes(lab, "handle,skill,level\nzoe,laser,trainee\n", incoming.grants) == [(2, "level")]


def test_what_was_given_and_ran_out_is_renewed_by_no_file_r8(people_there):
    lab = people_there
    text = "handle,skill,level,until\nada,laser,autonomous,2026-10-20\n"
    wrote(lab, text, deed=incoming.grants)
    lab.clock.wall_ms = at("2026-11-20T12:00")
    assert signs(wrote(lab, text, deed=incoming.grants)) == "="


def test_a_change_of_level_or_day_is_told_with_what_it_was(people_there):
    lab = people_there
    wrote(lab, GRANTS, deed=incoming.grants)
    found = wrote(
        lab,
        "handle,skill,level\nada,laser,autonomous\nada,mill,trainee\nbob,laser,autonomous\n",
        deed=incoming.grants,
    )
    assert signs(found) == "=+~"
    (change,) = found.lines[2].changes
    assert (change.what, change.was, change.now) == ("laser", "trainee", "autonomous")
    found = wrote(lab, "handle,skill,level,until\nada,laser,trainee,2026-12-31\n", deed=incoming.grants)
    (change,) = found.lines[0].changes
    assert (change.was, change.now) == ("autonomous until 2027-08-31", "trainee until 2026-12-31")


def test_mistakes_in_grants_are_listed_by_line_too(people_there):
    text = """\
handle,skill,level,until
eve,laser,trainee,
ada,lasre,trainee,
ada,laser,boss,
bob,laser,trainee,2026-01-01
cem,laser,trainee,soon
ada,mill,trainee,
ada,mill,autonomous,
bob,mill,none,
"""
    assert mistakes(people_there, text, incoming.grants) == [
        (2, "handle"),
        (3, "skill"),
        (4, "level"),
        (5, "until"),
        (6, "until"),
        (8, "skill"),
        (9, "level"),
    ]


def test_an_import_closes_the_proposal_that_it_answers_r6(people_there):
    from fabgate.desk import proposals

    lab = people_there
    lab.grant("bob", "laser", Level.SPONSOR)
    done(proposals.propose(lab.desk, "bob", "ada", "laser", "ready"))
    wrote(lab, "handle,skill,level\nada,laser,autonomous\n", deed=incoming.grants)
    assert people.proposals(lab.desk.conn) == ()


# --- the same rules ---------------------------------------------------------------------------


def test_a_line_comes_to_what_single_deeds_would(here, tmp_path):
    """The same lab twice: once typed, once imported. The rosters say the same of everybody."""
    lab = chartered(here)
    lab.clock.wall_ms = at("2026-10-14T12:00")
    desk = lab.desk
    done(members.add(desk, "zoe", Details("Ada L", "ada", "fr", "a@example.org", born="2012-05-01")))
    done(status.give(desk, "zoe", "ada", Status.GUEST, "x"))
    done(papers.file(desk, "zoe", "ada", "dues", last_day("2027-08-31")))
    done(badges.add(desk, "zoe", "ada", BLUE, "blue"))
    text = f"""\
handle,name,language,email,born,status,dues,badge,badge_label
ada,Ada L,fr,a@example.org,2012-05-01,guest,2027-08-31,{BLUE},blue
"""
    mark = rights.mark(desk.conn)
    assert signs(wrote(lab, text)) == "="
    assert rights.mark(desk.conn) == mark


def test_a_refusal_of_a_line_has_all_that_its_text_is_made_from(lab):
    found = look(lab, f"handle,badge\nzoe,{BLUE}\n")
    assert found.count(Sign.CHANGED) == 1
    lab.member("bob")
    lab.role("bob", Role.MANAGER)
    found = look(lab, "handle,status\nzoe,autonomous\n")
    (wrong,) = found.mistakes
    assert isinstance(wrong.why, Denied)
    assert wrong.why.facts["subject"] == "Zoé Dupont"
    assert wrong.why.facts["contact"] == "desk@example.org"
