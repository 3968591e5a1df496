"""Touchstone: find out in minutes, on your own machine, whether an AI idea is worth building."""
