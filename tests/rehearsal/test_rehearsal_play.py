"""Rehearsals played: every one that the docs show comes true, and one that is false says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fabgate.cli import command, main
from fabgate.errors import ScenarioError
from fabgate.rehearsal.play import Failure, Told, play
from fabgate.rehearsal.scenario import load, parse

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs" / "rehearsals"
LAB = DOCS / "openfab.toml"
ADA = "04A2B3C4D5E680"
HEAD = f"""lab {LAB}
clock 2026-10-24T09:00 Europe/Brussels
00:00:00 run member add "Ada Lovelace" --id ada --by zoe
00:00:00 run badge add ada {ADA} --by zoe
00:00:00 run grant give ada laser --level autonomous --by zoe --reason test
"""


def played(lines: str, seed: int = 0) -> tuple[Failure, ...]:
    return play(parse(HEAD + lines, HERE / "told.txt"), command, seed)


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_rehearsal_of_the_docs_comes_true(path: Path, seed: int):
    assert play(load(path), command, seed) == ()


def test_a_false_expectation_fails_and_names_its_line():
    failed = played(f"00:01:00 tap laser {ADA}\n+0 expect laser relay off\n+0 expect laser relay on\n")
    assert [(one.line, one.found) for one in failed] == [(7, "it is on")]


def test_a_failed_rehearsal_exits_with_one_and_prints_file_and_line(tmp_path: Path):
    path = tmp_path / "false.txt"
    path.write_text(HEAD + "+1 expect laser relay on\n", "utf-8")
    result = CliRunner().invoke(main, ["rehearse", str(path)])
    assert (result.exit_code, f"{path}:6: expected laser relay on; it is off" in result.output) == (1, True)


def test_a_rehearsal_that_comes_true_exits_with_zero_and_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "true.txt"
    path.write_text(HEAD + "+1 expect laser relay off\n", "utf-8")
    result = CliRunner().invoke(main, ["rehearse", "--json", str(path)])
    assert (result.exit_code, [one.name for one in tmp_path.iterdir()]) == (0, ["true.txt"])
    assert '"what": "held"' in result.output.splitlines()[-1]


def test_the_same_seed_tells_the_same_story_twice():
    def story() -> list[tuple[int, str | None, str]]:
        told: list[Told] = []
        text = HEAD + f"00:10:00 tap laser {ADA}\n+0 power cut\n+60 power back\n+0 expect laser relay off\n"
        play(parse(text, HERE / "told.txt"), command, 5, told.append)
        return [(one.at_ms, one.machine, one.what) for one in told]

    assert story() == story()


def test_a_record_is_looked_for_by_its_fields_and_members_by_their_handles():
    tap = f"00:01:00 tap laser {ADA}\n"
    assert played(tap + "+0 expect record session.start member=ada purpose= sponsor=none\n") == ()
    [failed] = played(tap + "+0 expect record session.start member=ada level=trainee\n")
    assert failed.found == "there are 1 of this kind: member=ada level=autonomous"
    [failed] = played(tap + "+0 expect no record session.start machine=laser\n")
    assert failed.line == 7


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("session.begin", "there are no records of the kind 'session.begin'"),
        ("session.start colour=red", "session.start has no field 'colour'"),
        ("session.start member", "session.start has no field 'member'"),
    ],
)
def test_a_record_that_cannot_be_is_refused_at_its_line(line, what):
    with pytest.raises(ScenarioError, match=what):
        played(f"+0 expect record {line}\n")


def test_a_power_cut_in_the_moment_of_a_tap_falls_before_the_commit_or_after_it_as_the_seed_picks():
    text = f"00:10:00 tap laser {ADA}\n+0 power cut\n+60 power back\n+1 expect no session laser\n"
    written = {seed: bool(played(text, seed)) for seed in range(30)}
    assert set(written.values()) == {True, False}


def test_what_the_bench_cannot_do_is_refused_with_the_line():
    with pytest.raises(ScenarioError, match=r"told\.txt:6: no badge lies"):
        played("00:01:00 lift router\n+0 expect laser relay off\n")


def test_a_lone_gate_works_on_without_a_network():
    away = f"00:01:00 net down\n+0 tap laser {ADA}\n+0 expect laser relay on\n"
    assert played(away + "+9 net up\n+0 expect laser relay on\n") == ()


def test_what_a_machine_draws_stands_on_the_bench_and_moves_nothing():
    assert played("00:01:00 current laser 3.1\n+0 expect laser relay off\n+0 expect laser lamp white\n") == ()


def test_the_demo_ends_by_itself_with_a_month_that_is_closed():
    result = CliRunner().invoke(main, ["demo", "--pace", "0", "--no-live"])
    assert result.exit_code == 0, result.output
    assert "2026-10 is closed." in result.output
    assert "to invoice:    28.50 EUR" in result.output
