"""The coach, on curves of real runs."""
