"""Pieces that ask language models about a data set's rows."""
