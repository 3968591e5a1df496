"""Comparison of two to twenty runs: differences in scores and in settings.

Scores are compared on the same examples.
"""
