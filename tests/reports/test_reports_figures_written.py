"""The reports for funders as files: CSV, JSON, a picture, a folder of open data, several labs' as one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
import xml.etree.ElementTree as ET
from decimal import Decimal
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from figures_lab import Books, half_a_year

from fabgate.errors import UsageError
from fabgate.model import Trouble
from fabgate.reports import chart, datapackage, figure_sheet, funders, merge, public
from fabgate.reports.sheet import DIALECTS
from fabgate.texts import LANGUAGES
from fabgate.texts.report_words import ReportWords

SIX = ("ada", "bob", "cy", "dan", "eve", "flo")
EN = ReportWords.of("en")
HERE = Path(__file__).parent
SVG = "{http://www.w3.org/2000/svg}"


def filled(books):
    """Two machines of six people, a third of one; sponsors, a lock, members."""
    books.enrol("2026-05-01T12:00", *SIX)
    for day, who in enumerate(SIX, start=2):
        books.grant("2026-06-01T12:00", who, level="trainee")
        books.grant(f"2026-06-{9 + day:02}T12:00", who)
        books.use(f"2026-06-02T{15 + day}:00", 45, who, busy=20)
        books.use(f"2026-06-{2 + day:02}T12:00", 60, who, "mill", sponsor=f"s{day}")
    books.use("2026-06-20T12:00", 60, "ada", "saw", purpose="commercial")
    books.lock("mill", "2026-06-09T10:00", "2026-06-09T20:00")
    return books


@pytest.fixture
def books(tmp_path):
    return filled(Books(tmp_path / "state"))


def paper(books, report="funders", words=EN, lab="openfab", **more):
    found = books.gathered("2026-06", machines=("laser", "mill"), **more)
    return funders.paper(found, public.tables(found), report, lab, words)


def rows_of(text, dialect="plain"):
    its = DIALECTS[dialect]
    return list(csv.reader(io.StringIO(text.removeprefix(its.mark)), delimiter=its.separator))


# --- csv and json -----------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_csv_has_a_definition_beside_each_figure_in_its_language(books, dialect):
    words = ReportWords.of(figure_sheet.language(dialect))
    header, *lines = rows_of("".join(figure_sheet.csv(paper(books, words=words), words, dialect)), dialect)
    assert len(header) == 6
    told = [line for line in lines if line[0]]
    assert all(line[5] for line in told)
    assert {line[5] for line in told} <= {str(one["says"]) for one in words.said["figure"].values()}
    assert [line for line in lines if not line[0] and line[5]]  # the notes


def test_a_csv_says_of_which_lab_and_months_and_by_which_definitions(books):
    lines = rows_of("".join(figure_sheet.csv(paper(books), EN)))
    assert [line[2:4] for line in lines[1:4]] == [
        ["Lab", "openfab"], ["Period", "June 2026"], ["Definitions, version", public.VERSION]
    ]  # fmt: skip


def test_what_is_hidden_is_a_star_in_a_csv_and_named_in_json(books):
    report = paper(books, "occupancy")
    lines = rows_of("".join(figure_sheet.csv(report, EN)))
    hours = {line[1]: line[3] for line in lines if line[2] == "Hours worked" and line[0] == "By machine"}
    assert hours["saw"] == "*"
    assert sorted(hours.values())[:2] == ["*", "*"]
    [machines] = [
        one for one in json.loads(figure_sheet.as_json(report, EN))["tables"] if one["table"] == "machines"
    ]
    [saw] = [row for row in machines["rows"] if row["machine"] == "saw"]
    assert "worked_hours" in saw["hidden"]
    assert set(saw["values"]) == {"offered_hours", "down_hours", "available_hours"}


def test_json_has_ids_titles_and_definitions(books):
    said = json.loads(figure_sheet.as_json(paper(books, "sponsorship"), EN))
    assert (said["lab"], said["from"], said["to"]) == ("openfab", "2026-06", "2026-06")
    assert said["definitions"]["median_days"]["unit"] == "days"
    [table] = [one for one in said["tables"] if one["table"] == "autonomous"]
    assert table["rows"] == [
        {"skill": "laser", "title": "laser", "values": {"autonomous": 6, "median_days": 12.5}, "hidden": []}
    ]
    assert table["whole"]["title"] == "all"


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        (Decimal("1234.5"), "en", "1\u202f234.5"),
        (Decimal("1234.5"), "fr", "1\u202f234,5"),
        (1234567, "de", "1\u202f234\u202f567"),
        (None, "nl", "–"),
        ("*", "nl", "*"),
    ],
)
def test_numbers_are_written_as_the_language_does(value, language, said):
    assert figure_sheet.shown(value, ReportWords.of(language)) == said


TITLES = {
    "machine": {
        "laser": "Laser cutter",
        "lathe": "Lathe",
        "mill": "Milling machine",
        "plotter": "Vinyl cutter",
        "printer": "3D printer",
    },
    "purpose": {"commercial": "commercial work", "social": "workshops for neighbours"},
}
DOCS = HERE.parents[1] / "docs" / "reports"


def golden(tmp_path, report, language):
    """A report of the half year, and its words."""
    books = half_a_year(Books(tmp_path / "year"))
    words = ReportWords.of(language, TITLES)
    found = books.gathered("2026-01", "2026-06", machines=tuple(sorted(TITLES["machine"])))
    return funders.paper(found, public.tables(found), report, "openfab", words), words


@pytest.mark.parametrize(
    ("report", "language"), [("occupancy", "en"), ("funders", "en"), ("sponsorship", "fr")]
)
def test_the_pictures_in_the_documentation_are_what_is_drawn(tmp_path, report, language):
    drawn = chart.svg(*golden(tmp_path, report, language))
    assert drawn == (DOCS / f"{report}.svg").read_text("utf-8")


def test_a_file_is_the_same_to_the_byte_on_every_computer(tmp_path):
    text = "".join(figure_sheet.csv(*golden(tmp_path, "funders", "fr"), "fr"))
    assert text.encode() == (HERE / "golden" / "report-funders-fr.csv").read_bytes()


# --- words ------------------------------------------------------------------------------------


def test_every_language_says_every_word_and_every_definition():
    def shape(said):
        return {key: shape(one) if isinstance(one, dict) else type(one) for key, one in said.items()}

    files = {
        one: tomllib.loads(
            resources.files("fabgate.texts").joinpath(f"reports_{one}.toml").read_text("utf-8")
        )
        for one in LANGUAGES
    }
    assert all(shape(one) == shape(files["en"]) for one in files.values())
    for one in files.values():
        assert len(one["words"]["months"]) == 12
        assert {name for name, told in one["figure"].items() if told["unit"] not in one["unit"]} == set()


def test_every_trouble_of_a_machine_and_every_lock_of_its_own_has_words():
    said = set(EN.said["causes"])
    assert {one.value for one in Trouble} <= said
    assert {"locked", "oops", "welded"} <= said


def test_the_version_of_the_definitions_rises_when_one_of_them_changes():
    text = json.dumps({name: told["says"] for name, told in sorted(EN.said["figure"].items())})
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert {public.VERSION: digest} == {"1": "dd784d5ccded4a19"}, (
        "raise public.VERSION, and write this digest beside it"
    )


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("purpose", "", "own work"),
        ("purpose", "social", "for the quarter"),
        ("reason", "category student", "group: students"),
        ("reason", "training", "training"),
        ("reason", "something_new", "something new"),
        ("month", "2026-06", "June 2026"),
        ("machine", "saw", "saw"),
        ("cause", "oops", "somebody pressed its button"),
        ("figure", "users", "Users"),
    ],
)
def test_things_are_called_what_the_lab_calls_them_else_what_we_do(kind, name, said):
    titles = {"purpose": {"social": "for the quarter"}, "category": {"student": "students"}}
    assert ReportWords.of("en", titles).row(kind, name) == said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-06", "2026-06", "June 2026"),
        ("2026-01", "2026-06", "January – June 2026"),
        ("2025-12", "2026-01", "December 2025 – January 2026"),
    ],
)
def test_a_period_is_told_by_its_months(first, last, said):
    assert EN.period(first, last) == said


def test_a_language_that_is_not_shipped_is_refused():
    with pytest.raises(UsageError, match="'tlh'"):
        ReportWords.of("tlh")


# --- notes ------------------------------------------------------------------------------------


def test_the_share_of_machines_without_a_meter_is_told_only_where_no_machine_is_hidden(books, tmp_path):
    assert EN.note("unmetered_some") in paper(books, "occupancy").notes
    other = Books(tmp_path / "other")
    for at, who in enumerate(SIX):
        other.use(f"2026-06-03T{12 + at}:00", 60, who, busy=30)
        other.use(f"2026-06-04T{12 + at}:00", 60, who, "mill")
    found = paper(other, "occupancy").notes
    assert EN.note("unmetered", share="66.7") in found


def test_notes_tell_what_a_reader_has_to_know(books):
    assert EN.note("planned") in paper(books).notes
    assert EN.note("hidden") in paper(books).notes
    assert EN.note("unpriced") in paper(books).notes
    assert EN.note("unpriced") not in paper(books, paid={}).notes
    assert EN.note("hidden") not in paper(books, "downtime").notes
    assert not any("not over" in note for note in paper(books).notes)


def test_a_period_that_runs_says_up_to_when(books):
    found = books.gathered("2026-06", "2026-12")
    assert (
        EN.note("running", until="2026-07-02")
        in funders.paper(found, public.tables(found), "funders", "openfab", EN).notes
    )


# --- the picture ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("report", public.REPORTS)
def test_a_picture_is_sound_and_has_every_definition(books, report, language):
    words = ReportWords.of(language)
    drawn = chart.svg(paper(books, report, words, paid={}), words)
    root = ET.fromstring(drawn)
    texts = " ".join("".join(one.itertext()) for one in root.iter(f"{SVG}text"))
    for title, says in figure_sheet.definitions(paper(books, report, words, paid={}).tables, words):
        assert f"{title} – {says}" in texts
    wide, high = int(root.get("width")), int(root.get("height"))
    for rect in root.iter(f"{SVG}rect"):
        at, size = int(rect.get("x", 0)), int(rect.get("width"))
        assert at >= 0 and at + size <= wide and int(rect.get("y", 0)) < high


def test_bars_of_a_machine_are_its_offered_hours_in_three_patterns(books):
    root = ET.fromstring(chart.svg(paper(books, "occupancy"), EN))
    fills = [rect.get("fill") for rect in root.iter(f"{SVG}rect") if rect.get("stroke")]
    legend = ["#1d3b53", "#fff", "url(#stripes)"]
    assert fills[:3] == legend
    assert len(set(fills)) == 3
    dotted = [rect for rect in root.iter(f"{SVG}rect") if rect.get("stroke-dasharray")]
    assert {rect.get("width") for rect in dotted[1:]} == {"350"}  # the first is the legend's


def test_a_hidden_machine_stands_last_whatever_it_worked(books):
    root = ET.fromstring(chart.svg(paper(books, "occupancy"), EN))
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert [name for name in texts if name in ("laser", "mill", "saw", "all")][:4] == [
        "mill",
        "laser",
        "saw",
        "all",
    ]
    assert [texts[texts.index(name) + 1] for name in ("laser", "saw")] == ["*", "*"]


def test_a_name_that_is_markup_is_a_text(books):
    words = ReportWords.of("en", {"machine": {"laser": '<script>&\u0007\n"laser"' * 9}})
    drawn = chart.svg(paper(books, "downtime", words, lab="a<b&c"), words)
    root = ET.fromstring(drawn)
    assert not list(root.iter(f"{SVG}script"))
    assert "a<b&c, June 2026" in "".join(root.itertext())


# --- open data --------------------------------------------------------------------------------


def given(books, folder, lab="openfab", report_words=EN, licence="CC-BY-4.0", **more):
    datapackage.written(paper(books, "open-data", report_words, lab, **more), report_words, folder, licence)
    return folder


def described(folder):
    return json.loads((folder / "datapackage.json").read_text("utf-8"))


def read(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sound(folder):
    """Fails unless the description is a data package by its schema, and tells the truth of the files."""
    schema = json.loads((HERE / "schemas" / "tabular-data-package.json").read_text("utf-8"))
    said = described(folder)
    jsonschema.Draft4Validator(schema).validate(said)
    for one in said["resources"]:
        raw = (folder / one["path"]).read_bytes()
        assert one["bytes"] == len(raw)
        assert one["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"
        header, *lines = list(csv.reader(io.StringIO(raw.decode())))
        assert header == [field["name"] for field in one["schema"]["fields"]]
        for line in lines:
            for field, text in zip(one["schema"]["fields"], line, strict=True):
                if text not in one["schema"]["missingValues"]:
                    {"string": str, "integer": int, "number": Decimal}[field["type"]](text)
    assert {one["path"] for one in said["resources"]} | {"datapackage.json"} == {
        file.name for file in folder.iterdir()
    }


def test_open_data_is_a_data_package_by_its_schema(books, tmp_path):
    folder = given(books, tmp_path / "figures", paid={})
    sound(folder)
    assert described(folder)["licenses"] == [{"name": "CC-BY-4.0"}]
    assert "licenses" not in described(given(books, tmp_path / "none", licence=""))


def test_open_data_tells_what_the_reports_tell_and_hides_what_they_hide(books, tmp_path):
    folder = given(books, tmp_path / "figures")
    machines = {row["machine"]: row for row in read(folder, "machines")}
    assert machines["saw"]["worked_hours"] == "*"
    assert machines["(all)"]["worked_hours"] == "9.0"
    assert {row["figure"] for row in read(folder, "definitions")} >= {"occupancy", "users", "median_days"}
    assert "openfab" in described(folder)["title"]


def test_no_file_of_open_data_names_a_person(books, tmp_path):
    folder = given(books, tmp_path / "figures", paid={})
    texts = "".join(file.read_text("utf-8") for file in folder.iterdir())
    assert not [who for who in (*SIX, "zoe") if f'"{who}"' in texts or f",{who}," in texts]


def test_a_folder_that_cannot_be_made_is_said_so(books, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot make"):
        given(books, tmp_path / "file" / "figures")


# --- several labs -----------------------------------------------------------------------------


@pytest.fixture
def two(books, tmp_path):
    """The folders of two labs, of the same month."""
    other = Books(tmp_path / "other", "imal")
    for at, who in enumerate(SIX):
        other.use(f"2026-06-03T{12 + at}:00", 60, who)
    return given(books, tmp_path / "one"), given(other, tmp_path / "two", "imal")


def test_several_labs_are_one_folder_in_which_each_line_bears_its_lab(two, tmp_path):
    merge.merged(two, tmp_path / "both", EN)
    both = tmp_path / "both"
    sound(both)
    machines = read(both, "machines")
    assert {(row["lab"], row["machine"]) for row in machines} >= {("openfab", "saw"), ("imal", "laser")}
    assert described(both)["fabgate-figures"]["labs"] == ["openfab", "imal"]
    assert described(both)["licenses"] == [{"name": "CC-BY-4.0"}]
    [saw] = [row for row in machines if row["machine"] == "saw"]
    assert saw["worked_hours"] == "*"
    for lab, folder in zip(("openfab", "imal"), two, strict=True):
        mine = [
            {key: value for key, value in row.items() if key != "lab"}
            for row in machines
            if row["lab"] == lab
        ]
        assert mine == read(folder, "machines")


def test_sums_are_made_where_every_lab_shows_its_part_and_never_of_people(two, tmp_path):
    merge.merged(two, tmp_path / "both", EN)
    sums = {row["figure"]: row["value"] for row in read(tmp_path / "both", "labs")}
    assert (sums["sessions"], sums["worked_hours"]) == ("19", "15.0")
    assert "users" not in sums
    figures_csv = two[1] / "figures.csv"
    text = figures_csv.read_text("utf-8")
    figures_csv.write_text(text.replace("sessions,6,", "sessions,*,"), "utf-8")
    merge.merged(two, tmp_path / "again", EN)
    sums = {row["figure"]: row["value"] for row in read(tmp_path / "again", "labs")}
    assert (sums["sessions"], sums["worked_hours"]) == ("*", "15.0")


def change(folder, what):
    path = folder / "datapackage.json"
    path.write_text(what(path.read_text("utf-8")), "utf-8")


def test_folders_that_cannot_be_compared_are_refused(two, books, tmp_path):
    one, other = two
    with pytest.raises(UsageError, match="one folder alone"):
        merge.merged([one], tmp_path / "x", EN)
    with pytest.raises(UsageError, match="two folders are of the lab 'openfab'"):
        merge.merged([one, given(books, tmp_path / "three")], tmp_path / "x", EN)
    (tmp_path / "three" / "datapackage.json").write_text("[]")
    with pytest.raises(UsageError, match="no folder of open data"):
        merge.merged([one, tmp_path / "three"], tmp_path / "x", EN)
    change(other, lambda text: text.replace('"definitions": "1"', '"definitions": "2"'))
    with pytest.raises(UsageError, match="definitions"):
        merge.merged(two, tmp_path / "x", EN)


def test_folders_of_other_months_are_refused(two, tmp_path):
    change(two[1], lambda text: text.replace('"to": "2026-06"', '"to": "2026-07"'))
    with pytest.raises(UsageError, match="2026-07"):
        merge.merged(two, tmp_path / "x", EN)


def test_several_labs_are_not_merged_again(two, tmp_path):
    merge.merged(two, tmp_path / "both", EN)
    with pytest.raises(UsageError, match="several labs already"):
        merge.merged([two[0], tmp_path / "both"], tmp_path / "x", EN)


@pytest.mark.parametrize(
    "what",
    [
        lambda text: text.replace('"name": "machines"', '"name": "../../etc/passwd"'),
        lambda text: text.replace('"name": "machines"', '"name": "/etc/passwd"'),
        lambda text: text.replace('"type": "integer"', '"type": "<script>"'),
        lambda text: text.replace('"labs": [', '"labs": 5, "x": ['),
        lambda text: text[: len(text) // 2],
        lambda text: "[" * 200_000,
        lambda text: text.replace('"from": "2026-06"', '"from": "2026-06; rm"'),
    ],
)
def test_a_description_that_is_made_to_harm_is_refused(two, tmp_path, what):
    change(two[1], what)
    with pytest.raises(UsageError):
        merge.merged(two, tmp_path / "x", EN)
    assert not (tmp_path / "x").exists()


def test_a_link_out_of_the_folder_a_huge_file_and_other_lines_are_refused(two, tmp_path):
    machines = two[1] / "machines.csv"
    text = machines.read_text("utf-8")
    for wrong in (
        text + "one,line,too,short\n",
        text.replace("users", "spies"),
        "a" * (merge.MOST_BYTES + 1),
        "",
    ):
        machines.write_text(wrong, "utf-8")
        with pytest.raises(UsageError):
            merge.merged(two, tmp_path / "x", EN)
    machines.unlink()
    secret = tmp_path / "secret.csv"
    secret.write_text(text, "utf-8")
    machines.symlink_to(secret)
    with pytest.raises(UsageError, match="no file of open data"):
        merge.merged(two, tmp_path / "x", EN)


def test_a_formula_from_another_lab_stays_a_text(two, tmp_path):
    machines = two[1] / "machines.csv"
    text = machines.read_text("utf-8")
    machines.write_text(text.replace("\nlaser,", "\n=cmd|' /C calc'!A0,"), "utf-8")
    merge.merged(two, tmp_path / "both", EN)
    assert "\"'=cmd" in (tmp_path / "both" / "machines.csv").read_text("utf-8")
