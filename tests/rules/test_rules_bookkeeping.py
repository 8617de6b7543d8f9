"""Who keeps the books: the treasurer, a manager, and nobody their own account while somebody else can."""

from __future__ import annotations

import pytest

from fabgate.model import Code, MemberId, Role, Status
from fabgate.rules.actors import Actor
from fabgate.rules.bookkeeping import may_keep_books

ADA, TESS, ZOE = MemberId("m-ada"), MemberId("m-tess"), MemberId("m-zoe")
TREASURER = Actor(TESS, roles=frozenset({Role.TREASURER}))
MANAGER = Actor(ZOE, roles=frozenset({Role.MANAGER}))


def code(actor: Actor, payer: MemberId | None, alone: bool = False, reason: str | None = None) -> Code | None:
    no = may_keep_books(actor, payer, alone=alone, reason=reason)
    return None if no is None else no.code


@pytest.mark.parametrize("actor", [TREASURER, MANAGER])
def test_the_treasurer_and_managers_keep_the_accounts_of_others_and_close_months(actor: Actor):
    assert code(actor, ADA) is None
    assert code(actor, None) is None


def test_nobody_else_does_whatever_they_may_do_at_machines():
    somebody = Actor(ADA, roles=frozenset({Role.MAINTAINER}), status=Status.AUTONOMOUS)
    no = may_keep_books(somebody, TESS)
    assert no is not None
    assert (no.code, no.facts) == (Code.NOT_ALLOWED, {"needs": "treasurer"})
    assert code(Actor(ADA), None) is Code.NOT_ALLOWED


@pytest.mark.parametrize("actor", [TREASURER, MANAGER])
def test_nobody_keeps_their_own_account_even_with_a_reason(actor: Actor):
    assert code(actor, actor.member) is Code.NOT_TO_YOURSELF
    assert code(actor, actor.member, reason="it is right so") is Code.NOT_TO_YOURSELF


def test_who_is_alone_keeps_their_own_too_and_says_why():
    assert code(MANAGER, ZOE, alone=True) is Code.REASON_NEEDED
    assert code(MANAGER, ZOE, alone=True, reason="  ") is Code.REASON_NEEDED
    assert code(MANAGER, ZOE, alone=True, reason="nobody else is there") is None


def test_being_alone_gives_nobody_an_office():
    assert code(Actor(ADA), ADA, alone=True, reason="me") is Code.NOT_ALLOWED


@pytest.mark.parametrize(
    ("actor", "why"),
    [
        (Actor(TESS, suspended_ms=1, roles=frozenset({Role.TREASURER})), Code.SUSPENDED_MEMBER),
        (Actor(TESS, roles=frozenset({Role.TREASURER}), status=Status.LEFT), Code.MEMBER_LEFT),
    ],
)
def test_who_is_suspended_or_has_left_keeps_no_books(actor: Actor, why: Code):
    assert code(actor, ADA) is why
    assert code(actor, None) is why
