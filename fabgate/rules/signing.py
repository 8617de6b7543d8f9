"""Signing in at the board: what a password is like, how long who guesses has to wait, what a token opens."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from fabgate.model import Code, Denied, MemberId
from fabgate.rules.actors import Actor, active, another, first, manager
from fabgate.rules.viewing import Area, Way, areas

LINK_MS = 24 * 3_600_000
SHORTEST = 10  # signs; NIST SP 800-63B asks for 8 and for no mixture of kinds
LONGEST = 1_000  # bytes
_FEWEST = 5  # different signs


class Scope(enum.StrEnum):
    """What a token is for: to read an area of the board, to do something there, to read the numbers."""

    OWN = "own"
    SPONSORING = "sponsoring"
    MACHINES = "machines"
    LAB = "lab"
    MONEY = "money"
    ACT = "act"
    METRICS = "metrics"


def areas_of(scopes: Collection[str], actor: Actor | None) -> frozenset[Area]:
    """What a token opens: of its scopes, as much as its member's offices open now, and never more."""
    seen = areas(Way.PASSWORD, actor)
    return frozenset(area for area in seen if area is Area.PUBLIC or area.value in scopes)


# --- who may ------------------------------------------------------------------------------------


def may_make_link(actor: Actor, subject: MemberId, *, on_the_board: bool) -> Denied | None:
    """Make a link that sets a member's password: a manager, for anybody else.

    And whoever has a login of their own at the command line, for themselves; at the board nobody: there
    they know their password, or came by a tap, which proves too little for that.
    """
    own = actor.member == subject
    if own and not on_the_board:
        return active(actor)
    return first(active(actor), manager(actor), another(actor, subject))


def may_manage_signing(actor: Actor, subject: MemberId) -> Denied | None:
    """End a password, make or end a token: a manager, or the member themselves."""
    return first(active(actor), None if actor.member == subject else manager(actor))


def may_set_up_terminal(actor: Actor) -> Denied | None:
    """Put a browser beside a reader, or take it away: a manager."""
    return first(active(actor), manager(actor))


# --- passwords ----------------------------------------------------------------------------------


def normal(password: str) -> str:
    """The same password whatever keyboard it was typed at (Unicode NFKC, as NIST SP 800-63B asks).

    Of what is too long to be one, its beginning: a row of accents takes its length squared.
    """
    return unicodedata.normalize("NFKC", password[: LONGEST + 1])


def unfit(password: str, names: Collection[str]) -> Denied | None:
    """Why this is no password: too short, too long, or one that everybody would try first.

    `names`: what the member and the lab are called.
    """
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST:
        return Denied(Code.PASSWORD_LONG, {"most": LONGEST})
    if len(normal(password)) < SHORTEST:
        return Denied(Code.PASSWORD_SHORT, {"least": SHORTEST})
    bare = _bare(password)
    easy = len(set(normal(password))) < _FEWEST or bare in map(_bare, names) or not bare
    return Denied(Code.PASSWORD_EASY) if easy else None


def _bare(text: str) -> str:
    """Letters and digits alone, in lower case, without a year or a number behind them."""
    letters = "".join(sign for sign in normal(text).casefold() if sign.isalnum())
    return letters.rstrip("0123456789") or letters


# --- guessing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tries:
    """How often it failed in a row, and when last (CLOCK_BOOTTIME ms)."""

    failed: int = 0
    last_ms: int = 0


@dataclass(frozen=True, slots=True)
class Patience:
    """So many tries cost nothing; then each waits twice as long as the one before, at most `longest_ms`."""

    free: int
    longest_ms: int


FOR_MEMBER = Patience(free=5, longest_ms=60_000)  # tried from one address
FOR_NAME = Patience(free=20, longest_ms=20_000)  # tried from all: who guesses leaves time to whose it is
FOR_CLIENT = Patience(free=30, longest_ms=10_000)  # a whole lab may sit behind one address
FORGOTTEN_MS = 30 * 60_000
_FIRST_MS = 1_000


def wait_ms(tries: Tries, patience: Patience, now_ms: int) -> int:
    """How long from now the next try has to wait; 0: it may come.

    Nobody is locked out for good: who waits a minute may always try, and a link never waits.
    """
    over = tries.failed - patience.free
    if over < 0 or now_ms - tries.last_ms >= FORGOTTEN_MS:
        return 0
    wait = min(patience.longest_ms, _FIRST_MS << min(over, 20))
    return max(0, tries.last_ms + wait - now_ms)


def failed(tries: Tries, now_ms: int) -> Tries:
    """One more; those of half an hour ago count no more."""
    before = 0 if now_ms - tries.last_ms >= FORGOTTEN_MS else tries.failed
    return Tries(before + 1, now_ms)
