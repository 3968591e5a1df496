"""Access control: a token per dashboard start, this machine only, no cross-origin pages."""
