"""Who may do what, out of a set of records that met without an order.

Every store of the lab holds a set of right records that only grows; the roster is what this file
makes of it. Nothing here depends on the order in which records came, nor on how often: merging
two sets is their union. A record is *superseded* by one of the same subject that names it, or by a
later one of the same origin, which has seen its own. The others are the heads, and the most
restrictive head decides; wall time never does. What gives no right may be read otherwise, and says
so: a renewal counts by its date, practice by the most that any record says.

What is personal stands `beside` a record. It is laid together field by field: who wrote a field
having seen an older value of it replaces that value, which is then told by nobody any more (law 12).

This file is the entrance: the records and what supersedes what are `said.py`'s, what is personal
`personal.py`'s, badges, offices, levels and lockouts `stands.py`'s, all that stands beside a grant
`earned.py`'s, what a payer is and has `payers.py`'s.
"""

from __future__ import annotations

from fabgate.rules.earned import (
    DutyStands,
    EvidenceStands,
    HoldStands,
    HoursStands,
    PaperStands,
    ProposalStands,
    RenewalStands,
    ReviewStands,
    StatusStands,
    UseStands,
    WorkshopStands,
    duty,
    evidence,
    hold,
    hours,
    paper,
    proposal,
    renewal,
    review,
    status,
    use,
    workshop,
)
from fabgate.rules.payers import AccountStands, StateStands, account, state
from fabgate.rules.personal import PERSON_FIELDS, Profile, outdated, profile, tells
from fabgate.rules.said import (
    KINDS,
    RIGHTS,
    Beside,
    RightBody,
    Said,
    badge_subject,
    fits,
    grant_subject,
    heads,
    hold_subject,
    is_right,
    is_text,
    member_subject,
    proposal_subject,
    read_beside,
    subject,
    superseded,
    write_beside,
)
from fabgate.rules.stands import BadgeStands, GrantStands, RoleStands, badge, grant, level_of, lock, role

__all__ = [
    "KINDS",
    "PERSON_FIELDS",
    "RIGHTS",
    "AccountStands",
    "BadgeStands",
    "Beside",
    "DutyStands",
    "EvidenceStands",
    "GrantStands",
    "HoldStands",
    "HoursStands",
    "PaperStands",
    "Profile",
    "ProposalStands",
    "RenewalStands",
    "ReviewStands",
    "RightBody",
    "RoleStands",
    "Said",
    "StateStands",
    "StatusStands",
    "UseStands",
    "WorkshopStands",
    "account",
    "badge",
    "badge_subject",
    "duty",
    "evidence",
    "fits",
    "grant",
    "grant_subject",
    "heads",
    "hold",
    "hold_subject",
    "hours",
    "is_right",
    "is_text",
    "level_of",
    "lock",
    "member_subject",
    "outdated",
    "paper",
    "profile",
    "proposal",
    "proposal_subject",
    "read_beside",
    "renewal",
    "review",
    "role",
    "state",
    "status",
    "subject",
    "superseded",
    "tells",
    "use",
    "workshop",
    "write_beside",
]
