"""The deeds of managers, sponsors and treasurers: rule, record and roster in one transaction.

One function a deed, in the file of its noun: `grants.give(desk, by, ...)` answers `Done` or `Denied`.
`listed` and `shown` only read, and need nobody's leave: who can open the books can read them.
"""

from fabgate.desk.deed import Desk, Done
from fabgate.model import Clock

__all__ = ["Clock", "Desk", "Done"]
