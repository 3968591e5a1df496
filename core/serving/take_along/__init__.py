"""Demos to take along: a page that answers without Python and network."""
