"""What is printed from the lists of keys: samples, the page for installers, those of rules and prices."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from fabgate.config.key import Key, KeyList
from fabgate.config.keys import CONFIGURATION, TABLES
from fabgate.config.rulebook_keys import RULES
from fabgate.config.wiring import OTHER_PINS, POWER_PINS

# What the lab of the sample calls its own, star by star.
_STARS = {
    "skill.*": ("laser",),
    "machine.*": ("laser",),
    "machine.*.readers.*": ("laser", "reader"),
    "machine.*.output.*": ("laser", "relay"),
    "machine.*.input.*": ("laser", "mirror"),
    "machine.*.service.*": ("laser", "lens"),
}
_WIDTH = 96
# The tables of a hub's file, and those of a gate's.
_OF_HUB = ("lab", "hub", "actors", "backup", "metrics", "board", "retention", "skill.*")
_OF_GATE = tuple(table for table in TABLES if table != "hub")

_SAMPLE = """\
# The configuration of a {what}: every key at its default, after a line that says what it is for.
# Made by docs/make.py from fabgate/config/keys.py.
#
# A key to change loses its first #, and so does the [table] above it. Where a default is no
# plain value, the line shows an example.{units}
# All keys with more words: docs/configuration.md.
"""

_UNITS = """
# Lengths of time are "4h", "5m", "90s" or "1h30m". Pins are BCM numbers."""

_PAGE = """\
# The configuration

<!-- Made by docs/make.py from fabgate/config/keys.py: change it there. -->

One TOML file, `/etc/fabgate/fabgate.toml` on an installed gate. A file with anything wrong in it
starts nothing: each mistake is named with its line, its key and what to do about it. This is enough
for a simulated lab with one laser:

```toml
[lab]
name = "openfab"
zone = "Europe/Brussels"

[machine.laser]
skill = "laser"

[machine.laser.output.relay]
role = "power"
```

Ids (of machines, skills, outputs, inputs, the gate) are lower-case letters, digits, `-` and `_`, at
most 32. Lengths of time are written `"4h"`, `"5m"`, `"90s"` or `"1h30m"`; the warning is shorter
than the limit. Relative paths count from the folder of the file. A `*` below stands for an id of
your choice. On the `sim` bench everything is simulated, on the `pi` bench everything is wired; the
two are never mixed.

The hub of a lab with several gates has a file of its own ([hub.md](hub.md)); this is enough:

```toml
[lab]
name = "openfab"
zone = "Europe/Brussels"

[hub]
address = "hub.lan"
```

"""


_RULES_PAGE = """\
# Every key of a file of rules

<!-- Made by docs/make.py from fabgate/config/rulebook_keys.py: change it there. -->

What the numbers mean for people, with examples, is in [rules.md](rules.md). Here is every key that the
file may hold, table by table. A `*` stands for an id of your choice: lower-case letters, digits, `-` and
`_`, at most 32. Lengths of time are written `"72h"`, `"30m"`, `"90s"` or `"1h30m"`; months and days are
whole numbers. A title is one text, or a text for each language: `{ en = "dues", fr = "cotisation" }`.

"""


_TARIFF_PAGE = """\
# Every key of a price list

<!-- Made by docs/make.py from fabgate/config/tariff_keys.py: change it there. -->

How to write one from a lab's web page, example by example, is in [tariffs.md](tariffs.md). Here is every
key that the file may hold, table by table. A `*` stands for an id of your choice: lower-case letters, digits,
`-` and `_`, at most 32; the first one of a version is the version's own. In the place of a machine, `any` is
every machine that has no table of its own.

Prices are numbers with a point, or the same in quotes: `10`, `0.10`, `"0.10"`; never a comma or a currency.
They are read as they are written, to the last digit. Percentages of a price are in quotes: `"50%"`. Lengths
of time are `"1h"`, `"30m"`, `"90s"` or `"1h30m"`. Days are `2026-01-31`.

"""


def sample() -> str:
    """The sample configuration: whole, every line of it commented out; it loads without its `#`."""
    return _sample("gate", _UNITS, _OF_GATE)


def hub_sample() -> str:
    """The same of a hub, which has no machines."""
    return _sample("hub", "", _OF_HUB)


def _sample(what: str, units: str, tables: Iterable[str]) -> str:
    head = _SAMPLE.format(what=what, units=units)
    return head + "".join(_sample_table(table) for table in tables)


def reference() -> str:
    """The page that explains every key, as Markdown."""
    return _PAGE + _tables(CONFIGURATION) + _pins()


def rules_reference() -> str:
    """The page that explains every key of a file of rules, as Markdown."""
    return _RULES_PAGE + _tables(RULES)


def tariff_reference() -> str:
    """The page that explains every key of a price list, as Markdown."""
    from fabgate.config.tariff_keys import TARIFF

    return _TARIFF_PAGE + _tables(TARIFF)


def _of_category(listed: KeyList, table: str) -> Iterator[str]:
    """A table that may say again, for one category, what the one around it says for everybody."""
    words = ", ".join(f"`{key.parts[-1]}`" for key in _keys(listed, table))
    yield f"## `[{table}]`\n"
    yield f"{listed.tables[table]} Any of these, as in the table around it: {words}."


def _tables(listed: KeyList) -> str:
    return "\n".join(
        part
        for table in listed.tables
        for part in (*(_of_category if table.endswith(".for.*") else _section)(listed, table), "")
    )


def _sample_table(table: str) -> str:
    name = table
    for chosen in _STARS.get(table, ("laser",)):
        name = name.replace("*", chosen, 1)
    lines = ["", *_prose(TABLES[table]), f"#[{name}]"]
    for key in _keys(CONFIGURATION, table):
        lines += [*_prose(key.meaning + _without(key)), f"#{key.parts[-1]} = {_toml(_shown(key))}"]
    return "\n".join(lines) + "\n"


def _prose(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _section(listed: KeyList, table: str) -> Iterator[str]:
    yield f"## `[{table}]`\n"
    yield f"{listed.tables[table]}\n"
    yield "| key | kind | default | meaning |"
    yield "|---|---|---|---|"
    for key in _keys(listed, table):
        default = f"`{_toml(key.default)}`" if key.default is not None else key.else_ or "**must be written**"
        yield f"| `{key.parts[-1]}` | {key.kind.name} | {default} | {key.meaning} |"


def _pins() -> str:
    others = tuple(pin for pin in OTHER_PINS if pin not in POWER_PINS)
    return f"""
## Pins

A power output is on one of the pins that are pulled down from the moment of reset:
BCM {_listed(POWER_PINS)}; never 0 to 8, which are pulled up until
software runs and would give power at every start. Inputs, lamp and buzzer may also be on
{_listed(others)}. No pin is used twice, over all machines of the gate.
A pin on the `sim` bench is checked and else without effect.
"""


def _listed(pins: tuple[int, ...]) -> str:
    return ", ".join(map(str, pins))


def _keys(listed: KeyList, table: str) -> Iterator[Key[object]]:
    return (key for key in listed.keys if key.path.rpartition(".")[0] == table)


def _without(key: Key[object]) -> str:
    """What the line of a key cannot show: that it must be written, or what its default follows from."""
    if key.default is not None:
        return ""
    return " Must be written." if key.needed else f" Default: {key.else_}."


def _shown(key: Key[object]) -> object:
    return key.example if key.default is None else key.default


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return f"[{', '.join(_toml(item) for item in value)}]"
        case _:
            return str(value)
