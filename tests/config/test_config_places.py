"""Where a key stands in a TOML text: the scanner against tomllib, which knows what is there."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.config.places import places

TRICKY = '''
# [not.a.table] = "no"
top = 1
[lab] # a comment with [brackets] and key = "value"
name = "a # b [c] = d"
'quoted key' = 'x = y'
"esc\\u0061ped" = """
[fake]
fake = 1 \\""" still in it
"""   # after
literal = \'\'\'
[fake2]
it's "fine"\'\'\'
ends = """four quotes""""
list = [
  "[fake3]", # comment ]
  { inner = 1, other = "}" },
  [1, 2],
]
dotted.one.two = 2026-10-24 09:00:00
inline = { a = 1, b.c = "x", d = { e = [1, 2] } }
last = true
[ machine . "la.ser" ]
skill = "laser"
[[many]]
x = 1
[[many]]
x = 2
[many.below]
y = 3
'''


def flat(table, where=()):
    for key, value in table.items():
        yield (*where, key)
        if isinstance(value, dict):
            yield from flat(value, (*where, key))


def test_a_key_is_found_through_strings_comments_and_nested_tables():
    found = places(TRICKY)
    lines = TRICKY.split("\n")
    assert "name = " in lines[found["lab", "name"] - 1]
    assert "literal" in lines[found["lab", "literal"] - 1]
    assert "ends" in lines[found["lab", "ends"] - 1]
    assert "dotted" in lines[found["lab", "dotted", "one", "two"] - 1]
    assert found["lab", "inline", "d", "e"] == found["lab", "inline"]
    assert lines[found["lab", "last"] - 1] == "last = true"
    assert "la.ser" in lines[found["machine", "la.ser"] - 1]
    assert lines[found["machine", "la.ser", "skill"] - 1].startswith("skill")
    assert lines[found["many", "x"] - 1] == "x = 1"


def test_no_key_is_found_that_is_not_there():
    parsed = set(flat(tomllib.loads(TRICKY)))
    many = {("many", "x"), ("many", "below"), ("many", "below", "y")}
    inner = {("", "inner"), ("", "other")}
    assert set(places(TRICKY)) == parsed | many | inner


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_count_alike_under_every_ending(end):
    text = end.join(['[lab] # "', "a = 1", "", 'b = """', 'x"""', "c = 2"])
    found = places(text)
    assert [found["lab", key] for key in "abc"] == [2, 4, 6]


keys = st.text(min_size=1, max_size=8)
scalars = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.text(),
    st.lists(st.text() | st.integers(), max_size=3),
)
tables = st.recursive(
    st.dictionaries(keys, scalars, max_size=4),
    lambda inner: st.dictionaries(keys, scalars | inner, max_size=4),
    max_leaves=12,
)


def quoted(text):
    escaped = "".join(f"\\u{ord(sign):04x}" if ord(sign) < 32 or sign in '"\\\x7f' else sign for sign in text)
    return f'"{escaped}"'


def inline(value):
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return quoted(value)
        case list():
            return f"[ {', '.join(map(inline, value))} ]"
        case dict():
            return f"{{ {', '.join(f'{quoted(k)} = {inline(v)}' for k, v in value.items())} }}"


def written(table, where, expected, lines):
    """The table as TOML, noting in `expected` the line of each key as it goes."""
    below = {}
    for key, value in table.items():
        if isinstance(value, dict) and len(key) % 2:
            below[key] = value
            continue
        lines.append(f"{quoted(key)} = {inline(value)} # [no]")
        for path in flat({key: value}, where):
            expected[path] = len(lines)
    for key, value in below.items():
        lines.append(f"[{'.'.join(map(quoted, (*where, key)))}]")
        expected[*where, key] = len(lines)
        written(value, (*where, key), expected, lines)


@given(tables)
def test_every_key_of_any_file_is_found_on_its_line(table):
    expected, lines = {}, []
    written(table, (), expected, lines)
    text = "\n".join(lines)
    assert tomllib.loads(text) == table
    assert dict(places(text)) == expected


@given(st.text())
def test_a_text_that_is_no_toml_ends_the_search_and_nothing_else(text):
    places(text)
