"""Everybody who was asked the same examples, in one table and one chart."""
