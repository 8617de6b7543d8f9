"""The configuration: one TOML file -> frozen settings, or an error that names the line and the cure.

`KEYS` is the whole list of what may be written, with type, default and meaning; the loader, the
sample file and the page for installers are all made from it. Nothing is started on a broken file.
"""

from fabgate.charter import Charter, Skill
from fabgate.config.keys import KEYS
from fabgate.config.load import load
from fabgate.config.pages import hub_sample, reference, rules_reference, sample, tariff_reference
from fabgate.config.prices import read_tariff
from fabgate.config.ready import SETS, ready_set, ready_tariff
from fabgate.config.rulebook import read as read_rules
from fabgate.config.settings import (
    BackupSettings,
    BoardSettings,
    Contact,
    GateSettings,
    HubSettings,
    LabSettings,
    MachineSettings,
    MeterSettings,
    Panel,
    ReaderSettings,
    Settings,
    Wire,
)

__all__ = [
    "KEYS",
    "SETS",
    "BackupSettings",
    "BoardSettings",
    "Charter",
    "Contact",
    "GateSettings",
    "HubSettings",
    "LabSettings",
    "MachineSettings",
    "MeterSettings",
    "Panel",
    "ReaderSettings",
    "Settings",
    "Skill",
    "Wire",
    "hub_sample",
    "load",
    "read_rules",
    "read_tariff",
    "ready_set",
    "ready_tariff",
    "reference",
    "rules_reference",
    "sample",
    "tariff_reference",
]
