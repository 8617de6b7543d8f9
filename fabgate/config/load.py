"""From a file to settings, or to one error that says all that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from fabgate.charter import Charter, Skill
from fabgate.config import keys
from fabgate.config.check import check
from fabgate.config.keys import Key
from fabgate.config.reading import Document
from fabgate.config.settings import (
    BackupSettings,
    GateSettings,
    HubSettings,
    LabSettings,
    MachineSettings,
    Panel,
    Pin,
    ReaderSettings,
    Settings,
)
from fabgate.model import Ends, Level, MachineId, MachineRules, SkillId


def load(path: Path | str) -> Settings:
    """The settings that a configuration file says, checked against each other.

    Relative paths in it count from the folder of the file. Raises ConfigError with the file, the
    line, the key and the remedy of everything that is wrong.
    """
    document = Document(Path(path))
    check(document)
    document.refuse()
    return _settings(document)


def _settings(document: Document) -> Settings:
    machines = document.names("machine")
    skills = {SkillId(document.need(keys.SKILL, machine)) for machine in machines}
    skills |= {SkillId(name) for name in document.names("skill")}
    lab = _lab(document)
    known = {skill: _skill(document, skill) for skill in sorted(skills)}
    return Settings(
        path=document.path.absolute(),
        lab=lab,
        gate=_gate(document),
        skills=known,
        machines={MachineId(name): _machine(document, name, known, lab.contact) for name in machines},
        proof=document.need(keys.PROOF),
        backup=BackupSettings(_path(document, keys.BACKUP), document.need(keys.KEEP)),
        metrics=_path(document, keys.METRICS),
        charter=Charter(skills=known),
        hub=_hub(document),
    )


def _gate(document: Document) -> GateSettings:
    """The gate; of a hub's file, what the hub has of one, so that it keeps its books by the same rules."""
    if document.there("hub"):
        state = _home(document) / document.need(keys.HUB_STATE)
        return GateSettings(keys.HUB_NAME, state, clock=document.need(keys.HUB_CLOCK))
    return GateSettings(
        name=document.need(keys.GATE),
        state=_home(document) / document.need(keys.STATE),
        bench=document.need(keys.BENCH),
        clock=document.need(keys.CLOCK),
        beat_ms=document.need(keys.HEARTBEAT),
    )


def _hub(document: Document) -> HubSettings | None:
    if not document.there("hub"):
        return None
    return HubSettings(
        address=document.need(keys.HUB_ADDRESS),
        port=document.need(keys.HUB_PORT),
        broker=document.need(keys.BROKER),
    )


def _lab(document: Document) -> LabSettings:
    return LabSettings(
        name=document.need(keys.LAB),
        zone=document.need(keys.TIME_ZONE),
        languages=document.need(keys.LANGUAGES),
        contact=document.need(keys.CONTACT),
        first_manager=document.need(keys.FIRST_MANAGER),
        texts=_path(document, keys.TEXTS),
    )


def _skill(document: Document, skill: SkillId) -> Skill:
    title = document.get(keys.SKILL_TITLE, skill) or skill
    return Skill(skill, title, document.need(keys.SPONSOR_FROM, skill))


def _machine(document: Document, machine: str, skills: dict[SkillId, Skill], contact: str) -> MachineSettings:
    skill = SkillId(document.need(keys.SKILL, machine))
    return MachineSettings(
        rules=_rules(document, machine, skill, skills[skill].sponsor_from, contact),
        readers=_readers(document, machine),
        outputs=tuple(
            Pin(
                name,
                document.need(keys.OUTPUT_ROLE, machine, name),
                document.get(keys.OUTPUT_PIN, machine, name),
            )
            for name in document.names("machine", machine, "output")
        ),
        inputs=tuple(
            Pin(
                name,
                document.need(keys.INPUT_ROLE, machine, name),
                document.get(keys.INPUT_PIN, machine, name),
            )
            for name in document.names("machine", machine, "input")
        ),
        panel=Panel(
            lamp=_device(document, keys.LAMP, machine),
            lamp_pins=document.need(keys.RGB, machine),
            buzzer=_device(document, keys.BUZZER, machine),
            buzzer_pin=document.get(keys.BUZZER_PIN, machine),
            display=_device(document, keys.DISPLAY, machine),
        ),
    )


def _readers(document: Document, machine: str) -> tuple[ReaderSettings, ...]:
    """The readers that have a table of their own; without one, the machine's `reader` as it stands."""
    usual = ReaderSettings(
        kind=_device(document, keys.READER, machine), hold=document.need(keys.HOLD, machine)
    )
    names = document.names("machine", machine, "readers")
    return tuple(_reader(document, machine, name, usual) for name in names) or (usual,)


def _reader(document: Document, machine: str, name: str, usual: ReaderSettings) -> ReaderSettings:
    return ReaderSettings(
        kind=document.get(keys.READER_KIND, machine, name) or usual.kind,
        name=name,
        hold=document.get(keys.READER_HOLD, machine, name) or usual.hold,
        bus=document.need(keys.BUS, machine, name),
        device=document.need(keys.DEVICE, machine, name),
        reset=document.need(keys.RESET, machine, name),
        path=document.need(keys.INPUT_DEVICE, machine, name),
        layout=document.need(keys.LAYOUT, machine, name),
        format=document.need(keys.FORMAT, machine, name),
        order=document.need(keys.ORDER, machine, name),
        digits=document.need(keys.TYPED_DIGITS, machine, name),
    )


def _rules(
    document: Document, machine: str, skill: SkillId, sponsor_from: Level, contact: str
) -> MachineRules:
    return MachineRules(
        machine=MachineId(machine),
        skill=skill,
        title=document.get(keys.TITLE, machine) or machine,
        hold=document.need(keys.HOLD, machine),
        limit_ms=document.need(keys.LIMIT, machine),
        warning_ms=document.need(keys.WARNING, machine),
        grace_ms=document.need(keys.GRACE, machine),
        wait_ms=document.need(keys.WAIT, machine),
        undo_ms=document.need(keys.UNDO, machine),
        ink_ms=document.need(keys.INK, machine),
        sponsor_from=sponsor_from,
        ends=Ends(
            revoked=document.need(keys.REVOKED, machine),
            suspended=document.need(keys.SUSPENDED, machine),
            locked=document.need(keys.LOCKED, machine),
        ),
        contact=contact,
    )


def _device(document: Document, key: Key[str], machine: str) -> str:
    """The kind of a device: as written, else what the bench has by itself."""
    bench = document.need(keys.BENCH)
    return document.get(key, machine) or ("sim" if bench == "sim" else "none")


def _path(document: Document, key: Key[Path | None]) -> Path | None:
    path = document.need(key)
    return None if path is None else _home(document) / path


def _home(document: Document) -> Path:
    return document.path.absolute().parent
