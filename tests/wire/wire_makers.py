"""Messages for the tests of the wire: any that a gate or a hub can say, made from the forms themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from fabgate.model import Moment
from fabgate.wire import forms, kinds
from fabgate.wire.commands import Answer, Command
from fabgate.wire.journal import FIRST_PREVIOUS, PERSONAL, Ack, Batch, Blank, NoteLine, Notes
from fabgate.wire.presence import GateInfo, GateState, HubState, MachineState
from fabgate.wire.present import Present
from fabgate.wire.roster import Keyring, Need, Page, Right

HOME = Path(__file__).resolve().parents[2]
with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(HOME)
    from docs import from_wire, wire_samples

__all__ = ["from_wire", "wire_samples"]

MESSAGES = (
    *(GateState, GateInfo, MachineState, HubState, Batch, Notes, Ack),
    *(Page, Need, Keyring, Present, Command, Answer),
)
SAMPLES = [pytest.param(spoken.sample, id=spoken.what) for spoken in wire_samples.TOPICS]

MS = st.integers(0, 2**47)
MINTED = st.from_regex("[A-Za-z0-9._:-]{1,64}", fullmatch=True)
MOMENTS = st.builds(Moment, MINTED, MS, MS, st.booleans())
# Everything that a body may hold: separators of lines that are none here, and characters of all planes.
SIGNS = st.one_of(
    st.characters(exclude_characters="\n", codec="utf-8"), st.sampled_from("\r\u2028\u2029\x85\x0b\x00")
)
BODIES = st.text(SIGNS, max_size=60).map(lambda text: "{" + text + "}")
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
OBJECTS = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=5), st.integers() | st.none(), max_size=3
)


@cache
def values(kind):
    """Any value of a kind."""
    match kind:
        case kinds.Whole(least=least, most=most):
            return st.integers(least, most)
        case kinds.Shaped(shape=shape):
            return st.from_regex(shape, fullmatch=True)
        case kinds.Shown(longest=longest):
            unfit = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
            return st.text(st.characters(exclude_characters=unfit, codec="utf-8"), max_size=min(longest, 40))
        case kinds.Flag():
            return st.booleans()
        case kinds.Word(words=words):
            return st.sampled_from(words)
        case kinds.Maybe(kind=inner):
            return st.none() | values(inner)
        case kinds.Rows(kind=inner):
            return st.lists(values(inner), max_size=3).map(tuple)
        case kinds.Table(names=names, kind=inner):
            return st.dictionaries(values(names), values(inner), max_size=3)
        case kinds.When():
            return MOMENTS
        case forms.Part(of=of):
            return anything(of)
    raise AssertionError(kind)


@cache
def anything(of):
    """Any value of a dataclass of the wire."""
    match of.__name__:
        case "Batch":
            return batches()
        case "Notes":
            return all_notes()
        case "Page":
            return pages()
        case "Right":
            return st.builds(
                Right, values(kinds.RECORD), HASHES, BODIES, st.none() | OBJECTS.map(forms.dumped)
            )
    made = st.builds(of, **{name: values(kind) for name, (kind, _) in forms._form(of).items()})
    if of.__name__ in ("Ack", "OriginMark"):
        return made.filter(lambda mark: mark.flaw() is None)
    return made


@st.composite
def batches(draw):
    bodies = draw(st.lists(BODIES | HASHES.map(Blank), min_size=1, max_size=5))
    first = draw(st.just(1) | st.integers(1, kinds.LAST_SEQ - len(bodies) + 1))
    previous = FIRST_PREVIOUS if first == 1 else draw(HASHES)
    return Batch(draw(values(kinds.ID)), first, previous, draw(HASHES), tuple(bodies))


@st.composite
def all_notes(draw):
    first, last = sorted(draw(st.tuples(*[st.integers(1, kinds.LAST_SEQ)] * 2)))
    seqs = sorted(draw(st.lists(st.integers(first, last), max_size=4)))
    texts = draw(st.lists(values(kinds.Shown(40, several=True)), min_size=len(seqs), max_size=len(seqs)))
    named = draw(st.sampled_from(["reason", "login", PERSONAL]))
    told = [forms.dumped({"name": text}) if named == PERSONAL else text for text in texts]
    notes = tuple(NoteLine(seq, named, text) for seq, text in zip(seqs, told, strict=True))
    return Notes(draw(values(kinds.ID)), first, last, notes)


@st.composite
def pages(draw):
    rights = draw(st.lists(anything(Right), max_size=4))
    after, more, rest = draw(st.tuples(*[st.integers(0, 2**30)] * 3))
    upto = after + len(rights) + more
    needs = st.dictionaries(
        values(kinds.ID), st.lists(values(kinds.ID) | st.just("*"), max_size=3).map(tuple), max_size=3
    )
    return Page(draw(values(kinds.ID)), after, upto, upto + rest, draw(needs), tuple(rights))


# Texts made from a pattern take their time on a busy machine; the bytes are what is tried.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
each_message = pytest.mark.parametrize("of", MESSAGES, ids=lambda of: of.__name__)
each_sample = pytest.mark.parametrize("sample", SAMPLES)
