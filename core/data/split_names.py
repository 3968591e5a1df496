"""What people call the splits of their data."""

SPLIT_NAMES = {  # lower case -> ours
    **dict.fromkeys(("train", "training", "tr", "trainset", "train_set"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development", "eval", "evaluation"), "validation"),
    **dict.fromkeys(("test", "testing", "tst", "holdout", "hold-out", "testset", "test_set"), "test"),
}
