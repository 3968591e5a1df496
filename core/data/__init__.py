"""From examples to a version: fingerprint, duplicates, splits, cached arrays."""
