"""Pieces of the System page."""
