"""Who has to be there while somebody works: asked, missed, back again, or somebody else instead (R4).

Nothing here starts anything, and nothing but the machine's own table ends anything: whoever is missed
has a grace, then `ends.alone` says what happens (law 10).
"""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import Effect, Ink, Tell
from fabgate.model import MachineRules, Moment, Notice, Person, Standing, Token, Why
from fabgate.records import SessionAlone, SessionProved
from fabgate.rules import beside, endings, policy
from fabgate.rules.readings import Step, tell, with_run
from fabgate.rules.states import MAINTENANCE, Ending, Open, Run

# --- what time says -----------------------------------------------------------------------------


def due(rules: MachineRules, state: Open | Ending, at: Moment) -> Step:
    """A deadline of R4 has passed: ask for proof, miss whoever did not give it, or let the table say."""
    run = state.run
    if run.alone_ms is not None:
        return endings.lose(rules, state, Why.ALONE, at)
    if run.asked_ms is not None:
        return _miss(rules, state, replace(run, missed=True), at)
    return with_run(state, replace(run, asked_ms=at.boot_ms)), (_ask(rules, run),)


def _ask(rules: MachineRules, run: Run) -> Tell:
    """Ask whoever stands by, in their language; the leader of a workshop stands by all of it."""
    session, asked = run.session, run.session.prover
    assert asked is not None, "nobody could be asked"
    works = session.user.name if asked.member != session.user.member else None
    told = tell(rules, Notice.PROVE, asked, sponsor=asked.name, left_ms=rules.company_grace_ms)
    return replace(told, facts={**told.facts, "member": works})


# --- what the store says ------------------------------------------------------------------------


def looked(rules: MachineRules, state: Open | Ending, token: Token, standing: Standing, at: Moment) -> Step:
    """The standing of the user, or of whoever stands by, as it is now: is somebody missed, or back?"""
    mine = token == state.run.session.badge
    run = replace(state.run, user=standing) if mine else replace(state.run, beside=standing)
    if run.finishing is not None:
        return with_run(state, run), ()  # nobody is logged in: nobody has to be there
    if lost(rules, run):
        return _miss(rules, state, run, at)
    return with_run(state, _well(run)), ()


def again(rules: MachineRules, state: Open | Ending, at: Moment) -> Step:
    """Somebody is logged in again: who has to be there has all their time from now, and may be missed.

    The leader of a workshop says by it that they are there.
    """
    run = state.run
    fresh = replace(
        run,
        proved_ms=run.proved_ms if run.session.workshop is None else at.boot_ms,
        asked_ms=None if run.asked_ms is None else at.boot_ms,
        alone_ms=None if run.alone_ms is None else at.boot_ms,
    )
    if lost(rules, fresh):
        return _miss(rules, state, fresh, at)
    return with_run(state, fresh), ()


def lost(rules: MachineRules, run: Run) -> bool:
    """Whether somebody who has to be there is not, as far as this gate knows."""
    session = run.session
    if session.purpose == MAINTENANCE or session.would:
        return False
    gone = policy.company_lost(rules, run.user, run.beside, session.sponsor_ms, how=session.how)
    return run.missed or gone


def _miss(rules: MachineRules, state: Open | Ending, run: Run, at: Moment) -> Step:
    """Somebody is missed: said and written once, then their grace runs."""
    if run.alone_ms is not None:
        return with_run(state, run), ()
    run = replace(run, alone_ms=at.boot_ms, asked_ms=None)
    body = SessionAlone(str(run.record), rules.machine)
    return with_run(state, run), (_alone(rules, run, at), Ink(rules.machine, at, body))


def _alone(rules: MachineRules, run: Run, at: Moment) -> Tell:
    since_ms = at.boot_ms if run.alone_ms is None else run.alone_ms
    left_ms = max(0, since_ms + rules.company_grace_ms - at.boot_ms)
    return tell(rules, Notice.ALONE, run.session.user, left_ms=left_ms, why=Why.ALONE)


def _well(run: Run) -> Run:
    """Nobody is missed. An end that was announced meanwhile stays where it is (docs/decisions/0003)."""
    return replace(run, alone_ms=None, told=run.told - {Why.ALONE})


# --- what a tap says ----------------------------------------------------------------------------


def here(rules: MachineRules, state: Open | Ending, by: Person, at: Moment) -> Step:
    """ "I am here", says whoever stands by or leads: it proves it, and ends nothing."""
    run = state.run
    own = by.member == run.session.user.member
    if not own:
        tapped_ms = beside.tapped_ms(run.beside, at)
        run = replace(run, session=replace(run.session, sponsor_ms=tapped_ms))
    if own or run.session.workshop is None:
        run = replace(run, proved_ms=at.boot_ms, asked_ms=None, missed=False)
    if lost(rules, run):
        # They may stand by no more, or they are not the one who is missed: nothing is well by this tap.
        missing, effects = _miss(rules, state, run, at)
        return missing, effects or (_alone(rules, run, at),)
    proof: tuple[Effect, ...] = ()
    if rules.reproof_ms > 0 or run.alone_ms is not None:
        proof = (Ink(rules.machine, at, SessionProved(str(run.record), rules.machine, by.member)),)
    return with_run(state, _well(run)), (tell(rules, Notice.HERE, by), *proof)


def take_over(
    rules: MachineRules, state: Open | Ending, standing: Standing, token: Token, at: Moment
) -> Step:
    """Another, who may, takes the place of whoever is missed. Who pays stays as it was at the start."""
    assert standing.person is not None, "a stranger cannot stand by"
    session = beside.tied(state.run.session, standing, token, at)
    taken = with_run(state, replace(state.run, session=session, beside=standing, taken_over=True))
    assert isinstance(taken, Open | Ending)
    return here(rules, taken, standing.person, at)
