"""The map of the house: which room may know which, read from the imports of every file.

An import inside a function counts like any other, and so does a module that is named in a string.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeVar

import pytest

Node = TypeVar("Node", bound=ast.AST)

HOME = Path(__file__).resolve().parents[1]
HOUSE = HOME / "fabgate"

# From the top of the house down; rooms on one line do not know each other.
LINES = (
    ("words",),  # model, errors, records, events
    ("texts", "config"),
    ("rules", "badges", "wire"),
    ("store",),
    ("desk",),
    ("devices", "link", "reports"),
    ("gate", "hub"),
    ("board",),
    ("rehearsal",),
    ("cli",),
)
WORDS = ("model", "charter", "tariff", "charges", "errors", "records", "events")
PURE = ("words", "rules", "badges", "wire")
# Rooms that may know less than everything above them.
ONLY = {
    "rules": {"words"},
    "badges": {"words"},
    "wire": {"words"},
    "desk": {"words", "config", "rules", "badges", "store"},
    "devices": {"words", "config", "badges"},
    "link": {"words", "config", "rules", "badges", "wire", "store"},
    "reports": {"words", "texts", "config", "rules", "badges", "store"},
}
IMPURE = {
    "asyncio",
    "logging",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "threading",
    "time",
    "uuid",
}
NOW = {"now", "utcnow", "today"}
MAKES_THREADS = {
    "Process",
    "ProcessPoolExecutor",
    "Thread",
    "ThreadPoolExecutor",
    "Timer",
    "start_new_thread",
}
# Where a library from outside may be known.
OUTSIDE = {
    "click": {"cli"},
    "gpiozero": {"devices"},
    "jinja2": {"board"},
    "paho": {"link"},
    "sqlite_utils": {"store"},
    "starlette": {"board"},
    "uvicorn": {"board"},
}


# --- reading ------------------------------------------------------------------------------------


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def files() -> dict[str, Path]:
    """Every module of the house by its name."""
    return {_module(path): path for path in sorted(HOUSE.rglob("*.py"))}


def _module(path: Path) -> str:
    parts = path.relative_to(HOME).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str | None:
    """The room of a module; None for the house itself, which holds its version and nothing else."""
    _, _, within = module.partition(".")
    name = within.partition(".")[0]
    if name == "__main__":
        return "cli"
    return "words" if name in WORDS else name or None


def imports(module: str) -> set[str]:
    """Everything that a module imports, anywhere in it; modules of the house by their full name."""
    return imported(tree(files()[module])) - {module}


def imported(code: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(code):
        match node:
            case ast.Import(names=names):
                found |= {name.name for name in names}
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                found |= {_member(origin, name.name) for name in names}
            case ast.Constant(value=str(text)):
                found |= _named(text)
    return found


def _member(origin: str, name: str) -> str:
    return f"{origin}.{name}" if f"{origin}.{name}" in files() else origin


def _named(text: str) -> set[str]:
    """The module that a string names: `fabgate.cli.grant`, `fabgate.devices.sim:open`, `fabgate.cli.`."""
    name = text.partition(":")[0].rstrip(".")
    return {name} if name.startswith("fabgate.") and name in files() else set()


def of_the_house(module: str) -> set[str]:
    return {name for name in imports(module) if name.partition(".")[0] == "fabgate"}


def from_outside(module: str) -> set[str]:
    roots = {name.partition(".")[0] for name in imports(module)}
    return roots - set(sys.stdlib_module_names) - {"fabgate"}


def pure_modules() -> list[str]:
    return [module for module in files() if room(module) in PURE]


def lines_of(module: str, kind: type[Node]) -> Iterator[Node]:
    return nodes(tree(files()[module]), kind)


def nodes(code: ast.Module, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(code) if isinstance(node, kind))


# --- the map ------------------------------------------------------------------------------------


def test_every_room_is_on_the_map():
    known = {name for line in LINES for name in line} | {None}
    assert {room(module) for module in files()} <= known


def may_know(name: str) -> set[str]:
    above: set[str] = set()
    for line in LINES:
        if name in line:
            return (ONLY.get(name, above) & above) | {name}
        above |= set(line)
    raise AssertionError(f"no room {name}")


@pytest.mark.parametrize("module", sorted(files()))
def test_a_room_knows_only_the_rooms_above_it(module):
    here = room(module)
    known = {room(name) for name in of_the_house(module)} - {None}
    assert known <= (may_know(here) if here else set())


def test_the_rehearsal_never_imports_the_command_line():
    for module in files():
        if room(module) == "rehearsal":
            assert "cli" not in {room(name) for name in of_the_house(module)}


def test_devices_and_reports_know_neither_the_desk_nor_each_other():
    for name in ("devices", "reports"):
        assert may_know(name).isdisjoint({"desk", "devices", "reports"} - {name})


def test_no_import_is_relative():
    for module in files():
        assert all(node.level == 0 for node in lines_of(module, ast.ImportFrom))


def test_no_module_imports_itself_by_way_of_others():
    try:
        TopologicalSorter({module: of_the_house(module) for module in files()}).prepare()
    except CycleError as cycle:
        pytest.fail(" -> ".join(reversed(cycle.args[1])))


def test_what_lowers_the_lines_of_a_dead_gate_imports_the_standard_library_only():
    module = "fabgate.devices.lower"
    assert (of_the_house(module), from_outside(module)) == (set(), set())


@pytest.mark.parametrize("library", OUTSIDE)
def test_a_library_from_outside_is_known_in_its_own_room_only(library):
    assert {room(module) for module in files() if library in from_outside(module)} <= OUTSIDE[library]


# --- the pure rooms -----------------------------------------------------------------------------


@pytest.mark.parametrize("module", pure_modules())
def test_the_words_and_the_rules_import_the_standard_library_only_and_nothing_that_moves(module):
    assert from_outside(module) == set()
    assert {name.partition(".")[0] for name in imports(module)} & IMPURE == set()


@pytest.mark.parametrize("module", pure_modules())
def test_the_words_and_the_rules_read_no_clock_and_open_no_file(module):
    for call in lines_of(module, ast.Call):
        match call.func:
            case ast.Attribute(attr=name):
                assert name not in NOW
            case ast.Name(id=name):
                assert name not in {"open", "input", "print"}


# --- threads and blind excepts ------------------------------------------------------------------


def makes_threads(code: ast.Module) -> bool:
    calls = {ast.unparse(call.func) for call in nodes(code, ast.Call)}
    bases = {ast.unparse(base) for kind in nodes(code, ast.ClassDef) for base in kind.bases}
    return bool(MAKES_THREADS & {name.rpartition(".")[2] for name in calls | bases})


def test_threads_are_made_in_one_file_of_the_gate_and_in_one_of_the_board():
    assert {module for module, path in files().items() if makes_threads(tree(path))} == {
        "fabgate.board.serving",
        "fabgate.gate.threads",
    }


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything and does not pass it on."""
    caught = (
        [node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)] if handler.type else []
    )
    blind = handler.type is None or bool({"Exception", "BaseException"} & set(caught))
    last = handler.body[-1]
    return blind and not (isinstance(last, ast.Raise) and last.exc is None)


def test_everything_is_caught_at_most_in_the_last_line_of_the_daemon():
    blind = {module for module in files() for h in lines_of(module, ast.ExceptHandler) if swallows(h)}
    assert blind <= {"fabgate.gate.run"}


# --- that the house is read right ----------------------------------------------------------------


def test_an_import_within_a_function_or_a_string_is_seen():
    code = ast.parse(
        "def late():\n"
        "    from fabgate.cli import frame\n"
        "    import fabgate.store.db as db\n"
        "    import_module('fabgate.gate.loop')\n"
        "    import_module(f'fabgate.desk.{db}')\n"
        "SIM = 'fabgate.devices.sim:SimBench'\n"
        "'fabgate is no safety function'\n"
    )
    assert imported(code) == {
        "fabgate.cli.frame",
        "fabgate.store.db",
        "fabgate.gate.loop",
        "fabgate.desk",
        "fabgate.devices.sim",
    }


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("threading.Thread(target=work)", True),
        ("class Turner(threading.Thread): pass", True),
        ("ThreadPoolExecutor(2)", True),
        ("spawn('ink', work)", False),
        ("def spawn() -> threading.Thread: pass", False),
    ],
)
def test_a_thread_is_seen_where_it_is_made(code, seen):
    assert makes_threads(ast.parse(code)) is seen


@pytest.mark.parametrize(
    ("clause", "body", "blind"),
    [
        ("except Exception:", "pass", True),
        ("except (OSError, Exception) as error:", "log(error)", True),
        ("except:", "pass", True),
        ("except BaseException:", "close(); raise", False),
        ("except OSError:", "pass", False),
    ],
)
def test_a_blind_except_is_seen(clause, body, blind):
    (handler,) = nodes(ast.parse(f"try:\n    work()\n{clause}\n    {body}\n"), ast.ExceptHandler)
    assert swallows(handler) is blind


def test_a_gate_on_its_own_reads_neither_mqtt_nor_tls_when_it_starts():
    code = "import sys, fabgate.gate.run; print({'paho', 'ssl'} & {*sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


def test_a_gate_that_starts_reads_neither_rehearsals_nor_the_hub():
    code = (
        "import sys, fabgate.cli.daemon, fabgate.gate.run; "
        "print([one for one in sys.modules if one.startswith(('fabgate.rehearsal', 'fabgate.hub'))])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
