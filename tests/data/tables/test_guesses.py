"""Every guess about a table is a line; what the user decided is none."""

from pathlib import Path

import pytest

from core.data.imports.run_import import preview_source, run_import
from core.data.store.dataset_store import DatasetStore
from core.specs.dataset_types import ImportOptions
from tests.data.silent import Silent

TABLE = "id;comment;mood;shop\n" + "\n".join(
    f"{i};The delivery number {i} came as it was described;{('good', 'bad')[i % 2]};shop {i % 3}" for i in range(60)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text(TABLE)
    return path


def test_what_nobody_said_is_a_line_with_the_way_to_choose_otherwise(file: Path) -> None:
    preview = preview_source(file, ImportOptions())
    unused = {guess.value: guess.why for guess in preview.guesses if guess.about == "Unused column"}
    assert unused == {"id": "it only names the rows", "shop": "a few words that are neither the text nor the label"}
    assert {g.about: (g.value, g.option) for g in preview.guesses if g.about != "Unused column"} == {
        "Task": ("Classify text (sentiment, topic, urgency) (text-classification)", "--task TASK"),
        "Text column": ("comment", "--text-column NAME"),
        "Label column": ("mood", "--label-column NAME"),
        "Split": ("70 / 15 / 15 by chance", "--split-column NAME"),
        "Language": ("English", ""),
        "Separator": ("semicolon", "--separator SIGN"),
        "Encoding": ("utf-8", "--encoding NAME"),
        "First row": ("names of the columns", "--header or --no-header"),
    }


def test_what_was_decided_is_no_guess(file: Path) -> None:
    asked = ImportOptions(label_column="shop", delimiter=";", encoding="utf-8", has_header=True)
    said = {guess.about: guess.value for guess in preview_source(file, asked).guesses}
    assert said.keys() == {"Task", "Text column", "Unused column", "Split", "Language"}
    assert [g.value for g in preview_source(file, asked).guesses if g.about == "Unused column"] == ["id", "mood"]


def test_guesses_are_kept_with_the_data_set(file: Path, tmp_path: Path) -> None:
    dataset_store = DatasetStore(tmp_path / "datasets", tmp_path / "cache")
    info = run_import(dataset_store, file, ImportOptions(), Silent(), tmp_path / "draft")
    kept = dataset_store.version(info.name).manifest.facts["guesses"]
    assert [guess["value"] for guess in kept if guess["about"] == "Label column"] == ["mood"]
