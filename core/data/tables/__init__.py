"""Tables in every wrapping: what their columns are, and how their rows become examples."""
