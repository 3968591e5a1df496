"""Text classification: which of a few kinds a text is, such as its sentiment."""

from core.tasks.classification import classification_task

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
    augments="tokens",
)
