"""Bound on texts that a module writes side by side, a row each."""

MOST_ROWS = 32
