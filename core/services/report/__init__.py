"""A run as a report for a decision, and as a model card."""
