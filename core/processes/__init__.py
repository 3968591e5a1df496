"""Processes: identity checks, resource limits, and inspectors for user-provided data."""
