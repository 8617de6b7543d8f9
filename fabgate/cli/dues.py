"""`fabgate dues`: who has paid, and until when. The paper `dues`, in the treasurer's words."""

from __future__ import annotations

import click

from fabgate.cli.frame import Here, Noun, example, pass_here
from fabgate.cli.paper import filed, filing_options
from fabgate.desk.papers import DUES


@click.group(cls=Noun)
def dues() -> None:
    """Dues: until when somebody has paid.

    They are the paper `dues` of the lab's rules, which say how long they count after their last day.
    Who owes: `fabgate paper list --paper dues --missing`.
    """


@dues.command("set", epilog=example('fabgate dues set ada --until 2027-08-31 --ref "bank 117" --by tess'))
@click.argument("who")
@click.option("--until", required=True, metavar="YYYY-MM-DD", help="The last day that is paid for.")
@filing_options
@pass_here
def set_(
    here: Here,
    who: str,
    until: str,
    ref: str | None,
    past: bool,
    reason: str | None,
    by: str | None,
) -> None:
    """Say until when the member WHO has paid.

    Good at the next tap. A manager or the treasurer does it; nobody for themselves.
    """
    filed(here, who, DUES, until, ref, past, reason, by)
