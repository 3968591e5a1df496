"""Processes: the supervisor, the process that trains one run, and what it records."""
