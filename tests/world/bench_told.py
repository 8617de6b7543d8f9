"""What a broken law is told as."""

from __future__ import annotations


class Broken(AssertionError):
    """A law was broken; the text says which, and where the world stood."""
