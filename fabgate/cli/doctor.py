"""`fabgate doctor`: is this gate or hub well, and if not, how is it mended?"""

from __future__ import annotations

from dataclasses import asdict

import click

from fabgate.cli.frame import Here, example, json_option, pass_here, show_json
from fabgate.gate import checkup as gate
from fabgate.hub import checkup as hub
from fabgate.reports.finding import Finding, Grade

COLOUR = {Grade.OK: "green", Grade.WARN: "yellow", Grade.FAIL: "red"}


@click.command(epilog=example("fabgate doctor"))
@json_option
@pass_here
def doctor(here: Here, as_json: bool) -> None:
    """Look a gate or a hub over, and say how to mend it.

    Books, keys, disk, clock, daemon; a gate's pins, watchdogs, buses, readers, card and line to
    its hub; a hub's broker, certificates, gates and alarms. Exit status 1 when something fails; a
    warning is no failure.
    """
    look = gate.checkup if here.settings.hub is None else hub.checkup
    findings = list(look(here.settings, here.clock))
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _say(finding)
    if any(finding.grade is Grade.FAIL for finding in findings):
        raise click.exceptions.Exit(1)


def _say(finding: Finding) -> None:
    grade = click.style(f"{finding.grade:<4}", fg=COLOUR[finding.grade])
    click.echo(f"{grade}  {finding.name:<18} {finding.found}")
    if finding.remedy and finding.grade is not Grade.OK:
        click.echo(f"      {'':<18} -> {finding.remedy}")
