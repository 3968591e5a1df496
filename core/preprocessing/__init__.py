"""Preprocessors, one file each: fitted on the training split, saved beside the weights."""
