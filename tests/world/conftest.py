"""What every world of this room lives in."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Full disks and lost links are told at each try; here that is a million lines that nobody reads.

    By `logging.disable`, which has the loggers forget what they know: one that was asked meanwhile
    would else stay silent in every test after this one.
    """
    ink = logging.getLogger("fabgate.gate.ink")
    logging.disable(logging.CRITICAL)
    assert not ink.isEnabledFor(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)
    assert ink.isEnabledFor(logging.ERROR), "the next test listens"
