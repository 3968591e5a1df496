"""The rules of the coach: each looks for one thing; one file each, with a RULE."""
