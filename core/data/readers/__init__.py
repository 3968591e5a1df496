"""Readers: each takes one kind of source in, one file each with a READER constant."""
