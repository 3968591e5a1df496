"""Texts whose class is where they lie come in with that class; what has none is named."""

from pathlib import Path

import pytest

from core.data.readers.registry import find_reader
from tests.data.bad.making import zip_of
from tests.data.documents.writing import pdf
from tests.data.images.drawing import lay_out
from tests.data.tables.taken import preview, take

TOPICS = ("parcel", "invoice", "screen", "manual", "refund", "keyboard", "driver", "price", "battery", "cable")


PROSE = b"It was the best of times, it was the\nworst of times, it was the age\n\n" * 9


def text(label: str, number: int) -> bytes:
    return f"I am {label} about the {TOPICS[number % 10]} of day {number}.\n".encode()


def folders(*names: str, each: int = 5, ending: str = ".txt") -> dict[str, bytes]:
    return {f"{name}/{n}{ending}": text(name.rpartition("/")[2], n) for name in names for n in range(each)}


def imported(folder: Path, files: dict[str, bytes], kind: str = "zip") -> Path:
    if kind == "folder":
        return lay_out(folder / "texts", files)
    (folder / "texts.zip").write_bytes(zip_of(files))
    return folder / "texts.zip"


def counts(path: Path) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in take(path).rows:
        found[row["label"], row["given"]] = found.get((row["label"], row["given"]), 0) + 1
    return found


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_the_class_is_the_folder(kind: str, tmp_path: Path) -> None:
    source = imported(tmp_path, folders("mail/happy", "mail/angry", "mail/calm"), kind)
    taken = take(source)
    assert sorted({label for _, label in taken.pairs}) == ["angry", "calm", "happy"]
    assert ("I am happy about the parcel of day 0.", "happy") in taken.pairs
    assert len(taken.rows) == 15
    assert [g.why for g in preview(source).guesses if g.about == "Label column"] == [
        "the name of the folder that a text lies in"
    ]


def test_parts_and_texts_without_a_class_are_kept_apart(tmp_path: Path) -> None:
    files = folders("acl/train/pos", "acl/train/neg", each=6) | folders("acl/test/pos", "acl/test/neg", each=3)
    source = imported(
        tmp_path, files | folders("acl/train/unsup", each=4) | {"acl/README": b"Read me", "acl/x.vocab": b"x"}
    )
    assert counts(source) == {
        ("positive", "train"): 6, ("negative", "train"): 6, ("positive", "test"): 3, ("negative", "test"): 3,
    }  # fmt: skip
    assert "4 texts in 'unsup' have no class and will be left out." in preview(source).notes


@pytest.mark.parametrize(
    "files",
    [
        folders("news-train/sci.space", "news-train/rec.autos", ending="") | folders("news-test/sci.space",
                "news-test/rec.autos", ending=""),
        folders("news/sci.space/train", "news/rec.autos/train") | folders("news/sci.space/test", "news/rec.autos/test"),
    ],
    ids=["files without endings", "parts below the classes"],
)  # fmt: skip
def test_newsgroups_come_in_by_group_and_part(files: dict[str, bytes], tmp_path: Path) -> None:
    assert counts(imported(tmp_path, files)) == {
        ("sci.space", "train"): 5, ("rec.autos", "train"): 5, ("sci.space", "test"): 5, ("rec.autos", "test"): 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "split"),
    [
        (("pos.txt", "neg.txt"), ""),
        (("rt-polarity.pos", "rt-polarity.neg"), ""),
        (("train/pos.txt", "train/neg.txt"), "train"),
    ],
)
def test_each_line_of_a_class_s_file_is_an_example(names: tuple[str, str], split: str, tmp_path: Path) -> None:
    files = {name: b"".join(text(name, n) for n in range(20)) for name in names}
    assert counts(imported(tmp_path, files)) == {("positive", split): 20, ("negative", split): 20}


def test_other_names_are_classes_where_the_lines_are_examples(tmp_path: Path) -> None:
    files = {f"{name}.txt": b"".join(text(name, n) for n in range(20)) for name in ("delivery", "payment")}
    assert counts(imported(tmp_path, files)) == {("delivery", ""): 20, ("payment", ""): 20}


def test_documents_of_any_kind_and_encoding_are_read(tmp_path: Path) -> None:
    files = {f"bill/{n}.pdf": pdf(f"Bill {n} of the shop") for n in range(4)}
    files |= {f"letter/{n}.txt": f"Grüße von Tag {n}".encode("utf-8" if n % 2 else "latin-1") for n in range(4)}
    files |= {"letter/9.pdf": b"%PDF-"}
    taken = take(imported(tmp_path, files))
    assert ("Bill 0 of the shop", "bill") in taken.pairs
    assert ("Grüße von Tag 0", "letter") in taken.pairs
    assert taken.findings["unreadable-texts"].count == 1


@pytest.mark.parametrize(
    "files",
    [
        {f"chapter {n}/text.txt": text("a", n) for n in range(5)},
        {f"book/chapter{n}.txt": text("a", n) * 20 for n in range(5)},
        {"dickens.txt": PROSE, "austen.txt": PROSE[9:]},
        {f"{part}/{n}.txt": text("a", n) for part in ("train", "test") for n in range(4)},
    ],
    ids=["chapters in folders", "chapters", "books", "parts alone"],
)  # fmt: skip
def test_documents_that_have_no_classes_stay_documents(files: dict[str, bytes], tmp_path: Path) -> None:
    assert find_reader(imported(tmp_path, files)).name == "documents"


def test_whoever_wants_to_learn_to_write_from_them_may(tmp_path: Path) -> None:
    source = imported(tmp_path, folders("happy", "angry", each=40))
    taken = take(source, task="text-generation")
    assert taken.options.task == "text-generation"
    assert taken.rows[0]["name"] == "angry/0.txt"


def test_fasttext_lines_lose_their_label(tmp_path: Path) -> None:
    file = tmp_path / "train.txt"
    lines = [f"__label__{'happy' if n % 2 else 'angry'} about the {TOPICS[n % 10]} of day {n}" for n in range(20)]
    file.write_text("\n".join(lines))
    assert take(file).pairs[0] == ("about the parcel of day 0", "angry")
    both = tmp_path / "both.txt"
    both.write_text("\n".join(f"__label__all {line}" for line in lines))
    assert "20 of 20 rows looked at have several labels" in " ".join(
        preview(both, several_labels="against:happy").notes
    )
