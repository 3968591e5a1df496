"""The coach: what the curves and scores of a run say, each with its evidence and one thing to do about it."""
