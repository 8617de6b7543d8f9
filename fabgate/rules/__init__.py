"""The rules of the house: pure functions that take data and give data.

No clock, no disk, no thread: whoever calls brings the time and the facts.
"""
