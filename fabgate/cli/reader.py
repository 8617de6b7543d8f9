"""`fabgate reader`: try a badge reader before members do, and learn its settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from os.path import realpath
from pathlib import Path
from typing import Protocol, runtime_checkable

import click

from fabgate.badges.readings import Reading, is_cut, lacks_letters, legend, readings, texts
from fabgate.badges.typed import ENTERS, LINE_MS, Key, Lost, is_random
from fabgate.badges.uid import Uid, parse
from fabgate.cli.frame import Here, Noun, example, pass_here, printable, show_table
from fabgate.cli.held import refuse_if_held
from fabgate.config import ReaderSettings, Settings
from fabgate.devices.pi import open_reader
from fabgate.devices.protocols import Appeared, Left, Reader, Refused
from fabgate.devices.usb import BY_ID, Keyboard, keyboards, lasting
from fabgate.errors import ConfigError, UsageError
from fabgate.texts import Catalogue

USB = "usb"
QUIET_S = LINE_MS / 1000


@runtime_checkable
class Describes(Protocol):
    """A reader that can say how it is: which one, and what its registers tell of its health."""

    def describe(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A reader to try: where it is (or would be) in the configuration, and how it is set there."""

    machine: str
    settings: ReaderSettings
    configured: bool


@click.group(cls=Noun)
def reader() -> None:
    """Badge readers: try one before members do, and learn its settings."""


@reader.command(
    "test",
    epilog=example(
        "fabgate reader test laser",
        "fabgate reader test --device /dev/input/event3 --uid 04A2B3C4D5E680",
    ),
)
@click.argument("machine", required=False)
@click.option("--reader", "name", metavar="NAME", help="Which reader, where the machine has several.")
@click.option(
    "--device", type=click.Path(path_type=Path), metavar="PATH", help="A USB reader, configured or not."
)
@click.option("--uid", metavar="UID", help="The number of the badge that you show, if you know it.")
@click.option("--taps", type=click.IntRange(min=1), metavar="N", help="End after N badges, not at Ctrl-C.")
@pass_here
def try_out(
    here: Here, machine: str | None, name: str | None, device: Path | None, uid: str | None, taps: int | None
) -> None:
    """Show what each badge gives at a reader, and which settings are right for it.

    For a USB reader: the keys that it presses, every way to read them, and the lines to write. With
    the number of the badge (--uid), as a reader that is known to be right or a phone shows it, the
    settings are certain. The numbers are shown here and kept nowhere.
    """
    if here.rehearsed:
        raise UsageError("a rehearsal has no reader to try", "Type this at the gate itself.")
    known = parse(uid) if uid is not None else None
    place = _device_at(here, device) if device is not None else _configured(here.settings, machine, name)
    if place.configured:
        refuse_if_held(here.settings.gate.state, "the gate runs and holds its readers", "reader")
    try:
        if place.settings.kind == USB:
            _teach(place, known, taps)
        else:
            with closing(open_reader(place.settings)) as opened:
                _watch(opened, known, taps, _said(here))
    except KeyboardInterrupt:
        click.echo()


# --- which reader -----------------------------------------------------------------------------


def _places(settings: Settings) -> Iterator[Place]:
    for machine, wired in settings.machines.items():
        for one in wired.readers:
            yield Place(machine, one, configured=True)


def _configured(settings: Settings, machine: str | None, name: str | None) -> Place:
    """The one reader of the configuration that is meant. Raises UsageError."""
    if machine is not None and machine not in settings.machines:
        raise UsageError(f"there is no machine {machine}", f"Known: {', '.join(settings.machines)}.")
    real = [place for place in _places(settings) if place.settings.kind not in ("sim", "none")]
    meant = [
        place for place in real if machine in (None, place.machine) and name in (None, place.settings.name)
    ]
    if len(meant) == 1:
        return meant[0]
    if meant:
        names = ", ".join(f"{place.machine} --reader {place.settings.name}" for place in meant)
        raise UsageError("more than one reader is meant", f"Say which: {names}.")
    plugged = ", ".join(map(str, keyboards())) or f"nothing that types is in {BY_ID}"
    raise UsageError(
        "the configuration has no such reader", f"Name a USB reader by --device. Plugged in: {plugged}."
    )


def _device_at(here: Here, device: Path) -> Place:
    """A reader by its device: as configured if it is, else as the first machine might have it."""
    places = _places_if_any(here)
    for place in places:
        if place.settings.path is not None and realpath(place.settings.path) == realpath(device):
            return place
    machine = places[0].machine if places else "laser"
    return Place(machine, ReaderSettings(USB, name=USB, path=lasting(device)), configured=False)


def _places_if_any(here: Here) -> tuple[Place, ...]:
    """A device can be tried before there is a configuration, or one that is whole."""
    try:
        return tuple(_places(here.settings))
    except ConfigError:
        return ()


# --- a reader that gives UIDs -----------------------------------------------------------------


def _said(here: Here) -> Callable[[Refused], str]:
    catalogue: Catalogue = here.catalogue

    def say(refused: Refused) -> str:
        said = catalogue.say(refused.code, {}, "en")
        return f"{said.text} {said.next}"

    return say


def _watch(opened: Reader, known: Uid | None, taps: int | None, say: Callable[[Refused], str]) -> None:
    _describe(opened)
    click.echo("Show a badge; Ctrl-C ends.")
    shown = 0
    while taps is None or shown < taps:
        for sighting in opened.wait(QUIET_S):
            match sighting:
                case Appeared(uid):
                    shown += 1
                    click.echo(f"badge   {uid}, {len(uid.raw)} bytes{_verdict(uid, known)}")
                case Left():
                    click.echo("        taken away")
                case Refused():
                    click.echo(f"refused {say(sighting)}")
    _describe(opened)


def _describe(opened: Reader) -> None:
    if isinstance(opened, Describes):
        click.echo(printable(opened.describe()))


def _verdict(uid: Uid, known: Uid | None) -> str:
    if known is None:
        return ""
    return ": the number that you gave" if uid == known else ": NOT the number that you gave"


# --- a reader that types ----------------------------------------------------------------------


def _teach(place: Place, known: Uid | None, taps: int | None) -> None:
    assert place.settings.path is not None, "checked with the configuration"
    with closing(Keyboard(place.settings.path)) as keyboard:
        keyboard.open()
        click.echo(f"{printable(keyboard.describe())}\nShow a badge; Ctrl-C ends.")
        for keys in islice(_lines(keyboard), taps):
            click.echo()
            _explain(place, keys, known)


def _lines(keyboard: Keyboard, quiet_s: float = QUIET_S) -> Iterator[tuple[Key, ...]]:
    """What is pressed, up to each Enter or to a silence."""
    pressed: list[Key] = []
    whole = True
    while True:
        heard = keyboard.keys(quiet_s)
        for key in heard:
            if isinstance(key, Lost):
                whole = False
                continue
            pressed.append(key)
            if key.down and key.code in ENTERS:
                if whole and any(other.down for other in pressed[:-1]):
                    yield tuple(pressed)
                pressed, whole = [], True
        if not heard:
            if whole and any(key.down for key in pressed):
                yield tuple(pressed)
            pressed, whole = [], True


def _explain(place: Place, keys: tuple[Key, ...], known: Uid | None) -> None:
    """One badge: what was typed, how it can be read, what to write."""
    click.echo(f"keys    {legend(keys)}")
    spelt = texts(keys)
    for text, layouts in spelt.items():
        click.echo(f"number  {text} ({len(text)} digits on the layout {' or '.join(layouts)})")
    ways = readings(keys)
    if ways:
        click.echo()
        show_table(("layout", "format", "order", "gives"), map(_row, ways), "")
    if place.configured:
        now = _now(place.settings, ways)
        click.echo(f"\nAs it is configured: {'no badge' if now is None else f'the badge {now}'}.")
    if not any(key.down and key.code in ENTERS for key in keys):
        click.echo(
            "\nIt did not press Enter. Set it to end each number with Enter (CR): without, nothing counts."
        )
        return
    click.echo()
    _advise(place, spelt, ways, known)


def _row(way: Reading) -> tuple[str, str, str, str]:
    gives = str(way.uid) if way.uid is not None else f"no badge: {way.why_not}"
    return " or ".join(way.layouts), way.notation.format, way.notation.order, gives


def _now(settings: ReaderSettings, ways: tuple[Reading, ...]) -> Uid | None:
    """The badge that the gate would see with its present settings."""
    for way in ways:
        there = (way.notation.format.value, way.notation.order.value)
        fits = settings.digits in (0, way.notation.digits)
        if fits and settings.layout in way.layouts and there == (settings.format, settings.order):
            return way.uid
    return None


_CUT = """\
This is a piece of the number: two badges could be taken for one. Set the reader to give the whole
number (8 digits or 10D for 4 bytes, 14 digits for 7), or do not use it with such badges."""
_MAYBE_CUT = f"""\
{_CUT.replace("This is", "This looks like")}
To be certain, show another badge, or give the number of this one by --uid."""
_MADE_UP = """\
It begins with 08: phones and bank cards make up such a number anew at each tap. Show a badge."""
_NO_LETTERS = """\
There is no letter in it, which is rare for a hexadecimal number: it may be a decimal one without its
leading zeros. To be certain, show another badge, or give the number of this one by --uid."""
_ANOTHERS = """\
No setting gives the number that you gave. Is it this badge's? What is printed on a badge is often
another number; an NFC app on a phone shows the right one as its serial number."""
_SEVERAL = """\
More than one way gives a number that a badge may have. To be certain, give the number of this badge
by --uid. If all readers of the lab are of this kind, any one way will do."""


def _advise(
    place: Place, spelt: dict[str, tuple[str, ...]], ways: tuple[Reading, ...], known: Uid | None
) -> None:
    fitting = [way for way in ways if way.uid is not None and known in (None, way.uid)]
    if not ways:
        click.echo(_unread(spelt))
    elif known is None and any(is_cut(way.raw, None) for way in ways):
        click.echo(_MAYBE_CUT)
    elif known is None and any(is_random(way.raw) for way in ways):
        click.echo(_MADE_UP)
    elif known is None and any(map(lacks_letters, ways)):
        click.echo(_NO_LETTERS)
    elif not fitting:
        click.echo(_CUT if any(is_cut(way.raw, known) for way in ways) else _ANOTHERS)
    elif place.configured and known is not None and _now(place.settings, ways) == known:
        click.echo("The settings are right.")
    else:
        if len({way.uid for way in fitting}) > 1:
            click.echo(_SEVERAL)
        click.echo(f"Write:\n\n{_toml(place, fitting[0])}")


def _unread(spelt: dict[str, tuple[str, ...]]) -> str:
    if not spelt:
        return (
            "A key in it is no digit on any layout. Set the reader to type the bare number: no prefix, no\n"
            "separators, no Alt codes, and the keyboard of one of the layouts us, fr, be, de."
        )
    return (
        "No badge's number has so many digits. Set the reader to 8H or 10D (4 bytes) or 14H (7 bytes),\n"
        "with leading zeros. A reader for 125 kHz tags does not read the badges that fabgate knows."
    )


def _digits(place: Place, way: Reading) -> int:
    """As many as it typed; 0 where it is set to another number and types both: any that fits."""
    typed, now = way.notation.digits or 0, place.settings
    both = place.configured and now.format == way.notation.format and now.digits not in (0, typed)
    return 0 if both else typed


def _toml(place: Place, way: Reading) -> str:
    """The table to write into the configuration."""
    lines = {
        "kind": USB,
        "path": str(place.settings.path),
        "layout": place.settings.layout if place.settings.layout in way.layouts else way.layouts[0],
        "format": way.notation.format.value,
        "order": way.notation.order.value,
        "digits": _digits(place, way),
    }
    table = f"[machine.{place.machine}.readers.{place.settings.name}]"
    return "\n".join(
        (table, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in lines.items()))
    )
