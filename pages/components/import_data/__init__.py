"""Pieces of the page that imports data."""
