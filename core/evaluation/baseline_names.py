"""Baselines in plain words, for headlines; the field's names stand behind the fold."""

COMMONEST, MEAN = "majority", "mean"  # the baselines that have learnt nothing
_PLAIN = {
    COMMONEST: "always giving the commonest answer",
    MEAN: "always giving the average",
    "ridge": "a simple linear model",
    "columns + logistic regression": "a simple linear model",
    "pixels + logistic regression": "a simple linear model of the pixels",
    "EfficientNet features + logistic regression": "a pretrained network's features, simply weighed",
    "MiniLM embeddings + logistic regression": "a pretrained encoder's features, simply weighed",
    "E5 embeddings + logistic regression": "a pretrained encoder's features, simply weighed",
    "unigram": "how often each character comes",
    "boosted trees": "a few hundred small decision trees",
}
# The model of the catalogue that is the same method, by kind of baseline.
_SAME = {
    "ridge": "linear", "columns": "logistic-regression", "pixels": "logistic-regression", "word": "ngram-linear",
    "character": "ngram-linear", "bigram": "bigram", "EfficientNet": "efficientnet-lite0", "MiniLM": "minilm-frozen",
    "E5": "e5-frozen",
}  # fmt: skip


def plain_name(baseline: str) -> str:
    """Return what a baseline does, as it stands within a sentence.

    >>> plain_name("word TF-IDF + logistic regression"), plain_name("5-gram"), plain_name("unigram")
    ('a simple word count model', 'a simple n-gram model', 'how often each character comes')
    """
    if "TF-IDF" in baseline:
        return f"a simple {'letter' if baseline.startswith('character') else 'word'} count model"
    if baseline.endswith("gram") and baseline not in _PLAIN:
        return "a simple n-gram model"
    return _PLAIN.get(baseline, baseline)


def full_name(baseline: str) -> str:
    """Return the plain words with the field's name in brackets."""
    return plain_name(baseline) if baseline in (COMMONEST, MEAN) else f"{plain_name(baseline)} ({baseline})"


def same_model(baseline: str) -> str:
    """Return the catalogue's model that is the same method; empty where there is none."""
    return _SAME.get(baseline.partition(" ")[0], "")
