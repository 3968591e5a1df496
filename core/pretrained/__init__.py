"""Models that others have trained: found, fetched, checked, built and filled with their weights."""
