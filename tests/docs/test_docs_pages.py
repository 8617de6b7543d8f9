"""The pages hold what they promise: links lead somewhere, commands exist, tables leave nothing out."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from read_pages import HOME, PAGES, blocks, name

from fabgate import config
from fabgate.cli import main
from fabgate.errors import ScenarioError
from fabgate.gate.signals import LIGHT
from fabgate.model import Why
from fabgate.rehearsal import grammar
from fabgate.reports.sheet import DIALECTS, ROW_COLUMNS, SUM_COLUMNS
from fabgate.reports.usage import Per
from fabgate.rules.ledger import Dated

# Where an installed gate has its files, and what a page may show besides.
PLACES = ("api", "boot", "dev", "etc", "media", "mnt", "opt", "proc", "srv", "sys", "usr", "var", "your")
ADDRESSES = {
    "127.0.0.1:8080",
    "board.lan",
    "hub.lan",
    "hub.lan:8080",
    "json-schema.org",
    "keepachangelog.com",
    "semver.org",
    "spaceapi.io",
    "www.gnu.org",
}

text_of = {page: page.read_text(encoding="utf-8") for page in PAGES}
written = [page for page in PAGES if "<!-- Made by docs/make.py" not in text_of[page]]
by_hand = "\n".join(text_of[page] for page in written)
each_page = pytest.mark.parametrize("page", PAGES, ids=name)


# --- links ------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The names that headings can be linked by."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


@each_page
def test_every_link_within_the_pages_leads_somewhere(page: Path):
    unfenced = re.sub(r"^ *```.*?^ *```", "", text_of[page], flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", unfenced):
        if re.match(r"https?:", link):
            continue
        place, _, heading = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (heading and heading not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_can_be_found_from_the_readme():
    seen: set[Path] = set()
    todo = [HOME / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or not page.is_file() or page.suffix != ".md":
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        todo += [(page.parent / link).resolve() for link in links if "://" not in link]
    assert [name(page) for page in PAGES if page not in seen] == []


@pytest.mark.parametrize(
    "file", sorted((HOME / "docs" / "rehearsals").glob("*.txt")), ids=lambda file: file.name
)
def test_every_rehearsal_is_spoken_of(file: Path):
    assert f"rehearsals/{file.name})" in by_hand


def test_every_decision_has_a_number_of_its_own_and_the_same_parts():
    pages = sorted((HOME / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]}: ")
        assert re.search(r"^- Date: \d{4}-\d\d-\d\d\n- Status: ", text, re.MULTILINE)
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


# --- commands ---------------------------------------------------------------------------------


def typed(page: Path) -> Iterator[str]:
    """The commands of ours in the blocks of a page, `sudo` and `> FILE` left off."""
    for block in blocks(text_of[page]):
        for line in block.lines if block.language == "" else ():
            row = re.sub(r"^ *(sudo |\.venv/bin/)?", "", line).split(" > ")[0].split("   ")[0]
            if row.startswith("fabgate ") and "..." not in row:
                yield row


def parsed(words: list[str], command: click.Command, context: click.Context | None) -> None:
    """Read the words as the command line would, and do nothing. Raises click.UsageError."""
    with command.make_context(command.name, words, parent=context) as inner:
        if isinstance(command, click.Group):
            rest = [*inner._protected_args, *inner.args]
            _, found, rest = command.resolve_command(inner, rest)
            assert found is not None
            parsed(rest, found, inner)


COMMANDS = [(page, row) for page in written for row in typed(page)]


def test_the_pages_show_commands():
    assert len(COMMANDS) > 50


@pytest.mark.parametrize(
    ("page", "row"), COMMANDS, ids=lambda value: name(value) if isinstance(value, Path) else value
)
def test_a_command_in_a_block_can_be_typed(page: Path, row: str, capsys: pytest.CaptureFixture[str]):
    try:
        parsed(shlex.split(row)[1:], main, None)
    except click.exceptions.Exit as ended:  # --help and --version have printed and are done
        assert ended.exit_code == 0


@pytest.mark.parametrize("page", written, ids=name)
def test_a_command_within_a_line_exists_with_its_options(page: Path):
    for row in re.findall(r"`(?:sudo )?fabgate ([a-z][^`\n]*)`", text_of[page]):
        command: click.Command = main
        context = click.Context(main)
        words = shlex.split(row.replace("...", ""))
        while words and isinstance(command, click.Group):
            word = words.pop(0)
            found = command.get_command(context, word)
            assert found is not None, f"no command {word!r} in: fabgate {row}"
            command, context = found, click.Context(found, parent=context)
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        used = {word.split("=")[0] for word in words if word.startswith("-")}
        assert used <= known | {"--help"}, f"fabgate {row}"


def leaves(command: click.Command, words: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(words)
        return
    context = click.Context(command)
    for word in command.list_commands(context):
        found = command.get_command(context, word)
        assert found is not None
        yield from leaves(found, (*words, word))


@pytest.mark.parametrize("command", list(leaves(main, ("fabgate",))))
def test_every_command_is_described_on_a_page(command: str):
    assert re.search(rf"{command}\b", by_hand)


def test_every_configuration_key_is_described():
    page = (HOME / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == config.reference()


# --- tables -----------------------------------------------------------------------------------


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text_of[HOME / page], re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"{page} has no heading {heading!r}"
    return found[1]


def first_cells(text: str) -> list[str]:
    """What stands in backticks in the first column of each row."""
    rows = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row)]


def test_the_managers_page_has_every_verb_of_a_rehearsal():
    said = first_cells(section("docs/managers.md", "Every verb"))
    assert set(grammar._VERBS) <= {code.split()[0] for code in said}


@pytest.mark.parametrize("code", first_cells(section("docs/managers.md", "Every verb")))
def test_a_line_of_a_rehearsal_that_the_page_shows_can_be_read(code: str):
    words = grammar.split(code)
    try:
        grammar.verb(words)
    except ScenarioError:
        at_ms, rest = grammar.when(words, 0)
        assert at_ms >= 0
        assert rest == []


def test_the_page_about_usage_has_every_column_and_every_word_that_stands_in_one():
    page = re.sub(r"^```.*?^```", "", text_of[HOME / "docs" / "usage.md"], flags=re.MULTILINE | re.DOTALL)
    codes = set(re.findall(r"`([^`]+)`", page))
    columns = {*ROW_COLUMNS, *(column for per in Per for column in SUM_COLUMNS[per])}
    ended = {why.value for why in Why} - {Why.ABORTED.value}  # never had power: no line is made of it
    assert columns | ended <= codes
    assert all(f"--dialect {dialect}" in page for dialect in DIALECTS)
    assert all(f"dated = {dated}" in page for dated in Dated)
    assert all(f"--per {per}" in page for per in Per)


def test_the_members_page_has_every_colour_of_the_lamp():
    page = section("docs/members.md", "What the lamp says")
    assert all(re.search(rf"^\| {colour}\b", page, re.MULTILINE) for colour, _ in LIGHT.values())


def said_somewhere() -> Iterator[str]:
    """Every text of the house as a pattern: what is filled in later matches anything."""
    catalogue = tomllib.loads((HOME / "fabgate" / "texts" / "en.toml").read_text(encoding="utf-8"))
    for code in catalogue.values():
        for text in (code.get("text", ""),) if isinstance(code.get("text", ""), str) else code["text"]:
            yield ".+".join(map(re.escape, re.split(r"\{.*?\}", text)))
    yield from map(re.escape, catalogue["words"]["trouble"].values())
    for file in (HOME / "fabgate").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value)


def test_what_a_trouble_is_headed_by_is_what_people_read():
    page = text_of[HOME / "docs" / "managers.md"].split("\n## When something is wrong\n")[1]
    headings = [heading.replace("...", "Zoe") for heading in re.findall(r"^### `(.*)`$", page, re.MULTILINE)]
    known = [re.compile(said) for said in set(said_somewhere()) if len(said.replace(".+", "")) > 15]
    assert [heading for heading in headings if not any(said.search(heading) for said in known)] == []
    assert len(headings) > 12


# --- what has no place in them ----------------------------------------------------------------


@each_page
def test_a_page_names_places_of_an_installed_gate_only(page: Path):
    found = re.findall(r"(?:^|[\s`\"'(=])/([A-Za-z0-9_.-]+)/", text_of[page])
    assert {place for place in found if place not in PLACES} == set()


@each_page
def test_a_page_leads_to_known_addresses_only(page: Path):
    assert set(re.findall(r"https?://([^/\s)\"`',]+)", text_of[page])) <= ADDRESSES


@each_page
def test_a_page_has_no_hole_left_to_fill(page: Path):
    assert re.search(r"\b(TODO|TBD|FIXME|XXX)\b", text_of[page]) is None
