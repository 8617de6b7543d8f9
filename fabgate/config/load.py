"""From a file to settings, or to one error that says all that is wrong with it."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from fabgate.charter import Skill
from fabgate.config import keys, rulebook_check, wiring
from fabgate.config.check import check
from fabgate.config.key import Key
from fabgate.config.reading import Document, refuse, spot
from fabgate.config.rulebook import Rulebook
from fabgate.config.rulebook_keys import RULES, STAY
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
from fabgate.model import Ends, MachineId, MachineRules, SkillId

T = TypeVar("T")


def load(path: Path | str, rules: Path | None = None) -> Settings:
    """The settings that a configuration file says, and the file of rules that it names, checked together.

    Relative paths in it count from the folder of the file. `rules` takes the place of the file of
    rules that it names. Raises ConfigError with the file, the line, the key and the remedy of
    everything that is wrong.
    """
    document = Document(Path(path), keys.CONFIGURATION)
    its_rules = _rules_file(document) if rules is None else rules
    book = Document(its_rules or document.path, RULES, None if its_rules else b"")
    check(document, book)
    rulebook_check.check(book, document)
    refuse([document, book])
    return _settings(document, Rulebook(book, document, document.need(keys.LANGUAGES)), its_rules)


def _rules_file(document: Document) -> Path | None:
    """The file of rules that a configuration names; None, and a problem, where it is not there."""
    named = document.get(keys.RULES)
    if named is None or (_home(document) / named).is_file():
        return None if named is None else _home(document) / named
    document.wrong(
        spot(keys.RULES),
        f"there is no file {_home(document) / named}",
        "Write it: `fabgate rules sample openfab` prints one to begin with. Or leave this key out.",
    )
    return None


def _settings(document: Document, rulebook: Rulebook, rules: Path | None) -> Settings:
    lab = _lab(document, rules)
    charter = rulebook.charter(map(SkillId, rulebook_check.skills_named(rulebook.document, document)))
    return Settings(
        path=document.path.absolute(),
        lab=lab,
        gate=_gate(document),
        skills=charter.skills,
        machines={
            MachineId(name): _machine(document, name, rulebook, lab) for name in document.names("machine")
        },
        proof=document.need(keys.PROOF),
        backup=BackupSettings(_path(document, keys.BACKUP), document.need(keys.KEEP)),
        metrics=_path(document, keys.METRICS),
        charter=charter,
        usual=rulebook.skill(SkillId("")),
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


def _lab(document: Document, rules: Path | None) -> LabSettings:
    return LabSettings(
        name=document.need(keys.LAB),
        zone=document.need(keys.TIME_ZONE),
        languages=document.need(keys.LANGUAGES),
        contact=document.need(keys.CONTACT),
        first_manager=document.need(keys.FIRST_MANAGER),
        texts=_path(document, keys.TEXTS),
        rules=rules,
    )


def _machine(document: Document, machine: str, rulebook: Rulebook, lab: LabSettings) -> MachineSettings:
    return MachineSettings(
        rules=_rules(document, machine, rulebook, lab),
        readers=_readers(document, machine),
        outputs=tuple(
            Pin(
                name,
                document.need(wiring.OUTPUT_ROLE, machine, name),
                document.get(wiring.OUTPUT_PIN, machine, name),
            )
            for name in document.names("machine", machine, "output")
        ),
        inputs=tuple(
            Pin(
                name,
                document.need(wiring.INPUT_ROLE, machine, name),
                document.get(wiring.INPUT_PIN, machine, name),
            )
            for name in document.names("machine", machine, "input")
        ),
        panel=Panel(
            lamp=_device(document, wiring.LAMP, machine),
            lamp_pins=document.need(wiring.RGB, machine),
            buzzer=_device(document, wiring.BUZZER, machine),
            buzzer_pin=document.get(wiring.BUZZER_PIN, machine),
            display=_device(document, wiring.DISPLAY, machine),
        ),
    )


def _readers(document: Document, machine: str) -> tuple[ReaderSettings, ...]:
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


def _rules(document: Document, machine: str, rulebook: Rulebook, lab: LabSettings) -> MachineRules:
    """How a machine behaves: what it says itself, else what its skill says as one of the machine's class."""
    skill = _taken(document, machine, rulebook)

    def own(key: Key[T], usual: T) -> T:
        found = document.get(key, machine)
        return usual if found is None else found

    return MachineRules(
        machine=MachineId(machine),
        skill=skill.id,
        title=document.get(keys.TITLE, machine) or machine,
        hold=document.need(keys.HOLD, machine),
        limit_ms=document.need(keys.LIMIT, machine),
        warning_ms=document.need(keys.WARNING, machine),
        grace_ms=document.need(keys.GRACE, machine),
        wait_ms=document.need(keys.WAIT, machine),
        undo_ms=document.need(keys.UNDO, machine),
        ink_ms=document.need(keys.INK, machine),
        sponsor_from=skill.sponsor_from,
        ends=_ends(document, machine),
        contact=lab.contact,
        kind=document.need(keys.KIND, machine),
        company=skill.company,
        reproof_ms=own(keys.REPROOF, skill.reproof_ms),
        company_grace_ms=own(keys.COMPANY_GRACE, skill.company_grace_ms),
        max_trainees=own(keys.MAX_TRAINEES, skill.max_trainees),
        check_in=own(keys.CHECK_IN, skill.check_in),
        sponsor_status=skill.sponsor_status,
        guests=own(keys.GUESTS, skill.guests),
        praise_ms=document.need(keys.PRAISE, machine),
        confirm_ms=document.need(keys.CONFIRM, machine),
        pulse_ms=document.need(keys.PULSE, machine),
        openings=document.need(keys.OPENING, machine),
        changed_ms=_changed(document, machine, lab.zone),
        stale_after_ms=skill.stale_after_ms,
        stale=skill.stale,
        stay_ms=rulebook.document.need(STAY),
    )


def _taken(document: Document, machine: str, rulebook: Rulebook) -> Skill:
    """The skill that a machine takes, as on a machine of its class.

    A door or counter takes none and is of no class: its own id stands in the place of a skill, and
    nobody holds that.
    """
    name = document.get(keys.SKILL, machine)
    if name is None:
        return Skill(SkillId(machine), machine)
    return rulebook.skill(SkillId(name), document.get(keys.CLASS, machine))


def _ends(document: Document, machine: str) -> Ends:
    return Ends(
        revoked=document.need(keys.REVOKED, machine),
        suspended=document.need(keys.SUSPENDED, machine),
        locked=document.need(keys.LOCKED, machine),
        alone=document.need(keys.ALONE, machine),
    )


def _changed(document: Document, machine: str, zone: ZoneInfo) -> int | None:
    """The first moment of the day on which a machine was replaced, in the lab's zone (wall ms)."""
    day = document.get(keys.CHANGED, machine)
    return None if day is None else int(datetime.combine(day, time(), zone).timestamp()) * 1000


def _device(document: Document, key: Key[str], machine: str) -> str:
    """The kind of a device: as written, else what the bench has by itself."""
    bench = document.need(keys.BENCH)
    return document.get(key, machine) or ("sim" if bench == "sim" else "none")


def _path(document: Document, key: Key[Path | None]) -> Path | None:
    path = document.need(key)
    return None if path is None else _home(document) / path


def _home(document: Document) -> Path:
    return document.path.absolute().parent
