"""The coach's rules, one file each, with a RULE."""
