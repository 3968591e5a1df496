"""Points on their way to the store, of the training loop and of everybody else: never lost, never in the way."""
