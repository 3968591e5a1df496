"""The next step after a run: one action, by ordered rules, with likely gain."""
