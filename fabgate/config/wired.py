"""What is wired to a machine, as its part of the file says: readers, outputs, inputs, panel, meter."""

from __future__ import annotations

from fabgate.config import keys, upkeep, wiring
from fabgate.config.key import Key
from fabgate.config.reading import Document
from fabgate.config.settings import Contact, MeterSettings, Panel, ReaderSettings, Wire

LCD_ADDRESS = 0x27
MCP3008_BUS = 0


def outputs(document: Document, machine: str) -> tuple[Wire, ...]:
    """In their declared order."""
    return tuple(
        Wire(
            name,
            document.need(wiring.OUTPUT_ROLE, machine, name),
            document.get(wiring.OUTPUT_PIN, machine, name),
        )
        for name in document.names("machine", machine, "output")
    )


def inputs(document: Document, machine: str) -> tuple[Contact, ...]:
    """Each with which way its contact moves."""
    return tuple(_contact(document, machine, name) for name in document.names("machine", machine, "input"))


def _contact(document: Document, machine: str, name: str) -> Contact:
    sense = document.need(wiring.INPUT_ROLE, machine, name)
    contact = document.get(wiring.CONTACT, machine, name)
    opens = sense.opens if contact is None else contact == "opens"
    return Contact(name, sense, document.get(wiring.INPUT_PIN, machine, name), opens)


def readers(document: Document, machine: str) -> tuple[ReaderSettings, ...]:
    """The readers that have a table of their own; without one, the machine's `reader` as it stands."""
    usual = ReaderSettings(
        kind=_device(document, wiring.READER, machine), hold=document.need(keys.HOLD, machine)
    )
    names = document.names("machine", machine, "readers")
    return tuple(_reader(document, machine, name, usual) for name in names) or (usual,)


def _reader(document: Document, machine: str, name: str, usual: ReaderSettings) -> ReaderSettings:
    return ReaderSettings(
        kind=document.get(wiring.READER_KIND, machine, name) or usual.kind,
        name=name,
        hold=document.get(wiring.READER_HOLD, machine, name) or usual.hold,
        bus=document.need(wiring.BUS, machine, name),
        device=document.need(wiring.DEVICE, machine, name),
        reset=document.need(wiring.RESET, machine, name),
        path=document.need(wiring.INPUT_DEVICE, machine, name),
        layout=document.need(wiring.LAYOUT, machine, name),
        format=document.need(wiring.FORMAT, machine, name),
        order=document.need(wiring.ORDER, machine, name),
        digits=document.need(wiring.TYPED_DIGITS, machine, name),
    )


def panel(document: Document, machine: str) -> Panel:
    """What faces the people."""
    display = _device(document, wiring.DISPLAY, machine)
    address = document.get(wiring.DISPLAY_ADDRESS, machine)
    usual = LCD_ADDRESS if display == "lcd" else Panel().display_address
    return Panel(
        lamp=_device(document, wiring.LAMP, machine),
        lamp_pins=document.need(wiring.RGB, machine),
        buzzer=_device(document, wiring.BUZZER, machine),
        buzzer_pin=document.get(wiring.BUZZER_PIN, machine),
        display=display,
        display_driver=document.need(wiring.DISPLAY_DRIVER, machine),
        display_bus=document.need(wiring.DISPLAY_BUS, machine),
        display_address=usual if address is None else address,
        display_columns=document.need(wiring.DISPLAY_COLUMNS, machine),
        display_rows=document.need(wiring.DISPLAY_ROWS, machine),
    )


def meter(document: Document, machine: str) -> MeterSettings | None:
    """What measures its current; None where nothing does."""
    if not document.there("machine", machine, "meter"):
        return None
    kind, bus = document.need(upkeep.METER, machine), document.get(upkeep.METER_BUS, machine)
    usual = MCP3008_BUS if kind == "mcp3008" else MeterSettings(kind).bus
    return MeterSettings(
        kind=kind,
        channel=document.need(upkeep.CHANNEL, machine),
        address=document.need(upkeep.ADDRESS, machine),
        bus=usual if bus is None else bus,
        device=document.need(upkeep.METER_DEVICE, machine),
        per_volt=document.need(upkeep.PER_VOLT, machine),
        busy=document.need(upkeep.BUSY, machine),
        idle=document.need(upkeep.IDLE_BELOW, machine),
        hold_ms=document.need(upkeep.METER_HOLD, machine),
    )


def _device(document: Document, key: Key[str], machine: str) -> str:
    """The kind of a device: as written, else what the bench has by itself."""
    bench = document.need(keys.BENCH)
    return document.get(key, machine) or ("sim" if bench == "sim" else "none")
