"""A file for an accounting program goes out once, by who keeps the books, where the books are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from priced import done, priced, refused

from fabgate.config.settings import HubSettings
from fabgate.desk import batches
from fabgate.desk.batches import Wanted
from fabgate.model import Code
from fabgate.store import batches as stored
from fabgate.store import linked
from fabgate.store.linked import Linked

OCTOBER = Wanted("2026-10", "fec")
HASH = "0" * 64


@pytest.fixture
def lab(here):
    return priced(here)


def export(lab, wanted=OCTOBER, by="tess"):
    name = batches.named(lab.desk, by, wanted)
    return done(batches.exported(lab.desk, by, wanted, name, 4, HASH)).facts["batch"]


def test_it_is_named_by_month_program_and_number(lab):
    assert batches.named(lab.desk, "tess", OCTOBER) == "2026-10-fec-1"
    assert export(lab) == "2026-10-fec-1"
    assert export(lab, replace(OCTOBER, again=True)) == "2026-10-fec-2"
    assert export(lab, Wanted("2026-10", "paheko")) == "2026-10-paheko-1"
    assert export(lab, Wanted("2026-11", "fec")) == "2026-11-fec-1"
    assert stored.of(lab.desk.conn, "2026-10") == ("2026-10-fec-1", "2026-10-fec-2", "2026-10-paheko-1")
    assert stored.of(lab.desk.conn, "2026-10", "paheko") == ("2026-10-paheko-1",)


def test_to_name_it_changes_nothing(lab):
    for _ in range(2):
        assert batches.named(lab.desk, "tess", OCTOBER) == "2026-10-fec-1"
    assert stored.of(lab.desk.conn, "2026-10") == ()


def test_a_second_time_is_refused_with_the_name_of_the_first(lab):
    export(lab)
    no = refused(batches.named(lab.desk, "tess", OCTOBER), Code.EXPORTED_ALREADY)
    assert no.facts["batch"] == "2026-10-fec-1"


def test_of_two_who_made_it_at_a_time_the_second_is_refused(lab):
    for wanted in (OCTOBER, replace(OCTOBER, again=True)):
        name = batches.named(lab.desk, "tess", wanted)
        latest = export(lab, wanted, "zoe")
        no = refused(batches.exported(lab.desk, "tess", wanted, name, 4, HASH), Code.EXPORTED_ALREADY)
        assert no.facts["batch"] == latest


def test_nobody_but_treasurer_and_manager_makes_one(lab):
    refused(batches.named(lab.desk, "ada", OCTOBER), Code.NOT_ALLOWED)
    refused(batches.exported(lab.desk, "ada", OCTOBER, "2026-10-fec-1", 4, HASH), Code.NOT_ALLOWED)
    assert stored.of(lab.desk.conn, "2026-10") == ()


def test_a_gate_of_a_hub_makes_none(lab):
    with lab.desk.writer.write() as pen:
        linked.keep(pen, Linked("e00000aa"))
    refused(batches.named(lab.desk, "tess", OCTOBER), Code.NOT_THE_BOOKS)
    at_the_hub = replace(lab.desk, settings=replace(lab.desk.settings, hub=HubSettings("hub.lan")))
    assert batches.named(at_the_hub, "tess", OCTOBER) == "2026-10-fec-1"
