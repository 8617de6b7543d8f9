"""`make`, `.ci/run` and the two scripts that fetch what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from machine_of_straw import Run, Straw

STEPS = ["make check", "make test", "make bench QUICK=1"]


def test_ci_runs_checks_tests_and_figures_in_this_order(run: Run, straw: Straw, checkout: Path) -> None:
    straw.put("make")
    told = run("bash", checkout / ".ci/run", env={"PATH": straw.path})
    assert (told.returncode, straw.calls) == (0, STEPS)
    assert [row for row in told.stdout.splitlines() if "make" in row] == [f"== {step}" for step in STEPS]


@pytest.mark.parametrize("bad", range(3))
def test_ci_stops_at_the_first_step_that_fails(run: Run, straw: Straw, checkout: Path, bad: int) -> None:
    straw.put("make", f'[ "$*" != "{STEPS[bad].removeprefix("make ")}" ]')
    told = run("bash", checkout / ".ci/run", env={"PATH": straw.path})
    assert told.returncode != 0
    assert straw.calls == STEPS[: bad + 1]
    assert told.stdout.splitlines()[-1] == f"== {STEPS[bad]} failed"


def test_make_alone_tells_what_can_be_made(run: Run, checkout: Path) -> None:
    targets = re.search(r"^\.PHONY: help (.*)$", (checkout / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    told = re.findall(r"^make (\w+)  ", run("make").stdout, re.MULTILINE)
    assert sorted(told) == sorted(targets[1].split())


def dry(run: Run, *words: str) -> list[str]:
    return run("make", "--dry-run", *words).stdout.splitlines()


def test_nothing_comes_after_the_test_runners_closing_line(run: Run) -> None:
    assert dry(run, "test")[-1].strip() == ".venv/bin/pytest -n 2 --dist loadgroup"


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (("bench",), ".venv/bin/python -m bench"),
        (("bench", "QUICK=1"), ".venv/bin/python -m bench --quick"),
        (("bench", "QUICK=0"), ".venv/bin/python -m bench"),
        (("demo",), ".venv/bin/fabgate demo"),
        (("install", "DESTDIR=/mnt/image"), 'DESTDIR="/mnt/image" sh systemd/install.sh install'),
    ],
)
def test_a_target_runs_what_it_says(run: Run, words: tuple[str, ...], last: str) -> None:
    assert dry(run, *words)[-1].strip() == last


def test_check_looks_at_format_lint_types_imports_and_pages(run: Run) -> None:
    assert [row.strip() for row in dry(run, "check")[-7:]] == [
        ".venv/bin/ruff format --check .",
        ".venv/bin/ruff check .",
        ".venv/bin/mypy",
        ".venv/bin/pytest tests/test_imports.py",
        ".venv/bin/python docs/make.py --check",
        ".venv/bin/python hardware/draw.py --check",
        ".venv/bin/python hardware/cut.py --check",
    ]


@pytest.fixture
def bare(straw: Straw, checkout: Path) -> Straw:
    """A Debian on which one may do everything, with nothing of ours on it."""
    straw.put("id", "echo 0")
    straw.put("env", 'while [ "$1" != apt-get ]; do shift; done; exec "$@"')
    straw.put("apt-get")
    return straw


def test_what_is_missing_is_installed_where_it_may(run: Run, bare: Straw, systemd: Path) -> None:
    told = run("sh", systemd / "packages.sh", "strace", "sudo", env={"PATH": bare.path})
    assert told.returncode == 0
    assert [call.split("Timeout=120 ")[1] for call in bare.calls if call.startswith("apt-get")] == [
        "update",
        "install -y --no-install-recommends strace sudo",
    ]


def test_old_lists_are_used_where_no_new_ones_can_be_had(run: Run, bare: Straw, systemd: Path) -> None:
    bare.put("apt-get", 'case "$*" in *update*) exit 100 ;; esac')
    assert run("sh", systemd / "packages.sh", "strace", env={"PATH": bare.path}).returncode == 0


@pytest.mark.parametrize("hindrance", ["may not", "fails"])
def test_where_it_may_not_one_line_says_what_to_type(
    run: Run, bare: Straw, systemd: Path, hindrance: str
) -> None:
    if hindrance == "may not":
        bare.put("id", "echo 1000")
        bare.put("sudo", "exit 1")
    else:
        bare.put("apt-get", "exit 100")
    told = run("sh", systemd / "packages.sh", "strace", "sudo", env={"PATH": bare.path})
    assert told.returncode == 1
    assert told.stderr == (
        "fabgate: missing Debian packages; type: sudo apt-get update && sudo apt-get install -y strace sudo\n"
    )


def without_strace(straw: Straw, tmp_path: Path, wanted: str) -> str:
    """A PATH on which every tool of the tests is found, but not strace."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "echo"):
        (tools / name).symlink_to(f"/bin/{name}" if name == "sh" else f"/usr/bin/{name}")
    for name in set(re.findall(r"^wants (\S+)", wanted, re.MULTILINE)) - {"strace"}:
        straw.put(name)
    return f"{straw.folder}:{tools}"


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_missing_tool_is_a_failure_in_ci_and_a_word_at_home(
    run: Run, straw: Straw, checkout: Path, tmp_path: Path, ci: str, status: int
) -> None:
    copy = tmp_path / "tests" / "packages.sh"
    copy.parent.mkdir()
    copy.write_text(
        (checkout / "tests/packages.sh").read_text().replace(":/usr/local/sbin:/usr/sbin:/sbin", "")
    )
    (tmp_path / "systemd").mkdir()
    (tmp_path / "systemd/packages.sh").write_text('echo "missing: $*" >&2; exit 1\n')
    path = without_strace(straw, tmp_path, copy.read_text())
    told = run("/bin/sh", copy, env={"PATH": path, "CI": ci})
    assert (told.returncode, told.stderr) == (status, "missing: strace\n")


def test_a_python_without_ensurepip_is_given_it(run: Run, bare: Straw, systemd: Path, tmp_path: Path) -> None:
    bare.put("python3", 'case "$*" in *ensurepip*) exit 1 ;; esac')
    assert run("sh", systemd / "venv.sh", tmp_path / "v", env={"PATH": bare.path}).returncode == 0
    [installed] = [call for call in bare.calls if "install" in call and call.startswith("apt-get")]
    assert installed.endswith("python3-venv")
    assert bare.calls[-1] == f"python3 -m venv {tmp_path / 'v'}"


def test_a_python_that_is_too_old_is_refused_with_a_remedy(
    run: Run, bare: Straw, systemd: Path, tmp_path: Path
) -> None:
    bare.put("python3", "exit 1")
    told = run("sh", systemd / "venv.sh", tmp_path / "v", env={"PATH": bare.path})
    assert told.returncode == 1
    assert told.stderr == ("fabgate: needs Python 3.11 or later; name it: make PYTHON=/usr/bin/python3.11\n")


@pytest.mark.parametrize("script", ["systemd/packages.sh", "systemd/venv.sh", "systemd/install.sh"])
def test_every_script_is_sound_for_a_plain_shell(run: Run, checkout: Path, script: str) -> None:
    assert run("sh", "-n", checkout / script).returncode == 0


def test_a_tool_that_a_test_needs_is_installed_for_it(checkout: Path) -> None:
    named = re.findall(r'^    "(\S+)": "(\S+)",$', (checkout / "tests/conftest.py").read_text(), re.MULTILINE)
    script = (checkout / "tests/packages.sh").read_text()
    wanted = re.findall(r"^wants (\S+) (\S+)$", script, re.MULTILINE)
    assert {package for _, package in wanted} == {package for _, package in named}
