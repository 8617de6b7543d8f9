"""Sets of right records for the tests of how they meet: honest or not, in any order, doubled at will."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from fabgate.model import Moment, Origin, RecordId
from fabgate.rules.said import Beside, RightBody, Said

PLACES = ("openfab/gate1/e1", "openfab/gate2/e1", "openfab/hub/e1")
ADA = "m-00aa"

ids = st.builds(lambda place, seq: RecordId(Origin(place), seq), st.sampled_from(PLACES), st.integers(1, 4))
names = st.lists(ids.map(str), max_size=3).map(tuple)
until = st.one_of(st.none(), st.integers(1, 5))


def at(record: RecordId) -> Moment:
    return Moment("boot", record.seq, 1_000 * record.seq, True)


def sets(bodies: st.SearchStrategy) -> st.SearchStrategy[list[Said]]:
    """Sets of records of one subject, honest or not: names of what is not there, rings, anything."""
    built = st.builds(lambda record, body: Said(record, at(record), body), ids, bodies)
    return st.lists(built, max_size=8, unique_by=lambda one: one.record)


def shuffled(records: list[Said], chance: random.Random) -> list[Said]:
    again = records + [one for one in records if chance.random() < 0.5]
    chance.shuffle(again)
    return again


chance = st.randoms(use_true_random=False)


def told(place: int, seq: int, body: RightBody, beside: Beside | None = None) -> Said:
    record = RecordId(Origin(PLACES[place]), seq)
    return Said(record, at(record), body, beside)
