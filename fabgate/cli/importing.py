"""`fabgate import`: members and grants out of a spreadsheet, looked through before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import BinaryIO

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    example,
    found,
    json_option,
    options,
    pass_here,
    printable,
    sentence,
    show_json,
)
from fabgate.cli.show import Json
from fabgate.desk import incoming
from fabgate.desk.difference import Change, Difference, Line, Sign
from fabgate.desk.incoming import Import
from fabgate.desk.tables import MOST_BYTES, Wrong
from fabgate.model import Denied

import_options = options(
    click.argument("file", type=click.File("rb")),
    click.option("--apply", "write", is_flag=True, help="Write it, if every line of it is right."),
    click.option("--reason", metavar="TEXT", help="Why; beside each record (default: import of FILE)."),
    by_option,
    json_option,
)


@click.group("import", cls=Noun)
def import_() -> None:
    """Import: a spreadsheet's CSV, held against the books.

    It shows what the file would change and writes nothing, until --apply says so; then it writes all
    of it, or nothing where one line is wrong. To import the same file again changes nothing.

    Save it as CSV UTF-8, with commas, semicolons or tabs. The first line names the columns. An empty
    cell leaves a thing as it is. Days are written as 2027-08-31.
    """


@import_.command(
    epilog=example(
        "fabgate import members members.csv", "fabgate import members members.csv --apply --by zoe"
    )
)
@import_options
@pass_here
def members(
    here: Here, file: BinaryIO, write: bool, reason: str | None, by: str | None, as_json: bool
) -> None:
    """Members, with their papers, status and badge.

    A line each, named by the handle. Columns: handle, and any of name, language, email, login, nameable
    (yes, no), born, status (guest, trainee, autonomous, left), badge (its number), badge_label,
    payer (a handle), and one for each paper of the lab's rules, such as dues: its last day, yes for
    no end, no for not on file.

    Of a birth date only the day of coming of age is kept, and of adults nothing. FILE may be - for
    what comes by standard input.
    """
    _run(here, incoming.members, file, write, reason, by, as_json)


@import_.command(
    epilog=example("fabgate import grants grants.csv", "fabgate import grants grants.csv --apply --by zoe")
)
@import_options
@pass_here
def grants(
    here: Here, file: BinaryIO, write: bool, reason: str | None, by: str | None, as_json: bool
) -> None:
    """Grants: who may do what. Columns: handle, skill, level, until, reason.

    The members are there already. What the lab's rules ask for besides is waived, and each record
    names what that was. Nobody gives to themselves, and what ran out is not renewed by a file. FILE
    may be - for what comes by standard input.
    """
    _run(here, incoming.grants, file, write, reason, by, as_json)


def _run(
    here: Here,
    deed: Import,
    file: BinaryIO,
    write: bool,
    reason: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    raw = file.read(MOST_BYTES + 1)
    name = PurePath(file.name).name if isinstance(file.name, str) else "file"
    with here.desk() as desk:
        difference = found(here, deed(desk, by, raw, reason or f"import of {name}", write))
    if as_json:
        show_json(_json(here, difference))
    else:
        _show(here, difference)
    if difference.mistakes:
        raise click.exceptions.Exit(1)


# --- for people -------------------------------------------------------------------------------


def _show(here: Here, difference: Difference) -> None:
    for line in difference.lines:
        if line.sign in (Sign.NEW, Sign.CHANGED):
            click.echo(f"{line.sign} line {line.number}: {printable(line.handle)}: {_changes(line)}")
    _show_same(difference)
    for wrong in difference.mistakes:
        click.echo(f"{Sign.WRONG} {_mistake(here, wrong)}")
    click.echo(_sum(difference))
    click.echo(_next(difference))


def _changes(line: Line) -> str:
    return "; ".join(map(_change, line.changes))


def _change(one: Change) -> str:
    what, was, now = printable(one.what), printable(one.was), printable(one.now)
    if not was:
        return f"{what} {now}"
    return f"{what} {was} -> {now}" if now else f"{what} {was} -> none"


def _show_same(difference: Difference) -> None:
    same = [line.number for line in difference.lines if line.sign is Sign.SAME]
    if same:
        click.echo(f"{Sign.SAME} line{'s' * (len(same) > 1)} {', '.join(_runs(same))}: as it is already")


def _runs(numbers: Iterable[int]) -> Iterator[str]:
    """Numbers as people write them: 2-5, 7."""
    begun = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if begun is not None:
            yield f"{begun}" if begun == last else f"{begun}-{last}"
        begun = last = number
    if begun is not None:
        yield f"{begun}" if begun == last else f"{begun}-{last}"


def _mistake(here: Here, wrong: Wrong) -> str:
    column = f", {printable(wrong.column)}" if wrong.column else ""
    return f"line {wrong.line}{column}: {_why(here, wrong)}"


def _why(here: Here, wrong: Wrong) -> str:
    if isinstance(wrong.why, Denied):
        return sentence(here, wrong.why.code, wrong.why.facts)
    return printable(wrong.why)


def _sum(difference: Difference) -> str:
    words = {Sign.NEW: "new", Sign.CHANGED: "changed", Sign.SAME: "as it is", Sign.WRONG: "wrong"}
    return "\n" + ", ".join(f"{difference.count(sign)} {word}" for sign, word in words.items()) + "."


def _next(difference: Difference) -> str:
    if difference.mistakes:
        return "Nothing was written: correct what is marked ! first."
    if difference.written:
        return "Written." if difference.deeds else "There was nothing to write."
    if not difference.deeds:
        return "There is nothing to write."
    return "Nothing was written yet. To write it, type the same with --apply."


# --- for programs -----------------------------------------------------------------------------


def _json(here: Here, difference: Difference) -> Json:
    return {
        "written": difference.written,
        "counts": {sign.name.lower(): difference.count(sign) for sign in Sign},
        "lines": [_line_json(line) for line in difference.lines],
        "mistakes": [
            {
                "line": wrong.line,
                "column": wrong.column,
                "code": wrong.why.code.value if isinstance(wrong.why, Denied) else None,
                "text": _why(here, wrong),
            }
            for wrong in difference.mistakes
        ],
    }


def _line_json(line: Line) -> Json:
    return {
        "line": line.number,
        "handle": line.handle,
        "sign": line.sign.name.lower(),
        "changes": [{"what": one.what, "was": one.was, "now": one.now} for one in line.changes],
    }
