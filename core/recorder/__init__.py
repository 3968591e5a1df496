"""Points on their way to the store, the loop's and everybody else's: buffered, never lost, never in the way."""
