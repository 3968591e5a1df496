"""Cases for the checks of classes, labels and repeated examples."""

from tests.data.checks.case import Case
from tests.data.checks.versions import texts

NAMES = ("anna", "bert", "carl", "dora", "emil", "fred", "gina", "hugo", "ines", "jack", "kurt", "lena", "mona")


def phrases(count: int, about: str) -> list[str]:
    """Return different sentences."""
    return [f"{NAMES[i % 13]} and {NAMES[i // 13 % 13]} say {about} {i // 169}" for i in range(count)]


def labelled(**counts: int) -> list[tuple[str, str]]:
    """Return different texts, so many of each label."""
    return [(text, label) for label, count in counts.items() for text in phrases(count, label)]


CASES = [
    Case(
        "one-class",
        lambda _: texts(labelled(positive=12)),
        lambda _: texts(labelled(positive=12, negative=12)),
        "error",
        12,
        "All 12 texts have the same label, 'positive'. Add examples of at least one other class, or choose another "
        "label column.",
        example="positive",
    ),
    Case(
        "few-examples",
        lambda _: texts(labelled(good=20, bad=20, odd=5, rare=2)),
        lambda _: texts(labelled(good=10, bad=10)),
        "error",
        2,
        "2 classes have fewer than 10 different texts: 'rare' and 'odd'. One of them has fewer than 3, too few for "
        "training, validation and test to get one each.",
        "Leave these classes out",
        "rare: 2",
        left=40,
    ),
    Case(
        "unseen-classes",
        lambda _: texts(labelled(good=20, bad=20, odd=5), ["train"] * 30 + ["test"] * 15),
        lambda _: texts(labelled(good=20, bad=20), ["train", "test"] * 20),
        "error",
        1,
        "'odd' is missing in training: the source has it only in test (5 texts).",
        "Split everything again, so that each part gets each class",
        "odd: 5, none of them for training",
        left=45,
    ),
    Case(
        "untested-classes",
        lambda _: texts(labelled(odd=5, good=20, bad=20), ["train"] * 30 + ["test"] * 15),
        lambda _: texts(labelled(good=20, bad=20), ["train", "test"] * 20),
        "warning",
        2,
        "'good' and 'odd' are missing in the source's test part.",
        "Split everything again, so that each part gets each class",
        "odd: 5 for training",
        left=45,
    ),
    Case(
        "too-few-rows",
        lambda _: texts(labelled(good=20, bad=20)),
        lambda _: texts(labelled(good=25, bad=25)),
        "warning",
        40,
        "There are only 40 texts in all, of which about 6 will be used for the test: one right or wrong answer more "
        "moves the score by about 17 points.",
    ),
    Case(
        "imbalance",
        lambda _: texts(labelled(ham=88, spam=12)),
        lambda _: texts(labelled(ham=75, spam=25)),
        "note",
        88,
        "88 % of the texts are 'ham' (88), 7.3 times as many as 'spam' (12). A model that always answers 'ham' would "
        "be right on 88 % of them, so accuracy alone will flatter: look at the scores of each class too.",
        example="spam: 12",
    ),
    Case(
        "numeric-labels",
        lambda _: texts([(text, f"{i / 4}") for i, text in enumerate(phrases(40, "a price"))]),
        lambda _: texts([(text, f"{i % 5 + 1}") for i, text in enumerate(phrases(40, "stars"))]),
        "error",
        40,
        "The labels are 40 different numbers between 0 and 9.75. If they are amounts, such as prices or ages, import "
        "the data again as a table and predict the number (tabular-regression).",
    ),
    Case(
        "label-typos",
        lambda _: texts(labelled(negative=60, positive=60, negatve=2)),
        lambda _: texts(labelled(negative=60, positive=60, related=2, unrelated=60, star1=60, star2=1)),
        "warning",
        1,
        "1 rare label looks like a slip of the pen: 'negatve' (2) -> 'negative'.",
        "Merge it as shown",
        "'negatve' (2) -> 'negative'",
        left=122,
    ),
    Case(
        "label-variants",
        lambda _: texts([*labelled(good=12, bad=12), *[(text, " Good") for text in phrases(3, "yes")]]),
        lambda _: texts([(text, label) for label in ("C", "C++", "C#", "-1", "1") for text in phrases(12, label)]),
        "warning",
        1,
        "1 label is another one written differently: 'Good' (3) -> 'good'.",
        "Merge them as shown",
        "'Good' (3) -> 'good'",
        left=27,
    ),
    Case(
        "exact-duplicates",
        lambda _: texts([*labelled(good=10, bad=10), ("Thanks!", "good"), ("thanks", "good"), ("Thanks!", "good")]),
        lambda _: texts([*labelled(good=10, bad=10), ("Thanks!", "good"), ("thanks", "bad")]),
        "warning",
        2,
        "2 of the 23 texts repeat an earlier one: 1 letter for letter, the others but for capitals, spaces and "
        "punctuation.",
        "Remove the repeated rows",
        "thanks (3 times)",
        left=21,
    ),
    Case(
        "near-duplicates",
        lambda _: texts(
            [
                *labelled(good=10),
                ("A fine film, really", "good"),
                ("A fine film, truly", "bad"),
                ("A fine film, indeed", "good"),
            ],
            near={"A fine film, truly": "A fine film, really", "A fine film, indeed": "A fine film, really"},
        ),
        lambda _: texts([*labelled(good=10), ("A fine film", "good"), ("a fine film!", "bad")]),
        "warning",
        2,
        "2 of the 13 texts are almost the same as an earlier one. 1 of them has another label than that one: look at "
        "these first.",
        "Keep one of each with the same label",
        "A fine film, really ~ A fine film, truly",
        left=12,
    ),
    Case(
        "conflicting-labels",
        lambda _: texts(
            [
                *labelled(good=50, bad=50),
                *[("Thank you", "good"), ("thank you!", "good"), ("Thank you", "bad")],
                *[("meh", "good"), ("MEH", "bad")],
            ]
        ),
        lambda _: texts([*labelled(good=50, bad=50), ("Thank you", "good"), ("thank you!", "good")]),
        "warning",
        2,
        "2 texts appear more than once with different labels (1 letter for letter, the others but for capitals, "
        "spaces and punctuation): 5 rows in all.",
        "Keep the commonest label, remove ties",
        "Thank you: good 2, bad 1",
        left=102,
    ),
    Case(
        "leakage",
        lambda _: texts(
            [("seen", "good"), ("new", "bad"), ("Seen!", "good"), ("also seen", "bad"), ("also seen", "bad")],
            given=["train", "train", "test", "validation", "test"],
        ),
        lambda _: texts([("one", "good"), ("one", "good"), ("two", "bad")], given=["train", "train", "test"]),
        "error",
        2,
        "1 text given for training and 1 text given for validation are also given for validation or test.",
        "Remove the copies from training and validation",
        "seen",
        left=3,
    ),
]
