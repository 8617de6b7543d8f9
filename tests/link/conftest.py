"""A real broker for each test that wants one, ended with the test."""

from __future__ import annotations

from broker import start_broker

__all__ = ["start_broker"]
