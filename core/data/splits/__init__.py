"""Training, validation and test splits: duplicates, groups, text blocks, time; drawn once, then kept."""
