"""Data set versions on the disk: built, listed, opened, browsed."""
