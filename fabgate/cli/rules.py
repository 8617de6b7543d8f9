"""The lab's own rules: `fabgate rules check|show|sample`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from fabgate import config as configuration
from fabgate.charter import Charter, Skill
from fabgate.cli import rules_told as told
from fabgate.cli.frame import Here, Noun, example, json_option, pass_here, pour, printable, refuse, show_json
from fabgate.config import SETS, Settings
from fabgate.desk import who
from fabgate.model import Code, Denied, SkillId


@click.group(cls=Noun)
def rules() -> None:
    """The lab's own rules: who may do what, when, and with whom beside them."""


@rules.command(epilog=example("fabgate rules check rules.toml"))
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@pass_here
def check(here: Here, file: Path | None) -> None:
    """Say everything that is wrong with the rules in FILE, and change nothing.

    They are read as if the configuration named them; without FILE, those that it does name. Where
    there is no configuration, FILE is checked by itself.
    """
    main = here.config if here.given is None else here.given.path
    if file is not None and here.given is None and not main.exists():
        _well(file, configuration.read_rules(file))
        click.echo(f"  There is no {main} here: whether its machines fit was not looked at.")
        return
    settings = configuration.load(main, file)
    named = file or settings.lab.rules
    if named is None:
        click.echo(f"{main} names no file of rules: what is not written is not asked of anybody.")
        click.echo("  To begin with one: fabgate rules sample openfab > rules.toml")
        return
    _well(named, settings.charter)
    for note in _notes(settings):
        click.echo(f"  {printable(note)}")


def _well(file: Path, charter: Charter) -> None:
    there = ((charter.skills, "skill"), (charter.papers, "paper"), (charter.openings, "opening"))
    said = ", ".join(told.count(len(named), what) for named, what in there)
    click.echo(
        f"{printable(file)} is in order: {said}. Its digest is {charter.digest or 'that of an empty file'}."
    )


def _notes(settings: Settings) -> Iterator[str]:
    """What is no mistake, and may be one all the same: a name that only one of the two files has."""
    rules = [one.rules for one in settings.machines.values() if one.rules.kind.is_machine]
    if not rules:
        return
    skills = settings.charter.skills.values()
    needed = {name for one in skills for name in one.requires} | {one.skill for one in rules}
    idle = [one.id for one in skills if one.id not in needed]
    if idle:
        yield f"No machine here takes, and no skill requires: {', '.join(idle)}."
    used = {name for one in settings.machines.values() for name in one.rules.openings}
    unused = [name for name in settings.charter.openings if name not in used]
    if unused:
        yield f"No machine or door here keeps to these hours: {', '.join(unused)}."


@rules.command(epilog=example("fabgate rules show", "fabgate rules show --skill laser"))
@click.option("--skill", metavar="SKILL", help="Only this skill, and what there is to show of it.")
@json_option
@pass_here
def show(here: Here, skill: str | None, as_json: bool) -> None:
    """Say in plain words what holds, with every number as it is in the end."""
    charter = here.settings.charter
    if skill is not None:
        one = charter.skills.get(SkillId(skill)) or refuse(here, _unknown(charter, skill))
        show_json(_json(one)) if as_json else _show_skill(here, one, items=True)
        return
    if as_json:
        show_json({**asdict(charter), "skills": {name: _json(one) for name, one in charter.skills.items()}})
        return
    file = here.settings.lab.rules
    where = f"The rules of {file} ({charter.digest})" if file else "There is no file of rules; this holds"
    click.echo(f"{printable(where)}.\n" if file else f"{where} all the same.\n")
    _show("Everybody", told.everybody(charter))
    _show(
        "Papers, to start a machine",
        (f"{one.title} ({name}): {told.paper(one)}." for name, one in charter.papers.items()),
    )
    for one in charter.skills.values():
        _show_skill(here, one)
    for name, hours in charter.openings.items():
        _show(f"Hours: {hours.title} ({name})", told.opening(hours))
    _show("What workshops can be for", (f"{text} ({name})" for name, text in charter.purposes.items()))


def _show_skill(here: Here, one: Skill, items: bool = False) -> None:
    machines = told.machines((machine.rules for machine in here.settings.machines.values()), one.id)
    on = f", on {', '.join(machine.title for machine in machines)}" if machines else ""
    heading = f"{one.title} ({one.id}): {one.company.value.replace('_', ' ')}{on}"
    _show(heading, told.skill(here.settings.charter, one))
    for machine in machines:
        _show(f"On {machine.title} it is different", told.different(one, machine))
    if items:
        _show("What there is to show", (f"{what} {name}: {text}" for what, name, text in told.items(one)))


def _json(one: Skill) -> dict[str, object]:
    return {**asdict(one), "sponsor_from": one.sponsor_from.word}


def _show(heading: str, lines: Iterable[str]) -> None:
    """A heading and its lines; nothing where there are none."""
    said = [f"  {printable(line)}" for line in lines]
    if said:
        click.echo("\n".join((printable(heading), *said, "")))


def _unknown(charter: Charter, skill: str) -> Denied:
    known = charter.skills
    return Denied(Code.UNKNOWN_SKILL, {"skill": skill, "near": who.near(skill, known), "known": tuple(known)})


@rules.command(epilog=example("fabgate rules sample openfab > rules.toml"))
@click.argument("name", type=click.Choice(list(SETS)))
def sample(name: str) -> None:
    """Print a set of rules to begin with: openfab, as that lab works, or the stricter one."""
    pour([configuration.ready_set(name)])
