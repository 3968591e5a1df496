"""Text classification: which of a few kinds a text is, such as its sentiment."""

from collections.abc import Iterator

from core.specs import Examples, Predictions, texts_of
from core.tasks.classification import FITTING_EXAMPLES, classification_task, logistic_regression, majority
from core.tasks.text_features import better_reading, fewer_characters, make_vectoriser


def _tf_idf(train: Examples, test: Examples, seed: int) -> tuple[str, Predictions]:
    """Return the predictions and the name of a TF-IDF logistic regression on n-grams.

    Source: Wang & Manning 2012.

    The n-grams are of words or of characters, whichever read the training split better.
    """
    train = train.sample(FITTING_EXAMPLES, seed)
    kind, keeps_case = better_reading(train, seed)
    name = f"{kind} TF-IDF + logistic regression"
    read = fewer_characters(train, seed) if kind == "character" else train
    vectoriser = make_vectoriser(kind, texts_of(read.inputs), keeps_case=keeps_case)
    try:
        train_x = vectoriser.fit_transform(read.inputs)
    except ValueError:  # nothing to count in the training texts
        return name, majority(train, test)
    test_x = vectoriser.transform(test.inputs)
    return name, logistic_regression(train_x, read.targets, [test_x], test, seed, solver="newton-cg")


def _baselines(train: Examples, test: Examples, seed: int) -> Iterator[tuple[str, Predictions]]:
    yield "majority", majority(train, test)
    yield _tf_idf(train, test, seed)


TASK = classification_task(
    name="text-classification",
    title="Classify text (sentiment, topic, urgency)",
    summary="Show it texts with their labels, and it learns to label new ones: praise or complaint, topic, urgency.",
    example="Follow the mood of customer reviews, route support tickets, flag messages that need a person.",
    input_kind="text",
    icon="sentiment_satisfied",
    noun="text",
    needs="That needs texts with labels: a table, or a folder of texts for each class.",
    needs_columns="a column of texts and a column of labels",
    columns=(("text_column", "Text"), ("label_column", "Label")),
    looked_for="empty and repeated texts, the same text under different labels or on both sides of a split, misspelt "
    "labels, rare classes, texts that are too long, and personal data",
    weights_example="distilbert/distilbert-base-uncased",
    demo=("customer-feedback", "minilm-frozen"),
    demo_seconds=30,
    each_baseline=_baselines,
    augments="tokens",
)
