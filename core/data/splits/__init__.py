"""Training, validation and test rows: duplicates, groups, blocks of text, time; drawn once, then kept."""
