"""Charts that several pages share, and their scripts."""
