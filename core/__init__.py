"""Touchstone: find out in minutes, locally, whether an AI idea is worth building."""
