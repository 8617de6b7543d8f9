"""The lab's rules, read by whoever has to explain them: checked, shown in plain words, begun with a set."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_lab import TOML, Lab, configuration
from click.testing import CliRunner, Result

from fabgate import config
from fabgate.cli import main, rules_told
from fabgate.config import hours


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)), catch_exceptions=False)


def ruled(folder: Path, rules: str, more: str = "") -> Path:
    """A configuration in a folder that names this file of rules."""
    path = configuration(folder)
    path.write_text(TOML.replace("[gate]", 'rules = "rules.toml"\n\n[gate]') + more, encoding="utf-8")
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    return path


# --- sample -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(config.SETS))
def test_a_set_is_printed_as_it_is_and_passes_its_own_check(name: str, tmp_path: Path):
    ran = typed("rules", "sample", name)
    assert ran.stdout == config.ready_set(name)
    (tmp_path / "rules.toml").write_text(ran.stdout, encoding="utf-8")
    checked = typed("--config", tmp_path / "none.toml", "rules", "check", tmp_path / "rules.toml")
    assert checked.exit_code == 0
    assert "is in order: 5 skills" in checked.stdout
    assert "There is no" in checked.stdout


def test_a_set_that_nobody_made_is_no_command():
    assert typed("rules", "sample", "loose").exit_code == 2


@pytest.mark.parametrize("name", list(config.SETS))
def test_a_lab_can_begin_with_each_set(name: str, tmp_path: Path):
    path = ruled(tmp_path, config.ready_set(name))
    assert typed("--config", path, "rules", "check").exit_code == 0
    assert typed("--config", path, "rules", "show").exit_code == 0


# --- check ------------------------------------------------------------------------------------


def test_all_mistakes_of_a_file_are_told_at_once_and_nothing_is_in_order(tmp_path: Path):
    path = ruled(tmp_path, "[members]\nmajority = 0\n[skill.a]\nsesions = 1\n")
    ran = typed("--config", path, "rules", "check")
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert ran.stderr.count("rules.toml:") == 2
    assert "2 things to mend" in ran.stderr


def test_a_new_file_is_checked_against_the_machines_before_it_is_in_force(tmp_path: Path):
    path = ruled(tmp_path, "", '[machine.front]\nkind = "door"\nopening = ["openlab"]\n')
    path.write_text(path.read_text() + '[machine.front.output.strike]\nrole = "pulse"\n')
    (tmp_path / "rules.toml").write_text('[opening.openlab]\nmode = "staffed"\n')
    (tmp_path / "new.toml").write_text('[opening.open]\nmode = "staffed"\n')
    ran = typed("--config", path, "rules", "check", tmp_path / "new.toml")
    assert ran.exit_code == 1
    assert "Did you mean" in ran.stderr or "Known are: open" in ran.stderr
    assert typed("--config", path, "rules", "check").exit_code == 0


def test_a_file_that_is_not_there_is_an_error_of_two_lines(tmp_path: Path):
    ran = typed("--config", configuration(tmp_path), "rules", "check", tmp_path / "gone.toml")
    assert ran.exit_code == 1
    assert "gone.toml: cannot be read" in ran.stderr
    assert "fabgate rules sample openfab" in ran.stderr


def test_a_lab_without_rules_is_told_how_to_begin(lab: Lab):
    said = lab.done("rules check")
    assert "names no file of rules" in said
    assert "fabgate rules sample openfab > rules.toml" in said


def test_names_that_only_one_of_the_files_has_are_pointed_out(tmp_path: Path):
    rules = '[skill.laser]\nrequires = ["101"]\n[skill.101]\n[skill.lathe]\n[opening.late]\nmode = "public"\n'
    ran = typed("--config", ruled(tmp_path, rules), "rules", "check")
    assert ran.exit_code == 0
    assert "No machine here takes, and no skill requires: lathe." in ran.stdout
    assert "keeps to these hours: late." in ran.stdout


# --- show -------------------------------------------------------------------------------------


def test_what_holds_is_said_in_plain_words_with_the_numbers_as_they_are(tmp_path: Path):
    said = typed("--config", ruled(tmp_path, config.ready_set("openfab")), "rules", "show").stdout
    for sentence in (
        "A check-in counts for 12 h, or until the check-out.",
        "People are told 30 and 7 days before something of theirs runs out.",
        "membership dues (dues): asked of every member; counts for 30 days after its last.",
        "parents' consent (parental): asked of those under age.",
        "Laser cutting (laser): supervised, on the laser cutter",
        "Before it: Lab 101.",
        "To be autonomous: 2 supervised sessions, 4 h of them, 8 items of the checklist, the quiz safety with"
        " 80 of 100 and the challenge coins.",
        "A sponsor proposes; a manager decides.",
        "Unused for 12 months, it is that of a trainee again.",
        "Nobody works without another adult in the lab, trainee or not.",
        "Everybody while a keyholder is checked in; keyholders always.",
        "Planned: Tue, Thu 17:00-22:00; Sat 10:00-18:00.",
        "Not on 2026-12-24 to 2027-01-02.",
        "router (router): supervised, on router",
    ):
        assert sentence in said, sentence


def test_the_strict_set_says_what_a_gate_without_its_hub_does(tmp_path: Path):
    path = ruled(tmp_path, config.ready_set("strict"))
    said = typed("--config", path, "rules", "show", "--skill", "laser").stdout
    assert "Where a gate has had no word of its hub for 24 h, nobody starts." in said
    assert "They are asked to tap again every 30 min." in said
    assert "with a sponsor who tapped there too" in said
    assert "It holds for 24 months" in said
    printing = typed("--config", path, "rules", "show", "--skill", "3d-printing").stdout
    assert "for 72 h, everybody works as a trainee does." in printing


def test_one_skill_is_shown_with_all_there_is_to_show_of_it(tmp_path: Path):
    path = ruled(tmp_path, config.ready_set("openfab"))
    said = typed("--config", path, "rules", "show", "--skill", "laser").stdout
    assert "tick focus: I can set the focus" in said
    assert "quiz safety: 80 points of 100" in said
    assert "Make ten coins" in said
    assert "Hand tools" not in said


def test_a_machine_that_asks_for_more_than_its_skill_is_said_to(tmp_path: Path):
    path = ruled(tmp_path, "[skill.laser]\n")
    path.write_text(path.read_text().replace('skill = "laser"', 'skill = "laser"\nclass = "never_alone"'))
    said = typed("--config", path, "rules", "show").stdout
    assert "On the laser cutter it is different" in said
    assert "On router" not in said


def test_a_skill_that_is_not_there_is_refused_with_the_near_ones(tmp_path: Path):
    path = ruled(tmp_path, config.ready_set("openfab"))
    ran = typed("--config", path, "rules", "show", "--skill", "lasr")
    assert ran.exit_code == 1
    assert "Did you mean laser?" in ran.stderr


def test_rules_are_there_for_programs_too(lab: Lab):
    told = lab.json("rules show")
    assert (told["majority_years"], told["digest"]) == (18, "")
    assert told["skills"]["laser"]["company"] == "supervised"
    assert lab.json("rules show --skill laser")["sponsor_from"] == "autonomous"


def test_a_lab_without_rules_is_shown_what_holds_all_the_same(lab: Lab):
    said = lab.done("rules show")
    assert "There is no file of rules; this holds all the same." in said
    assert "Once given it holds until somebody takes it." in said
    assert "A manager may suspend somebody on grounds of safety." in said


@pytest.mark.parametrize(
    "text",
    ["Mon 09:00-17:00", "Tue, Thu 17:00-22:00; Sat 10:00-18:00", "Fri, Sat 20:00-02:00", "Sun 00:00-24:00"],
)
def test_weekly_hours_are_said_as_they_are_written(text: str):
    written = [part.replace(", ", ",") for part in text.split("; ")]
    assert rules_told.weekly(hours.WEEKLY.read(written)) == text


@pytest.mark.parametrize(
    ("ms", "said"), [(0, "0 s"), (90_000, "1 min 30 s"), (3_600_000, "1 h"), (259_200_000, "72 h")]
)
def test_a_length_is_said_as_people_say_it(ms: int, said: str):
    assert rules_told.length(ms) == said
