"""Trying models on inputs of one's own."""
