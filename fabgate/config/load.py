"""From a file to settings, or to one error that says all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from fabgate.charter import Skill
from fabgate.config import ends, keys, retention, rulebook_check, upkeep, wired, wiring
from fabgate.config.check import check
from fabgate.config.key import Key
from fabgate.config.prices import price_list
from fabgate.config.reading import Document, refuse, spot
from fabgate.config.rulebook import Rulebook
from fabgate.config.rulebook_keys import RULES, STAY
from fabgate.config.settings import (
    BackupSettings,
    BoardSettings,
    GateSettings,
    HubSettings,
    LabSettings,
    MachineSettings,
    Settings,
)
from fabgate.model import Duty, Ends, MachineId, MachineRules, Output, Sense, Service, SkillId

T = TypeVar("T")
_HOUR_MS = 3_600_000


def load(path: Path | str, rules: Path | None = None, tariff: Path | None = None) -> Settings:
    """The settings that a configuration file says, and the rules and the price list that it names.

    All three are checked together. Relative paths in it count from the folder of the file. `rules`
    and `tariff` take the place of the files that it names. Raises ConfigError with the file, the line,
    the key and the remedy of everything that is wrong.
    """
    document = Document(Path(path), keys.CONFIGURATION)
    its_rules = _named_file(document, keys.RULES, "rules sample openfab") if rules is None else rules
    its_tariff = _named_file(document, keys.TARIFF, "tariff sample") if tariff is None else tariff
    book = Document(its_rules or document.path, RULES, None if its_rules else b"")
    prices = None if its_tariff is None else price_list(its_tariff)
    check(document, book)
    rulebook_check.check(book, document)
    refuse([document, book, *(() if prices is None else prices.checked(document))])
    settings = _settings(document, Rulebook(book, document, document.need(keys.LANGUAGES)), its_rules)
    if prices is None:
        return settings
    return replace(settings, lab=replace(settings.lab, tariff=its_tariff), tariff=prices.tariff())


def _named_file(document: Document, key: Key[Path | None], sample: str) -> Path | None:
    """The file that a key names; None, and a problem, where it is not there."""
    named = document.get(key)
    if named is None or (_home(document) / named).is_file():
        return None if named is None else _home(document) / named
    document.wrong(
        spot(key),
        f"there is no file {_home(document) / named}",
        f"Write it: `fabgate {sample}` prints one to begin with. Or leave this key out.",
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
        board=_board(document),
        metrics=_path(document, keys.METRICS),
        charter=charter,
        usual=rulebook.skill(SkillId("")),
        hub=_hub(document),
        retention=_retention(document),
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


def _retention(document: Document) -> retention.Retention:
    return retention.Retention(**{key.parts[-1]: document.need(key) for key in retention.KEYS})


def _hub(document: Document) -> HubSettings | None:
    if not document.there("hub"):
        return None
    return HubSettings(
        address=document.need(keys.HUB_ADDRESS),
        port=document.need(keys.HUB_PORT),
        broker=document.need(keys.BROKER),
    )


def _board(document: Document) -> BoardSettings:
    return BoardSettings(
        serve=document.need(keys.BOARD_SERVE),
        address=document.need(keys.BOARD_ADDRESS),
        port=document.need(keys.BOARD_PORT),
        url=document.need(keys.BOARD_URL).rstrip("/"),
        certificate=_path(document, keys.BOARD_CERTIFICATE),
        key=_path(document, keys.BOARD_KEY),
        proxy=document.need(keys.BOARD_PROXY),
        site=document.need(keys.BOARD_SITE),
        logo=document.need(keys.BOARD_LOGO),
        mail=document.need(keys.BOARD_MAIL),
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
        accounting=_path(document, keys.ACCOUNTING),
    )


def _machine(document: Document, machine: str, rulebook: Rulebook, lab: LabSettings) -> MachineSettings:
    return MachineSettings(
        rules=_rules(document, machine, rulebook, lab),
        readers=wired.readers(document, machine),
        outputs=wired.outputs(document, machine),
        inputs=wired.inputs(document, machine),
        panel=wired.panel(document, machine),
        meter=wired.meter(document, machine),
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
        outputs=_outputs(document, machine),
        mirrors=_mirrors(document, machine),
        metered=_metered(document, machine),
        meter_proves=_proves(document, machine),
        overrun_ms=document.need(keys.OVERRUN, machine),
        idle_ms=document.need(keys.IDLE, machine) or None,
        takeover_ms=document.need(keys.TAKEOVER, machine) or None,
        audit=_audits(document, machine),
        services=tuple(_services(document, machine)),
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
    """The table of the machine's kind, with what the file says laid on top."""
    table = ends.SAFE[document.need(keys.KIND, machine)]
    own = {key.parts[-1]: document.get(key, machine) for key in ends.KEYS}
    table = replace(table, **{name: ending for name, ending in own.items() if ending is not None})
    return table.looking_on() if _audits(document, machine) else table


def _outputs(document: Document, machine: str) -> tuple[Output, ...]:
    return tuple(
        Output(
            name,
            document.need(wiring.OUTPUT_ROLE, machine, name),
            document.need(wiring.ON_DELAY, machine, name),
            document.need(wiring.OFF_DELAY, machine, name),
        )
        for name in document.names("machine", machine, "output")
    )


def _mirrors(document: Document, machine: str) -> tuple[tuple[str, str], ...]:
    """Each mirror contact and the output that it mirrors: by itself the first one of role power."""
    outputs = document.names("machine", machine, "output")
    power = [name for name in outputs if document.need(wiring.OUTPUT_ROLE, machine, name) is Duty.POWER]
    return tuple(
        (name, document.get(wiring.MIRRORS, machine, name) or power[0])
        for name in document.names("machine", machine, "input")
        if document.need(wiring.INPUT_ROLE, machine, name) is Sense.MIRROR
    )


def _metered(document: Document, machine: str) -> bool:
    """Whether anything tells idle from busy."""
    senses = (
        document.need(wiring.INPUT_ROLE, machine, name)
        for name in document.names("machine", machine, "input")
    )
    return document.there("machine", machine, "meter") or Sense.RUNNING in senses


def _audits(document: Document, machine: str) -> bool:
    return document.need(keys.MODE, machine) == "audit"


def _proves(document: Document, machine: str) -> bool:
    return document.there("machine", machine, "meter") and document.need(upkeep.PROVES, machine)


def _services(document: Document, machine: str) -> Iterator[Service]:
    for name in document.names("machine", machine, "service"):
        powered, busy = (
            document.get(key, machine, name) for key in (upkeep.SERVICE_POWERED, upkeep.SERVICE_BUSY)
        )
        yield Service(
            name,
            powered_ms=None if powered is None else powered * _HOUR_MS,
            busy_ms=None if busy is None else busy * _HOUR_MS,
            jobs=document.get(upkeep.SERVICE_JOBS, machine, name),
            days=document.get(upkeep.SERVICE_DAYS, machine, name),
            blocks=document.need(upkeep.SERVICE_BLOCKS, machine, name),
        )


def _changed(document: Document, machine: str, zone: ZoneInfo) -> int | None:
    """The first moment of the day on which a machine was replaced, in the lab's zone (wall ms)."""
    day = document.get(keys.CHANGED, machine)
    return None if day is None else int(datetime.combine(day, time(), zone).timestamp()) * 1000


def _path(document: Document, key: Key[Path | None]) -> Path | None:
    path = document.need(key)
    return None if path is None else _home(document) / path


def _home(document: Document) -> Path:
    return document.path.absolute().parent
