"""Images as users have them: identified, decoded within bounds, hashed and resized for training."""
