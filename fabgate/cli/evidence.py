"""`fabgate evidence`: what a member has shown of a skill, who saw it, and when."""

from __future__ import annotations

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    options,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import Json, hours, local, or_id, utc
from fabgate.desk import Done
from fabgate.desk import evidence as proofs
from fabgate.desk.evidence import SORTS, Progress, Proof
from fabgate.model import Denied

noting = options(
    click.argument("who"),
    click.argument("skill"),
    click.argument("item"),
)
ref_option = click.option(
    "--ref", metavar="TEXT", help="Where it can be seen: an address, a number, a shelf."
)


@click.group(cls=Noun)
def evidence() -> None:
    """Evidence: what a member has shown of a skill, and who saw it.

    The items of a skill stand in the lab's rules. Sessions with a sponsor are counted by themselves.
    """


@evidence.command(epilog=example("fabgate evidence tick ada laser start-up --by bob"))
@noting
@ref_option
@reason_option(required=False)
@by_option
@pass_here
def tick(
    here: Here, who: str, skill: str, item: str, ref: str | None, reason: str | None, by: str | None
) -> None:
    """Tick an item of a skill's checklist: you saw it done."""
    with here.desk() as desk:
        _noted(here, proofs.note(desk, by, who, skill, "tick", item, None, ref, reason))


@evidence.command(epilog=example("fabgate evidence quiz ada laser safety --score 85 --by bob"))
@noting
@click.option("--score", required=True, type=int, metavar="POINTS", help="The points that they reached.")
@ref_option
@reason_option(required=False)
@by_option
@pass_here
def quiz(
    here: Here,
    who: str,
    skill: str,
    item: str,
    score: int,
    ref: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Write down the points of a quiz. One that is taken again replaces the one before."""
    with here.desk() as desk:
        _noted(here, proofs.note(desk, by, who, skill, "quiz", item, score, ref, reason))


@evidence.command(
    epilog=example("fabgate evidence challenge ada laser coins --ref album/coins-ada.jpg --by bob")
)
@noting
@ref_option
@reason_option(required=False)
@by_option
@pass_here
def challenge(
    here: Here, who: str, skill: str, item: str, ref: str | None, reason: str | None, by: str | None
) -> None:
    """Say that somebody made the piece that a challenge asks for."""
    with here.desk() as desk:
        _noted(here, proofs.note(desk, by, who, skill, "challenge", item, None, ref, reason))


@evidence.command(
    epilog=example('fabgate evidence strike ada laser tick start-up --by bob --reason "was somebody else"')
)
@click.argument("who")
@click.argument("skill")
@click.argument("what", type=click.Choice(SORTS))
@click.argument("item")
@reason_option()
@by_option
@pass_here
def strike(here: Here, who: str, skill: str, what: str, item: str, reason: str, by: str | None) -> None:
    """Take back what was noted. It stays in the history."""
    with here.desk() as desk:
        struck = proofs.strike(desk, by, who, skill, what, item, reason)
        done(here, struck, "{subject} ({handle}), {skill}: {what} {item} is struck out.")


@evidence.command("list", epilog=example("fabgate evidence list ada laser"))
@click.argument("who")
@click.argument("skill", required=False)
@json_option
@pass_here
def list_(here: Here, who: str, skill: str | None, as_json: bool) -> None:
    """Show what WHO has shown of a skill, and what is missing."""
    with here.desk() as desk:
        shown = found(here, proofs.listed(desk, who, skill))
    if as_json:
        show_json([progress_json(one) for one in shown])
        return
    for one in shown:
        used = one.practice
        click.echo(
            f"{one.skill.id}: sessions with a sponsor {used.sessions}, {hours(used.supervised_ms)} in all"
        )
        rows = [_row(here, proof) for proof in one.proofs]
        show_table(("what", "item", "points", "seen by", "when", "where"), rows, "Nothing was noted.")
        click.echo(f"Missing to work alone: {', '.join(map(str, one.missing)) or 'nothing'}\n")
    if not shown:
        click.echo("Nothing was noted, and no session with a sponsor was counted.")


def _noted(here: Here, noted: Done | Denied) -> None:
    did = done(here, noted, "{subject} ({handle}), {skill}: {what} {item} is noted.")
    missing = did.facts.get("missing")
    if isinstance(missing, tuple):
        click.echo(f"Missing to work alone: {', '.join(map(str, missing)) or 'nothing'}")


def _row(here: Here, proof: Proof) -> tuple[object, ...]:
    seen = proof.seen
    return (
        seen.what,
        seen.item,
        seen.score,
        or_id(proof.by, seen.by),
        local(here, seen.at_ms),
        proof.ref or "",
    )


def progress_json(one: Progress) -> Json:
    """How far somebody is on a skill, for programs."""
    return {
        "skill": one.skill.id,
        "sessions": one.practice.sessions,
        "sessions_wanted": one.skill.sessions,
        "minutes": one.practice.supervised_ms // 60_000,
        "minutes_wanted": one.skill.minutes,
        "last_supervised": utc(one.practice.supervised_last_ms or None),
        "last_own": utc(one.practice.own_ms or None),
        "seen": [
            {
                "what": proof.seen.what,
                "item": proof.seen.item,
                "score": proof.seen.score,
                "by": or_id(proof.by, proof.seen.by),
                "at": utc(proof.seen.at_ms),
                "ref": proof.ref,
                "record": proof.seen.record,
            }
            for proof in one.proofs
        ],
        "missing": [
            {"what": gap.what, "item": gap.item, "have": gap.have, "want": gap.want} for gap in one.missing
        ],
    }
