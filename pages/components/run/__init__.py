"""Pieces of the run page."""
