"""Data sets: sources are read, checked, split and stored as immutable versions."""
