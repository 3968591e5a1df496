"""Sets of the hub that cannot be had, or are not taken: what is said of them."""

from pathlib import Path

import pytest

from tests.data.hub.asking import Ask
from tests.data.hub.server import HubServer, Repository
from tests.data.hub.sets import parquet, reviews


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
        "runs nobody's code. Look on the hub for a copy in Parquet, CSV or JSON, or import the data as a file."
    )


def test_nothing_of_a_set_that_is_a_program_is_run(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    trap = tmp_path / "it ran"
    script = f"open({str(trap)!r}, 'w')\n".encode()
    good = {"data.csv": b"text,label\ngood,1\nbad,0\n"}
    hub.repositories["acme/trap"] = Repository({"trap.py": script} | good)
    hub.repositories["acme/helper"] = Repository({"helpers.py": script, "__init__.py": script} | good)

    refused = ask("look", id="acme/trap", cache=tmp_path / "cache")
    taken = ask("read", id="acme/helper", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert refused["error"].startswith("'acme/trap' is not made of data files but of a program")
    assert [row["text"] for row in taken["rows"]] == ["good", "bad"]
    assert not trap.exists()


def test_files_of_a_kind_that_is_not_read_are_refused_unless_the_hub_has_a_plain_copy(
    hub: HubServer, ask: Ask, tmp_path: Path
) -> None:
    copy = {"default/train/0000.parquet": parquet(text=["good", "bad"], label=["yes", "no"])}
    hub.repositories["acme/xml"] = Repository({"train.xml": b"<rows/>"})
    hub.repositories["acme/copied"] = Repository({"train.xml": b"<rows/>"}, converted=copy)

    refused = ask("look", id="acme/xml", cache=tmp_path / "cache")
    taken = ask("read", id="acme/copied", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert refused["error"] == (
        "'acme/xml' is made of files of the kind 'xml', which Touchstone does not read. What is read: Parquet, CSV, "
        "JSON, texts, and images in folders. Look on the hub for such a copy, or import the data as a file."
    )
    assert [row["label"] for row in taken["rows"]] == ["yes", "no"]


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

    images = ask("look", id="acme/reviews", cache=tmp_path, options={"task": "image-classification"})
    column = ask("look", id="acme/reviews", cache=tmp_path, options={"label_column": "stars"})

    assert images["error"] == (
        "'acme/reviews' cannot be used for image-classification, which needs images and a column of classes. Its "
        "columns are 'text' and 'label'. Choose another task, or name the columns yourself."
    )
    assert column["error"] == "'acme/reviews' has no column 'stars'. Its columns are 'text' and 'label'."


def test_damaged_files_are_said_to_be(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    repository = reviews()
    repository.files["data/train-0.parquet"] = repository.files["data/train-0.parquet"][:200]
    hub.repositories["acme/damaged"] = repository

    told = ask("read", id="acme/damaged", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert "damaged" in told["error"]


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
