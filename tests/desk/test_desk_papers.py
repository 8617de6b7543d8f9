"""Papers (R2): dues with grace, waivers, the consent of parents; who files them, what they are worth."""

from __future__ import annotations

import pytest
from chartered import DAY, RULES, at, chartered, done, last_day, on_file, refused
from first_day import NOON

from fabgate.charter import Charter
from fabgate.desk import members, papers, status
from fabgate.desk.members import Details
from fabgate.errors import UsageError
from fabgate.model import Code, Role, Status
from fabgate.records import MemberAdded, PaperFiled, PaperWithdrawn, encode
from fabgate.store import people, roster


@pytest.fixture
def lab(here):
    lab = chartered(here)
    for handle in ("ada", "bob", "tess"):
        lab.member(handle)
    lab.role("tess", Role.TREASURER)
    return lab


def filed(lab, handle="ada"):
    return people.filed(lab.desk.conn, roster.member(lab.desk.conn, handle).id)


def test_a_paper_is_on_file_up_to_its_last_day_and_the_receipt_stays_beside_the_record_r2(lab):
    until = last_day("2027-08-31")
    answer = done(papers.file(lab.desk, "tess", "ada", "dues", until, ref="bank 17/2026"))
    ada, tess = (roster.member(lab.desk.conn, one).id for one in ("ada", "tess"))
    assert filed(lab) == {"dues": until}
    assert lab.last().body == PaperFiled(ada, "dues", tess, until)
    assert lab.said_beside() == {"login": "oslogin", "ref": "bank 17/2026"}
    assert (answer.facts["subject"], answer.facts["was_ms"]) == ("Ada", None)


def test_a_later_word_takes_the_place_of_the_one_before(lab):
    done(papers.file(lab.desk, "zoe", "ada", "dues", last_day("2026-12-31")))
    answer = done(papers.file(lab.desk, "zoe", "ada", "dues", last_day("2027-12-31")))
    assert answer.facts["was_ms"] == last_day("2026-12-31")
    assert filed(lab) == {"dues": last_day("2027-12-31")}
    refused(papers.file(lab.desk, "zoe", "ada", "dues", last_day("2027-12-31")), Code.NOTHING_TO_DO)
    done(papers.file(lab.desk, "zoe", "ada", "dues"))
    refused(papers.file(lab.desk, "zoe", "ada", "dues"), Code.NOTHING_TO_DO)


def test_the_treasurer_files_dues_and_nothing_else_r2(lab):
    done(papers.file(lab.desk, "tess", "ada", "dues"))
    refused(papers.file(lab.desk, "tess", "ada", "waiver"), Code.NOT_ALLOWED)
    refused(papers.withdraw(lab.desk, "tess", "ada", "waiver"), Code.NOT_ALLOWED)
    refused(papers.file(lab.desk, "bob", "ada", "dues"), Code.NOT_ALLOWED)
    refused(papers.file(lab.desk, "tess", "tess", "dues"), Code.NOT_TO_YOURSELF)


def test_the_only_manager_files_their_own_with_a_reason_r7(lab):
    refused(papers.file(lab.desk, "zoe", "zoe", "waiver"), Code.REASON_NEEDED)
    done(papers.file(lab.desk, "zoe", "zoe", "waiver", reason="in the folder"))
    lab.role("bob", Role.MANAGER)
    refused(papers.file(lab.desk, "zoe", "zoe", "dues", reason="x"), Code.NOT_TO_YOURSELF)


@pytest.mark.parametrize("name", ["due", "", "Dues", "waver", "x/y", "\udcff"])
def test_a_paper_that_the_rules_do_not_know_is_refused_with_those_that_they_do(lab, name):
    answer = refused(papers.file(lab.desk, "zoe", "ada", name), Code.UNKNOWN_PAPER)
    assert answer.facts["near"]
    assert answer.facts["known"] == ("dues", "evenings", "parental", "waiver")


def test_a_lab_without_papers_knows_none(here):
    lab = chartered(here, Charter())
    lab.member("ada")
    answer = refused(papers.file(lab.desk, "zoe", "ada", "dues"), Code.UNKNOWN_PAPER)
    assert answer.facts["known"] == ()
    assert papers.listed(lab.desk) == ()


def test_a_day_that_is_over_is_a_slip_of_the_finger_unless_it_is_meant(lab):
    over = NOON - DAY
    refused(papers.file(lab.desk, "zoe", "ada", "dues", over), Code.PAST_DATE)
    done(papers.file(lab.desk, "zoe", "ada", "dues", over, past=True))
    assert filed(lab) == {"dues": over}


def test_a_paper_is_withdrawn_also_one_that_the_rules_forgot(lab):
    done(papers.file(lab.desk, "zoe", "ada", "waiver"))
    forgetful = chartered(lab, Charter())
    done(papers.withdraw(forgetful.desk, "zoe", "ada", "waiver", "signed by somebody else"))
    ada, zoe = (roster.member(lab.desk.conn, one).id for one in ("ada", "zoe"))
    body = lab.last().body
    assert isinstance(body, PaperWithdrawn)
    assert (body.member, body.paper, body.by, len(body.supersedes)) == (ada, "waiver", zoe, 1)
    assert filed(lab) == {}
    refused(papers.withdraw(lab.desk, "zoe", "ada", "waiver"), Code.NOTHING_TO_DO)
    refused(papers.withdraw(forgetful.desk, "zoe", "ada", "waiver"), Code.UNKNOWN_PAPER)


def test_the_list_says_what_is_asked_and_what_counts_grace_included_r2(lab):
    assert on_file(lab, "ada") == {"dues": (True, False), "waiver": (True, False)}
    done(papers.file(lab.desk, "zoe", "ada", "dues", NOON + DAY))
    done(papers.file(lab.desk, "zoe", "ada", "evenings", NOON + DAY))
    assert on_file(lab, "ada") == {"dues": (True, True), "waiver": (True, False), "evenings": (False, True)}
    lab.clock.wall_ms = NOON + 31 * DAY  # the thirtieth day of grace
    assert on_file(lab, "ada")["dues"] == (True, True)
    assert on_file(lab, "ada")["evenings"] == (False, False)
    lab.clock.wall_ms += 2 * 3_600_000  # beyond it, whatever the clocks changed meanwhile
    assert on_file(lab, "ada")["dues"] == (True, False)


def test_of_those_who_left_nothing_is_asked(lab):
    done(papers.file(lab.desk, "zoe", "ada", "dues", NOON + DAY))
    done(status.give(lab.desk, "zoe", "ada", Status.LEFT, "moved"))
    assert on_file(lab, "ada") == {"dues": (False, True)}


def test_the_list_of_everybody_goes_by_handle_and_of_nobody_is_refused(lab):
    shown = papers.listed(lab.desk)
    assert [one.member.handle for one in shown] == ["ada", "ada", "bob", "bob", "tess", "tess", "zoe", "zoe"]
    refused(papers.listed(lab.desk, "nobody"), Code.UNKNOWN_MEMBER)


# --- minors -----------------------------------------------------------------------------------


def test_of_a_birth_date_only_the_day_of_coming_of_age_is_kept_and_beside_the_journal(lab):
    lab.clock.wall_ms = at("2026-10-14T12:00")
    done(members.add(lab.desk, "zoe", Details("Mia", "mia", born="2010-05-01")))
    assert roster.member(lab.desk.conn, "mia").minor_until == "2028-05-01"
    body = lab.last().body
    assert isinstance(body, MemberAdded)
    everything = "\n".join(lab.desk.conn.iterdump())
    assert "2010-05-01" not in everything
    assert "2028-05-01" not in "".join(str(entry.body) for entry in lab.entries())


def test_the_consent_of_parents_is_asked_of_minors_until_the_day_they_come_of_age_r2_edge_11(lab):
    lab.clock.wall_ms = at("2026-10-14T12:00")
    done(members.add(lab.desk, "zoe", Details("Mia", "mia", born="2008-10-16")))
    assert on_file(lab, "mia")["parental"] == (True, False)
    lab.clock.wall_ms = at("2026-10-15T23:59")
    assert "parental" in on_file(lab, "mia")
    lab.clock.wall_ms = at("2026-10-16T00:00")
    assert "parental" not in on_file(lab, "mia")


def test_nothing_is_kept_of_an_adults_birth_date(lab):
    refused(members.edit(lab.desk, "zoe", "ada", Details(born="1980-01-01")), Code.NOTHING_TO_DO)
    done(members.edit(lab.desk, "zoe", "ada", Details(born="2015-01-01")))
    assert lab.last().body.fields == ("minor_until",)
    assert "2033-01-01" not in encode(lab.last())
    done(members.edit(lab.desk, "zoe", "ada", Details(born="")))
    assert roster.member(lab.desk.conn, "ada").minor_until is None


def test_nobody_makes_themselves_older(lab):
    done(members.edit(lab.desk, "zoe", "ada", Details(born="2015-01-01")))
    refused(members.edit(lab.desk, "ada", "ada", Details(born="1980-01-01")), Code.NOT_ALLOWED)


@pytest.mark.parametrize("born", ["2099-01-01", "1850-01-01", "01/05/2010", "soon"])
def test_a_birth_date_that_cannot_be_takes_nobody_in(lab, born):
    before = lab.entries()
    with pytest.raises(UsageError):
        members.add(lab.desk, "zoe", Details("Mia", born=born))
    assert lab.entries() == before


def test_the_age_of_majority_is_the_labs(here):
    from dataclasses import replace

    lab = chartered(here, replace(RULES, majority_years=16))
    done(members.add(lab.desk, "zoe", Details("Mia", "mia", born="2012-02-29")))
    assert roster.member(lab.desk.conn, "mia").minor_until == "2028-02-29"
