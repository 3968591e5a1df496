"""Data sets of the hub, fetched from a server on this machine that speaks its protocol."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.intake.hub_server import HubServer, Repository

Ask = Callable[..., dict[str, Any]]
REVIEWS_CARD = b"""---
license: mit
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': neg
          '1': pos
  splits:
  - name: train
    num_examples: 4
  - name: test
    num_examples: 2
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
---
# Reviews
"""


def parquet(**columns: list[Any]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def png(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (8, 8), shade).save(file, "PNG")
    return file.getvalue()


def reviews() -> Repository:
    return Repository(
        {
            "README.md": REVIEWS_CARD,
            "data/train-0.parquet": parquet(text=["bad<br />film", "good", "great &amp; fun", ""], label=[0, 1, 1, 0]),
            "data/test-0.parquet": parquet(text=["dull", "lovely"], label=[0, 1]),
        }
    )


def start_child(endpoint: str, **environment: str) -> tuple[subprocess.Popen[str], Ask]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.intake.hub_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "HF_ENDPOINT": endpoint, **environment},
    )

    def ask(do: str, **request: Any) -> dict[str, Any]:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(
            json.dumps({"do": do, **{k: str(v) if isinstance(v, Path) else v for k, v in request.items()}}) + "\n"
        )
        child.stdin.flush()
        told: dict[str, Any] = json.loads(child.stdout.readline())
        return told

    return child, ask


@pytest.fixture(scope="module")
def hub() -> Iterator[HubServer]:
    server = HubServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def ask(hub: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    child, asks = start_child(hub.address, HF_HOME=str(tmp_path_factory.mktemp("hf")), HF_TOKEN="")
    yield asks
    child.kill()
    child.wait()


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
    pictures = [{"bytes": png(shade), "path": f"{shade}.png"} for shade in (0, 90, 180)]
    pictures.append({"bytes": b"no picture", "path": "broken.png"})
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
        {"README.md": card, "train.parquet": parquet(image=pictures, label=[0, 0, 1, 1])}
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
        "target": 3.5, "feature:rooms": 1.0, "feature:kind": "kind 1", "given": "", "source": 1,
    }  # fmt: skip
    assert told["left_in_folder"] == ["rows.arrow"]


def test_a_set_that_is_a_program_comes_from_the_hubs_plain_copy(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    copy = {"default/train/0000.parquet": parquet(text=["To be, or not to be. " * 60])}
    hub.repositories["acme/script"] = Repository({"script.py": b"raise SystemExit"}, converted=copy)

    told = ask("read", id="acme/script", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert [row["text"] for row in told["rows"]] == ["To be, or not to be. " * 60]


def test_a_set_that_is_a_program_and_nothing_else_is_refused(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/script2"] = Repository({"script2.py": b"raise SystemExit"})

    told = ask("look", id="acme/script2", cache=tmp_path / "cache")

    assert told["error"] == (
        "'acme/script2' is not made of data files but of a program that would have to run on this machine. Touchstone "
        "runs nobody's code. Look on the hub for a copy in Parquet, CSV or JSON, or bring the data as a file."
    )


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


def test_an_unknown_id_says_so(ask: Ask, tmp_path: Path) -> None:
    assert ask("look", id="acme/nothing", cache=tmp_path)["error"] == (
        "The hub has no data set 'acme/nothing' that everybody may see. Check the spelling on huggingface.co/datasets. "
        "If it is private, start Touchstone with the environment variable HF_TOKEN set to a token that may read it."
    )


@pytest.mark.parametrize("written", ["", "a b", "../etc", "a/b/c", "http://example.com/x"])
def test_what_cannot_be_an_id_is_never_asked_for(hub: HubServer, ask: Ask, tmp_path: Path, written: str) -> None:
    hub.requests.clear()

    told = ask("look", id=written, cache=tmp_path)

    assert told["error"].startswith(f"'{written}' is no name of a data set on the hub.")
    assert hub.requests == []


def test_a_set_with_no_columns_for_the_task_names_those_it_has(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/reviews"] = reviews()

    pictures = ask("look", id="acme/reviews", cache=tmp_path, options={"task": "image-classification"})
    column = ask("look", id="acme/reviews", cache=tmp_path, options={"label_column": "stars"})

    assert pictures["error"] == (
        "'acme/reviews' cannot be used for image-classification, which needs pictures and a column of classes. Its "
        "columns are 'text' and 'label'. Choose another task, or name the columns yourself."
    )
    assert column["error"] == "'acme/reviews' has no column 'stars'. Its columns are 'text' and 'label'."


def test_damaged_files_are_said_to_be(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    repository = reviews()
    repository.files["data/train-0.parquet"] = repository.files["data/train-0.parquet"][:200]
    hub.repositories["acme/damaged"] = repository

    told = ask("read", id="acme/damaged", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert "damaged" in told["error"]


def test_cancelling_a_download_leaves_nothing_of_the_set(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/reviews"] = reviews()
    cache = tmp_path / "cache"

    told = ask("read", id="acme/reviews", cache=cache, folder=tmp_path / "draft", cancel_stage="Downloading")

    assert told == {"cancelled": True}
    assert not [
        file for file in cache.rglob("*") if file.is_file() and "reviews" in str(file) and ".lock" not in str(file)
    ]
    assert ask("cached", cache=cache) == {"cached": []}


def test_cancelling_works_while_rows_are_read(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/reviews"] = reviews()

    told = ask("read", id="acme/reviews", cache=tmp_path / "c", folder=tmp_path / "draft", cancel_stage="Reading")

    assert told == {"cancelled": True}


def test_a_gated_set_says_how_to_get_in_and_the_token_is_never_written(
    hub: HubServer, ask: Ask, tmp_path: Path
) -> None:
    hub.repositories["acme/gated"] = reviews()
    hub.repositories["acme/gated"].is_gated = True
    cache = tmp_path / "cache"

    refused = ask("read", id="acme/gated", cache=cache, folder=tmp_path / "without")
    given = ask("read", id="acme/gated", cache=cache, folder=tmp_path / "with", token="hf_right")

    assert refused["error"] == (
        "'acme/gated' is only given to people whom its owner knows. Ask for access on its page "
        "(https://huggingface.co/datasets/acme/gated), make a token under Settings, Access Tokens, and start "
        "Touchstone with the environment variable HF_TOKEN set to it. Touchstone never stores the token."
    )
    assert len(given["rows"]) == 5
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"hf_right" in file.read_bytes()]


def test_offline_says_what_is_here_and_what_was_fetched_opens_without_a_connection(
    hub: HubServer, ask: Ask, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    hub.repositories["acme/reviews"] = reviews()
    ask("read", id="acme/reviews", cache=cache, folder=tmp_path / "first")
    offline, ask_offline = start_child("http://127.0.0.1:9", HF_HOME=str(tmp_path / "hf"))  # nobody listens there

    again = ask_offline("read", id="acme/reviews", cache=cache, folder=tmp_path / "second")
    other = ask_offline("read", id="acme/other", cache=cache, folder=tmp_path / "third")
    here = ask_offline("cached", cache=cache)
    offline.kill()
    offline.wait()

    assert len(again["rows"]) == 5
    assert again["labels"] == ["neg", "pos"]
    assert other["error"] == (
        "The hub cannot be reached from this machine (127.0.0.1: it refuses the connection). Connect to the internet "
        "and try again, or bring the data as a file. Already here: 'acme/reviews'."
    )
    assert here == {"cached": ["acme/reviews"]}


def test_something_that_answers_in_the_hubs_place_is_not_taken_for_it(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.says_instead = b"<html>Please log in to this network</html>"

    told = ask("look", id="acme/reviews", cache=tmp_path)
    hub.says_instead = None

    assert told["error"] == (
        "The hub cannot be reached from this machine (127.0.0.1: something else answers in its place, perhaps a proxy "
        "or a network's login page). Connect to the internet and try again, or bring the data as a file. Nothing was "
        "fetched from the hub to this machine yet."
    )


def test_a_cut_connection_says_how_far_it_came(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/cut"] = reviews()
    hub.repositories["acme/cut"].cut_after = 100

    told = ask("read", id="acme/cut", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert told["error"].startswith("The connection to the hub was lost after 0.0 of 0.0 MB")
    assert not [file for file in (tmp_path / "cache").rglob("*.incomplete")]
