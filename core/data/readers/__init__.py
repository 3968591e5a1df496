"""Readers: each takes one kind of source, one file each with a READER constant."""
