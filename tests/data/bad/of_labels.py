"""Tables that can be read, but not learnt from: wrong labels, wrong targets, wrong columns."""

from collections.abc import Sequence

from core.specs.dataset_types import ImportOptions
from tests.data.bad.bad_file import BadFile
from tests.data.bad.of_tables import HEADER, Make, rows_text, written
from tests.data.imported import reviews

TEXTS = [text for text, _ in reviews()]
LABELS = [label for _, label in reviews()]
TEXT_TASK = ImportOptions(task="text-classification")


def table(*rows: Sequence[object], header: Sequence[str] = HEADER, name: str = "reviews.csv") -> Make:
    """Return what writes a table of these rows."""
    return written(name, rows_text([header, *rows]))


BAD_FILES = (
    BadFile(
        "texts alone",
        table(*[(t,) for t in TEXTS], header=("text",)),
        "reviews.csv has only one column ('text'), but texts with labels need two: the text and its label. "
        "Add a column of labels; if there are two, choose the right separator; to learn to write from texts "
        "alone, choose the task text-generation.",
        TEXT_TASK,
    ),
    BadFile(
        "no column of labels",
        table(*[(t, t[::-1]) for t in TEXTS], header=("text", "note")),
        "reviews.csv has texts ('text') but no column of labels: none of 'text', 'note' holds a few words "
        "that repeat. Add a column that says for each text what it is, or choose the right column.",
    ),
    BadFile(
        "all labels missing",
        table(*[(t, "") for t in TEXTS]),
        "The column 'label' of reviews.csv is empty in every row, so no text has a label. Fill it in or "
        "choose another label column; to learn to write from texts alone, choose the task text-generation.",
    ),
    BadFile(
        "every fifth label missing",
        table(*[(t, label if n % 5 else "") for n, (t, label) in enumerate(reviews())]),
        "12 rows of reviews.csv were left out because they have no label (lines 2, 7, 12, 17, 22 and 7 more).",
        finding="missing-labels",
    ),
    BadFile(
        "one class",
        table(*[(t, "good") for t in TEXTS]),
        "All 60 examples have the same label, 'good'. A model learns by telling things apart: add examples "
        "of at least one other class, or choose another label column.",
    ),
    BadFile(
        "one example of each class",
        table(("lovely", "good"), ("awful", "bad"), ("so so", "neutral")),
        "Each of the 3 labels in column 'label' of reviews.csv occurs only once, so nothing can be learnt of "
        "it. Add more examples of each, at least three; if these are names or texts rather than kinds, "
        "choose another label column.",
    ),
    BadFile(
        "two examples of each class",
        table(("lovely", "good"), ("awful", "bad"), ("nice", "good"), ("bad thing", "bad")),
        "There are too few different examples to train, validate and test with. Add examples until at least "
        "one label has three different ones.",
    ),
    BadFile(
        "two rows",
        table(("lovely", "good"), ("awful", "bad")),
        "Each of the 2 labels in column 'label' of reviews.csv occurs only once, so nothing can be learnt of "
        "it. Add more examples of each, at least three; if these are names or texts rather than kinds, "
        "choose another label column.",
    ),
    BadFile(
        "a single row",
        table(("lovely", "good")),
        "reviews.csv holds one row only, and a model learns from many. Check that the export is complete; to "
        "add the row to a data set that is already there, name that data set.",
    ),
    BadFile(
        "every row a label of its own",
        table(*[(t, f"ticket {n} {t[-3:]}") for n, t in enumerate(TEXTS)]),
        "Hardly two rows of reviews.csv have the same label: 'label' holds 'ticket 0 ell', 'ticket 1 ell', "
        "'ticket 2 ell' and so on. A class needs several examples, and at most 1,000 can be told apart. "
        "Choose another label column; to learn to write from texts alone, choose the task text-generation.",
    ),
    BadFile(
        "three thousand labels",
        table(*[(f"text number {n} of the table", f"kind{n}") for n in range(3000)]),
        "Hardly two rows of reviews.csv have the same label: 'label' holds 'kind0', 'kind1', 'kind2' and so "
        "on. A class needs several examples, and at most 1,000 can be told apart. Choose another label "
        "column; to learn to write from texts alone, choose the task text-generation.",
    ),
    BadFile(
        "three thousand labels that were chosen",
        table(*[(f"text number {n} of the table", f"kind{n}") for n in range(3000)]),
        "The column 'label' of reviews.csv has more than 1,000 different labels; at most 1,000 can be told "
        "apart. It probably holds names or texts rather than kinds: choose another label column.",
        ImportOptions(label_column="label"),
    ),
    BadFile(
        "labels that are measurements",
        table(*[(t, n * 1.37) for n, t in enumerate(TEXTS)]),
        "The labels in column 'label' of reviews.csv are measurements (0.0, 1.37, 2.74 ...), not kinds: "
        "hardly two are the same. To predict a number, choose the task tabular-regression.",
        ImportOptions(task="text-classification"),  # without it, the number is predicted from the text
    ),
    BadFile(
        "every row the same",
        table(*[("always the same", "good")] * 50),
        "All 50 examples have the same label, 'good'. A model learns by telling things apart: add examples "
        "of at least one other class, or choose another label column.",
    ),
    BadFile(
        "one text with two labels",
        table(*[("always the same", "good"), ("always the same", "bad")] * 50),
        "There are too few different examples to train, validate and test with. Add examples until at least "
        "one label has three different ones.",
    ),
    BadFile(
        "every text empty",
        table(*[("", label) for label in LABELS]),
        "reviews.csv has no column of texts. Its columns are 'text', 'label'. Nothing stands in any row of "
        "'text'. Choose the column with the texts; to predict a number instead, choose the task "
        "tabular-regression.",
    ),
    BadFile(
        "every text blank and chosen",
        table(*[(" ", label) for label in LABELS]),
        "No row of reviews.csv can be used. 60 rows of reviews.csv were left out because their text is empty "
        "(lines 2, 3, 4, 5, 6 and 55 more). Check that the right columns and separator are chosen.",
        ImportOptions(text_column="text"),
    ),
    BadFile(
        "some texts empty",
        table(*reviews(), ("", "positive"), ("  ", "negative")),
        "2 rows of reviews.csv were left out because their text is empty (lines 62, 63).",
        finding="empty-rows",
    ),
    BadFile(
        "a column that is not there",
        table(*reviews()),
        "reviews.csv has no column called 'sentiment'. It has: 'text', 'label'. Choose one of these.",
        ImportOptions(label_column="sentiment"),
    ),
    BadFile(
        "text and label in one column",
        table(*reviews()),
        "'text' cannot be both the text and the label. Choose two different columns of reviews.csv.",
        ImportOptions(text_column="text", label_column="text"),
    ),
    BadFile(
        "labels that are all left out",
        table(*reviews()),
        "No row of reviews.csv can be used. 60 rows of reviews.csv were left out because their labels were "
        "left out on purpose. Check that the right columns and separator are chosen.",
        ImportOptions(label_map={"positive": "", "negative": ""}),
    ),
    BadFile(
        "no row for training",
        table(*[(*r, "test") for r in reviews()], header=("text", "label", "split")),
        "The source gives every example to validation or test, and none to training, so there is nothing to "
        "learn from. Name some rows 'train' in the split column, or import without that column: then "
        "Touchstone divides the data.",
    ),
    BadFile(
        "a split column that names no split",
        table(*[(*r, f"fold {len(r[0]) % 3}") for r in reviews()], header=("text", "label", "part")),
        "The split column 'part' of reviews.csv holds 'fold 1', 'fold 2', 'fold 0', none of which names a "
        "split. Call them train, validation and test, or choose no split column: then Touchstone divides the "
        "data.",
        ImportOptions(split_column="part"),
    ),
    BadFile(
        "a row of an unknown split",
        table(
            *[(*r, "train") for r in reviews()], ("what a day", "positive", "tset"), header=("text", "label", "split")
        ),
        "One row of reviews.csv names a split that is neither train, validation nor test (line 62); it counts as none.",
        finding="unknown-splits",
    ),
    BadFile(
        "a table of images' numbers",
        table(*reviews()),
        "reviews.csv is a table; it cannot be used for the task image-classification. Choose "
        "text-classification (texts with labels) or tabular-regression (a number to predict).",
        ImportOptions(task="image-classification"),
    ),
)
