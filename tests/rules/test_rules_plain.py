"""The quick way from two texts to a usage is the ledger's way, or it says that it is none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import Moment, Origin, RecordId, Why
from fabgate.records import Draft, Entry, SessionStarted, SessionStopped, decode, encode
from fabgate.rules import closing, plain
from fabgate.rules.closing import NOTHING_SAID
from fabgate.rules.ledger import Ledger

ORIGIN = Origin("lab/gate/epoch")
START, STOP = RecordId(ORIGIN, 1), RecordId(ORIGIN, 2)
NOW_S = 1_792_836_000
TEXTS = st.sampled_from(["", "maintenance", "client"])
LENGTHS = st.one_of(st.integers(0, 20_000_000), st.sampled_from([7_200_000, 10_800_000, 10_800_001]))

starts = st.builds(
    SessionStarted,
    machine=st.just("laser"),
    skill=st.just("laser"),
    member=st.sampled_from(["m-1", ""]),
    badge=st.just("k:1"),
    level=st.sampled_from(["autonomous", "trainee"]),
    hold=st.just("tap"),
    limit_ms=st.sampled_from([0, 7_200_000]),
    sponsor=st.sampled_from([None, "m-2"]),
    payer=st.sampled_from([None, "m-3"]),
    purpose=TEXTS,
    people=st.integers(1, 9),
    would=st.sampled_from(["", "not_qualified"]),
)
stops = st.builds(
    SessionStopped,
    session=st.just(str(START)),
    machine=st.just("laser"),
    why=st.sampled_from([why.value for why in Why]),
    length_ms=LENGTHS,
    charged=st.booleans(),
    recovered=st.booleans(),
    blind_ms=st.sampled_from([0, 1, 60_000]),
    busy_ms=st.one_of(st.none(), LENGTHS),
)
walls = st.one_of(
    st.integers(0, 2 * NOW_S * 1000), st.integers(-90_000_000, 90_000_000).map(lambda ms: NOW_S * 1000 + ms)
)
moments = st.builds(Moment, st.just("b"), st.integers(0, 10**9), walls, st.booleans())


@given(starts, stops, moments, moments, st.sampled_from([None, NOW_S]))
def test_a_plain_session_is_what_the_ledger_makes_of_it(start, stop, begun, ended, now_s):
    texts = [encode(Draft(begun, start)), encode(Draft(ended, stop))]
    quick = plain.worked(str(START), str(STOP), texts[0], plain.read(texts[1]), now_s)
    entries = [Entry(id_, *decode(text)) for id_, text in zip((START, STOP), texts, strict=True)]
    usages = list(Ledger({}).usages(entries))
    if quick is not None:
        assert [closing.worked(one) for one in usages] == [quick]
        assert [closing.in_the_way(one, NOTHING_SAID, now_s) for one in usages] == [None]


def test_the_usual_session_is_plain():
    start = SessionStarted("laser", "laser", "m-1", "k:1", "autonomous", "tap", 7_200_000)
    stop = SessionStopped(str(START), "laser", "own_tap", 60_000, busy_ms=30_000)
    at = Moment("b", 0, NOW_S * 1000, True)
    texts = [encode(Draft(at, start)), encode(Draft(at, stop))]
    assert plain.worked(str(START), str(STOP), texts[0], plain.read(texts[1]), NOW_S) is not None


def test_what_lacks_a_fact_is_not_plain():
    for start, stop in (("{}", "{}"), ('{"synced":true}', '{"why":"own_tap"}'), ("[]", "{}"), ("{}x", "{}")):
        assert plain.worked("s", "t", start, plain.read(stop), None) is None
