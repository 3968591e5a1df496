"""Fits on parts of the training rows: whether more labels help."""
