"""The lab's price list: `fabgate tariff check|list|show|try|sample`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from fabgate import config as configuration
from fabgate.charges import Charge, Sort
from fabgate.cli.frame import (
    Here,
    Noun,
    example,
    json_option,
    options,
    pass_here,
    pour,
    printable,
    show_json,
    show_table,
)
from fabgate.config import Settings
from fabgate.config.tariff_keys import ANY_WORD
from fabgate.config.values import nearest
from fabgate.desk import days
from fabgate.desk import trial as bills
from fabgate.desk.trial import Trial, cents, seconds
from fabgate.errors import UsageError
from fabgate.reports import arithmetic
from fabgate.reports.prices import Told
from fabgate.rules import money, vat
from fabgate.tariff import ANY, Tariff, Version

_DAY = timedelta(days=1)
_FILE = click.Path(dir_okay=False, path_type=Path)
_BEGIN = "To begin with one: fabgate tariff sample > prices.toml"
_NONE = f"There is no price list: nothing costs anything. {_BEGIN}"
file_option = click.option(
    "--file",
    "file",
    type=_FILE,
    metavar="FILE",
    help="This price list (default: the one of the configuration).",
)


@click.group(cls=Noun)
def tariff() -> None:
    """The lab's price list: what machine time, days, plans and material cost."""


# --- which list, and which day ------------------------------------------------------------------


def prices(here: Here, file: Path | None) -> Tariff:
    """The price list that is meant. Raises ConfigError for its mistakes, UsageError where there is none."""
    found = here.settings.tariff if file is None else configuration.read_tariff(file)
    if not found.versions:
        raise UsageError("there is no price list", f"{_BEGIN}; then [lab] tariff names it.")
    return found


def day_meant(here: Here, tariff: Tariff, at: str | None) -> date:
    """The day that was typed, else today; where no configuration tells today, the newest version's first."""
    if at is not None:
        return days.day(at)
    if _alone(here):
        return tariff.versions[-1].since
    return days.of(here.clock.now().wall_ms, here.settings.lab.zone)


def _alone(here: Here) -> bool:
    """Whether there is no configuration here: somebody tries a list at home."""
    return here.given is None and not here.config.exists()


def version_at(tariff: Tariff, day: date) -> Version:
    """The version in force on a day. Raises UsageError before the first one."""
    found = tariff.at(day)
    if found is None:
        first = tariff.versions[0]
        raise UsageError(f"no version was in force on {day}", f"The first one begins on {first.since}.")
    return found


# --- check --------------------------------------------------------------------------------------


@tariff.command(epilog=example("fabgate tariff check prices.toml"))
@click.argument("file", required=False, type=_FILE)
@pass_here
def check(here: Here, file: Path | None) -> None:
    """Say everything that is wrong with the price list in FILE, and change nothing.

    It is read as if the configuration named it; without FILE, the one that it does name. Where there is no
    configuration, FILE is checked by itself.
    """
    main = here.config if here.given is None else here.given.path
    if file is not None and _alone(here):
        _well(file, configuration.read_tariff(file))
        click.echo(f"  There is no {main} here: whether its machines exist was not looked at.")
        return
    settings = configuration.load(main, tariff=file)
    named = file or settings.lab.tariff
    if named is None:
        click.echo(_NONE)
        return
    _well(named, settings.tariff)
    for note in _notes(settings):
        click.echo(f"  {printable(note)}")


def _well(file: Path, tariff: Tariff) -> None:
    said = ", ".join(f"{one.id} from {one.since}" for one in tariff.versions)
    click.echo(f"{printable(file)} is in order, in {tariff.currency}: {said}. Its digest is {tariff.digest}.")


def _notes(settings: Settings) -> Iterator[str]:
    """What is no mistake, and may be one all the same: machines that only one of the two files has."""
    here = [name for name, one in settings.machines.items() if one.rules.kind.is_machine]
    if not here:
        return
    newest = settings.tariff.versions[-1]
    for name in newest.machines:
        if name != ANY and name not in here:
            yield f'No machine here is called "{name}". {nearest(name, here)}'
    unpriced = [name for name in here if name not in newest.machines]
    if unpriced and ANY not in newest.machines:
        yield (
            f"Without a price in version {newest.id}: {', '.join(unpriced)}. "
            f"Write [version.{newest.id}.machine.any], with price = 0 where they cost nothing."
        )


# --- list, show, sample -------------------------------------------------------------------------


@tariff.command("list", epilog=example("fabgate tariff list", "fabgate tariff list --file prices.toml"))
@file_option
@json_option
@pass_here
def list_(here: Here, file: Path | None, as_json: bool) -> None:
    """List the versions of the price list, and which one is in force today."""
    found = prices(here, file)
    in_force = found.at(day_meant(here, found, None))
    rows = list(_rows(found, in_force))
    if as_json:
        show_json(rows)
        return
    show_table(
        ("version", "from", "until", "machines", "plans", "packs", "items", "in force"),
        ([*list(row.values())[:-1], "today" if row["in_force"] else ""] for row in rows),
        _NONE,
    )


def _rows(tariff: Tariff, in_force: Version | None) -> Iterator[dict[str, object]]:
    following = [one.since for one in tariff.versions[1:]]
    for one, after in zip(tariff.versions, [*following, None], strict=True):
        yield {
            "version": one.id,
            "from": str(one.since),
            "until": str(after - _DAY) if after else None,
            "machines": len(one.machines),
            "plans": len(one.plans),
            "packs": len(one.packs),
            "items": len(one.items),
            "in_force": one is in_force,
        }


@tariff.command(
    epilog=example(
        "fabgate tariff show", "fabgate tariff show --at 2017-05-20 --file docs/tariffs/openfab-2017.toml"
    )
)
@click.option("--at", metavar="DAY", help="As it was on that day (default: today).")
@click.option("--version", "name", metavar="VERSION", help="This version, whenever it is in force.")
@file_option
@json_option
@pass_here
def show(here: Here, at: str | None, name: str | None, file: Path | None, as_json: bool) -> None:
    """Say in plain words what everything costs."""
    found = prices(here, file)
    one = _named(found, name) if name is not None else version_at(found, day_meant(here, found, at))
    if as_json:
        show_json(asdict(one))
        return
    told = Told(found)
    click.echo(f"Version {one.id} of the price list, from {one.since} on. Prices are in {found.currency}.")
    for line in told.heading():
        click.echo(printable(line))
    click.echo()
    for heading, lines in told.version(one):
        _show(heading, lines)


def _named(tariff: Tariff, name: str) -> Version:
    found = tariff.named(name)
    if found is None:
        raise UsageError(f"there is no version {name!r}", nearest(name, [one.id for one in tariff.versions]))
    return found


def _show(heading: str, lines: Iterable[str]) -> None:
    """A heading and its lines; nothing where there are none."""
    said = [f"  {printable(line)}" for line in lines]
    if said:
        click.echo("\n".join((printable(heading), *said, "")))


@tariff.command(epilog=example("fabgate tariff sample > prices.toml"))
def sample() -> None:
    """Print a price list to begin with: a small lab with a laser, members, days and a card."""
    pour([configuration.ready_tariff()])


# --- try ----------------------------------------------------------------------------------------


_who_options = options(
    click.option("--category", default="", metavar="CATEGORY", help="As somebody of this category."),
    click.option("--purpose", default="", metavar="PURPOSE", help="For this purpose."),
    click.option("--supervised", is_flag=True, help="As a trainee with a sponsor."),
    click.option(
        "--plan", "plans", multiple=True, metavar="PLAN", help="Who took this plan; its fee is shown."
    ),
    click.option("--pack", "packs", multiple=True, metavar="PACK", help="Who has a full one of these packs."),
    click.option("--wallet", metavar="AMOUNT", help="Who has so much on their wallet."),
)


@tariff.command(
    "try",
    epilog=example(
        "fabgate tariff try laser --minutes 65 --category member --at 2017-05-20",
        "fabgate tariff try laser --minutes 65 --supervised --pack credits --file prices.toml",
    ),
)
@click.argument("machine")
@click.option("--minutes", required=True, metavar="NUMBER", help="How long it was on.")
@click.option("--busy-minutes", metavar="NUMBER", help="How long of that it worked, by its meter.")
@click.option(
    "--month-minutes", default="0", metavar="NUMBER", help="What they had worked there in that month before."
)
@click.option("--at", metavar="DAY", help="On this day (default: today).")
@_who_options
@file_option
@json_option
@pass_here
def try_(
    here: Here,
    machine: str,
    minutes: str,
    busy_minutes: str | None,
    month_minutes: str,
    at: str | None,
    category: str,
    purpose: str,
    supervised: bool,
    plans: tuple[str, ...],
    packs: tuple[str, ...],
    wallet: str | None,
    file: Path | None,
    as_json: bool,
) -> None:
    """Make the bill of a session on MACHINE, step by step; nothing is written.

    What a plan costs is on the bill. What a pack cost is not: who has it has paid it.
    """
    found = prices(here, file)
    trial = Trial(
        machine=machine,
        day=day_meant(here, found, at),
        seconds=seconds(minutes),
        busy_s=None if busy_minutes is None else seconds(busy_minutes),
        category=category,
        purpose=purpose,
        supervised=supervised,
        earlier_s=seconds(month_minutes),
        plans=plans,
        packs=packs,
        topup=0 if wallet is None else cents(wallet),
    )
    version = version_at(found, trial.day)
    bills.check(trial, version)
    made = bills.lines(found, _zone(here), trial)
    if as_json:
        show_json({"version": version.id, "lines": [asdict(one) for one in made], "to_pay": vat.to_pay(made)})
        return
    _show_bill(found, version, trial, made)


def _zone(here: Here) -> ZoneInfo:
    """The lab's; where there is no configuration any will do, for the session is at noon."""
    return ZoneInfo("UTC") if _alone(here) else here.settings.lab.zone


def _show_bill(tariff: Tariff, version: Version, trial: Trial, made: Sequence[Charge]) -> None:
    click.echo(f"{printable(trial.machine)} on {trial.day}, by version {version.id}")
    if trial.machine not in version.machines:
        click.echo(f'It has no table of its own, and is priced as "{ANY_WORD}" other machine.')
    click.echo()
    for one in made:
        _show(_heading(version, one), arithmetic.told(one, tariff.currency))
    click.echo(f"To pay: {money.shown(vat.to_pay(made), tariff.currency)}")
    for of in vat.invoiced(made):
        if of.vat_cents:
            net, its_vat = (
                money.shown(of.net_cents, tariff.currency),
                money.shown(of.vat_cents, tariff.currency),
            )
            click.echo(f"  {net} and {its_vat} of VAT at {of.percent} %")


def _heading(version: Version, one: Charge) -> str:
    """What a line is for."""
    match one.sort:
        case Sort.DAY:
            return version.passes[one.item].title if one.item in version.passes else one.item
        case Sort.PLAN:
            return version.plans[one.item].title if one.item in version.plans else one.item
        case _:
            return one.item
