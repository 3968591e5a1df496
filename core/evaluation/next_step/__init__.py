"""What to do next with a run's result: one action, by rules in a fixed order, with its likely gain."""
