"""Workers and turners: one job after another, a turn of its own for what must not wait, an end in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from gate_lab import until

from fabgate.gate.threads import Turner, Worker


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads that died, as `threading.excepthook` is told of them."""
    names: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda what: names.append(what.thread.name))
    return names


@pytest.fixture
def workers() -> Iterator[list[Worker[int]]]:
    made: list[Worker[int]] = []
    yield made
    for worker in made:
        assert worker.finish(10)


def test_jobs_are_done_one_after_another_in_their_order(workers: list[Worker[int]]):
    done: list[int] = []
    workers.append(Worker("test", done.append))
    for number in range(100):
        workers[0].put(number)
    assert workers[0].settle(10)
    assert done == list(range(100))


def test_a_worker_begins_and_ends_in_its_own_thread(workers: list[Worker[int]]):
    where: list[tuple[str, str]] = []

    def note(what: str) -> None:
        where.append((what, threading.current_thread().name))

    worker: Worker[int] = Worker(
        "test", lambda _: note("job"), begin=lambda: note("begin"), end=lambda: note("end")
    )
    assert worker.begun()
    worker.put(1)
    assert worker.finish(10)
    assert where == [("begin", "test"), ("job", "test"), ("end", "test")]


def test_what_was_put_before_the_end_is_done(workers: list[Worker[int]]):
    done: list[int] = []
    worker = Worker("test", done.append)
    for number in range(50):
        worker.put(number)
    assert worker.finish(10)
    assert len(done) == 50


def test_an_idle_worker_has_its_turn_again_and_again(workers: list[Worker[int]]):
    turns: list[int] = []
    workers.append(Worker("test", lambda _: None, idle=lambda: turns.append(1), every_s=0.01))
    until(lambda: len(turns) >= 3, "three idle turns")


def test_a_worker_that_insists_has_its_turn_although_jobs_wait(workers: list[Worker[int]]):
    turns: list[int] = []

    def again(number: int) -> None:  # there is always another job
        if len(turns) < 3:
            workers[0].put(number)

    workers.append(Worker("test", again, idle=lambda: turns.append(1), every_s=0.01, insists=True))
    workers[0].put(1)
    until(lambda: len(turns) >= 3, "three turns beside endless jobs")


def test_a_worker_that_does_not_insist_lets_jobs_go_first(workers: list[Worker[int]]):
    seen: list[str] = []
    held = threading.Event()

    def do(_: int) -> None:
        held.wait(10)
        seen.append("job")

    workers.append(Worker("test", do, idle=lambda: seen.append("idle"), every_s=0.001))
    until(lambda: "idle" in seen, "it is at rest")
    for number in range(20):
        workers[0].put(number)
    held.set()
    assert workers[0].settle(10)
    first = seen.index("job")
    assert seen[first : first + 20] == ["job"] * 20


def test_a_worker_that_dies_of_its_beginning_says_so(deaths: list[str]):
    def die() -> None:
        raise OSError("no such folder")

    worker: Worker[int] = Worker("test", lambda _: None, begin=die)
    assert not worker.begun()
    assert worker.finish(10)
    assert deaths == ["test"]


def test_nobody_waits_for_a_thread_that_is_dead(deaths: list[str]):
    def die(_: int) -> None:
        raise OSError("a bug")

    worker = Worker("test", die)
    worker.put(1)
    begun = time.monotonic()
    assert not worker.settle(20)
    assert worker.finish(20)
    assert time.monotonic() - begun < 10
    assert deaths == ["test"]


def test_a_job_that_takes_too_long_is_not_waited_for():
    held = threading.Event()
    worker: Worker[int] = Worker("test", lambda _: held.wait(30) and None)
    worker.put(1)
    assert not worker.settle(0.05)
    assert not worker.finish(0.05)
    held.set()
    assert worker.finish(10)


def test_a_turner_takes_turns_until_it_is_told_to_end():
    turns: list[int] = []

    def turn() -> float:
        turns.append(1)
        return 0.001

    turner = Turner("turning", turn)
    until(lambda: len(turns) >= 3, "three turns")
    turner.finish()
    until(lambda: not _alive("turning"), "the thread ends")


def test_a_turner_that_rests_is_woken_by_its_end():
    turner = Turner("resting", lambda: 3_600)
    until(lambda: _alive("resting"))
    turner.finish()
    until(lambda: not _alive("resting"), "the thread ends")


def _alive(name: str) -> bool:
    return any(thread.name == name for thread in threading.enumerate())
