"""Processes: which one is ours, what it may take of the machine, and inspectors that read what users bring."""
