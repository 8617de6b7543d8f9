"""A door at one gate, a printer at another, a hub between them: who is on site, and how old the rights are.

R4: others who are on site count at every gate while its link is up. R8, R12: what is worked at one gate
counts at the others, and a gate says how long it has not heard the hub.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fabgate.cli import command
from fabgate.rehearsal.play import Failure, play
from fabgate.rehearsal.scenario import parse

ADA, BOB = "04A2B3C4D5E680", "04FFEEDDCCBBAA"
LAB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
first_manager = "zoe"
rules = "rules.toml"
"""
RULES = """\
[members]
stay = "4h"
[skill.print]
title = "Printing"
class = "accompanied"
unused_months = 12
[skill.weld]
title = "Welding"
class = "supervised"
stale_after = "24h"
stale = "sponsor"
"""
FRONT = """\
[machine.front]
kind = "counter"
title = "the counter"
"""
SECOND = """\
[gate]
name = "gate-2"
[machine.printer]
skill = "print"
title = "the printer"
limit = "10h"
[machine.printer.ends]
alone = "finish"
[machine.printer.output.relay]
role = "power"
pin = 17
[machine.welder]
skill = "weld"
title = "the welder"
[machine.welder.output.relay]
role = "power"
pin = 27
"""
HUB = """\
[hub]
address = "hub.lan"
"""
DUES = "\n".join(
    f"00:00:00 run {line} --by zoe"
    for line in (
        'member add "Ada Lovelace" --id ada',
        'member add "Bob Noyce" --id bob',
        f"badge add ada {ADA}",
        f"badge add bob {BOB}",
        "grant give ada print --level trainee --reason joined",
        "grant give ada weld --level autonomous --reason knows",
        "grant give bob print --level autonomous --reason knows",
        "grant give bob weld --level autonomous --reason knows",
    )
)


@pytest.fixture
def head(tmp_path: Path) -> str:
    for name, text in (
        ("rules", RULES),
        ("front", LAB + FRONT),
        ("second", LAB + SECOND),
        ("hub", LAB + HUB),
    ):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return (
        "lab front.toml\ngate second.toml\nhub hub.toml\nclock 2026-10-24T09:00 Europe/Brussels\n"
        f"{DUES}\n00:00:10 expect roster equal\n"
    )


@pytest.fixture
def played(head: str, tmp_path: Path):
    def run(lines: str, seed: int = 0) -> tuple[Failure, ...]:
        return play(parse(head + lines, tmp_path / "told.txt"), command, seed)

    return run


@pytest.mark.parametrize("seed", range(3))
def test_a_sponsor_who_came_in_by_another_gate_is_there_r4(played, seed: int):
    """Ada is a trainee: without a sponsor on site she is asked for one."""
    assert (
        played(
            f"00:01:00 tap printer {ADA}\n+0 expect printer relay off\n"
            f"00:05:00 tap front {BOB}\n+0 expect record presence.in member=bob machine=front\n"
            f"00:40:00 tap printer {ADA}\n+0 expect printer relay on\n"
            "+0 expect record session.start machine=printer member=ada company=bob sponsor=none\n",
            seed,
        )
        == ()
    )


def test_who_leaves_by_another_gate_is_missed_where_they_stood_by_r4(played):
    assert (
        played(
            f"00:01:00 tap front {BOB}\n00:02:00 tap printer {ADA}\n+0 expect printer relay on\n"
            f"01:00:00 tap front {BOB}\n+1 expect record presence.out member=bob\n"
            "+0 expect record session.alone machine=printer\n+0 expect printer relay on\n"
            # Within the grace he is back.
            f"+60 tap front {BOB}\n+400 expect printer relay on\n"
        )
        == ()
    )


def test_a_check_in_elsewhere_ends_by_itself_r4(played):
    assert (
        played(
            f"00:01:00 tap front {BOB}\n00:02:00 tap printer {ADA}\n+0 expect printer relay on\n"
            "04:00:00 expect printer relay on\n04:05:00 expect record session.alone machine=printer\n"
        )
        == ()
    )


def test_a_link_that_is_down_lets_nobody_start_by_others_and_takes_them_from_nobody_who_works_r4(played):
    assert (
        played(
            f"00:01:00 tap front {BOB}\n00:02:00 tap printer {ADA}\n+0 expect printer relay on\n"
            "+0 net down @gate-2\n"
            f"01:00:00 expect printer relay on\n+0 tap printer {ADA}\n+0 expect printer relay off\n"
            f"+10 tap printer {ADA}\n+0 expect printer relay off\n"
            f"+5 tap printer {BOB}\n+0 expect printer relay on\n"
            "+0 expect record session.start machine=printer member=ada sponsor=bob\n"
        )
        == ()
    )


def test_when_the_link_is_back_the_hub_says_anew_who_is_there_r4(played):
    assert (
        played(
            f"00:01:00 net down @gate-2\n+0 tap front {BOB}\n00:10:00 net up @gate-2\n"
            f"+70 tap printer {ADA}\n+0 expect printer relay on\n"
        )
        == ()
    )


def test_the_age_of_the_rights_is_in_the_record_and_a_rule_may_ask_for_a_sponsor_r12(played):
    assert (
        played(
            f"00:01:00 tap welder {ADA}\n+0 expect welder relay on\n+10 tap welder {ADA}\n"
            "00:02:00 net down @gate-2\n"
            f"23:00:00 tap welder {ADA}\n+0 expect welder relay on\n+10 tap welder {ADA}\n"
            "+0 expect welder relay off\n"
            f"1d 01:00:00 tap welder {ADA}\n+0 expect welder relay off\n"
            f"+5 tap welder {BOB}\n+0 expect welder relay on\n"
        )
        == ()
    )


def test_a_hub_that_is_gone_for_a_day_is_a_link_that_is_down_and_a_gate_on_its_own_is_not_r12(played):
    assert (
        played(
            f"00:01:00 hub cut\n1d 01:00:00 tap welder {ADA}\n+0 expect welder relay off\n"
            f"+61 hub back\n+70 tap welder {ADA}\n+0 expect welder relay on\n"
        )
        == ()
    )
