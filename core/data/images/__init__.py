"""Pictures as people have them: told apart, decoded within bounds, hashed, and made to one shape for training."""
