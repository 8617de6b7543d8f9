"""`fabgate doctor`: is this gate well, and if not, how is it mended?"""

from __future__ import annotations

from dataclasses import asdict

import click

from fabgate.cli.frame import Here, example, json_option, pass_here, show_json
from fabgate.gate.checkup import Finding, Grade, checkup

COLOUR = {Grade.OK: "green", Grade.WARN: "yellow", Grade.FAIL: "red"}


@click.command(epilog=example("fabgate doctor"))
@json_option
@pass_here
def doctor(here: Here, as_json: bool) -> None:
    """Look the gate over, and say how to mend what is not well.

    Books, keys, disk, clock, daemon, pins, readers. Exit status 1 when something fails; a warning
    is no failure.
    """
    findings = list(checkup(here.settings, here.clock))
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
