"""Pieces of the page that imports runs."""
