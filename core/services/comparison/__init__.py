"""Two to twenty runs side by side: which are told apart by the same examples, and what sets them apart."""
