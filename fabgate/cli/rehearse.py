"""`fabgate rehearse FILE`: play a lab's day on the real rules and books, in a second."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from fabgate.cli.frame import example
from fabgate.rehearsal.play import Failure, Told, play
from fabgate.rehearsal.scenario import load


@click.command(epilog=example("fabgate rehearse docs/rehearsals/first-day.txt"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=0, show_default=True, help="Picks where a power cut falls.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--quiet", is_flag=True, help="Only what failed.")
def rehearse(file: Path, seed: int, as_json: bool, quiet: bool) -> None:
    """Play a rehearsal, and hold it to what it expects.

    Exit status 0 only if all that FILE expects came true. Nothing outside is touched: the books are in
    a folder that is gone afterwards, the bench is simulated, and the clock is the rehearsal's own.
    """
    from fabgate.cli import command

    scenario = load(file)
    told = (lambda _: None) if quiet else (_as_json if as_json else _as_line)
    failures = play(scenario, command, seed, told)
    for failure in failures:
        _failed(scenario.path, failure, as_json)
    if failures:
        raise click.exceptions.Exit(1)
    if not as_json and not quiet:
        click.echo(f"\n{file}: everything expected came true.")


def clock_of(at_ms: int) -> str:
    """Virtual time as the rehearsal writes it: `2d 08:00:00`, with thousandths where there are any."""
    seconds, ms = divmod(at_ms, 1000)
    days, second = divmod(seconds, 86_400)
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    text += f".{ms:03d}" if ms else ""
    return f"{days}d {text}" if days else text


def _as_line(told: Told) -> None:
    where = told.machine or ""
    click.echo(f"{clock_of(told.at_ms):>12}  {where:<10} {told.what:<8} {told.detail}")


def _as_json(told: Told) -> None:
    said = {"at": told.at_ms / 1000} | {key: value for key, value in asdict(told).items() if key != "at_ms"}
    click.echo(json.dumps(said, ensure_ascii=False))


def _failed(path: Path, failure: Failure, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"what": "failure", **asdict(failure)}, ensure_ascii=False))
    else:
        click.echo(f"{path}:{failure.line}: expected {failure.expected}; {failure.found}", err=True)
