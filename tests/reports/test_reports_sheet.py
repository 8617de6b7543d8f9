"""A report as CSV, as JSON and as a file."""

import csv
import io
import json
import os
import stat
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.errors import StoreError, UsageError
from fabgate.model import MachineId, MemberId, Moment, Origin, RecordId, SkillId
from fabgate.reports.columns import headers, meaning
from fabgate.reports.sheet import DIALECTS, ROW_COLUMNS, SUM_COLUMNS, Form, save, written
from fabgate.reports.spool import Spool
from fabgate.reports.usage import Per, Report, hours
from fabgate.rules.ledger import Dated, Usage
from fabgate.rules.month import Month

ORIGIN = Origin("openfab/atelier/0000000a")
START = 1_792_836_000_000  # 2026-10-24T09:20:00+02:00
BRUSSELS = ZoneInfo("Europe/Brussels")


def used(seq=1, length_ms=90_000, start_ms=START, member="m1", machine="laser", charged=True, **more):
    start = Moment("b1", 0, start_ms, synced=True)
    return Usage(
        session=RecordId(ORIGIN, seq),
        machine=MachineId(machine),
        skill=SkillId("lasers"),
        member=MemberId(member),
        level=more.get("level", "autonomous"),
        sponsor=more.get("sponsor"),
        payer=MemberId(more.get("payer", member)),
        purpose=more.get("purpose", ""),
        people=more.get("people", 1),
        start=start,
        dated=Dated.SYNCED,
        would="",
        stop=RecordId(ORIGIN, seq + 1),
        end=Moment("b1", length_ms, start_ms + length_ms, synced=True),
        length_ms=length_ms,
        why=more.get("why", "own_tap"),
        charged=charged,
        recovered=more.get("recovered", False),
        uncertain_ms=more.get("uncertain_ms", 0),
        blind_ms=more.get("blind_ms", 0),
        busy_ms=more.get("busy_ms"),
    )


def text(usages, per=None, form=Form.CSV, dialect="plain", **names):
    known = {"m1": ("ada", "Ada Lovelace"), "m2": ("bob", "Bob"), **names}
    with Spool() as spool:
        spool.fill(usages)
        report = Report(
            Month(2026, 10), BRUSSELS, (), {}, 0, lambda member: known.get(member, (member, "")), spool
        )
        return "".join(written(report, per, form, dialect))


def table(said, dialect="plain"):
    said = said.removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(said, newline=""), delimiter=DIALECTS[dialect].separator))


def test_a_session_is_one_row():
    assert text(
        [used(sponsor="m2", level="trainee", recovered=True, uncertain_ms=29_001, blind_ms=4_500)]
    ) == (
        "session,stop,member,name,machine,skill,level,sponsor,payer,purpose,people,start_utc,end_utc,start_local,end_local,"
        "seconds_powered,seconds_charged,hours,ended,recovered,uncertain_s,blind_s,busy_s,dated\n"
        "openfab/atelier/0000000a#1,openfab/atelier/0000000a#2,ada,Ada Lovelace,laser,lasers,trainee,"
        "bob,ada,,1,2026-10-24T10:00:00Z,2026-10-24T10:01:30Z,2026-10-24T12:00:00+02:00,2026-10-24T12:01:30+02:00,"
        "90,90,0.0250,own_tap,yes,30,5,,synced\n"
    )


def test_work_is_cut_to_whole_seconds_and_empty_where_nothing_tells():
    rows = table(text([used(busy_ms=61_999), used(seq=3, busy_ms=0), used(seq=5)]))
    column = ROW_COLUMNS.index("busy_s")
    assert [row[column] for row in rows[1:]] == ["61", "0", ""]
    found = json.loads(text([used(busy_ms=61_999), used(seq=3)], form=Form.JSON))
    assert [row["busy_s"] for row in found] == [61, None]


def test_a_sum_has_the_work_of_those_sessions_that_tell_it():
    several = [used(busy_ms=61_999), used(seq=3, busy_ms=1_999), used(seq=5), used(seq=7, machine="lathe")]
    rows = table(text(several, Per.MACHINE))
    column = SUM_COLUMNS[Per.MACHINE].index("busy_s")
    assert [row[column] for row in rows[1:]] == ["62", ""]


def test_a_badge_that_nobody_owns_has_a_line_without_a_member():
    _, row = table(text([used(member="", payer="")]))
    assert row[2:5] == ["", "", "laser"]


def test_who_pays_what_for_and_how_many_there_were_stand_in_the_row():
    [_, row] = table(text([used(payer="m2", purpose="social", people=8)]))
    found = dict(zip(ROW_COLUMNS, row, strict=True))
    assert (found["member"], found["payer"], found["purpose"], found["people"]) == (
        "ada",
        "bob",
        "social",
        "8",
    )


@pytest.mark.parametrize("per", [None, *Per])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_month_has_its_header_row_and_nothing_else(per, dialect):
    [header] = table(text([], per, dialect=dialect), dialect)
    assert len(header) == len(ROW_COLUMNS if per is None else SUM_COLUMNS[per])
    assert all(header)


def test_plain_has_no_mark_and_ends_its_lines_as_unix_does():
    said = text([used()])
    assert not said.startswith("\ufeff")
    assert "\r" not in said


@pytest.mark.parametrize(
    ("dialect", "header", "yes"),
    [("fr", "membre", "oui"), ("nl", "lid", "ja"), ("de", "Mitglied", "ja")],
    ids=["fr", "nl", "de"],
)
def test_french_dutch_and_german_open_by_a_double_click(dialect, header, yes):
    said = text([used(recovered=True)], dialect=dialect)
    assert said.encode().startswith(b"\xef\xbb\xbf")
    assert said.count("\n") == said.count("\r\n") == 2
    head, row = table(said, dialect)
    assert head[ROW_COLUMNS.index("member")] == header
    assert row[ROW_COLUMNS.index("hours")] == "0,0250"
    assert row[ROW_COLUMNS.index("recovered")] == yes


@pytest.mark.parametrize("dialect", ["fr", "nl", "de"])
def test_every_column_has_a_word_of_its_own_in_every_language(dialect):
    for columns in (ROW_COLUMNS, *SUM_COLUMNS.values()):
        found = headers(columns, dialect)
        assert len({*found}) == len(columns)
        assert all(word and meaning(column, dialect) for column, word in zip(columns, found, strict=True))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_made_harmless(sign):
    name = f'{sign}HYPERLINK("http://x";"y")'
    _, row = table(text([used()], m1=("ada", name)))
    assert row[3] == f"'{name}"


def test_the_word_of_a_member_who_is_gone_is_made_harmless_too():
    _, row = table(text([used(member="=1+1")]))
    assert row[2:4] == ["'=1+1", ""]


names = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(names, st.sampled_from(sorted(DIALECTS)))
def test_whatever_a_member_is_called_the_cell_holds_it_and_the_row_stays_one(name, dialect):
    rows = table(text([used(), used(seq=3, member="m2")], dialect=dialect, m1=("ada", name)), dialect)
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(ROW_COLUMNS)}
    assert rows[1][3].removeprefix("'") == name.removeprefix("'")


def test_numbers_are_no_text():
    [row] = json.loads(text([used(recovered=True)], form=Form.JSON))
    assert list(row) == list(ROW_COLUMNS)
    assert (row["seconds_powered"], row["hours"], row["recovered"]) == (90, 0.025, True)


def test_a_space_at_either_end_is_kept_by_quotes():
    said = text([used()], m1=("ada", "Ada "))
    assert ',"Ada ",' in said
    assert ",Ada L," in text([used()], m1=("ada", "Ada L"))
    assert '," Ada",' in text([used()], m1=("ada", " Ada"))


def test_json_leaves_names_as_they_are():
    name = '=1+1 "é"\n'
    [row] = json.loads(text([used()], form=Form.JSON, m1=("ada", name)))
    assert row["name"] == name


@pytest.mark.parametrize("per", [None, *Per])
def test_an_empty_month_in_json_is_an_empty_array(per):
    assert json.loads(text([], per, Form.JSON)) == []


def test_a_dialect_is_for_csv_alone_and_must_be_known():
    with pytest.raises(UsageError, match="JSON has no dialects"):
        text([], form=Form.JSON, dialect="fr")
    with pytest.raises(UsageError, match="unknown dialect 'it'"):
        text([], dialect="it")


def test_sums_are_made_for_a_member_a_machine_or_both():
    usages = [used(1), used(3, machine="mill"), used(5, member="m2", charged=False), used(7)]
    assert table(text(usages, Per.MEMBER))[1:] == [
        ["ada", "Ada Lovelace", "3", "270", "270", "0.0750", ""],
        ["bob", "Bob", "1", "90", "0", "0.0000", ""],
    ]
    assert table(text(usages, Per.MACHINE))[1:] == [
        ["laser", "3", "270", "180", "0.0500", ""],
        ["mill", "1", "90", "90", "0.0250", ""],
    ]
    assert table(text(usages, Per.MEMBER_MACHINE))[1:] == [
        ["ada", "Ada Lovelace", "laser", "2", "180", "180", "0.0500", ""],
        ["ada", "Ada Lovelace", "mill", "1", "90", "90", "0.0250", ""],
        ["bob", "Bob", "laser", "1", "90", "0", "0.0000", ""],
    ]


lengths = st.integers(0, 20_000_000)
some_usages = st.lists(
    st.tuples(
        lengths, st.sampled_from(["m1", "m2", "m3"]), st.sampled_from(["laser", "mill"]), st.booleans()
    ),
    max_size=20,
)


@given(some_usages)
def test_every_sum_equals_its_rows(month):
    usages = [
        used(2 * seq + 1, length_ms, member=member, machine=machine, charged=charged)
        for seq, (length_ms, member, machine, charged) in enumerate(month)
    ]
    rows = json.loads(text(usages, form=Form.JSON))
    for per in Per:
        sums = json.loads(text(usages, per, Form.JSON))
        for column in ("seconds_powered", "seconds_charged"):
            assert sum(row[column] for row in rows) == sum(one[column] for one in sums)
        assert sum(one["sessions"] for one in sums) == len(rows)
        for one in sums:
            assert one["hours"] == float(hours(one["seconds_charged"]))


@given(st.integers(0, 10**9))
def test_hours_are_the_seconds_to_a_fifth_of_a_second(seconds):
    assert abs(hours(seconds) * 3600 - seconds) <= Decimal("0.18")
    assert -hours(seconds).as_tuple().exponent == 4


@given(st.permutations([(1, 0), (3, 0), (5, 2_000), (7, 1_000), (9, 500)]))
def test_rows_stand_in_the_order_of_their_ends_whatever_order_they_were_written_in(order):
    rows = table(text([used(seq, start_ms=START + later) for seq, later in order]))[1:]
    assert [row[0].rpartition("#")[2] for row in rows] == ["1", "3", "9", "7", "5"]


@given(st.integers(0, 10**13), lengths)
def test_the_end_less_the_start_is_the_powered_time_in_every_row(start_ms, length_ms):
    [row] = json.loads(text([used(start_ms=start_ms, length_ms=length_ms)], form=Form.JSON))
    for zone in ("utc", "local"):
        start, end = (datetime.fromisoformat(row[f"{what}_{zone}"]) for what in ("start", "end"))
        assert (end - start).total_seconds() == row["seconds_powered"]


# --- files ------------------------------------------------------------------------------------


def test_a_file_holds_what_was_written_to_the_byte(tmp_path):
    file = tmp_path / "october.csv"
    save(file, ["\ufeff", "é;1\r\n"])
    assert file.read_bytes() == b"\xef\xbb\xbf\xc3\xa9;1\r\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_with_names_in_it_is_not_for_everybody(tmp_path):
    file = tmp_path / "october.csv"
    save(file, ["x"])
    assert stat.S_IMODE(file.stat().st_mode) & 0o027 == 0


def test_a_writing_that_fails_leaves_the_file_as_it_was(tmp_path):
    def failing():
        yield "half"
        raise StoreError("the disk went away")

    file = tmp_path / "october.csv"
    file.write_text("september's")
    with pytest.raises(StoreError, match="the disk went away"):
        save(file, failing())
    assert file.read_text() == "september's"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_to_a_file_stays_a_link(tmp_path):
    file, link = tmp_path / "shared.csv", tmp_path / "october.csv"
    file.write_text("old")
    link.symlink_to(file)
    save(link, ["new"])
    assert (file.read_text(), link.is_symlink()) == ("new", True)


def test_where_no_file_can_be_it_is_said(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, why in [
        (tmp_path, "is no ordinary file"),
        (tmp_path / "pipe", "is no ordinary file"),
        (tmp_path / "nowhere" / "x.csv", "No such file"),
        (tmp_path / "file" / "x.csv", "Not a directory"),
        (tmp_path / "loop", "circle|symbolic links"),
        (tmp_path / ("x" * 300), "too long"),
    ]:
        with pytest.raises(UsageError, match=why):
            save(path, ["x"])
