"""Badges as numbers: what a UID may be, and the token that stands for it."""
