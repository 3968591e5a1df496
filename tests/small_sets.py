"""The smallest built-in data of each task, with a model that suits it, for tests that need no more."""

SMALL_SETS = {
    "image-classification": ("digits", "small-cnn"),
    "text-classification": ("customer-feedback", "minilm-frozen"),
    "text-generation": ("python-docs", "mini-gpt"),
    "tabular-regression": ("diabetes", "linear"),
    "tabular-classification": ("breast-cancer", "mlp"),
}
