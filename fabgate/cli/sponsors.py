"""`fabgate sponsors`: who looks after whom, whose word others rest on, and what a sponsor's fall flags."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    pass_here,
    printable,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import Handles, Json, day, handle, or_id, utc
from fabgate.desk import lineage, reviews
from fabgate.desk import sponsors as duties
from fabgate.desk.lineage import Twig, Word
from fabgate.desk.reviews import Flag
from fabgate.desk.sponsors import Load
from fabgate.model import SkillId

_BRANCHES = ("├─ ", "└─ ", "│  ", "   ")
_PLAIN_BRANCHES = ("|- ", "`- ", "|  ", "   ")


@click.group(cls=Noun)
def sponsors() -> None:
    """Sponsors: who looks after whom, and on whose word people work alone."""


@sponsors.command(epilog=example("fabgate sponsors assign ada bob --by zoe"))
@click.argument("who")
@click.argument("sponsor")
@reason_option(required=False)
@by_option
@pass_here
def assign(here: Here, who: str, sponsor: str, reason: str | None, by: str | None) -> None:
    """Say that SPONSOR looks after the newcomer WHO from now on.

    It is a duty and gives no right. A manager says so, or whoever takes on somebody whom nobody looks
    after yet.
    """
    with here.desk() as desk:
        done(
            here, duties.assign(desk, by, who, sponsor, reason), "{sponsor} looks after {subject} ({handle})."
        )


@sponsors.command(epilog=example("fabgate sponsors release ada --by zoe"))
@click.argument("who")
@reason_option(required=False)
@by_option
@pass_here
def release(here: Here, who: str, reason: str | None, by: str | None) -> None:
    """Say that nobody looks after WHO any more."""
    with here.desk() as desk:
        done(here, duties.release(desk, by, who, reason), "{was} no longer looks after {subject} ({handle}).")


@sponsors.command("list", epilog=example("fabgate sponsors list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show each sponsor with their load.

    The newcomers whom they look after, and the sessions that they stood beside this month.
    """
    with here.desk() as desk:
        shown = duties.listed(desk)
    if as_json:
        show_json([load_json(one) for one in shown])
        return
    show_loads(shown)


def show_loads(shown: Iterable[Load]) -> None:
    """Sponsors and their load, as a table."""
    rows = [
        (
            or_id(one.sponsor, one.id),
            "" if one.sponsor is None else one.sponsor.name,
            len(one.newcomers) or "",
            one.sessions or "",
            tuple(handle(newcomer) for newcomer in one.newcomers),
            "" if one.fit else "not here any more, or suspended",
        )
        for one in shown
    ]
    heads = ("sponsor", "name", "newcomers", "sessions", "looks after", "")
    show_table(heads, rows, "Nobody sponsors anybody yet: fabgate sponsors assign WHO SPONSOR")


def load_json(one: Load) -> Json:
    """A sponsor's load for programs."""
    return {
        "sponsor": or_id(one.sponsor, one.id),
        "fit": one.fit,
        "newcomers": [handle(newcomer) for newcomer in one.newcomers],
        "sessions_this_month": one.sessions,
    }


# --- a sponsor's fall ---------------------------------------------------------------------------


@sponsors.command(epilog=example("fabgate sponsors flagged"))
@json_option
@pass_here
def flagged(here: Here, as_json: bool) -> None:
    """Show grants that rest on the word of a fallen sponsor.

    A sponsor has fallen who left, is suspended, or whose level was taken away. Their grants of the
    months before stay in force; somebody looks at each again.
    """
    with here.desk() as desk:
        shown = reviews.flagged(desk)
    if as_json:
        show_json([_flag_json(one) for one in shown])
        return
    rows = [
        (
            one.word.skill,
            or_id(one.holder, one.word.member),
            one.word.level.word,
            day(here, one.word.since_ms),
            or_id(one.sponsor, one.by),
            f"{one.fall.why} on {day(here, one.fall.since_ms)}",
        )
        for one in shown
    ]
    heads = ("skill", "member", "level", "since", "on the word of", "who was")
    show_table(heads, rows, "Nothing is to be looked at again.")
    if rows:
        click.echo('\nStill good? fabgate sponsors review MEMBER SKILL --reason "..."')
        click.echo('Not?        fabgate grant revoke MEMBER SKILL --reason "..."')


def _flag_json(one: Flag) -> Json:
    return {
        "skill": one.word.skill,
        "member": or_id(one.holder, one.word.member),
        "level": one.word.level.word,
        "since": utc(one.word.since_ms),
        "sponsor": or_id(one.sponsor, one.by),
        "why": one.fall.why,
        "fell": utc(one.fall.since_ms),
        "record": str(one.word.record),
    }


@sponsors.command(epilog=example('fabgate sponsors review ada laser --by zoe --reason "saw her work"'))
@click.argument("who")
@click.argument("skill")
@reason_option()
@by_option
@pass_here
def review(here: Here, who: str, skill: str, reason: str, by: str | None) -> None:
    """Say that a flagged grant was looked at again, and stays."""
    with here.desk() as desk:
        reviewed = reviews.review(desk, by, who, skill, reason)
        done(here, reviewed, "{subject} ({handle}) keeps {skill}. It rested on the word of {sponsor}.")


# --- who vouched for whom -----------------------------------------------------------------------


@sponsors.command(epilog=example("fabgate sponsors tree laser", "fabgate sponsors tree --dot"))
@click.argument("skill", required=False)
@click.option(
    "--dot", is_flag=True, help="For Graphviz: `fabgate sponsors tree --dot | dot -Tsvg > tree.svg`."
)
@json_option
@pass_here
def tree(here: Here, skill: str | None, dot: bool, as_json: bool) -> None:
    """Show who vouched for whom, on SKILL or on all.

    Below each person stand those who hold their level on that person's word: who proposed them, or
    else who gave it.
    """
    with here.desk() as desk:
        words = found(here, lineage.tree(desk, skill))
        handles = Handles(desk.conn)
        if as_json:
            show_json([_word_json(one, handles) for one in words])
        elif dot:
            click.echo("\n".join(_dot(words, handles)))
        else:
            _show_trees(words, handles)


def _show_trees(words: tuple[Word, ...], handles: Handles) -> None:
    if not words:
        click.echo("Nobody holds anything yet.")
    branches = _branches()
    for number, skill in enumerate(dict.fromkeys(one.skill for one in words)):
        click.echo(("\n" if number else "") + printable(skill))
        for twig in lineage.twigs(one for one in words if one.skill == skill):
            click.echo(_stem(twig, branches) + _leaf(twig, handles))


def _branches() -> tuple[str, str, str, str]:
    """Lines of boxes, or plain signs where the terminal has none."""
    try:
        "".join(_BRANCHES).encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return _PLAIN_BRANCHES
    return _BRANCHES


def _stem(twig: Twig, branches: tuple[str, str, str, str]) -> str:
    fork, corner, line, gap = branches
    if not twig.rails:
        return ""
    above = "".join(line if more else gap for more in twig.rails[:-1])
    cut = ".. " if twig.depth > len(twig.rails) else ""
    return cut + above + (fork if twig.rails[-1] else corner)


def _leaf(twig: Twig, handles: Handles) -> str:
    level = "" if twig.level is None else f"  {twig.level.word}"
    ring = "  (vouched for by somebody below: a ring)" if twig.ring else ""
    return printable(handles.of(twig.member)) + level + ring


def _dot(words: Iterable[Word], handles: Handles) -> Iterator[str]:
    """A directed graph for Graphviz: people by their ids, shown by their handles."""
    edges: dict[tuple[str, str], list[SkillId]] = {}
    for one in words:
        edges.setdefault((one.sponsor, one.member), []).append(one.skill)
    yield "digraph sponsors {"
    yield "  rankdir=LR; node [shape=box];"
    for member in dict.fromkeys(who for edge in edges for who in edge):
        yield f"  {_quoted(member)} [label={_quoted(handles.of(member))}];"
    for (sponsor, member), skills in edges.items():
        yield f"  {_quoted(sponsor)} -> {_quoted(member)} [label={_quoted(', '.join(skills))}];"
    yield "}"


def _quoted(text: str) -> str:
    """A text as Graphviz reads it: nothing in it ends the quotes or stands for something else."""
    safe = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}"'


def _word_json(one: Word, handles: Handles) -> Json:
    return {
        "skill": one.skill,
        "member": handles.of(one.member),
        "level": one.level.word,
        "sponsor": handles.of(one.sponsor),
        "by": handles.of(one.by),
        "vouched": None if one.vouched is None else handles.of(one.vouched),
        "since": utc(one.since_ms),
        "record": str(one.record),
    }
