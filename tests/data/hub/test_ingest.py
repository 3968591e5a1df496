"""What comes in of a set of the hub: rows, labels, splits and findings."""

from pathlib import Path

import pytest

from tests.data.hub.asking import Ask
from tests.data.hub.server import HubServer, Repository
from tests.data.hub.sets import REVIEWS_CARD, parquet, png, reviews


def test_texts_come_in_with_the_sets_own_labels_and_splits(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/reviews"] = reviews()

    told = ask("read", id="acme/reviews", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert told["rows"] == [
        {"text": "bad\nfilm", "label": "neg", "given": "train", "source": 1},
        {"text": "good", "label": "pos", "given": "train", "source": 2},
        {"text": "great & fun", "label": "pos", "given": "train", "source": 3},
        {"text": "dull", "label": "neg", "given": "test", "source": 5},
        {"text": "lovely", "label": "pos", "given": "test", "source": 6},
    ]
    assert told["labels"] == ["neg", "pos"]
    assert told["facts"]["hub_id"] == "acme/reviews"
    assert told["stages"] == [["Downloading", told["size_bytes"], "bytes"], ["Reading", 6, "rows"]]
    assert told["left_in_folder"] == ["rows.arrow"]
    assert [finding[:3] for finding in told["findings"]] == [["empty-rows", "warning", 1], ["cleaned-text", "note", 2]]


def test_a_look_guesses_columns_task_and_licence_without_fetching_the_data(
    hub: HubServer, ask: Ask, tmp_path: Path
) -> None:
    hub.repositories["acme/reviews"] = reviews()
    hub.requests.clear()

    told = ask("look", id="https://huggingface.co/datasets/acme/reviews", cache=tmp_path / "cache")

    assert told["look"]["task"] == "text-classification"
    assert (told["look"]["text_column"], told["look"]["label_column"]) == ("text", "label")
    assert (told["look"]["licence"], told["classes"]) == ("mit", ["neg", "pos"])
    assert not [request for request in hub.requests if request.endswith(".parquet")]


def test_pictures_come_in_as_the_files_they_are(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    images = [{"bytes": png(shade), "path": f"{shade}.png"} for shade in (0, 90, 180)]
    images.append({"bytes": b"no image", "path": "broken.png"})
    card = b"""---
dataset_info:
  features:
  - name: image
    dtype: image
  - name: label
    dtype: {class_label: {names: {'0': dark, '1': light}}}
---
"""
    hub.repositories["acme/shades"] = Repository(
        {"README.md": card, "train.parquet": parquet(image=images, label=[0, 0, 1, 1])}
    )

    told = ask("read", id="acme/shades", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert told["look"]["task"] == "image-classification"
    assert [(row["name"], row["label"], row["width"], row["channels"], row["given"]) for row in told["rows"]] == [
        ("train/0.png", "dark", 8, 1, ""),
        ("train/90.png", "dark", 8, 1, ""),
        ("train/180.png", "light", 8, 1, ""),
    ]
    assert (tmp_path / "draft" / "pictures.pack").read_bytes() == png(0) + png(90) + png(180)
    assert [finding[:3] for finding in told["findings"]] == [["unreadable-files", "warning", 1]]


def test_texts_without_labels_are_documents(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    stories = [f"Story {n}. " + "Once there was a fox. " * 20 for n in range(4)]
    hub.repositories["acme/stories"] = Repository({"train.csv": b"text\n" + "\n".join(stories).encode()})

    told = ask("read", id="acme/stories", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert told["look"]["task"] == "text-generation"
    assert [row["text"] for row in told["rows"]] == stories
    assert told["rows"][1]["name"] == "train 2"


def test_a_test_part_with_secret_labels_is_left_out_and_the_validation_part_becomes_the_test(
    hub: HubServer, ask: Ask, tmp_path: Path
) -> None:
    repository = reviews()
    card = REVIEWS_CARD.replace(b"  - split: test", b"  - split: validation\n    path: data/dev-*\n  - split: test")
    repository.files |= {
        "README.md": card.replace(b"    path: data/dev-*", b"    path: data/dev-*"),
        "data/dev-0.parquet": parquet(text=["fine", "awful"], label=[1, 0]),
        "data/test-0.parquet": parquet(text=["dull", "lovely"], label=[-1, -1]),
    }
    hub.repositories["acme/secret"] = repository

    told = ask("read", id="acme/secret", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert [(row["text"], row["given"]) for row in told["rows"]][-2:] == [("fine", "test"), ("awful", "test")]
    assert {row["given"] for row in told["rows"]} == {"train", "test"}
    assert told["findings"][0] == [
        "missing-labels",
        "note",
        2,
        "The set keeps the labels of its test part secret (2 examples), so that part was left out. Its validation part "
        "is used as the test, as publications do, and some of the training examples for validation.",
    ]


def test_parts_that_are_no_split_are_not_even_fetched(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    repository = reviews()
    repository.files["README.md"] = REVIEWS_CARD.replace(
        b"  - split: test\n", b"  - split: unsupervised\n    path: data/rest-*\n  - split: test\n"
    )
    repository.files["data/rest-0.parquet"] = parquet(text=["x"], label=[-1])
    hub.repositories["acme/more"] = repository
    hub.requests.clear()

    told = ask("read", id="acme/more", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert len(told["rows"]) == 5
    assert told["findings"][-1][3] == (
        "The set's part 'unsupervised' was left out, being neither for training nor for validation nor for testing."
    )
    assert not [request for request in hub.requests if "rest-0.parquet" in request]


def test_a_table_of_numbers_goes_through_the_tables_reader(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    rows = "\n".join(f"{n % 7},{3 * n % 50}.5,kind {n % 3}" for n in range(1, 60))
    hub.repositories["acme/houses"] = Repository({"houses.csv": f"rooms,price,kind\n{rows}".encode()})

    told = ask(
        "read", id="acme/houses", cache=tmp_path / "cache", folder=tmp_path / "draft",
        options={"task": "tabular-regression", "target_column": "price"},
    )  # fmt: skip

    assert told["rows"][0] | {"source": 1} == {
        "target": 3.5, "feature:rooms": 1.0, "feature:kind": "kind 1", "given": "", "source": 1, "unused": 0,
    }  # fmt: skip
    assert told["left_in_folder"] == ["rows.arrow"]


def test_a_set_of_several_configurations_asks_which(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    card = b"---\nconfigs:\n- config_name: a\n  data_files: a.csv\n- config_name: b\n  data_files: b.csv\n---\n"
    files = {"README.md": card, "a.csv": b"text,label\nx,1\ny,2\n", "b.csv": b"text,label\nz,1\nw,2\n"}
    hub.repositories["acme/two"] = Repository(files)

    asked = ask("look", id="acme/two", cache=tmp_path / "cache")
    wrong = ask("look", id="acme/two", config="c", cache=tmp_path / "cache")
    right = ask("read", id="acme/two", config="b", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert asked["error"] == "'acme/two' holds several sets. Choose one of its configurations: 'a' and 'b'."
    assert wrong["error"] == "'acme/two' has no configuration 'c'. It has 'a' and 'b'."
    assert [(row["text"], row["label"]) for row in right["rows"]] == [("z", "1"), ("w", "2")]


@pytest.mark.parametrize(
    ("files", "task", "labels"),
    [
        (
            {"train.jsonl": b'{"text": "good", "label": "yes"}\n{"text": "bad", "label": "no"}\n'},
            "text-classification",
            ["yes", "no"],
        ),
        ({"train.tsv": b"text\tlabel\ngood\tyes\nbad\tno\n"}, "text-classification", ["yes", "no"]),
        ({"train.txt": b"To be, or not to be, that is the question.\n" * 40}, "text-generation", [None] * 40),
        ({"train/cat/1.png": png(0), "train/dog/2.png": png(200)}, "image-classification", ["cat", "dog"]),
    ],
)
def test_every_usual_kind_of_file_is_read(
    hub: HubServer, ask: Ask, tmp_path: Path, files: dict[str, bytes], task: str, labels: list[str | None]
) -> None:
    hub.repositories["acme/kinds"] = Repository(files)

    told = ask("read", id="acme/kinds", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert "error" not in told
    assert told["look"]["task"] == task
    assert [row.get("label") for row in told["rows"]] == labels


def test_a_look_at_pictures_in_folders_fetches_none_of_them(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    files = {
        f"{part}/{name}/{n}.png": png(90 * n) for part in ("train", "test") for name in ("cat", "dog") for n in (1, 2)
    }
    hub.repositories["acme/pets"] = Repository(files)
    hub.requests.clear()

    told = ask("look", id="acme/pets", cache=tmp_path / "cache")

    assert (told["kind"], told["classes"]) == ("pictures", ["cat", "dog"])
    assert not [request for request in hub.requests if "/resolve/" in request and request.startswith("GET")]
