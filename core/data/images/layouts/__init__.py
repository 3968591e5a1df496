"""Layouts of image data sets: each a file with a LAYOUT constant, how one tool says what its pictures show."""
