"""`fabgate trainees`: newcomers at a glance, those first who need somebody's eye."""

from __future__ import annotations

from collections.abc import Iterator

import click

from fabgate.cli.frame import Here, example, json_option, pass_here, printable, show_json, show_table
from fabgate.cli.show import Json, day, handle, or_id, utc
from fabgate.cli.sponsors import load_json, show_loads
from fabgate.desk import sponsors
from fabgate.desk import trainees as newcomers
from fabgate.desk.trainees import Learning, Newcomer

_MOST = 30


@click.command(epilog=example("fabgate trainees"))
@click.option("--all", "everybody", is_flag=True, help="Those who need nothing too, however many there are.")
@json_option
@pass_here
def trainees(here: Here, everybody: bool, as_json: bool) -> None:
    """Show newcomers who need an eye, and each sponsor's load.

    Who has no sponsor, or one who left; who had no session for weeks; who is ready to be proposed or
    made autonomous. The rest is counted.
    """
    with here.desk() as desk:
        shown = newcomers.listed(desk)
        loads = sponsors.listed(desk)
    if as_json:
        show_json(
            {
                "trainees": [_json(one) for one in shown],
                "sponsors": [load_json(one) for one in loads],
            }
        )
        return
    told = shown if everybody else [one for one in shown if one.cares][:_MOST]
    rows = [
        (
            handle(one.member),
            "" if one.sponsor_id is None else or_id(one.sponsor, one.sponsor_id),
            tuple(_far(skill) for skill in one.skills),
            day(here, one.last_ms) or "never",
            "; ".join(_cares(here, one)),
        )
        for one in told
    ]
    show_table(("trainee", "sponsor", "learns", "last session", "needs"), rows, "Nobody needs anything.")
    if rest := len(shown) - len(told):
        click.echo(f"And {rest} more: fabgate trainees --all")
    if loads:
        click.echo()
        show_loads(loads)


def _far(one: Learning) -> str:
    """A skill, and how many sessions of those that it asks for."""
    wanted = one.skill.sessions
    return f"{one.skill.id} {one.practice.sessions}/{wanted}" if wanted else str(one.skill.id)


def _cares(here: Here, one: Newcomer) -> Iterator[str]:
    if one.sponsor_id is None:
        yield "a sponsor"
    if one.orphan:
        yield "another sponsor"
    if one.idle:
        yield f"a word: {here.settings.charter.idle_days} days without a session"
    for ready in one.ready:
        yield f"ready: {printable(ready.skill.id)}"
    for waits in one.skills:
        if waits.proposal is not None:
            yield f"waits for a manager: {printable(waits.skill.id)}"


def _json(one: Newcomer) -> Json:
    return {
        "member": handle(one.member),
        "sponsor": None if one.sponsor_id is None else or_id(one.sponsor, one.sponsor_id),
        "sponsor_gone": one.orphan,
        "last_session": utc(one.last_ms),
        "idle": one.idle,
        "ready": [ready.skill.id for ready in one.ready],
        "skills": [
            {
                "skill": skill.skill.id,
                "sessions": skill.practice.sessions,
                "minutes": skill.practice.supervised_ms // 60_000,
                "missing": list(map(str, skill.missing)),
                "waits": skill.proposal is not None,
            }
            for skill in one.skills
        ],
    }
