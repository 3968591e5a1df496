"""Pieces of the tab "Show it"."""
