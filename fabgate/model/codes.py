"""The closed lists: why something was refused, what a machine tells, why a session ended, what is wrong."""

from __future__ import annotations

import enum


class Code(enum.StrEnum):
    """Why something was refused. A closed list; `texts/` has a sentence and a next step for each."""

    # at the machine
    UNKNOWN_BADGE = "unknown_badge"
    BLOCKED_BADGE = "blocked_badge"
    CONTESTED_BADGE = "contested_badge"  # given to two members at two places
    TWO_BADGES = "two_badges"
    RANDOM_BADGE = "random_badge"
    SUSPENDED_MEMBER = "suspended_member"
    NOT_QUALIFIED = "not_qualified"
    LAPSED = "lapsed"
    MEMBER_LEFT = "member_left"
    GUEST_ALONE = "guest_alone"
    PAPER_MISSING = "paper_missing"
    PAPER_EXPIRED = "paper_expired"
    PREREQUISITE = "prerequisite"
    SUSPENDED_SKILL = "suspended_skill"
    CLOSED_NOW = "closed_now"
    NOT_SUBSCRIBED = "not_subscribed"
    NOBODY_STAFFS = "nobody_staffs"
    STALE_ROSTER = "stale_roster"
    NEEDS_COMPANY = "needs_company"
    SPONSOR_FULL = "sponsor_full"
    NOT_CHECKED_IN = "not_checked_in"
    NEEDS_SPONSOR = "needs_sponsor"
    MAY_NOT_SPONSOR = "may_not_sponsor"
    SAME_PERSON = "same_person"
    MACHINE_LOCKED = "machine_locked"
    MACHINE_IN_USE = "machine_in_use"
    MACHINE_FAULT = "machine_fault"
    JOURNAL_CHECK = "journal_check"
    LEDGER_UNAVAILABLE = "ledger_unavailable"
    SERVICE_OVER = "service_over"  # upkeep that the machine does not run without
    NO_CREDIT = "no_credit"  # prepaid, and too little is left to start
    # at the desk
    NOT_ALLOWED = "not_allowed"
    NOT_TO_YOURSELF = "not_to_yourself"
    NOT_HELD = "not_held"
    NOT_READY = "not_ready"  # a sponsor must be autonomous first
    NOT_YOUR_LOGIN = "not_your_login"
    NO_LOGIN = "no_login"
    BOOTSTRAP_CLOSED = "bootstrap_closed"
    REASON_NEEDED = "reason_needed"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_SKILL = "unknown_skill"
    UNKNOWN_MACHINE = "unknown_machine"
    HANDLE_TAKEN = "handle_taken"
    HANDLE_UNFIT = "handle_unfit"
    NAME_UNFIT = "name_unfit"
    LOGIN_TAKEN = "login_taken"
    BADGE_TAKEN = "badge_taken"
    NOTHING_TO_DO = "nothing_to_do"
    LAST_MANAGER = "last_manager"
    NO_SESSION = "no_session"
    EVIDENCE_MISSING = "evidence_missing"
    MUTUAL_SPONSORS = "mutual_sponsors"
    NO_PROPOSAL = "no_proposal"
    OFFLINE_PROMOTION = "offline_promotion"
    UNFIT_SPONSOR = "unfit_sponsor"
    UNKNOWN_PAPER = "unknown_paper"
    UNKNOWN_OPENING = "unknown_opening"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_PURPOSE = "unknown_purpose"
    NOT_PRESENT = "not_present"
    PAST_DATE = "past_date"
    TOO_LONG = "too_long"
    NO_WORKSHOP = "no_workshop"
    # money
    NOT_THE_BOOKS = "not_the_books"  # the hub keeps them
    NO_TARIFF = "no_tariff"
    UNKNOWN_PRICE = "unknown_price"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_SESSION = "unknown_session"
    SESSION_RUNS = "session_runs"
    STILL_OWES = "still_owes"
    AMOUNT_UNFIT = "amount_unfit"
    CHARGED_ALREADY = "charged_already"
    UNKNOWN_CHARGE = "unknown_charge"
    CHARGE_REVERSED = "charge_reversed"
    PERIOD_CLOSED = "period_closed"
    PERIOD_RUNS = "period_runs"
    PERIOD_BEFORE = "period_before"
    PERIOD_BLOCKED = "period_blocked"
    PERIOD_MOVED = "period_moved"  # it is not as it was looked at any more
    EXPORTED_ALREADY = "exported_already"
    # signing in at the board
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_WAITS = "sign_in_waits"  # tried too often
    LINK_OVER = "link_over"
    PASSWORD_SHORT = "password_short"
    PASSWORD_LONG = "password_long"
    PASSWORD_EASY = "password_easy"
    UNKNOWN_TOKEN = "unknown_token"


class Notice(enum.StrEnum):
    """What a machine tells people that is not a refusal; `texts/` has a sentence for each."""

    READY = "ready"
    CHECKING = "checking"
    ASK_SPONSOR = "ask_sponsor"
    ASK_RETURN = "ask_return"
    OPENED = "opened"
    OPENED_SUPERVISED = "opened_supervised"
    STILL_ON = "still_on"
    HERE = "here"
    WARNING = "warning"
    STAY = "stay"
    AWAY = "away"
    BACK = "back"
    CANCELLED = "cancelled"
    WAIT_OVER = "wait_over"
    ENDED = "ended"
    TOLD = "told"
    ASK_COMPANY = "ask_company"
    ASK_HOST = "ask_host"
    CONFIRM = "confirm"  # out of service: a second tap starts it for maintenance
    PROVE = "prove"  # whoever stands by is asked to tap again
    ALONE = "alone"
    WELL_DONE = "well_done"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    DOOR_OPEN = "door_open"
    DOOR_READY = "door_ready"
    COUNTER_READY = "counter_ready"
    OPENED_ACCOMPANIED = "opened_accompanied"
    OPENED_WORKSHOP = "opened_workshop"
    OPENED_MAINTENANCE = "opened_maintenance"
    OPENED_AUDIT = "opened_audit"  # the gate only looks on; it would have refused
    FINISHING = "finishing"  # nobody is logged in any more; off when the job is done
    OVERDUE = "overdue"  # its time is over; off when the job is done
    ASK_CLAIM = "ask_claim"  # somebody else's idle session: a second tap ends it
    ALARM = "alarm"  # people are called; nothing is switched
    LID_OPEN = "lid_open"
    NO_POWER = "no_power"  # commanded on and seen off
    SERVICE_SOON = "service_soon"
    IDENTIFY = "identify"  # "which of all these boxes is it?", asked by somebody at the hub


class Why(enum.StrEnum):
    """How a session ended, or what made it end."""

    OWN_TAP = "own_tap"
    BADGE_GONE = "badge_gone"
    LIMIT = "limit"
    UNDONE = "undone"  # by the sponsor within seconds of the start; not charged
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    LOCKED = "locked"
    IDLE = "idle"  # the machine did nothing for too long
    TAKEOVER = "takeover"  # somebody else ended it, the machine being idle
    CLOSING = "closing"  # the opening hours are over
    LID = "lid"
    ALONE = "alone"  # nobody stands by any more who had to
    CLOSED = "closed"  # a person said "now"
    ESTOP = "estop"
    FAULT = "fault"
    GATE_STOPPED = "gate_stopped"
    RECOVERED = "recovered"  # found open after a crash; ended at its last heartbeat
    ABORTED = "aborted"  # its ink came too late: it never had power; 0 s


class Trouble(enum.StrEnum):
    """Why a machine is in fault: starts are refused until it is over."""

    READER = "reader"
    RELAY = "relay"
    INPUT = "input"
    ESTOP = "estop"
    METER = "meter"  # nothing tells any more whether it works
    KEY = "key"  # its key switch is off
    TAMPER = "tamper"  # the box was opened
    LID = "lid"  # its guard is open, and an open guard ends a session here: nothing starts
    WELDED = "welded"  # commanded off and seen on
    JOURNAL = "journal"  # the journal does not verify: a person must look at it
    CHECKING = "checking"  # the journal is read through after an unclean stop
    OUTDATED = "outdated"  # the hub says that this machine needs a newer fabgate than this
