"""Rehearsals of several gates and a hub: one virtual time, and what is expected of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabgate.cli import command
from fabgate.errors import ScenarioError
from fabgate.rehearsal.play import Failure, Told, play
from fabgate.rehearsal.scenario import parse
from fabgate.rehearsal.speaker import Speaker

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs" / "rehearsals"
ADA = "04A2B3C4D5E680"
HEAD = f"""lab {DOCS / "openfab.toml"}
gate {DOCS / "second.toml"}
hub {DOCS / "hub.toml"}
clock 2026-10-24T09:00 Europe/Brussels
00:00:00 run member add "Ada Lovelace" --id ada --by zoe
00:00:00 run badge add ada {ADA} --by zoe
00:00:00 run grant give ada mill --level autonomous --by zoe --reason test
00:00:10 expect roster equal
"""


def played(lines: str, seed: int = 0) -> tuple[Failure, ...]:
    return play(parse(HEAD + lines, HERE / "told.txt"), command, seed)


def test_a_gate_out_of_reach_fails_what_is_expected_of_all_and_says_what_lacks():
    lines = (
        f"00:01:00 net down @gate-2\n+0 tap mill {ADA}\n+60 tap mill {ADA}\n"
        "+0 run grant revoke ada mill --by zoe --reason test\n"
        "+5 expect records gate-2 all\n+0 expect roster equal\n+0 expect gate gate-2 ready\n"
        "+0 expect records gate-1 all\n+0 expect gate gate-1 ready\n"
    )
    failed = played(lines)
    assert [one.expected for one in failed] == ["records gate-2 all", "roster equal", "gate gate-2 ready"]
    assert "the hub holds" in failed[0].found
    assert failed[1].found == "gate-2 lacks 1 rights of the hub's, and has 0 more"
    assert failed[2].found == "it is lost"


def test_a_command_is_typed_where_the_line_says():
    lines = (
        "00:01:00 net down @gate-2\n+0 run @gate-2 member add Bob --id bob --by zoe\n"
        '+0 run @gate-2 member list\n+0 expect output "bob"\n'
        '+0 run member list\n+0 expect no output "bob"\n'
        '+0 run @gate-1 member list\n+0 expect no output "bob"\n'
        '+0 net up @gate-2\n+5 run @gate-1 member list\n+0 expect output "bob"\n+0 expect roster equal\n'
    )
    assert played(lines) == ()


def test_the_gates_work_on_without_a_hub_and_tell_it_all_when_it_is_back():
    lines = (
        f"00:01:00 hub cut\n+0 tap mill {ADA}\n+0 expect mill relay on\n+3600 tap mill {ADA}\n"
        "+0 expect mill relay off\n+0 hub back\n+70 expect records gate-2 all\n+0 expect gate gate-2 ready\n"
    )
    assert played(lines) == ()


@pytest.mark.parametrize("seed", range(6))
def test_a_power_cut_in_the_middle_of_telling_the_hub_loses_nothing_and_doubles_nothing(seed: int):
    lines = (
        f"00:01:00 net down @gate-2\n+0 tap mill {ADA}\n+60 tap mill {ADA}\n"
        "+0 net up @gate-2\n+0 power cut @gate-2\n+30 power back @gate-2\n"
        "+5 run grant revoke ada mill --by zoe --reason test\n+0 hub cut\n+30 hub back\n"
        "+70 expect records gate-2 all\n+0 expect roster equal\n"
        f"+0 tap mill {ADA}\n+0 expect mill relay off\n"
    )
    assert played(lines, seed) == ()


def test_the_same_seed_tells_the_same_story_of_a_lab_twice():
    def story() -> list[tuple[int, str | None, str]]:
        told: list[Told] = []
        text = HEAD + f"00:10:00 tap mill {ADA}\n+0 power cut @gate-2\n+60 power back @gate-2\n+0 hub cut\n"
        play(parse(text, HERE / "told.txt"), command, 5, told.append)
        return [(one.at_ms, one.machine, one.what) for one in told]

    assert story() == story()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("00:01:00 hub restore\n", r"told\.txt:9: the hub is at work on its books"),
        ("00:01:00 hub cut\n+0 hub restore\n", r"told\.txt:10: there is no backup of the hub"),
        ("00:01:00 net down\n", r"told\.txt:9: there are several gates"),
        ("00:01:00 tap milly 04A2B3C4D5E680\n", r"told\.txt:9: there is no machine called 'milly'"),
    ],
)
def test_what_cannot_be_done_in_a_lab_is_refused_with_its_line(lines: str, why: str):
    with pytest.raises(ScenarioError, match=why) as refused:
        played(lines)
    assert refused.value.remedy


def test_a_gates_clock_is_its_own_and_so_is_the_hubs():
    lines = (
        "00:01:00 clock step 3600 @gate-2\n+0 clock step -7200 @hub\n"
        "+0 run @gate-2 member add Bob --id bob --by zoe\n+0 run @gate-2 journal tail -n 1\n"
        '+0 expect output "10:01"\n+5 run member add Cem --id cem --by zoe\n+0 run journal tail -n 99\n'
        '+0 expect output "07:01"\n+0 clock sync @hub\n+0 clock sync @gate-2\n'
        "+0 run @gate-2 member add Dan --id dan --by zoe\n+0 run @gate-2 journal tail -n 1\n"
        '+0 expect output "09:01"\n'
    )
    assert played(lines) == ()


def test_a_clock_that_nobody_vouches_for_stays_so_over_power_and_net():
    lines = (
        "00:01:00 clock unset @gate-2\n+60 power cut @gate-2\n+3600 power back @gate-2\n"
        "+0 net down @gate-2\n+1 net up @gate-2\n+0 run @gate-2 journal tail -n 1\n"
        '+0 expect output "?"\n+0 clock sync @gate-2\n+0 run @gate-2 member add Bob --id bob --by zoe\n'
        '+0 run @gate-2 journal tail -n 1\n+0 expect no output "?"\n'
    )
    assert played(lines) == ()


def test_a_month_of_silence_is_some_thousand_turns(monkeypatch: pytest.MonkeyPatch):
    turns = 0
    plan = Speaker._plan

    def counted(self: Speaker, wish_ms: int, at_rest: bool) -> None:
        nonlocal turns
        turns += 1
        plan(self, wish_ms, at_rest)

    monkeypatch.setattr(Speaker, "_plan", counted)
    assert played("30d 00:00:00 expect records gate-1 all\n+0 expect gate gate-2 ready\n") == ()
    assert 2 * 24 * 30 < turns < 20_000


def test_a_lone_gate_can_have_a_hub():
    text = HEAD.replace(f"gate {DOCS / 'second.toml'}\n", "").replace("ada mill", "ada laser")
    lines = f"+0 net down\n+0 tap laser {ADA}\n+9 net up\n+0 tap laser {ADA}\n+5 expect records gate-1 all\n"
    assert play(parse(text + lines, HERE / "told.txt"), command) == ()
