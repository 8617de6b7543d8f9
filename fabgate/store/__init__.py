"""The books of a gate: one SQLite file with the journal and the roster, and one writer (law 6)."""
