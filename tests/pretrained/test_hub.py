"""Models from the hub: fetched once with progress, compared with their hashes, refused in words."""

import json
import re
from pathlib import Path

import pytest

from core.errors import InvalidSetting, UserError
from core.models import pretrained_text
from core.pretrained.source import check_source, local_folder, models_folder
from tests.data.hub.server import HubServer, Repository
from tests.pretrained.tiny_models import looker_folder, reader_folder

MODEL = pretrained_text.MODEL
NEEDED = {"config.json", "tokenizer.json", "model.safetensors"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return files_of(reader_folder(tmp_path_factory.mktemp("made") / "bert"))


def fetch(source: str) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []
    params = MODEL.params.model_validate({"source": source})
    assert MODEL.check
    assert MODEL.fetch
    MODEL.check(params)
    MODEL.fetch(params, lambda sentence, done, whole: told.append((sentence, done, whole)))
    return told


def refusal(source: str) -> str:
    with pytest.raises(UserError) as caught:
        fetch(source)
    return str(caught.value)


def test_a_model_is_fetched_once_with_progress_and_only_what_is_needed_of_it(
    hub: HubServer, bert: dict[str, bytes]
) -> None:
    others = {
        "pytorch_model.bin": b"pickle",
        "onnx/model.onnx": b"onnx",
        "modeling.py": b"print(1)",
        "README.md": b"hi",
    }
    hub.repositories["acme/bert"] = Repository(bert | others)

    told = fetch("acme/bert")

    whole = sum(len(bert[name]) for name in NEEDED)
    assert told[0] == ("Asking 127.0.0.1 for 'acme/bert'", 0, 0)
    assert told[-1] == ("Fetching 'acme/bert' from 127.0.0.1", whole, whole)
    counts = [done for _, done, _ in told]
    assert counts == sorted(counts)
    folder = local_folder("acme/bert")
    assert folder.is_relative_to(models_folder())
    assert {file.name for file in folder.iterdir()} == NEEDED
    assert not any(request.startswith("GET") and request.endswith((".bin", ".onnx", ".py")) for request in hub.requests)
    asked = len(hub.requests)
    assert fetch("acme/bert") == []
    assert len(hub.requests) == asked, "what is here is not asked for again"
    hub.close()
    assert fetch("https://huggingface.co/acme/bert") == [], "and needs no connection"


def test_large_models_come_in_the_parts_that_their_index_names(hub: HubServer, bert: dict[str, bytes]) -> None:
    index = {"weight_map": {"a": "model-00001-of-00001.safetensors", "b": "../outside.safetensors"}}
    files = {name: content for name, content in bert.items() if name != "model.safetensors"}
    files["model.safetensors.index.json"] = json.dumps(index).encode()
    files["model-00001-of-00001.safetensors"] = bert["model.safetensors"]
    files["model-old.safetensors"] = b"not named by the index"
    hub.repositories["acme/large"] = Repository(files)

    fetch("acme/large")

    there = {file.name for file in local_folder("acme/large").iterdir()}
    assert there == (set(files) - {"model-old.safetensors"})


def test_a_cut_connection_is_said_and_the_next_attempt_goes_on_from_there(
    hub: HubServer, bert: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.hub.CHUNK", 1_000)  # bytes: the file is small
    hub.repositories["acme/cut"] = Repository(bert, cut_after=20_000)

    assert re.search(
        r"The hub cannot be reached, or the connection was lost .* what has arrived is not fetched twice",
        refusal("acme/cut"),
    )
    hub.repositories["acme/cut"].cut_after = None
    hub.ranges.clear()
    fetch("acme/cut")

    assert hub.ranges == ["bytes=20000-"]
    assert (local_folder("acme/cut") / "model.safetensors").read_bytes() == bert["model.safetensors"]


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_file_that_is_not_what_the_hub_says_is_not_used(hub: HubServer, bert: dict[str, bytes], file: str) -> None:
    hub.repositories["acme/altered"] = Repository(bert, altered=frozenset({file}))

    assert refusal("acme/altered").startswith(
        f"The file {file} of 'acme/altered' is not what the hub says that it is: it was altered on the way"
    )
    hub.repositories["acme/altered"].altered = frozenset()
    fetch("acme/altered")
    assert (local_folder("acme/altered") / file).read_bytes() == bert[file]


def test_an_unknown_model_and_a_gated_one_are_told_apart(
    hub: HubServer, bert: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repositories["acme/gated"] = Repository(bert, is_gated=True)

    assert refusal("acme/nothing").startswith("The hub has no model 'acme/nothing' that everybody may see.")
    assert refusal("acme/gated").startswith("'acme/gated' is only given to people whom its owner knows.")

    monkeypatch.setenv("HF_TOKEN", "hf_right")
    fetch("acme/gated")
    kept = [file for file in models_folder().rglob("*") if file.is_file() and b"hf_right" in file.read_bytes()]
    assert kept == [], "the token is never stored"


def test_offline_and_a_login_page_are_said(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.says_instead = b"<html>Please log in to this network</html>"
    assert "something else answers in its place, perhaps a proxy or a network's login page" in refusal("acme/bert")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    assert refusal("acme/bert") == (
        "The hub cannot be reached, or the connection was lost (127.0.0.1: it refuses the connection). Connect to the "
        "internet and start the run again: what has arrived is not fetched twice. Or copy the model's folder to this "
        "machine, and give its path as the source."
    )


def test_a_model_that_cannot_be_used_is_refused_before_its_weights_are_fetched(
    hub: HubServer, bert: dict[str, bytes], tmp_path: Path
) -> None:
    config = json.loads(bert["config.json"])
    remote = config | {"model_type": "homemade", "auto_map": {"AutoModel": "modeling.HomeMade"}}
    pickled = {name: content for name, content in bert.items() if name != "model.safetensors"}
    hub.repositories |= {
        "acme/remote": Repository(bert | {"config.json": json.dumps(remote).encode()}),
        "acme/pickled": Repository(pickled | {"pytorch_model.bin": b"pickle"}),
        "acme/old": Repository({name: content for name, content in bert.items() if name != "tokenizer.json"}),
        "acme/eye": Repository(files_of(looker_folder(tmp_path / "eye")) | {"tokenizer.json": bert["tokenizer.json"]}),
        "acme/quantised": Repository(
            bert | {"config.json": json.dumps(config | {"quantization_config": {"bits": 4}}).encode()}
        ),
    }

    assert "needs a program of its own to be run on this machine. Touchstone runs nobody's code." in refusal(
        "acme/remote"
    )
    assert "are only there as pytorch_model.bin" in refusal("acme/pickled")
    assert "has no file tokenizer.json" in refusal("acme/old")
    assert "a network of the kind 'resnet', and none that reads texts." in refusal("acme/eye")
    assert "(quantised), which cannot be trained here" in refusal("acme/quantised")
    assert not [request for request in hub.requests if request.startswith("GET") and "safetensors" in request]


@pytest.mark.parametrize(("status", "sentence"), [(429, "The hub asks to wait"), (503, "in trouble (error 503)")])
def test_a_hub_that_is_busy_or_ill_is_said_to_be(hub: HubServer, status: int, sentence: str) -> None:
    hub.fails_with = status
    assert sentence in refusal("acme/bert")


def test_a_model_that_does_not_fit_on_the_disk_is_refused_with_the_sizes(
    hub: HubServer, bert: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.pretrained.hub.ROOM", 10**18)
    hub.repositories["acme/bert"] = Repository(bert)

    assert re.search(r"needs 0\.0 GB on the disk, but only [\d,.]+ GB are free", refusal("acme/bert"))


@pytest.mark.parametrize("source", ["two words", "a/b/c", "acme/../etc", "-x/y"])
def test_what_is_neither_a_folder_nor_a_name_is_refused_without_asking(source: str) -> None:
    with pytest.raises(InvalidSetting, match="neither a whole path to a folder nor a name on the hub"):
        check_source(source, needs_tokenizer=True)


def test_a_folder_must_be_written_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models" / "bert").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSetting, match=rf"Write its whole path: {re.escape(str(tmp_path))}/models/bert"):
        check_source("models/bert", needs_tokenizer=True)


def test_an_empty_source_is_answered_with_an_example() -> None:
    with pytest.raises(InvalidSetting, match=r"is empty.*such as acme/eye"):
        check_source(" ", needs_tokenizer=False, example="acme/eye")
