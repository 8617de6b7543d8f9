"""A real broker for each test that wants one, and ports to it, all ended with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from broker import Broker, start_broker
from ends import End
from proxy import Proxy

__all__ = ["start_broker"]


@pytest.fixture
def broker(start_broker: Callable[..., Broker]) -> Broker:
    return start_broker()


@pytest.fixture
def line(broker: Broker) -> Iterator[Proxy]:
    with Proxy(broker.port) as made:
        yield made


@pytest.fixture
def end() -> Iterator[Callable[..., End]]:
    """`end(port, name, *subscriptions)`: a client that is not connected yet."""
    made: list[End] = []

    def begin(*args: object, **more: object) -> End:
        made.append(End(*args, **more))
        return made[-1]

    yield begin
    for one in made:
        one.port.close()
