"""The index of the rules of sponsorship: which test holds each of R1 to R12.

A test says its rule in its name (`test_..._r4_...`) or in its docstring ("R4"). Run this file with `-s`
to read the index. That a test says a number proves only that somebody meant it; the test does the rest.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
RULES = tuple(f"R{number}" for number in range(1, 13))
IN_NAME = re.compile(r"(?:^|_)r(1[0-2]|[1-9])(?=_|$)")
IN_TEXT = re.compile(r"(?<![\w-])R(1[0-2]|[1-9])(?![\w-]|\.\d)")


def rules_of(name: str, text: str) -> set[str]:
    """The rules that a test says it holds, by its name and its docstring."""
    return {f"R{number}" for number in (*IN_NAME.findall(name), *IN_TEXT.findall(text))}


def named(source: str) -> Iterator[tuple[str, set[str]]]:
    """Each test of a file, and the rules that it names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, rules_of(node.name, ast.get_docstring(node) or "")


@pytest.fixture(scope="module")
def index() -> dict[str, list[str]]:
    """The tests of each rule, by file and name."""
    found: dict[str, list[str]] = {rule: [] for rule in RULES}
    for path in sorted(TESTS.rglob("test_*.py")):
        if path != Path(__file__):
            for name, rules in named(path.read_text("utf-8")):
                for rule in rules:
                    found[rule].append(f"{path.relative_to(TESTS)}::{name}")
    for rule, tests in found.items():
        print(f"{rule}: {len(tests)}", *tests, sep="\n  ")  # noqa: T201
    return found


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_sponsorship_has_a_test_that_names_it(rule: str, index: dict[str, list[str]]):
    assert len(index[rule]) > 0, f"no test names {rule}: write one, and say the rule in its name or docstring"


def test_a_rule_is_read_from_names_and_docstrings_and_from_nothing_else():
    assert rules_of("test_the_rule_r4_holds", "As R12 has it, and (R8).") == {"R4", "R8", "R12"}
    assert rules_of("test_a_bar4_of_r44", "AR4, R4x, R13, R1.5 kOhm and RC522 are none.") == set()
