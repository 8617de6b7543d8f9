"""What somebody tries who wants more of the board than is theirs."""

from __future__ import annotations

import pytest
from board_lab import Board, plain
from cli_lab import ADA, ZOE

from fabgate.desk import badges, signing
from fabgate.desk.signing import Handed
from fabgate.rules.viewing import Way

# --- with the copy of a manager's badge -------------------------------------------------------------


@pytest.fixture
def copied(board: Board) -> Board:
    """This browser was opened by a badge with the number of zoe's, who manages the lab."""
    board.lab.done(f"badge add zoe {ZOE} --by zoe")
    board.sign_in("zoe", Way.TAP)
    return board


def test_a_copied_badge_of_a_manager_blocks_that_badge_and_no_other(copied: Board):
    copied.send("/me/badges", 409, at="/me", badge=ADA)
    copied.send("/me/badges", at="/me", badge=ZOE)
    with copied.house.desk() as desk:
        blocked = {one.owner.handle: one.badge.blocked_ms is not None for one in badges.listed(desk)}
    assert blocked == {"ada": False, "bob": False, "zoe": True}


def test_a_copied_badge_of_a_manager_ends_no_token(copied: Board):
    with copied.house.desk() as desk:
        made = [signing.token(desk, "zoe", whose, ["own"], None) for whose in ("zoe", "ada")]
    for one in made:
        assert isinstance(one, Handed)
        page = copied.send("/me/password/token", 409, at="/me/password", token=str(one.facts["token"]))
        assert "This takes your password." in plain(page)
        with copied.house.reading() as books:
            assert signing.token_of(books.conn, one.text, 0) is not None
