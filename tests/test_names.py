"""Holds the words of the code: identifiers are the field's terms, findable in the documentation of its libraries."""

import ast
import re
import tokenize
from pathlib import Path

import pytest

LONGEST_SUMMARY = 14  # words
ROOT = Path(__file__).resolve().parent.parent
# What was said once, and what is said instead.
OLD_WORDS = {
    "shelf": "dataset_service", "outcome": "prediction", "outcomes": "predictions", "obituary": "describe_exit",
    "brought": "imported", "picture": "image", "pictures": "images", "materialise": "prepare_dataset",
    "scene": "setup", "rehearsal": "dry_run", "stepper": "train_step", "foreign": "external", "organiser": "run_tags",
    "survey": "table_profile", "examined": "context", "judgement": "result", "wall": "sample_predictions",
    "trial": "preflight", "trials": "preflights", "optimiser": "optimizer", "colour": "color", "doubts": "label_issues",
    "looks": "evaluations", "bringing": "import_form", "taking": "ingest", "reception": "import_service",
    "vanished": "lost",
}  # fmt: skip
# Identifiers that hold such a word and keep it: names of other libraries, stored names, and plain English verbs.
ALLOWED = re.compile(r"wall_time|wall_s|wall_factor|probe_wall_s|foreign_?key\w*|picture_size|trial_id|looks_like_\w+")
STORED = {"looks": "a column of rows.arrow", "trial": "a field of mislabels.json"}  # kept by people's files


def words_of(identifier: str) -> set[str]:
    """Return the words of an identifier, in small letters: `ForeignRuns` has "foreign" and "runs"."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", identifier)}


def identifiers(file: Path) -> set[str]:
    with file.open("rb") as source:
        return {token.string for token in tokenize.tokenize(source.readline) if token.type == tokenize.NAME}


def old_words(file: Path) -> dict[str, set[str]]:
    """Return every identifier of a file that holds an old word, with the word."""
    found = {name: words_of(name) & set(OLD_WORDS) - set(STORED) for name in identifiers(file)}
    return {name: words for name, words in found.items() if words and not ALLOWED.fullmatch(name.strip("_").lower())}


@pytest.mark.parametrize("room", ["core", "pages"])
def test_identifiers_are_the_terms_of_the_field(room: str) -> None:
    files = [file for file in (ROOT / room).rglob("*.py") if "versions" not in file.parts]
    assert len(files) > 80
    assert not {str(file.relative_to(ROOT)): found for file in files if (found := old_words(file))}


@pytest.mark.parametrize("room", ["core", "pages"])
def test_files_are_called_by_the_terms_of_the_field(room: str) -> None:
    names = [file.relative_to(ROOT) for file in (ROOT / room).rglob("*.py") if "versions" not in file.parts]
    assert not [str(name) for name in names if words_of(name.stem) & set(OLD_WORDS)]


def test_words_are_found_in_any_spelling() -> None:
    assert words_of("_ForeignRuns2") >= {"foreign"}
    assert words_of("read_pictures") == {"read", "pictures"}


def summaries(file: Path) -> dict[str, str]:
    """Return the first sentence of every docstring of a file, by its name."""
    tree = ast.parse(file.read_text())
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    documented = [node for node in ast.walk(tree) if isinstance(node, kinds) and ast.get_docstring(node)]
    return {getattr(node, "name", "module"): (ast.get_docstring(node) or "").split("\n\n")[0] for node in documented}


@pytest.mark.parametrize("room", ["core", "pages"])
def test_a_docstring_begins_with_a_short_summary(room: str) -> None:
    # Those of commands are their help, which people read.
    files = [file for file in (ROOT / room).rglob("*.py") if not {"versions", "cli"} & set(file.parts)]
    found = {f"{file.relative_to(ROOT)}:{name}": text for file in files for name, text in summaries(file).items()}
    assert len(found) > 500
    assert not [f"{place}: {text}" for place, text in found.items() if len(text.split()) > LONGEST_SUMMARY]
