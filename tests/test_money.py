"""No float comes near money: read from every file of the house that knows a word of it.

Cents are ints, prices and rates are Decimals or Fractions. A `/` is one of Decimals or Fractions, or joins a
path to a name; whole numbers are divided by `//`.
"""

from __future__ import annotations

import ast

import pytest
from test_imports import files, imports, tree

WORDS = {
    "fabgate.charges",
    "fabgate.tariff",
    "fabgate.records.money",
    "fabgate.rules.money",
    "fabgate.rules.vat",
    "fabgate.reports.accounting",
}
# What writes money down without knowing a word of it.
BESIDES = {"fabgate.reports.sheet", "fabgate.reports.xlsx"}
EXACT = {"Decimal", "Fraction"}


def near_money() -> list[str]:
    return sorted(module for module in files() if module in WORDS | BESIDES or imports(module) & WORDS)


def floats(code: ast.Module) -> list[int]:
    """The lines in which a float is named, written or made."""
    return sorted({node.lineno for node in ast.walk(code) if _is_float(node)})


def _is_float(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="float") | ast.Constant(value=float()) | ast.Constant(value=complex()):
            return True
        case ast.Attribute(attr="truediv" | "__truediv__" | "fsum" | "sqrt"):
            return True
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return not (_exact(left) or _exact(right) or _text(right))
        case ast.AugAssign(op=ast.Div()):
            return True
        case _:
            return False


def _exact(node: ast.AST) -> bool:
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return any(isinstance(name, ast.Name) and name.id in EXACT for name in calls)


def _text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize("module", near_money())
def test_no_float_comes_near_money(module):
    assert floats(tree(files()[module])) == []


def test_the_files_that_reckon_with_money_are_all_among_them():
    found = near_money()
    for part in (
        "rules.charging",
        "rules.pricing",
        "rules.pools",
        "desk.month",
        "store.charged",
        "cli.export",
    ):
        assert f"fabgate.{part}" in found
    assert len(found) > 50


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("cents / 100", True),
        ("price = 1.5", True),
        ("float(text)", True),
        ("json.dumps(row, default=float)", True),
        ("def price() -> float: ...", True),
        ("total /= 2", True),
        ("Decimal(cents) / 100", False),
        ("amount * Fraction(1, 100)", False),
        ("cents // 100", False),
        ("folder / 'october.csv'", False),
        ("folder / f'{month}.csv'", False),
    ],
)
def test_a_float_is_seen_where_it_is_made(code, seen):
    assert bool(floats(ast.parse(code))) is seen
