"""The words of the house: who, what, when, and what is refused.

Everybody may import this room; it imports the standard library only and reads no clock.
Units: wall times and lengths are int milliseconds (wall: UTC since 1970), currents int mA.
"""

from __future__ import annotations

from fabgate.model.codes import Code, Notice, Trouble, Why
from fabgate.model.ends import FIXED, Cause, Ending, Ends
from fabgate.model.ids import (
    Clock,
    Fact,
    Facts,
    InkId,
    MachineId,
    MemberId,
    Moment,
    Origin,
    RecordId,
    SkillId,
    Token,
)
from fabgate.model.machine import Company, Duty, Hold, Kind, MachineRules, Output, Sense, Service, Stale
from fabgate.model.people import (
    Closed,
    Credit,
    Denied,
    Due,
    Fare,
    Lack,
    Lapse,
    Level,
    Lock,
    Person,
    Role,
    Standing,
    Status,
    Taximeter,
    Upkeep,
    Workshop,
)

__all__ = [
    "FIXED",
    "Cause",
    "Clock",
    "Closed",
    "Code",
    "Company",
    "Credit",
    "Denied",
    "Due",
    "Duty",
    "Ending",
    "Ends",
    "Fact",
    "Facts",
    "Fare",
    "Hold",
    "InkId",
    "Kind",
    "Lack",
    "Lapse",
    "Level",
    "Lock",
    "MachineId",
    "MachineRules",
    "MemberId",
    "Moment",
    "Notice",
    "Origin",
    "Output",
    "Person",
    "RecordId",
    "Role",
    "Sense",
    "Service",
    "SkillId",
    "Stale",
    "Standing",
    "Status",
    "Taximeter",
    "Token",
    "Trouble",
    "Upkeep",
    "Why",
    "Workshop",
]
