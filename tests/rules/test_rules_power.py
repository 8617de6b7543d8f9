"""Where power goes on: in one place of a machine, in one of a door, and nowhere else in the house (law 1).

What it takes to get there is held by the laws (`test_rules_laws.py`); here the code itself is read.
"""

from __future__ import annotations

import ast
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2] / "fabgate"
PLACES = {("rules/starting.py", "_opened"), ("rules/door.py", "_opened")}


def switches_on(node: ast.AST) -> bool:
    """Whether this is a `Power` that is not plainly off."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Power"):
        return False
    on = {keyword.arg: keyword.value for keyword in node.keywords}.get("on")
    return not (isinstance(on, ast.Constant) and on.value is False)


def places() -> set[tuple[str, str]]:
    """Every function that switches a power output on."""
    return {
        (path.relative_to(HOUSE).as_posix(), function.name)
        for path in HOUSE.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        if any(switches_on(node) for node in ast.walk(function))
    }


def test_power_goes_on_in_one_place_of_a_machine_and_of_a_door():
    assert places() == PLACES


def test_nobody_makes_a_power_outside_the_rules_but_to_switch_off():
    assert all(path.startswith("rules/") for path, _ in places())
