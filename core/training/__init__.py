"""The loop, checkpoints, evaluation and the verdict. Knows no database."""
