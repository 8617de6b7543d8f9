"""What is wrong with a configuration although each value by itself is fine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fabgate.config import keys, upkeep, wiring
from fabgate.config.check_bench import check_bench
from fabgate.config.key import Key
from fabgate.config.places import Where
from fabgate.config.reading import Document, spot
from fabgate.config.values import nearest
from fabgate.config.wiring import BENCH_GROUP, BENCHES, EITHER, OTHER_PINS, POWER_PINS, RESET_PINS
from fabgate.model import Duty, Hold, Kind

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Names that outputs and inputs cannot have: the bench uses them for other things.
TAKEN = ("buzzer", "current", "display", "lamp", "meter", "reader")
_DEVICES = (
    (wiring.LAMP, wiring.LAMPS),
    (wiring.BUZZER, wiring.BUZZERS),
    (wiring.DISPLAY, wiring.DISPLAYS),
    (upkeep.METER, upkeep.METERS),
)
_Used = tuple[Where, int, tuple[int, ...]]  # a key, the pin that it names, the pins that it may name


def check(document: Document, rules: Document) -> None:
    """Note in `document` all that does not fit together, or not to the file of rules beside it."""
    _check_texts(document)
    _check_board(document)
    if document.there("hub"):
        _check_hub(document)
    else:
        _check_gate(document, rules)


def _check_hub(document: Document) -> None:
    """A hub's file speaks of no gate; its broker is plain on this computer only; its lab can be a topic."""
    for other in ("gate", "machine"):
        if document.there(other):
            document.wrong(
                (other,),
                "a hub's file has no gate and no machine",
                "Gates have files of their own, and so has the hub: move this to one of them.",
            )
    address = document.get(keys.HUB_ADDRESS)
    if document.get(keys.BROKER) == "loopback" and address not in (None, *LOOPBACK):
        document.wrong(
            spot(keys.HUB_ADDRESS),
            f"a loopback broker is not reached at {address}",
            f'Write one of {", ".join(LOOPBACK)}, or broker = "mosquitto".',
        )
    if "%" in (document.get(keys.LAB) or ""):
        document.wrong(spot(keys.LAB), "the broker's rules cannot bear a %", "Write the name without it.")


def _check_gate(document: Document, rules: Document) -> None:
    if document.get(keys.GATE) == keys.HUB_NAME:
        document.wrong(spot(keys.GATE), f'"{keys.HUB_NAME}" is the name of the hub', "Take another one.")
    machines = document.names("machine")
    if not machines and not document.there("machine"):
        document.wrong(("machine",), "there is no machine", "Write one: [machine.laser]")
    bench = _bench(document)
    for machine in machines:
        _check_kind(document, machine)
        _check_lengths(document, machine)
        _check_company(document, rules, machine)
        _check_lines(document, machine)
        check_bench(document, machine)
        if bench in BENCHES:
            _check_devices(document, machine, bench)
        if bench == "pi":
            _check_wired(document, machine)
    _check_pins(document, machines)
    _check_buses(document, machines)


def _check_texts(document: Document) -> None:
    own = document.get(keys.TEXTS)
    if own is not None and not (document.path.parent / own).is_file():
        document.wrong(
            spot(keys.TEXTS),
            f"there is no file {document.path.parent / own}",
            "Write the file, or leave this key out.",
        )


def _check_board(document: Document) -> None:
    """A certificate and its key go together, and the address that people type is one of the web."""
    pair = (keys.BOARD_CERTIFICATE, keys.BOARD_KEY)
    for here, there in (pair, pair[::-1]):
        if document.get(here) is not None and document.get(there) is None:
            document.wrong(spot(here), f"{there.path} is missing", "Name both files, or neither.")
    for key in (keys.BOARD_URL, keys.BOARD_SITE, keys.BOARD_LOGO):
        said = document.get(key) or ""
        if said and not said.startswith(("https://", "http://")):
            document.wrong(spot(key), f"{said!r} is no address of the web", "Begin it with https://")


def _bench(document: Document) -> str | None:
    """The bench, None for one that nobody has. Other packages are looked at only for another name."""
    bench = document.get(keys.BENCH)
    if bench is None or bench in BENCHES:
        return bench
    from importlib.metadata import entry_points  # slow to import, and hardly ever needed

    others = entry_points(group=BENCH_GROUP).names
    if bench in others:
        return bench
    document.wrong(spot(keys.BENCH), f'there is no bench "{bench}"', nearest(bench, {*BENCHES, *others}))
    return None


_OF_MACHINES: tuple[Key[object], ...] = (
    keys.SKILL,
    keys.CLASS,
    keys.REPROOF,
    keys.COMPANY_GRACE,
    keys.MAX_TRAINEES,
    keys.CHECK_IN,
    keys.GUESTS,
    keys.CHANGED,
)


def _check_kind(document: Document, machine: str) -> None:
    """A machine has power and takes a skill; a door has a strike; a counter switches nothing."""
    kind = document.get(keys.KIND, machine)
    if kind is None:
        return
    if kind.is_machine:
        if not document.written(keys.SKILL, machine):
            document.missing(keys.SKILL, spot(keys.SKILL, machine))
    else:
        for key in _OF_MACHINES:
            if document.written(key, machine):
                where = spot(key, machine)
                document.wrong(where, f"a {kind} takes no skill and asks for no company", "Leave it out.")
        if document.get(keys.HOLD, machine) is Hold.SLOT:
            document.wrong(
                spot(keys.HOLD, machine), f"nobody leaves a badge in a {kind}", 'Write hold = "tap".'
            )
    _check_roles(document, machine, kind)


def _check_roles(document: Document, machine: str, kind: Kind) -> None:
    """A machine has power, a door a strike; extraction and the like may stand beside either."""
    wanted = Duty.POWER if kind.is_machine else Duty.PULSE if kind is Kind.DOOR else None
    allowed = _ALLOWED[wanted]
    outputs = document.names("machine", machine, "output")
    roles = {name: document.get(wiring.OUTPUT_ROLE, machine, name) for name in outputs}
    if wanted is not None and wanted not in roles.values() and None not in roles.values():
        document.wrong(
            ("machine", machine, "output"),
            f"the {kind} has no output of role {wanted}",
            f'Write one: [machine.{machine}.output.relay] with role = "{wanted}".',
        )
    for name, role in roles.items():
        if role is not None and role not in allowed:
            document.wrong(
                spot(wiring.OUTPUT_ROLE, machine, name),
                f"a {kind} has no output of role {role}",
                f'Write role = "{wanted}".' if wanted else "Leave the output out, or make it a door.",
            )


_ALLOWED: Mapping[Duty | None, tuple[Duty, ...]] = {
    Duty.POWER: tuple(Duty),
    Duty.PULSE: (Duty.PULSE, Duty.AUX),
    None: (),
}


def _check_company(document: Document, rules: Document, machine: str) -> None:
    """Opening hours that exist, and a proof of presence that is asked for within a session."""
    known = rules.names("opening")
    for name in document.get(keys.OPENING, machine) or ():
        if name not in known:
            cure = nearest(name, known) if known else "The file of rules has none."
            document.wrong(
                spot(keys.OPENING, machine),
                f'there are no opening hours "{name}"',
                f"{cure} Or write [opening.{name}] in the file of rules (lab.rules).",
            )
    limit, reproof = document.get(keys.LIMIT, machine), document.get(keys.REPROOF, machine)
    if limit is not None and reproof is not None and reproof >= limit:
        document.wrong(
            spot(keys.REPROOF, machine),
            f"nobody is asked every {document.raw(keys.REPROOF, machine)} in a session of at most "
            f"{document.raw(keys.LIMIT, machine)}",
            'Write a shorter length, or "never".',
        )


def _check_lengths(document: Document, machine: str) -> None:
    limit, warning = document.get(keys.LIMIT, machine), document.get(keys.WARNING, machine)
    if limit is None or warning is None or warning < limit:
        return
    written = keys.WARNING if document.written(keys.WARNING, machine) else keys.LIMIT
    document.wrong(
        spot(written, machine),
        f"the warning ({document.raw(keys.WARNING, machine)} before the end) is not shorter "
        f"than the limit ({document.raw(keys.LIMIT, machine)})",
        "Write a shorter warning or a longer limit.",
    )


def _check_lines(document: Document, machine: str) -> None:
    """Outputs and inputs: a name of its own for each."""
    outputs = document.names("machine", machine, "output")
    inputs = document.names("machine", machine, "input")
    for name in inputs:
        if name in outputs:
            _taken(document, ("machine", machine, "input", name))
    for kind, names in (("output", outputs), ("input", inputs)):
        for name in names:
            if name in TAKEN:
                _taken(document, ("machine", machine, kind, name))


def _taken(document: Document, where: Where) -> None:
    document.wrong(
        where,
        f'the name "{where[-1]}" is taken',
        f"Give each output and input a name of its own, and none of: {', '.join(TAKEN)}.",
    )


def _check_devices(document: Document, machine: str, bench: str) -> None:
    """Known kinds, and of this bench: a simulated device never stands beside a wired one (law 8)."""
    own = document.names("machine", machine, "readers")
    if bench != "sim" and not own and not document.written(wiring.READER, machine):
        known = [name for name, of in wiring.READERS.items() if of in (bench, EITHER)]
        document.wrong(
            spot(wiring.READER, machine),
            f"a machine on the {bench} bench needs a reader",
            f"Known there: {', '.join(known)}.",
        )
    _check_device(document, wiring.READER, wiring.READERS, bench, machine)
    for name in own:
        _check_device(document, wiring.READER_KIND, wiring.READERS, bench, machine, name)
    for key, known_kinds in _DEVICES:
        _check_device(document, key, known_kinds, bench, machine)


def _check_device(
    document: Document, key: Key[str], kinds: Mapping[str, str], bench: str, *names: str
) -> None:
    kind = document.get(key, *names)
    if kind is None:
        return
    known = [name for name, of in kinds.items() if of in (bench, EITHER)]
    if kind not in kinds:
        document.wrong(spot(key, *names), f'there is no {key.parts[-1]} "{kind}"', nearest(kind, known))
    elif kind not in known:
        document.wrong(
            spot(key, *names),
            f'"{kind}" is a device of the {kinds[kind]} bench, and this is the {bench} bench',
            f"The two are never mixed. Known here: {', '.join(known)}.",
        )


def _check_wired(document: Document, machine: str) -> None:
    """On a Raspberry Pi everything that is wired has its pin."""
    for kind, key in (("output", wiring.OUTPUT_PIN), ("input", wiring.INPUT_PIN)):
        for name in document.names("machine", machine, kind):
            if not document.written(key, machine, name):
                document.wrong(spot(key, machine, name), "it needs a pin", f"Write pin = {key.example}.")
    _check_readers(document, machine)
    if document.get(wiring.LAMP, machine) == "rgb" and document.get(wiring.RGB, machine) == ():
        document.wrong(
            spot(wiring.RGB, machine), "the lamp needs three pins", "Write lamp_pins = [22, 23, 24]."
        )
    if document.get(wiring.BUZZER, machine) == "gpio" and not document.written(wiring.BUZZER_PIN, machine):
        document.wrong(spot(wiring.BUZZER_PIN, machine), "the buzzer needs a pin", "Write buzzer_pin = 13.")


def _check_readers(document: Document, machine: str) -> None:
    """What a kind of reader asks for; and a slot needs a reader that sees a badge leave."""
    general = document.get(wiring.READER, machine)
    names = document.names("machine", machine, "readers")
    kinds = {name: document.get(wiring.READER_KIND, machine, name) or general for name in names}
    for name, kind in kinds.items():
        if kind == "usb" and document.get(wiring.INPUT_DEVICE, machine, name) is None:
            where = spot(wiring.INPUT_DEVICE, machine, name)
            document.wrong(
                where,
                "a usb reader needs its device",
                "`ls /dev/input/by-id/` names it; `fabgate reader test --device` shows how it types.",
            )
        if kind == "usb":
            _check_digits(document, machine, name)
    if not names and general == "usb":
        document.wrong(
            spot(wiring.READER, machine),
            "a usb reader needs its device",
            f"Write [machine.{machine}.readers.reader] with path = ...",
        )
    present = set(kinds.values()) or {general}
    if document.get(keys.HOLD, machine) is Hold.SLOT and present == {"usb"}:
        where = spot(keys.HOLD, machine)
        document.wrong(where, "a usb reader cannot see a badge leave", 'Write hold = "tap".')


def _check_digits(document: Document, machine: str, name: str) -> None:
    digits = document.get(wiring.TYPED_DIGITS, machine, name)
    form = document.get(wiring.FORMAT, machine, name)
    if digits is None or form is None or digits in (0, *wiring.DIGITS[form]):
        return
    known = ", ".join(map(str, wiring.DIGITS[form]))
    document.wrong(
        spot(wiring.TYPED_DIGITS, machine, name),
        f"no badge's number has {digits} {form} digits",
        f"Write one of {known}, or 0 for any of them.",
    )


def _check_buses(document: Document, machines: tuple[str, ...]) -> None:
    """No two rc522 readers on one chip select."""
    used: dict[tuple[int | None, int | None], Where] = {}
    for machine in machines:
        for name in document.names("machine", machine, "readers"):
            kind = document.get(wiring.READER_KIND, machine, name) or document.get(wiring.READER, machine)
            at = (document.get(wiring.BUS, machine, name), document.get(wiring.DEVICE, machine, name))
            where = spot(wiring.DEVICE, machine, name)
            if kind == "rc522" and at in used:
                told = f"another reader is on bus {at[0]}, device {at[1]}: {'.'.join(used[at][:-1])}"
                document.wrong(where, told, "Give each its own chip select: device = 0 or 1.")
            elif kind == "rc522":
                used[at] = where


def _check_pins(document: Document, machines: tuple[str, ...]) -> None:
    used: dict[int, Where] = {}
    for machine in machines:
        for where, pin, allowed in _pins(document, machine):
            if pin not in allowed:
                document.wrong(
                    where,
                    f"BCM {pin} cannot be used here",
                    f"Take one of: {', '.join(map(str, allowed))}.",
                )
            elif pin in used:
                document.wrong(
                    where,
                    f"BCM {pin} is already that of {'.'.join(used[pin])}",
                    "Give each its own pin, over all machines.",
                )
            used.setdefault(pin, where)


def _pins(document: Document, machine: str) -> Iterator[_Used]:
    one_pin = (("output", wiring.OUTPUT_PIN, POWER_PINS), ("input", wiring.INPUT_PIN, OTHER_PINS))
    for kind, key, allowed in one_pin:
        for name in document.names("machine", machine, kind):
            pin = document.get(key, machine, name)
            if pin is not None:
                yield spot(key, machine, name), pin, allowed
    for pin in document.get(wiring.RGB, machine) or ():
        yield spot(wiring.RGB, machine), pin, OTHER_PINS
    for name in document.names("machine", machine, "readers"):
        pin = document.get(wiring.RESET, machine, name)
        if document.get(wiring.READER_KIND, machine, name) == "rc522" and pin is not None:
            yield spot(wiring.RESET, machine, name), pin, RESET_PINS
    pin = document.get(wiring.BUZZER_PIN, machine)
    if pin is not None:
        yield spot(wiring.BUZZER_PIN, machine), pin, OTHER_PINS
