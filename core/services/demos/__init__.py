"""Demo pages: made, listed, withdrawn, and the process that serves them."""
