"""Cases for the checks of what stands in texts."""

from core.data.checks.support.check_context import CheckContext
from tests.data.checks.case import Case
from tests.data.checks.versions import documents, texts

PARAGRAPH = "The quick brown fox jumps over the lazy dog, and then the dog jumps over the quick brown fox."


SIDES = ("train", "validation", "test")


def among_others(*special: str) -> CheckContext:
    """Return some texts among twenty ordinary ones."""
    ordinary = [(f"This is the ordinary text with the number {i}.", "ab"[i % 2]) for i in range(20)]
    return texts([*ordinary, *((text, "a") for text in special)])


CASES = [
    Case(
        "long-texts",
        lambda _: among_others("word " * 129, "很" * 300, "word " * 128),
        lambda _: among_others("word " * 128, "x" * 3_000),
        "note",
        2,
        "2 of the 23 texts (9 %) are longer than 128 words, the longest about 300: models that read word by word "
        "take the beginning and the end of such texts, the frozen encoder up to four parts.",
    ),
    Case(
        "short-texts",
        lambda _: among_others("k", "", "?! -", "o.k"),
        lambda _: among_others("yes", "好", "😡", "!!! no way"),
        "note",
        4,
        "4 texts have at most two letters or digits.",
        "Remove these texts",
        "'o.k'",
        left=20,
    ),
    Case(
        "size-outliers",
        lambda _: among_others("far too long " * 500),
        lambda _: among_others("a little longer than the others, but not by much " * 5),
        "note",
        1,
        "1 text of 21 is far longer than the others, the longest, of 6,500 characters, 146 times as long as is usual.",
        "Remove it",
        "far too long far too long far too long far too lo… (6,500 characters)",
        left=20,
    ),
    Case(
        "personal-data",
        lambda _: among_others("Write to jane.roe@example.com or call me on +44 20 7946 0958", "4111 1111 1111 1111"),
        lambda _: among_others("@united hello", "Order 12345678 of 2024-01-31 costs 1,234,567.89"),
        "warning",
        3,
        "In the texts there are what looks like 1 e-mail address, 1 phone number and 1 card number. Names and "
        "addresses of houses are not looked for.",
        "Mask them",
        "j…@example.com",
        left=22,
    ),
    Case(
        "personal-data",
        lambda _: documents(f"{PARAGRAPH} Write to jane.roe@example.com."),
        lambda _: documents(PARAGRAPH),
        "warning",
        1,
        "In the text there is what looks like 1 e-mail address. Names and addresses of houses are not looked for.",
        "Mask them",
        "j…@example.com",
        left=1,
    ),
    Case(
        "html-left",
        lambda _: among_others("Good.<br /><br />Not &amp;lt;b&gt; bad", "It&#39;s <B>fine</B>"),
        lambda _: among_others("I <3 you <user>, R&D; List<String> & more", "a < b > c"),
        "warning",
        2,
        "2 of the 22 texts (9 %) have bits of web pages left in: tags such as <br> or signs such as &amp;.",
        "Clean them away",
        "<br /> (2 times)",
        left=22,
    ),
    Case(
        "repeated-paragraphs",
        lambda _: documents(f"{PARAGRAPH}\n\nSomething else.\n\n{PARAGRAPH.upper()}", PARAGRAPH),
        lambda _: documents(f"{PARAGRAPH}\n\nChorus\n\nSomething else.\n\nChorus"),
        "note",
        2,
        "2 paragraphs repeat an earlier one (186 characters). Training leaves them out but for the first, so that none "
        "is memorised and then met again in the test.",
    ),
    Case(
        "repeated-lines",
        lambda _: documents("床前明月光，疑是地上霜。\n", f"靜夜思\n床前明月光，疑是地上霜。\n{PARAGRAPH}"),
        lambda _: documents("短句\n", f"短句\n\n{PARAGRAPH}", PARAGRAPH),
        "note",
        1,
        "1 line repeats an earlier one: 10 % of the text. They stay in, because a text with holes reads badly; where "
        "one of validation or test stands in the training text too, it is read as context and not judged.",
        example="床前明月光，疑是地上霜。",
    ),
    Case(
        "text-leakage",
        lambda _: documents(f"Once.\n{PARAGRAPH}\nThe end.", "Nothing else.", f"New.\n{PARAGRAPH}\n", given=SIDES),
        lambda _: documents(f"Once.\n{PARAGRAPH}\nThe end.", "Nothing else.", "New.\nAnd new.\n", given=SIDES),
        "error",
        94,
        "94 characters of the test (95 %) stand in the training text too (whole lines, runs of 13 words). The parts "
        "are as the source has them, so all of it is judged.",
        "Remove these lines from the training text",
        f"{PARAGRAPH[:79]}…",
        left=3,
    ),
    Case(
        "little-text",
        lambda _: documents("é" * 4_000, "b" * 1_000),
        lambda _: documents("é" * 10_000, "b" * 10_000),
        "warning",
        5_000,
        "There are only 5,000 characters of text in all. Expect a model that learns letters and a few words; from "
        "about 20,000 characters on it begins to write like the text, and a million is better.",
    ),
    Case(
        "rare-characters",
        lambda _: documents("abc" * 10 + "".join(map(chr, range(0x4E00, 0x4E00 + 30)))),
        lambda _: documents("abc" * 10 + "".join(map(chr, range(0x4E00, 0x4E00 + 19)))),
        "note",
        30,
        "30 of the 33 different characters occur only once (91 %).",
        example="一 (cjk unified ideograph-4e00)",
    ),
]
