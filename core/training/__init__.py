"""The training loop, its optimizers, checkpoints and learning-rate finder; knows no database."""
