"""Pieces of the Recipes page."""
