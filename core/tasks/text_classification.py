"""Text classification: which of a few kinds a text is, such as its sentiment."""

from core.specs import Examples, Outcomes, TaskSpec
from core.tasks.classification import (
    CLASSIFICATION_METRICS,
    classification_outcomes,
    cross_entropy,
    logistic_regression,
    majority,
)

WORD = r"(?u)\b\w[\w']*\b"  # keeps "don't" whole, which scikit-learn's own pattern cuts


def _tf_idf(train: Examples, test: Examples, seed: int) -> Outcomes:
    """Return what TF-IDF of words and word pairs with a logistic regression does (Wang & Manning 2012)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=WORD)
    try:
        train_x = vectorizer.fit_transform(train.inputs)
    except ValueError:  # not one word in the training texts
        return majority(train, test)
    return logistic_regression(train_x, train, vectorizer.transform(test.inputs), test, seed)


def _baselines(train: Examples, test: Examples, seed: int) -> dict[str, Outcomes]:
    return {"majority": majority(train, test), "TF-IDF + logistic regression": _tf_idf(train, test, seed)}


TASK = TaskSpec(
    name="text-classification",
    title="Understand what people write",
    summary="Show it texts with their labels, and it learns to label new ones: praise or complaint, topic, urgency.",
    example="Follow the mood of customer reviews, route support tickets, flag messages that need a person.",
    input_kind="text",
    output_kind="label",
    metrics=CLASSIFICATION_METRICS,
    primary_metric="accuracy",
    demo=("customer-feedback", "minilm-frozen"),
    loss=cross_entropy,
    outcomes=classification_outcomes,
    baselines=_baselines,
)
