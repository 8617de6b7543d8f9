"""Reports for funders, as somebody types them: what is counted is in tests/reports and tests/rules."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import cli_lab
import pytest
from cli_lab import Floor, Lab

REPORTS = ("occupancy", "funders", "sponsorship", "downtime")
UIDS = {f"m{number}": f"04A2B3C4D5E6{number}0" for number in range(1, 7)}


@pytest.fixture
def worked(lab: Lab) -> Lab:
    return six(lab)


def six(lab: Lab) -> Lab:
    """Six members who used the laser for an hour each, one after the other."""
    floor = Floor(lab)
    for who, uid in UIDS.items():
        lab.done(f'member add "Member {who}" --id {who} --by zoe')
        lab.done(f"badge add {who} {uid} --by zoe")
        lab.done(f"grant give {who} laser --level autonomous --by zoe --reason passed")
        floor.tap("laser", uid)
        floor.pass_s(3_600)
        floor.tap("laser", uid)
        floor.pass_s(10)
    floor.stage.shut_down()
    return lab


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_shown_with_what_its_figures_mean(worked: Lab, name: str):
    said = worked.done(f"report {name} --from 2026-10")
    assert "openfab, October 2026" in said
    assert "What the figures mean" in said
    assert max(map(len, said.splitlines())) <= 160


def test_the_figures_of_a_lab_are_what_its_floor_saw(worked: Lab):
    said = " ".join(worked.done("report funders --from 2026-10").split())
    assert "Users 6 people" in said
    assert "Visits 6 number" in said
    assert "Hours worked 6.0 hours" in said
    assert "New members 7 people" in said
    assert "The period is not over" in said


def test_a_lab_of_two_is_told_that_its_figures_are_hidden(lab: Lab):
    lab.people()
    floor = Floor(lab)
    floor.tap("laser", "04A2B3C4D5E680")
    floor.pass_s(600)
    floor.tap("laser", "04A2B3C4D5E680")
    floor.pass_s(10)
    floor.stage.shut_down()
    said = lab.done("report occupancy --from 2026-10")
    assert "One to four people stand behind it" in said
    [laser] = [line.split() for line in said.splitlines() if line.startswith("the laser")]
    assert laser[3:6] == ["*", "*", "*"]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_written_in_every_form(worked: Lab, tmp_path: Path, name: str):
    for form in ("csv", "json", "svg"):
        out = tmp_path / f"{name}.{form}"
        assert (
            worked.done(f"report {name} --from 2026-10 --format {form} --output {out}") == f"written: {out}\n"
        )
        printed = worked.done(f"report {name} --from 2026-10 --format {form}")
        assert printed == out.read_text("utf-8")
        assert out.stat().st_mode & 0o777 == 0o644
    assert json.loads((tmp_path / f"{name}.json").read_text("utf-8"))["report"] == name
    assert len(list(csv.reader(io.StringIO((tmp_path / f"{name}.csv").read_text("utf-8"))))) > 5
    assert ET.parse(tmp_path / f"{name}.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("dialect", "title"), [("plain", "Use of the machines"), ("fr", "Usage des machines"), ("de", "Nutzung")]
)
def test_a_report_speaks_the_language_of_its_dialect(worked: Lab, dialect: str, title: str):
    for form in ("text", "csv", "json", "svg"):
        assert title in worked.done(f"report occupancy --from 2026-10 --dialect {dialect} --format {form}")


def test_open_data_is_a_folder_and_two_labs_are_one(worked: Lab, tmp_path: Path):
    one, other, both = (tmp_path / name for name in ("one", "other", "both"))
    said = worked.done(f"report open-data --from 2026-10 --licence CC0-1.0 --output {one}")
    assert said.startswith(f"written into {one}: ")
    worked.done(f"report open-data --from 2026-10 --output {other}")
    assert "two folders are of the lab" in worked.refused(f"report merge {one} {other} --output {both}")
    described = other / "datapackage.json"
    described.write_text(described.read_text("utf-8").replace('"openfab"', '"imal"'), "utf-8")
    assert "labs.csv" in worked.done(f"report merge {one} {other} --output {both}")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("--from october", "is no month"),
        ("--from 2026-10 --to 2026-09", "is before"),
        ("--from 1990-01 --to 2026-09", "too long"),
        ("--from 2027-01", "has not begun"),
        ("--from 2026-10 --output x.txt", "text is shown, not written"),
    ],
)
def test_what_cannot_be_reported_is_refused(lab: Lab, asked: str, why: str):
    assert why in lab.refused(f"report funders {asked}")


def test_an_empty_lab_has_empty_reports(lab: Lab):
    for name in REPORTS:
        for form in ("text", "csv", "json", "svg"):
            assert lab.done(f"report {name} --from 2026-09 --format {form}")
    assert "Nothing was counted in this period." in lab.done("report funders --from 2026-09")


# --- how it was paid --------------------------------------------------------------------------

PRICES = """
[version.2026]
since = 2026-01-01
[version.2026.machine.laser]
price = 10
every = "30m"
[version.2026.purpose.social]
title = "Social work"
pays = "0%"
"""


@pytest.fixture
def priced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The same lab with a price list."""
    lab_line = 'name = "openfab"\n'
    monkeypatch.setattr(
        cli_lab, "TOML", cli_lab.TOML.replace(lab_line, f'{lab_line}tariff = "prices.toml"\n', 1)
    )
    (tmp_path / "prices.toml").write_text(PRICES, "utf-8")
    lab = Lab(tmp_path)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    return lab


def hours_paid(lab: Lab) -> dict[str, float]:
    said = json.loads(lab.done("report funders --from 2026-10 --format json"))
    [paid] = [one for one in said["tables"] if one["table"] == "paid"]
    return {row["paid"]: row["values"]["worked_hours"] for row in paid["rows"]}


def test_how_sessions_were_paid_is_the_same_before_and_after_the_month_is_closed(priced: Lab):
    six(priced)
    assert hours_paid(priced) == {"full": 6.0}
    priced.clock.advance(15 * 86_400_000)
    assert hours_paid(priced) == {"full": 6.0}
    priced.done("close 2026-10 --by zoe")
    assert hours_paid(priced) == {"full": 6.0}
