"""`fabgate board invite`, `password` and `token`: who may sign in at the board, and which programs."""

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
    pass_here,
    printable,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import Handles, Json, day, local, utc
from fabgate.desk import days, signing
from fabgate.rules.signing import Scope
from fabgate.store.signing import ApiToken


@click.command(epilog=example("fabgate board invite ada --by zoe"))
@click.argument("who")
@reason_option(required=False)
@by_option
@pass_here
def invite(here: Here, who: str, reason: str | None, by: str | None) -> None:
    """Print a link with which the member WHO chooses a password.

    It is good once, for a day, and ends the link that was made before. For a manager to give to somebody
    else, or for whoever has a login of their own here. Hand it over so that nobody else reads it.
    """
    with here.desk() as desk:
        made = found(here, signing.link(desk, by, who, reason))
        click.echo(f"For {printable(made.facts['subject'])} ({printable(made.facts['handle'])}):")
        click.echo(f"  {address(here)}{made.path}")
        click.echo(f"It is good once, until {local(here, made.until_ms)}.")
    if not here.settings.board.url:
        click.echo("That is the address on this computer: write the one that people type, [board] url.")


def address(here: Here) -> str:
    """Where the board is reached: as people type it, or on this computer."""
    board = here.settings.board
    if board.url:
        return board.url.rstrip("/")
    scheme = "http" if board.certificate is None else "https"
    return f"{scheme}://127.0.0.1:{board.port}"


# --- passwords ----------------------------------------------------------------------------------


@click.group(cls=Noun)
def password() -> None:
    """Passwords: members choose them through a link, and nobody can show them."""


@password.command(
    "end", epilog=example('fabgate board password end ada --by zoe --reason "her laptop was stolen"')
)
@click.argument("who")
@reason_option(required=False)
@by_option
@pass_here
def end_password(here: Here, who: str, reason: str | None, by: str | None) -> None:
    """End the password of WHO, and the links to a new one.

    Whoever is signed in with it is signed out with their next click. For a manager, or for whose it is.
    """
    with here.desk() as desk:
        text = "{subject} ({handle}) has no password any more, and no link."
        done(here, signing.end(desk, by, who, reason), text)


# --- tokens -------------------------------------------------------------------------------------


@click.group(cls=Noun)
def token() -> None:
    """Tokens: with one, a program asks the API in the name of a member.

    It opens what its scopes say, and never more than its member may see and do at that moment.
    """


@token.command(
    epilog=example(
        'fabgate board token add zoe --scope machines --scope act --label "the button at the door" --by zoe'
    )
)
@click.argument("who")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it is for; several are possible. `act` lets it do things, the others let it read.",
)
@click.option(
    "--until", metavar="YYYY-MM-DD", help="The last day on which it is good (default: a year from now)."
)
@click.option("--label", default="", metavar="TEXT", help="Which program it is for.")
@reason_option(required=False)
@by_option
@pass_here
def add(
    here: Here,
    who: str,
    scopes: tuple[str, ...],
    until: str | None,
    label: str,
    reason: str | None,
    by: str | None,
) -> None:
    """Make a token in the name of the member WHO.

    It is printed this once. For a manager, or for whoever has a login of their own here. Put it where only
    that program reads it.
    """
    until_ms = None if until is None else days.end_of_day_ms(here.settings.lab.zone, until)
    with here.desk() as desk:
        made = found(here, signing.token(desk, by, who, scopes, until_ms, label, reason))
        click.echo(made.text)
    named = f"{printable(made.facts['subject'])} ({printable(made.facts['handle'])})"
    click.echo(f"Token {made.facts['token']} of {named}, until {day(here, made.until_ms)}.", err=True)


@token.command("list", epilog=example("fabgate board token list"))
@click.argument("who", required=False)
@json_option
@pass_here
def list_(here: Here, who: str | None, as_json: bool) -> None:
    """Show all tokens, or those of the member WHO.

    What a program sends is shown nowhere: nobody knows it.
    """
    with here.desk() as desk:
        tokens = found(here, signing.tokens(desk, who))
        rows = [_said(one, Handles(desk.conn)) for one in tokens]
    if as_json:
        show_json(rows)
        return
    table = [
        (row["token"], row["member"], " ".join(one.scopes), day(here, one.until_ms), row["label"])
        for row, one in zip(rows, tokens, strict=True)
    ]
    show_table(("token", "member", "scopes", "until", "for"), table, "There are no tokens here.")


def _said(one: ApiToken, handles: Handles) -> Json:
    return {
        "token": one.token,
        "member": handles.of(one.member),
        "scopes": list(one.scopes),
        "label": one.label,
        "since": utc(one.since_ms),
        "until": utc(one.until_ms),
    }


@token.command(epilog=example("fabgate board token revoke 3f9a01bc --by zoe --reason sold"))
@click.argument("name", metavar="TOKEN")
@reason_option(required=False)
@by_option
@pass_here
def revoke(here: Here, name: str, reason: str | None, by: str | None) -> None:
    """End a TOKEN, called as the list of tokens calls it.

    From now on it opens nothing.
    """
    with here.desk() as desk:
        text = "The token {token} of {subject} ({handle}) is good for nothing any more."
        done(here, signing.end_token(desk, by, name, reason), text)
