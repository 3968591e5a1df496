"""What must stay as it is while rooms, files and names change: `python -m tests.golden.freeze` writes it anew."""
