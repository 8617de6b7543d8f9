"""Import, typed: what the file would change is shown line by line, and written only by --apply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruled_lab import RuledLab

MEMBERS = """\
handle;name;email;born;status;dues;waiver;badge;payer
ada;;countess@example.org;;;2027-08-31;;;
cem;Cem Öz;cem@example.org;;autonomous;2027-08-31;yes;04A0A0A0A0A080;guild
eve;Eve;;2012-01-01;guest;;;;
bob;;;;;;;;
guild;Wood guild;;;;;;;
tess;Tess;;;;;;;
"""


@pytest.fixture
def ruled(tmp_path: Path) -> RuledLab:
    lab = RuledLab(tmp_path)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    return lab


def test_a_dry_run_shows_every_line_and_writes_nothing(ruled: RuledLab):
    file = ruled.file("members.csv", MEMBERS)
    before = ruled.done("journal tail -n 100")
    said = ruled.done(f"import members {file} --by zoe")
    assert said.splitlines()[0] == (
        "~ line 2: ada: email ada@example.org -> countess@example.org; dues until 2027-08-31"
    )
    assert "+ line 3: cem: name Cem Öz; email cem@example.org; status autonomous;" in said
    assert "+ line 4: eve: name Eve; of age on 2030-01-01; status guest" in said
    assert "= lines 5, 7: as it is already" in said
    assert "3 new, 1 changed, 2 as it is, 0 wrong." in said
    assert said.endswith("To write it, type the same with --apply.\n")
    assert ruled.done("journal tail -n 100") == before


def test_it_is_written_by_apply_and_the_second_time_there_is_nothing_to_write(ruled: RuledLab):
    file = ruled.file("members.csv", MEMBERS)
    assert ruled.done(f"import members {file} --apply --by zoe").endswith("\nWritten.\n")
    assert ruled.json("member show cem")["status"] == "autonomous"
    assert ruled.json("badge list cem")[0]["payer"] == "guild"
    assert "import of members.csv" in ruled.done("journal tail -n 1 --json")
    said = ruled.done(f"import members {file} --apply --by zoe")
    assert said.startswith("= lines 2-7: as it is already\n")
    assert said.endswith("There was nothing to write.\n")


def test_every_mistake_is_listed_with_its_line_and_nothing_is_written(ruled: RuledLab):
    text = "handle,name,born,dues,badge\nfay,Fay,01/05/2010,31/08/2027,4E+12\ngus,,,,\n,x,,,\nhal,Hal\n"
    said = ruled.refused(f"import members {ruled.file('m.csv', text)} --apply --by zoe")
    for part in (
        "! line 2, born: '01/05/2010' is no day.",
        "! line 2, dues: '31/08/2027' is no day.",
        "! line 2, badge: the spreadsheet has rounded this number",
        "! line 3, name: a new member has a name",
        "! line 4, handle: nobody is named",
        "! line 5: 2 cells under 5 columns",
        "0 new, 0 changed, 0 as it is, 4 wrong.",
        "Nothing was written: correct what is marked ! first.",
    ):
        assert part in said
    assert "fay" not in ruled.done("member list")


def test_a_refusal_in_a_line_reads_as_it_does_at_the_desk(ruled: RuledLab):
    ruled.done("role give ada manager --by zoe --reason elected")
    file = ruled.file("m.csv", "handle,status\nzoe,autonomous\n")
    assert "! line 2, status: Zoe Dupont cannot do this for themselves. Ask another" in ruled.refused(
        f"import members {file} --by zoe"
    )
    file = ruled.file("g.csv", "handle,skill,level\nbob,lasre,trainee\n")
    assert "There is no skill lasre. Did you mean laser?" in ruled.refused(f"import grants {file} --by zoe")


def test_grants_are_imported_with_their_reasons(ruled: RuledLab):
    text = """\
handle,skill,level,until,reason
bob,laser,autonomous,2027-08-31,test of 2024
ada,laser,autonomous,,
"""
    file = ruled.file("grants.csv", text)
    said = ruled.done(f"import grants {file} --apply --by zoe")
    assert "~ line 2: bob: laser trainee -> autonomous until 2027-08-31" in said
    assert "= line 3: as it is already" in said
    assert "test of 2024" in ruled.done("journal tail -n 1 --json")
    assert ruled.json("grant list bob")[0]["level"] == "autonomous"


def test_programs_are_told_the_same(ruled: RuledLab):
    file = ruled.file("m.csv", "handle,name,dues\nada,,2027-08-31\nfay,,\nbob,,\n")
    ran = ruled.type(f"import members {file} --by zoe --json")
    told = json.loads(ran.printed)
    assert ran.status == 1
    assert told["written"] is False
    assert told["counts"] == {"new": 0, "changed": 1, "same": 1, "wrong": 1}
    assert told["lines"][0]["changes"] == [{"what": "dues", "was": "", "now": "until 2027-08-31"}]
    assert told["mistakes"] == [
        {"line": 3, "column": "name", "code": None, "text": "a new member has a name"}
    ]


def test_only_a_manager_imports(ruled: RuledLab):
    file = ruled.file("m.csv", MEMBERS)
    for by in ("ada", "bob", "nobody"):
        assert "refused" in ruled.refused(f"import members {file} --apply --by {by}")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"PK\x03\x04\x14\x00", "CSV UTF-8"),
        (b"handle,name\nada,Ad\xe9\n", "line 2"),
        (b'handle,name\nada,"Ada\n', "quotation mark"),
        (b"handle,name\nada,A\0\n", "line 2"),
        (b"x" * 10_000_001, "10 MB"),
    ],
    ids=["xlsx", "Latin-1", "open quote", "NUL", "too long"],
)
def test_what_is_no_such_file_is_refused_in_two_lines(ruled: RuledLab, raw: bytes, why: str):
    said = ruled.refused(f"import members {ruled.file('m.csv', raw)} --by zoe")
    assert said.startswith("fabgate: ")
    assert why in said
    assert len(said.splitlines()) == 2


def test_a_file_that_is_not_there_is_no_command(ruled: RuledLab):
    assert ruled.type("import members nothing.csv --by zoe").status == 2
    assert ruled.type(f"import members {ruled.folder} --by zoe").status == 2
    assert ruled.type("import --by zoe").status == 2


def test_names_in_a_file_harm_no_terminal(ruled: RuledLab):
    text = 'handle,name\na,"Ada \x1b[2J"\nb,Ada \u202eecalevoL\n"c\x1b[2J",X\n'
    for words in ("", "--apply"):
        said = ruled.type(f"import members {ruled.file('m.csv', text)} {words} --by zoe").printed
        assert all(sign.isprintable() or sign == "\n" for sign in said)
