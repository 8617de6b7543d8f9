"""Machines of each class, and people who come and go: for the tests of who has to be there (R3, R4)."""

from __future__ import annotations

from dataclasses import replace

from machine_bench import BOBS, CLEOS, DANS, KIM, MINUTE, RULES, SLOT_RULES, TEDS, MachineBench, sponsored

from fabgate.model import Company, Ending, MachineRules, Token

ACCOMPANIED = replace(RULES, company=Company.ACCOMPANIED)
NEVER_ALONE = replace(RULES, company=Company.NEVER_ALONE)
NEVER_ALONE_SLOT = replace(SLOT_RULES, company=Company.NEVER_ALONE)
FREE = replace(RULES, company=Company.FREE)
HOSTS = replace(RULES, guests=True)
PROVING = replace(RULES, reproof_ms=30 * 60_000)
GRACE = 2 * MINUTE


def cutting(rules: MachineRules = RULES, ending: Ending = Ending.NOW) -> MachineRules:
    return replace(rules, ends=replace(rules.ends, alone=ending))


def leaves(bench: MachineBench, token: Token = CLEOS) -> None:
    """They check out at the counter; every machine hears of it."""
    bench.change(token, here=False, gone_ms=bench.wall_ms)


def accompanied(rules: MachineRules = ACCOMPANIED) -> MachineBench:
    """Bob works, since Kim is checked in."""
    bench = MachineBench(rules)
    bench.change(BOBS, sponsors_here=(KIM,))
    bench.tap(BOBS)
    bench.wait(3)
    return bench


def with_another(rules: MachineRules = NEVER_ALONE) -> MachineBench:
    """Dan works, since Ted tapped after him; another adult need know nothing of the machine."""
    return sponsored(rules, DANS, TEDS)
