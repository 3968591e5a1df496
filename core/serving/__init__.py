"""Finished runs at work: predict, generate, evaluate on other data."""
