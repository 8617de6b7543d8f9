"""Papers, dues and notices (R2, R8), and who pays for a badge, typed by people who are tired."""

from __future__ import annotations

import csv
import stat
from io import StringIO
from pathlib import Path

import pytest
from cli_lab import ADA, Lab
from ruled_lab import RuledLab

DAY_S = 86_400


@pytest.fixture
def ruled(tmp_path: Path) -> RuledLab:
    lab = RuledLab(tmp_path)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    return lab


def pass_days(lab: Lab, count: int) -> None:
    lab.clock.advance(count * DAY_S * 1000)


# --- papers -----------------------------------------------------------------------------------


def test_a_paper_is_filed_shown_and_withdrawn_r2(ruled: RuledLab):
    said = ruled.done("paper file ada waiver --until 2027-08-31 --ref folder-7 --by zoe")
    assert said == "Ada Lovelace (ada): waiver on file, until 2027-08-31.\n"
    (waiver,) = [one for one in ruled.json("paper list ada") if one["paper"] == "waiver"]
    assert (waiver["until"], waiver["counts"], waiver["asked"]) == ("2027-08-31T21:59:59Z", True, True)
    assert "Before: until 2027-08-31" in ruled.done("paper file ada waiver --by zoe")
    assert "waiver on file any more" in ruled.done("paper withdraw ada waiver --by zoe")
    assert "missing: no start without it" in ruled.done("paper list ada --paper waiver")


def test_dues_are_the_treasurers_to_set_and_the_receipt_stays_beside_the_record_r2(ruled: RuledLab):
    said = ruled.done('dues set ada --until 2027-08-31 --ref "bank 117" --by tess')
    assert said == "Ada Lovelace (ada): dues on file, until 2027-08-31.\n"
    (line,) = ruled.done("journal tail -n 1 --json").splitlines()
    assert '"ref": "bank 117"' in line
    assert "bank 117" not in line.partition('"notes"')[0]
    assert "refused" in ruled.refused("paper file ada waiver --by tess")
    assert "refused" in ruled.refused("dues set bob --until 2027-08-31 --by ada")


def test_a_day_that_is_over_is_asked_about_and_filed_where_it_is_meant(ruled: RuledLab):
    said = ruled.refused("dues set bob --until 2026-10-20 --by zoe")
    assert "2026-10-20 is already over" in said
    assert "--past" in said
    ruled.done("dues set bob --until 2026-10-20 --past --by zoe")
    assert "over, in grace until 2026-11-19" in ruled.done("paper list bob")
    pass_days(ruled, 40)
    assert "over: no start without it" in ruled.done("paper list bob --paper dues --missing")


@pytest.mark.parametrize("name", ["due", "waver", "Dues", "", "#", "../x", "' OR 1=1"])
def test_a_paper_of_another_name_is_not_there_but_suggested(ruled: RuledLab, name: str):
    for words in (
        ["paper", "file", "ada", "--by", "zoe", "--", name],
        ["paper", "withdraw", "ada", "--by", "zoe", "--", name],
        ["paper", "list", f"--paper={name}"],
    ):
        assert "Did you mean" in ruled.refused(words)


def test_a_lab_without_rules_asks_for_no_papers(lab: Lab):
    assert "asks for no papers" in lab.done("paper list")
    assert "There is no paper dues" in lab.refused("dues set zoe --until 2027-01-01 --reason x --by zoe")


def test_of_minors_another_paper_is_asked_and_their_birthday_is_nowhere(ruled: RuledLab):
    asked = {one["paper"] for one in ruled.json("paper list mia") if one["asked"]}
    assert asked == {"dues", "waiver", "parental"}
    assert ruled.json("member show mia")["of_age_on"] == "2030-05-01"
    assert "of age on:     2030-05-01" in ruled.done("member show mia")
    assert "2012-05-01" not in ruled.done("journal tail -n 50 --json")


@pytest.mark.parametrize("born", ["2030-01-01", "1850-01-01", "12/05/2012", "x", "2012-02-30"])
def test_a_birth_date_that_cannot_be_is_refused_with_how_to_write_one(ruled: RuledLab, born: str):
    said = ruled.refused(["member", "add", "Eve", f"--born={born}", "--by", "zoe"])
    assert "Write it as 2027-01-31" in said
    assert "fabgate:" in ruled.refused(["member", "edit", "ada", f"--born={born}", "--by", "zoe"])
    assert "eve" not in ruled.done("member list")


# --- notices ----------------------------------------------------------------------------------


def told(lab: Lab, *options: str) -> list[dict[str, str]]:
    printed = lab.done(f"notices --csv {' '.join(options)}").partition("No e-mail address here")[0]
    return list(csv.DictReader(StringIO(printed)))


def test_a_mail_merge_is_told_what_runs_out_for_whom_in_their_language_r8(ruled: RuledLab):
    ruled.done("paper file ada waiver --until 2026-11-02 --by zoe")
    ruled.done("dues set bob --until 2026-10-20 --past --by zoe")
    ada, bob = told(ruled)
    assert (ada["email"], ada["language"], ada["title"]) == ("ada@example.org", "fr", "décharge signée")
    assert (ada["last_day"], ada["days_left"], ada["state"]) == ("2026-11-02", "9", "soon")
    assert (bob["what"], bob["state"], bob["last_day"]) == ("dues", "grace", "2026-11-19")
    assert [one["handle"] for one in told(ruled, "--days", "8")] == ["bob"]
    table = ruled.done("notices")
    assert "over since 2026-10-20, in grace" in table
    assert "No e-mail address here: bob." in table


def test_who_is_suspended_or_comes_of_age_is_in_it_too_r9(ruled: RuledLab):
    ruled.done("member suspend bob --hours 24 --by zoe --reason x")
    ruled.done("member edit mia --born 2008-10-30 --by zoe")
    assert [(one["handle"], one["kind"], one["last_day"]) for one in told(ruled)] == [
        ("bob", "suspended", "2026-10-25"),
        ("mia", "of_age", "2026-10-30"),
    ]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+1", "-1", '"; DROP', "a\nb", "a,b;c"])
def test_no_name_becomes_a_formula_in_it(ruled: RuledLab, name: str):
    email = name.replace("\n", " ")  # an address is on one line
    ruled.done(["member", "edit", "bob", f"--name={name}", f"--email={email}", "--by", "zoe"])
    ruled.done("paper file bob waiver --until 2026-11-02 --by zoe")
    raw = ruled.done("notices --csv").partition("No e-mail")[0]
    (row,) = csv.DictReader(StringIO(raw, newline=""))
    for cell, typed in ((row["name"], name), (row["email"], email)):
        assert not cell.startswith(("=", "+", "-", "@"))
        assert cell.lstrip("'") == typed


def test_its_file_is_for_nobody_else_and_there_is_none_where_it_cannot_be(ruled: RuledLab):
    ruled.done("paper file ada waiver --until 2026-11-02 --by zoe")
    path = ruled.folder / "notices.csv"
    assert f"written: {path}" in ruled.done(["notices", "--out", str(path)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "ada@example.org" in path.read_text(encoding="utf-8")
    assert "cannot write" in ruled.refused(["notices", "--out", str(ruled.folder / "no" / "x.csv")])


def test_a_spreadsheet_of_the_country_opens_it(ruled: RuledLab):
    ruled.done("paper file ada waiver --until 2026-11-02 --by zoe")
    assert ruled.done("notices --csv --dialect fr").startswith("\ufeffhandle;name;email;language;kind;")


def test_where_there_is_nothing_to_tell_it_says_so(lab: Lab):
    assert lab.done("notices") == "There is nothing to tell.\n"
    assert lab.json("notices") == []
    assert lab.type("notices --days -1").status == 2


# --- who pays ---------------------------------------------------------------------------------


def test_a_guild_pays_for_a_badge_and_the_list_says_so_edge_7(ruled: RuledLab):
    ruled.done('member add "Wood guild" --id guild --by zoe')
    assert "paid by Wood guild" in ruled.done("badge add tess 04A0A0A0A0A080 --payer guild --by zoe")
    assert ruled.json("badge list tess")[0]["payer"] == "guild"
    assert "guild" in ruled.done("badge list tess")
    assert "There is no" in ruled.refused(f"badge add ada {ADA} --payer nobody --by zoe")
    assert "paid by Wood guild" in ruled.done(f"badge add ada {ADA} --payer guild --by zoe")
    (ada,) = ruled.json("badge list ada")
    assert (ada["payer"], ada["label"]) == ("guild", "blue")


def test_a_badge_is_for_a_word_of_the_lab_and_the_list_and_the_history_say_so(ruled: RuledLab):
    refused = ruled.refused("badge add tess 04A0A0A0A0A080 --purpose sozial --by zoe")
    assert "There is no purpose sozial." in refused
    assert "Did you mean social?" in refused
    assert "is for: social" in ruled.done("badge add tess 04A0A0A0A0A080 --purpose social --by zoe")
    assert ruled.json("badge list tess")[0]["purpose"] == "social"
    assert "social" in ruled.done("badge list tess")
    assert ", for social" in ruled.done("history tess")
