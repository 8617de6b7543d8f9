"""Who pays before they start: refused with too little, and never cut for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from machine_bench import ADA, ADAS, BOB, BOBS, CLEO, CLEOS, COURSE, GUSS, KIMS, RULES, MachineBench, person

from fabgate.events import Tell
from fabgate.model import Code, Company, Credit, Denied, Fare, Level, MemberId, Notice, Standing, Status
from fabgate.records import SessionStarted
from fabgate.rules import fares, policy
from fabgate.rules.face import face
from fabgate.rules.policy import Start
from fabgate.tariff import Band, Meter, Tariff, TimePrice, Version

FARE = Fare(Tariff(currency="EUR"), Version("2026", date(2026, 1, 1)))
POOR, RICH = Credit(249, 250), Credit(250, 250)


def stands(credit: Credit | None, **more: object) -> Standing:
    return Standing(ADA, level=Level.AUTONOMOUS, credit=credit, fare=FARE, **more)  # type: ignore[arg-type]


def test_whoever_has_too_little_left_does_not_start_and_reads_how_much_it_takes():
    denied = policy.start(RULES, stands(POOR))
    assert isinstance(denied, Denied)
    assert denied.code is Code.NO_CREDIT
    assert (denied.facts["balance"], denied.facts["least"]) == ("2.49 EUR", "2.50 EUR")


@pytest.mark.parametrize("credit", [RICH, None, Credit(-900, None), Credit(-1, -1)])
def test_whoever_has_enough_or_is_not_asked_starts(credit):
    assert policy.start(RULES, stands(credit)) is Start.ALONE


def test_money_is_asked_for_after_the_right_and_before_the_hours():
    """R2: who may not work here is not sent to top up first."""
    assert policy.start(RULES, stands(POOR, held_ms=1)).code is Code.SUSPENDED_SKILL
    assert policy.start(RULES, replace(stands(POOR), level=Level.NONE)).code is Code.NOT_QUALIFIED
    assert (
        policy.start(replace(RULES, stale_after_ms=1), stands(POOR, roster_age_ms=2)).code is Code.NO_CREDIT
    )


def test_a_trainee_pays_and_so_is_asked_before_anybody_comes_to_sponsor():
    """R3: the sponsor is never billed."""
    trainee = replace(stands(POOR), level=Level.TRAINEE)
    assert policy.start(RULES, trainee).code is Code.NO_CREDIT
    sponsor = Standing(CLEO, level=Level.SPONSOR, credit=POOR, fare=FARE)
    assert policy.sponsor(RULES, sponsor, BOB.member, "k1:bob", CLEOS) is None


def test_a_guest_does_not_pay_their_host_does():
    hosts = replace(RULES, guests=True)
    guest = Standing(person("Gus"), status=Status.GUEST, credit=POOR, fare=FARE)
    assert policy.start(hosts, guest) is Start.HOSTED
    host = Standing(CLEO, level=Level.SPONSOR, credit=POOR, fare=FARE)
    assert policy.host(hosts, host, MemberId("m-gus"), GUSS, CLEOS).code is Code.NO_CREDIT
    assert policy.host(hosts, replace(host, credit=RICH), MemberId("m-gus"), GUSS, CLEOS) is None


def test_doors_and_counters_and_company_ask_for_no_money():
    assert policy.door(RULES, replace(stands(POOR), status=Status.AUTONOMOUS)) is None
    assert policy.counter(RULES, stands(POOR)) is None
    assert policy.company(RULES, stands(POOR), BOB.member, "k1:bob", ADAS) is None


# --- at a machine -------------------------------------------------------------------------------


def bench(credit: Credit | None = None, **more: object) -> MachineBench:
    made = MachineBench(replace(RULES, **more))
    made.roster[ADAS] = stands(credit)
    return made


def starts(made: MachineBench) -> list[SessionStarted]:
    return [body for _, body in made.records if isinstance(body, SessionStarted)]


def test_a_refusal_for_money_gives_no_power_and_is_written_down():
    made = bench(POOR)
    made.tap(ADAS)
    assert not made.relay
    assert made.refused[-1].code is Code.NO_CREDIT
    assert starts(made) == []


def test_a_running_session_is_never_cut_for_money():
    """Law 10: what runs, runs on; the next start is refused."""
    made = bench(RICH)
    made.tap(ADAS)
    made.change(ADAS, credit=Credit(-50_000, 250))
    made.wait(3_600)
    assert made.relay
    made.tap(ADAS)
    assert not made.relay
    made.wait(3)
    made.tap(ADAS)
    assert not made.relay
    assert made.refused[-1].code is Code.NO_CREDIT


def test_a_gate_that_looks_on_starts_them_and_says_what_would_have_been():
    made = bench(POOR, audit=True)
    made.tap(ADAS)
    assert made.relay
    assert starts(made)[-1].would == Code.NO_CREDIT


def test_maintenance_asks_for_no_money():
    made = bench()
    made.roster[KIMS] = replace(made.roster[KIMS], credit=POOR, fare=FARE, purpose="client")
    made.lock()
    made.tap(KIMS)
    made.wait(3)
    made.tap(KIMS)
    assert made.relay
    assert starts(made)[-1].purpose == "maintenance"


# --- what it costs so far -------------------------------------------------------------------------

PRICED = Fare(
    Tariff(currency="EUR"),
    Version("2026", date(2026, 1, 1), machines={"laser": {"": TimePrice((Band(Decimal(6)),))}}),
)


def told(made: MachineBench, what: Notice) -> Tell:
    return [one for one in made.told if one.what is what][-1]


def paid(made: MachineBench) -> str | None:
    """What the end of the session said that it cost."""
    taxi = told(made, Notice.ENDED).taxi
    return None if taxi is None else fares.cost(taxi, made.boot_ms + 900_000)


def at_work(**more: object) -> MachineBench:
    """Ada works at 6 EUR an hour."""
    made = bench()
    made.roster[ADAS] = replace(stands(Credit(1_250, 500)), **{"fare": PRICED} | more)  # type: ignore[arg-type]
    made.tap(ADAS)
    return made


def test_who_pays_before_reads_what_they_have_as_they_start():
    assert told(at_work(), Notice.OPENED).facts["balance"] == "12.50 EUR"


@pytest.mark.parametrize(
    "more", [{"credit": None}, {"credit": Credit(1_250)}, {"payer": MemberId("m-guild")}, {"fare": None}]
)
def test_who_is_not_asked_or_does_not_pay_reads_nobodys_balance(more: dict[str, object]):
    """What a guild has is not for everybody at the machine."""
    assert "balance" not in told(at_work(**more), Notice.OPENED).facts


def test_a_machine_at_work_shows_what_it_has_cost_by_now():
    made = at_work()
    taxi = face(made.rules, made.state).taxi
    assert taxi is not None
    assert fares.cost(taxi, made.boot_ms) is None
    assert fares.cost(taxi, made.boot_ms + 30 * 60_000) == "3.00 EUR"


def test_the_end_of_a_session_says_what_it_cost():
    made = at_work()
    made.wait(1_800)
    made.tap(ADAS)
    assert paid(made) == "3.00 EUR"
    assert face(made.rules, made.state).taxi is None


def test_time_that_was_paid_for_before_is_not_in_the_cost():
    made = at_work(fare=replace(PRICED, covered_s=600))
    made.wait(1_800)
    made.tap(ADAS)
    assert paid(made) == "2.00 EUR"


def test_a_start_that_was_taken_back_costs_nothing():
    made = MachineBench()
    made.roster[BOBS] = replace(made.roster[BOBS], fare=PRICED)
    made.tap(BOBS)
    made.tap(CLEOS)
    made.wait(9)
    made.tap(CLEOS)
    assert paid(made) is None


def test_a_trainee_is_priced_as_one_who_is_supervised():
    price = replace(PRICED.version.machines["laser"][""], supervised=Decimal(6))
    fare = replace(PRICED, version=replace(PRICED.version, machines={"laser": {"": price}}))
    made = MachineBench()
    made.roster[BOBS] = replace(made.roster[BOBS], fare=fare)
    made.tap(BOBS)
    made.tap(CLEOS)
    made.wait(1_800)
    made.tap(BOBS)
    assert paid(made) == "6.00 EUR"


def test_a_guest_reads_what_it_costs_their_host():
    made = bench(guests=True)
    made.roster[CLEOS] = replace(made.roster[CLEOS], fare=PRICED)
    made.tap(GUSS)
    made.tap(CLEOS)
    made.wait(1_800)
    made.tap(GUSS)
    assert paid(made) == "3.00 EUR"


@pytest.mark.parametrize("more", [{"level": Level.NONE}, {"blocked_ms": 1}])
def test_a_gate_that_only_looks_on_charges_nothing(more: dict[str, object]):
    made = bench(audit=True)
    made.roster[ADAS] = replace(stands(None), fare=PRICED, **more)  # type: ignore[arg-type]
    made.tap(ADAS)
    assert face(made.rules, made.state).taxi is None


def test_work_is_counted_where_work_is_priced():
    price = replace(PRICED.version.machines["laser"][""], meter=Meter.BUSY)
    fare = replace(PRICED, version=replace(PRICED.version, machines={"laser": {"": price}}))
    made = MachineBench(replace(RULES, metered=True))
    made.roster[ADAS] = replace(stands(None), fare=fare)
    made.tap(ADAS)
    made.works(False)
    made.wait(600)
    made.works()
    made.wait(600)
    taxi = face(made.rules, made.state).taxi
    assert fares.cost(taxi, made.boot_ms) == "1.00 EUR"
    assert fares.cost(taxi, made.boot_ms + 600_000) == "2.00 EUR"
    made.works(False)
    taxi = face(made.rules, made.state).taxi
    assert fares.cost(taxi, made.boot_ms + 600_000) == "1.00 EUR"


# --- what it is worked for ------------------------------------------------------------------------


def test_a_start_says_what_the_badge_is_for():
    made = bench()
    made.roster[ADAS] = replace(stands(None), purpose="client")
    made.tap(ADAS)
    assert starts(made)[-1].purpose == "client"


def test_a_workshop_is_for_what_it_was_opened_for_whatever_its_leaders_badge_is_for():
    made = bench()
    made.roster[ADAS] = replace(stands(None), purpose="client", workshop=COURSE)
    made.tap(ADAS)
    assert starts(made)[-1].purpose == "social"


def test_a_guest_works_for_what_the_badge_of_their_host_is_for_who_pays():
    made = bench(guests=True)
    made.roster[GUSS] = replace(made.roster[GUSS], purpose="private")
    made.roster[CLEOS] = replace(made.roster[CLEOS], purpose="client", payer=MemberId("m-guild"))
    made.tap(GUSS)
    made.tap(CLEOS)
    start = starts(made)[-1]
    assert (start.purpose, start.payer) == ("client", "m-guild")


def test_a_badge_for_something_needs_company_like_any_other():
    made = bench(company=Company.NEVER_ALONE)
    made.roster[ADAS] = replace(stands(None), purpose="client", adults_here=(CLEO.member,))
    made.tap(ADAS)
    assert starts(made)[-1].company == (CLEO.member,)
