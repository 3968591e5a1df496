import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.data.builtin.python_docs import DATASET as PYTHON_DOCS
from core.data.rows import DOCUMENT_ROWS
from core.data.splits.document_splits import FACT, TextDivision, describe_division, divide_text
from core.data.splits.duplicates import without_repeated_paragraphs
from core.data.splits.fingerprint import fingerprint
from core.data.splits.first_document_rule import divide_documents
from core.data.splits.text_blocks import Piece, pieces_of, stretch_length
from core.data.splits.text_overlap import overlaps
from core.data.staging import StagedDataset
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_version import load_version
from core.data.store.version import MANIFEST, manifest_of
from core.errors import DataError
from core.specs import DOCUMENT_BREAK, SPLITS, Examples, SplitName, texts_of
from core.specs.dataset_types import ImportOptions
from tests.data.silent import Silent

WORDS = [f"{a}{b}{c}" for a in ("ba", "ko", "mi", "ru", "ten") for b in "lnrst" for c in ("a", "esh", "ock", "um")]
SENTENCE = "the quick brown fox jumps over one lazy dog and never comes back to the barn again"


def prose(characters: int, seed: int = 0) -> str:
    """Return lines of words drawn by chance, a blank line after every eight, none like another."""
    chance, lines, size = np.random.default_rng(seed), list[str](), 0
    while size < characters:
        lines.append(" ".join(chance.choice(WORDS, 9)) + ("\n" if len(lines) % 8 == 7 else ""))
        size += len(lines[-1]) + 1
    return "\n".join(lines)[:characters]


def joined(division: TextDivision, name: SplitName) -> str:
    return DOCUMENT_BREAK.join(texts_of(division.parts[name].inputs))


def judged(division: TextDivision, name: SplitName) -> str:
    """Return the characters of a part that are judged."""
    text, bounds = joined(division, name), [0]
    for span in division.parts[name].unjudged:
        bounds += span
    pairs = zip(bounds[::2], [*bounds[1::2], len(text)], strict=True)
    return "".join(text[begin:end] for begin, end in pairs)


def counts(pieces: Sequence[Piece]) -> list[int]:
    return [sum(piece.split == number for piece in pieces) for number in range(3)]


# --- stretches and documents ---


@pytest.mark.parametrize("size", [60_000, 110_000, 300_000])
def test_a_long_text_is_judged_on_twenty_stretches_or_more_from_all_over_it(size: int) -> None:
    text = prose(size)
    pieces = pieces_of((text,), whole=False)
    for number in (1, 2):
        own = [piece for piece in pieces if piece.split == number]
        assert len(own) >= 20
        assert np.histogram([p.begin for p in own], bins=4, range=(0, size))[0].min() >= 4
        assert sum(p.end - p.begin for p in own) / size == pytest.approx(0.1, abs=0.01)
    assert sum(p.end - p.begin for p in pieces) / size > 0.95


def test_between_what_is_learnt_and_what_is_judged_lies_a_gap_that_is_read_as_context() -> None:
    text = prose(120_000)
    for one, other in pairwise(pieces_of((text,), whole=False)):
        assert one.end <= other.begin
        if one.split == 0 or other.split == 0:
            assert one.split == other.split or other.begin - one.end >= 24
    assert {p.lead for p in pieces_of((text,), whole=False) if p.split and p.begin > 32} == {32}


def test_many_documents_stay_whole_and_two_that_are_the_same_but_for_a_word_on_one_side() -> None:
    documents = [prose(600, seed).replace("\n\n", "\n") for seed in range(300)]
    copies = [text.replace(text.split()[3], "other", 1) for text in documents]
    division = divide_text((*documents, *copies))
    sides = {text: name for name in SPLITS for text in texts_of(division.parts[name].inputs)}
    assert set(sides) == {*documents, *copies}
    assert [sides[a] for a in documents] == [sides[b] for b in copies]
    assert division.facts["left_out"] == 0
    assert min(division.facts[name]["pieces"] for name in ("validation", "test")) >= 20


def test_documents_keep_their_sides_when_others_are_added() -> None:
    documents = tuple(prose(500, seed) for seed in range(400))

    def side(texts: tuple[str, ...]) -> dict[str, int]:
        return {texts[p.document]: p.split for p in pieces_of(texts, whole=False)}

    before, after = side(documents[:380]), side(documents)
    moved = [(before[text], after[text]) for text in before if before[text] != after[text]]
    assert len(moved) <= 8
    assert (2, 0) not in moved
    assert (2, 1) not in moved


def test_a_stretch_of_a_text_keeps_its_side_when_a_line_of_it_changes() -> None:
    text = prose(120_000)
    changed = text[:60_000] + "A new line here.\n" + text[60_000:]
    assert [p.split for p in pieces_of((text,), whole=False)] == [p.split for p in pieces_of((changed,), whole=False)]


def test_conversations_are_never_cut_where_there_are_twenty_or_more() -> None:
    documents = (*(prose(400, seed) for seed in range(40)), prose(9_000, 99))
    division = divide_text(documents, whole=True)
    assert sorted(text for n in SPLITS for text in texts_of(division.parts[n].inputs)) == sorted(documents)


@pytest.mark.parametrize(
    "documents",
    [
        (prose(1_000),),
        (prose(2_000),),
        (prose(90_000).replace("\n", " "),),  # one line
        (prose(90_000).replace("\n", "").replace(" ", ""),),  # not even words
        tuple(prose(700, seed) for seed in range(3)),
        (prose(40_000), *(prose(50, seed) for seed in range(30))),
        tuple(f"{SENTENCE}, said {seed}" for seed in range(60)),  # near copies of one
        (prose(300) * 200,),
        (" ".join("abcdefghijklmnopqrstuvwxyz" * 400),),
        ("\n".join(["====", "😀 😀", "...", ""] * 400),),
    ],
    ids=lambda documents: f"{len(documents)}-of-{len(documents[0])}",
)
def test_any_text_of_a_thousand_characters_can_be_divided(documents: tuple[str, ...]) -> None:
    division = divide_text(documents)
    total = sum(map(len, documents))
    for name in ("validation", "test"):
        assert division.facts[name]["pieces"] >= 1
        assert 0 < len(judged(division, name)) == division.sizes[name] <= 0.2 * total
    assert division.sizes["train"] > 0.6 * sum(map(len, without_repeated_paragraphs(documents)[0]))


def test_a_length_of_stretches_seldom_changes_with_the_text() -> None:
    assert [stretch_length(size) for size in (1_000, 51_200, 465_000, 680_000, 1_115_394, 10**9)] == [
        100, 256, 2_048, 2_048, 4_096, 16_384,
    ]  # fmt: skip


def test_hardly_any_text_is_refused() -> None:
    with pytest.raises(DataError, match="at least 1,000"):
        divide_text(("short",))


def test_a_repeated_paragraph_is_dropped_and_a_repeated_heading_stays() -> None:
    long = "This paragraph is long enough that meeting it twice would be no accident at all."
    kept, dropped = without_repeated_paragraphs((f"Notes\n\n{long}", f"Notes\n\n{long.upper()}\n\nNew.", long))
    assert kept == (f"Notes\n\n{long}", "Notes\n\nNew.")
    assert dropped == 2


# --- what was learnt is not judged ---


def test_a_line_that_is_learnt_too_is_context_in_the_test_and_not_judged() -> None:
    refrain = "and never, never shall we see that shore again"
    lines = prose(120_000).split("\n")
    text = "\n".join(
        line if i % 5 else f"{line}\n{refrain.upper() if i % 2 else refrain}" for i, line in enumerate(lines)
    )
    division = divide_text((text,))
    assert joined(division, "train").lower().count(refrain) > 100
    assert joined(division, "test").lower().count(refrain) > 10
    assert refrain not in judged(division, "test").lower()
    assert division.facts["test"]["lines"] > 0
    assert "are not judged" in describe_division(division.facts)


def test_thirteen_words_in_a_row_are_found_wherever_they_stand_and_twelve_are_not() -> None:
    words = prose(2_000).split()
    learnt = f"{prose(3_000, 1)} {' '.join(words[40:53]).upper()} {prose(3_000, 2)}"
    found, again = overlaps([" ".join(words), " ".join(words[60:80])], learnt)
    begin = len(" ".join(words[:40])) + 1
    assert np.flatnonzero(found.grams).tolist() == list(range(begin, begin + len(" ".join(words[40:53]))))
    assert not overlaps([" ".join(words[41:53])], learnt)[0].any.any()
    assert again.grams.all()  # it stands in the text that is judged before


def test_without_spaces_twenty_characters_count_as_thirteen_words() -> None:
    chance = np.random.default_rng(0)
    signs = "".join(map(chr, chance.choice(np.arange(0x4E00, 0x5E00), 400, replace=False)))
    (found,) = overlaps([signs[:200]], signs[200:] + signs[50:70] + signs[300:])
    assert (found.gram, np.flatnonzero(found.grams).tolist()) == (20, list(range(50, 70)))


def test_a_paragraph_with_two_words_changed_is_found_as_a_near_copy() -> None:
    own = prose(700, 5)
    words = own.split(" ")
    words[11], words[30] = "another", "word"
    (found,) = overlaps(
        [prose(500, 6) + "\n\n" + own + "\n\n" + prose(500, 7)], prose(5_000, 8) + "\n\n" + " ".join(words)
    )
    assert found.near.sum() >= 600
    assert not found.near[:500].any()


def test_where_all_is_the_same_all_is_judged_and_the_facts_say_so() -> None:
    division = divide_text((f"{SENTENCE}.\n" * 400,))
    assert [division.facts[name]["masked"] for name in ("validation", "test")] == [False, False]
    assert division.facts["test"]["overlap"] == division.facts["test"]["characters"] == division.sizes["test"]


# --- what the source names ---


def test_a_given_test_stays_whole_and_validation_is_drawn_from_the_rest() -> None:
    text, exam = prose(60_000), prose(4_000, 1)
    division = divide_text((text, exam), ["train", "test"])
    assert (division.parts["test"].inputs, division.parts["test"].unjudged) == ((exam,), ())
    assert division.facts["validation"]["pieces"] >= 20
    assert "Drawn by Touchstone beside what the source names" in describe_division(division.facts)


def test_three_given_parts_stay_as_they_are() -> None:
    texts = (prose(3_000), prose(2_000, 1), prose(2_000, 2))
    division = divide_text(texts, ["train", "validation", "test"])
    assert [texts_of(division.parts[name].inputs) for name in SPLITS] == [(text,) for text in texts]
    assert describe_division(division.facts).startswith("Taken from the source")


def test_a_source_that_gives_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(DataError, match="none to training"):
        divide_text((prose(3_000), prose(2_000, 1)), ["validation", "test"])


# --- what is kept ---


def test_pieces_are_kept_and_found_again(tmp_path: Path) -> None:
    text = prose(60_000)
    first, again = (divide_text((text,), cache=tmp_path / "kept") for _ in range(2))
    assert (first.parts["test"].inputs, first.parts["test"].unjudged) == (
        again.parts["test"].inputs,
        again.parts["test"].unjudged,
    )
    assert first.facts
    assert not again.facts


def imported(folder: Path, text: str) -> tuple[DatasetStore, Path]:
    """Return a library with one data set of one text, and the file of its manifest."""
    dataset_store = DatasetStore(folder / "datasets", folder / "cache")
    (folder / "draft").mkdir()
    staged = StagedDataset(folder / "draft", "text-generation")
    staged.rows(DOCUMENT_ROWS).add(text=text, name="book.txt", given="", source=1)
    info = dataset_store.add(staged, ImportOptions(name="book"), "Brought", Silent())
    return dataset_store, dataset_store.version("book", info.fingerprint).folder / MANIFEST


def test_a_version_of_the_first_rule_keeps_its_split(tmp_path: Path) -> None:
    text = prose(20_000)
    dataset_store, manifest = imported(tmp_path, text)
    old = json.loads(manifest.read_text())
    assert old["facts"].pop(FACT)["rule"] == 2
    manifest.write_text(json.dumps(old))
    manifest_of.cache_clear()
    parts = load_version(dataset_store.find("book")).examples
    assert DOCUMENT_BREAK.join(str(parts[name].inputs[0]) for name in SPLITS).replace("\n", "") == text.replace(
        "\n", ""
    )
    assert [len(str(parts[name].inputs[0])) for name in SPLITS] == [16_007, 2_037, 1_956]
    assert not parts["test"].unjudged


def test_a_new_version_is_loaded_as_it_was_divided(tmp_path: Path) -> None:
    dataset_store, manifest = imported(tmp_path, prose(60_000))
    loaded = load_version(dataset_store.find("book"))
    division = divide_text((prose(60_000),))
    assert {name: texts_of(part.inputs) for name, part in loaded.examples.items()} == {
        name: texts_of(part.inputs) for name, part in division.parts.items()
    }
    assert dict(loaded.version.split_sizes) == division.sizes
    assert "23 for validation" in json.loads(manifest.read_text())["facts"]["splits"]


@pytest.mark.skipif(sys.version_info[:3] != (3, 11, 7), reason="other versions of Python bring another text")
def test_the_splits_of_python_docs_never_move() -> None:
    examples = PYTHON_DOCS.load()
    assert fingerprint(examples)[:16] == "b0c93eeef6e9182d"
    first, _ = divide_documents(texts_of(examples.inputs), fingerprint(examples))
    assert [fingerprint(Examples(first[n], examples.targets))[:8] for n in SPLITS] == [
        "60a38d9c",
        "f7ff8509",
        "50060edb",
    ]
    loaded = load_version(PYTHON_DOCS)
    assert dict(loaded.version.split_sizes) == {"train": 295_657, "validation": 36_470, "test": 35_160}
    assert [fingerprint(loaded.examples[n])[:8] for n in SPLITS] == ["6d6443a5", "84ffe6e8", "37f1623b"]
