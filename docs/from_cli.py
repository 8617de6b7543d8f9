"""The page of all commands, made from the command line itself: docs/commands.md."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from fabgate.cli import main

_HEAD = """\
# Commands

<!-- Made by docs/make.py from fabgate/cli: change it there. -->

Everything at a gate is done with one program, `fabgate`, followed by what it is about and what to do:
`fabgate member add "Ada Lovelace"`. `-h` after any of them explains it.

- **WHO** is a member's handle, the short name that `fabgate member list` shows, or their id.
- **Who acts.** On a real gate you act as yourself: your login is tied to your member, and `--by` may
  only name you. Where the configuration says `actors.proof = "claimed"`, and in rehearsals, `--by` says
  who acts, and is believed.
- **Why.** A `--reason` stays beside the journal, for whoever looks back; it is never sent anywhere.
- **Texts with spaces** stand in quotes. Any sign may be in a name; one that could upset a terminal is
  shown as an escape, such as `\\n`.
- **Tables are for people.** `--json` gives the same to programs; times are then UTC.
- **Exit status.** 0: done. 1: refused, or it failed; two lines on the error output say why and what to
  type next. 2: this is no command.

## Completion of words by the Tab key

`sudo make install` sets it up for everybody. By hand, for yourself:

| shell | once |
|---|---|
| bash | add `eval "$(_FABGATE_COMPLETE=bash_source fabgate)"` to `~/.bashrc` |
| zsh | add `eval "$(_FABGATE_COMPLETE=zsh_source fabgate)"` to `~/.zshrc` |
| fish | `_FABGATE_COMPLETE=fish_source fabgate > ~/.config/fish/completions/fabgate.fish` |
"""

Found = tuple[click.Context, click.Command]


def commands() -> str:
    """The page as Markdown."""
    parts = [_HEAD, *_contents(), ""]
    for context, command in every():
        parts += _section(context, command)
    return "\n".join(parts).rstrip() + "\n"


def every() -> Iterator[Found]:
    """Every command and group, the program itself first, in the order of the help."""
    # With its own settings: click keeps the help option that it makes first, and `-h` would be gone.
    context = click.Context(main, info_name="fabgate", **main.context_settings)
    yield from _below(context, main)


def example(command: click.Command) -> str:
    """What somebody would type: the lines of the help that are nothing but that."""
    text = "\n".join(inspect.cleandoc(part) for part in (command.help, command.epilog) if part)
    lines = [line.strip() for line in text.replace("\b", "").splitlines()]
    return "\n".join(line for line in lines if line == "fabgate" or line.startswith("fabgate "))


def _below(context: click.Context, command: click.Command) -> Iterator[Found]:
    yield context, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _below(click.Context(below, info_name=name, parent=context), below)


def _contents() -> Iterator[str]:
    yield "## All of them\n"
    yield "| command | what for |"
    yield "|---|---|"
    for context, command in every():
        if not isinstance(command, click.Group):
            path = context.command_path
            yield f"| [`{path}`](#{path.replace(' ', '-')}) | {command.get_short_help_str(200)} |"


def _section(context: click.Context, command: click.Command) -> Iterator[str]:
    below_a_noun = context.parent is not None and context.parent.parent is not None
    yield f"{'###' if below_a_noun else '##'} {context.command_path}\n"
    yield from _help(command)
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield from _options(command)
    if shown := example(command):
        yield f"For example:\n\n```sh\n{shown}\n```\n"


def _help(command: click.Command) -> Iterator[str]:
    """The paragraphs of the help; a block of examples stands in its own place below."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if not paragraph.startswith("\b"):
            yield f"{_safe(' '.join(paragraph.split()))}\n"


def _options(command: click.Command) -> Iterator[str]:
    options = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    if not options:
        return
    yield "| option | meaning |"
    yield "|---|---|"
    for option in options:
        yield f"| {_names(option)} | {_safe(option.help or '')}{_default(option)} |"
    yield ""


def _names(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag:
        return names
    kind = option.type
    value = (
        "\\|".join(kind.choices) if isinstance(kind, click.Choice) else option.metavar or kind.name.upper()
    )
    return f"{names} {_safe(value) if not isinstance(kind, click.Choice) else value}"


def _default(option: click.Option) -> str:
    said = []
    if option.required:
        said.append("needed")
    if option.show_default and option.default is not None:
        said.append(f"default: `{option.default}`")
    if option.envvar:
        said.append(f"or the variable `{option.envvar}`")
    return f" *({'; '.join(said)})*" if said else ""


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
