"""The commands as a person or a script uses them; runs are trained by a real supervisor."""

import csv
import json
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.services.run_service import Service
from tests.cli.conftest import Cli, Json
from tests.live import eventually, has_ended

SMALL = ("--dataset", "digits", "--model", "logistic-regression", "--set", "epochs=2")


@pytest.fixture(scope="module")
def digits(service: Service) -> str:
    return trained(service, "digits", "logistic-regression", epochs=3)


@pytest.fixture(scope="module")
def feedback(service: Service) -> str:
    return trained(service, "customer-feedback", "bag-of-embeddings", epochs=2)


@pytest.fixture(scope="module")
def writer(service: Service) -> str:
    return trained(service, "python-docs", "char-lstm", epochs=1, batch_size=256)


@pytest.fixture(scope="module")
def diabetes(service: Service) -> str:
    return trained(service, "diabetes", "linear")


def trained(service: Service, dataset: str, model: str, **settings: object) -> str:
    task = service.datasets()[dataset].task
    run = service.start_run(service.make_config(task, dataset, model, "quick", settings))
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status == "succeeded", service.run(run.id).reason
    return run.id


def listed(cli: Cli) -> list[str]:
    """Return the runs that there are; their processes may end meanwhile."""
    return [run["id"] for run in json.loads(cli("runs", "list", "--json")[1])]


def test_train_waits_and_prints_the_whole_run(answer: Json) -> None:
    arguments = (
        "--dataset",
        "digits",
        "--model",
        "logistic-regression",
        "--set",
        "epochs=2",
        "--name",
        "first",
        "--wait",
    )
    run = answer("train", *arguments)
    assert (run["status"], run["name"], run["task"]) == ("succeeded", "first", "image-classification")
    assert run["config"]["epochs"] == 2
    assert set(run["test"]["accuracy"]) == {"value", "ci_low", "ci_high"}
    contract = {
        "id", "pid", "name", "status", "reason", "task", "dataset", "dataset_fingerprint", "model", "config",
        "config_hash", "device", "parameter_count", "created_at", "started_at", "finished_at", "steps",
        "examples_seen", "train_time_s", "test", "baselines", "verdict", "answer", "artifacts", "parent_id",
        "parent_kind", "ancestors", "children", "paused", "finish_requested_at", "cause", "estimate",
    }  # fmt: skip
    assert contract <= set(run)


def test_train_shows_its_progress_on_stderr_and_the_verdict_on_stdout(cli: Cli) -> None:
    code, out, err = cli(
        "train", "--dataset", "digits", "--model", "logistic-regression", "--set", "epochs=1", "--wait"
    )
    assert code == 0
    assert out.startswith("Right on")
    assert " unseen digits; " in out
    assert ". Next: " in out
    assert "is queued" in err
    assert "succeeded" in err


def test_runs_can_be_listed_looked_at_and_moved_to_the_trash_and_back(answer: Json, digits: str) -> None:
    assert digits in [run["id"] for run in answer("runs", "list")]
    curves = answer("runs", "metrics", digits)
    assert {"train/loss", "validation/loss", "validation/accuracy"} <= set(curves)
    step, value, wall_time = curves["train/loss"][0]
    assert step == 1
    assert value > 0
    assert wall_time > 1.7e9
    assert "Training ended" in answer("runs", "log", digits)["log"]
    assert answer("runs", "delete", digits)["deleted_at"]
    assert digits not in [run["id"] for run in answer("runs", "list")]
    assert digits in [run["id"] for run in answer("runs", "list", "--trash")]
    assert answer("runs", "restore", digits)["deleted_at"] is None


def test_a_stopped_run_can_be_resumed(answer: Json, service: Service) -> None:
    queued = answer("train", "--dataset", "digits", "--model", "logistic-regression", "--set", "epochs=1000")
    answer("runs", "stop", queued["id"])
    eventually(lambda: answer("runs", "show", queued["id"])["status"] == "stopped")
    assert answer("runs", "resume", queued["id"])["attempt"] == 2
    answer("runs", "stop", queued["id"])
    eventually(lambda: answer("runs", "show", queued["id"])["status"] == "stopped")


def test_a_run_is_paused_resumed_finished_early_trained_longer_and_repeated(
    answer: Json, cli: Cli, service: Service
) -> None:
    run = answer("train", "--dataset", "digits", "--model", "logistic-regression", "--set", "epochs=1000")["id"]
    eventually(lambda: answer("runs", "show", run)["steps"] > 0)
    answer("runs", "pause", run)
    eventually(lambda: answer("runs", "show", run)["status"] == "stopped")
    assert answer("runs", "show", run)["paused"] is True
    assert "paused" in cli("runs", "list")[1]
    assert answer("runs", "resume", run)["paused"] is False
    eventually(lambda: answer("runs", "show", run)["stage"] == "training")
    assert answer("runs", "finish", run)["finish_requested_at"]
    eventually(lambda: has_ended(service, service.run(run)))
    done = answer("runs", "show", run)
    assert (done["status"], done["steps"] < done["steps_total"]) == ("succeeded", True)

    child = answer("runs", "longer", run, "--epochs", "2", "--target", "accuracy 90%")
    assert child["target"]["text"] == "accuracy 90%"
    assert (child["parent_id"], child["parent_kind"], child["config"]["epochs"]) == (run, "longer", 2)
    clone = answer(
        "runs", "again", run, "--set", "epochs=1", "--set", "seed=4", "--name", "once more", "--target", "f1 70%"
    )
    assert clone["target"]["text"] == "f1 70%"
    assert (clone["parent_id"], clone["parent_kind"], clone["name"]) == (run, "clone", "once more")
    assert (clone["config"]["epochs"], clone["config"]["seed"]) == (1, 4)
    assert [r["id"] for r in answer("runs", "show", run)["children"]] == [clone["id"], child["id"]]
    assert f"trained longer from  {run}" in cli("runs", "show", child["id"])[1]
    eventually(lambda: has_ended(service, service.run(clone["id"])))
    assert answer("runs", "show", child["id"])["status"] == "succeeded"


def test_predict_answers_texts_in_order(answer: Json, feedback: str, tmp_path: Path) -> None:
    texts = ["Rude staff and a broken screen.", "The parcel weighs two kilos."]
    answered = answer("predict", feedback, "--text", texts[0], "--text", texts[1])["predictions"]
    assert [set(p["scores"]) for p in answered] == [{"negative", "neutral", "positive"}] * 2
    assert all(abs(sum(p["scores"].values()) - 1) < 1e-5 for p in answered)
    table = tmp_path / "texts.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *enumerate(texts)])
    assert answer("predict", feedback, "--csv", str(table))["predictions"] == answered


def test_predict_gives_a_number_for_each_row_of_a_table(answer: Json, diabetes: str, tmp_path: Path) -> None:
    from core.data.builtin.diabetes import DATASET

    table: Any = DATASET.load().inputs
    table.head(3).to_csv(tmp_path / "new.csv", index=False)
    numbers = [p["value"] for p in answer("predict", diabetes, "--csv", str(tmp_path / "new.csv"))["predictions"]]
    assert numbers == pytest.approx([201, 71, 168], abs=25)
    table.head(3).to_csv(tmp_path / "german.csv", index=False, sep=";", decimal=",")
    german = answer("predict", diabetes, "--csv", str(tmp_path / "german.csv"))
    assert [p["value"] for p in german["predictions"]] == numbers
    first, second = (row.to_json() for _, row in table.head(2).iterrows())
    written = answer("predict", diabetes, "--text", first, "--text", second)
    values = [{"value": pytest.approx(n, rel=1e-6), "remarks": []} for n in numbers[:2]]
    assert written == {"run": diabetes, "predictions": values}
    (tmp_path / "rows.json").write_text(f"[{first}, {second}]")
    assert answer("predict", diabetes, "--file", str(tmp_path / "rows.json")) == written


def test_a_linear_model_is_honest_about_the_closed_form(answer: Json, diabetes: str) -> None:
    run = answer("runs", "show", diabetes)
    assert run["test"]["r2"]["value"] == pytest.approx(run["baselines"]["ridge"]["r2"], abs=0.03)
    assert "too close to tell apart" in run["verdict"]
    assert {"validation/r2", "validation/mae", "validation/loss"} <= set(answer("runs", "metrics", diabetes))


def test_generate_writes_the_same_for_the_same_seed(answer: Json, writer: str) -> None:
    settings = ("--prompt", "The ", "--max-new-tokens", "40", "--seed", "7")
    first = answer("generate", writer, *settings)
    assert len(first["text"]) == 40
    assert answer("generate", writer, *settings) == first


def test_a_simple_method_that_a_run_kept_answers_in_its_models_place(
    answer: Json, cli: Cli, service: Service, tmp_path: Path, feedback: str, writer: str, diabetes: str, digits: str
) -> None:
    said = answer("predict", feedback, "--text", "Great service, thank you!", "--with", "tfidf-logistic")
    assert said["with"] == "tfidf-logistic"
    assert sum(said["predictions"][0]["scores"].values()) == pytest.approx(1)
    from core.data.builtin.diabetes import DATASET

    table: Any = DATASET.load().inputs
    row = table.iloc[0].to_json()
    found = {
        name: answer("predict", diabetes, "--text", row, "--with", name)["predictions"][0]["value"]
        for name in ("mean", "ridge", "boosted-trees")
    }
    assert len(set(found.values())) == 3
    image = tmp_path / "one.png"
    Image.fromarray(np.full((8, 8), 255, np.uint8)).save(image)
    assert answer("predict", digits, "--file", str(image), "--with", "pixels-logistic")["predictions"][0]["label"]
    written = answer("generate", writer, "--prompt", "Return the", "--max-new-tokens", "20", "--with", "ngram")["text"]
    assert len(written) == 20
    assert "It has: majority, tfidf-logistic" in cli("predict", feedback, "--text", "x", "--with", "forest")[2]
    report = service.report(diabetes)["baselines"]["ridge"]
    assert report["name"] == "ridge"
    assert report["fit_s"] > 0
    assert 0 < report["p50_ms"] <= report["p95_ms"]
    assert report["size_bytes"] > 0
    assert report["tuned_on"] == "the training split, by leaving each row out"


def test_evaluate_judges_on_the_test_split(answer: Json, digits: str) -> None:
    evaluation = answer("evaluate", digits, "--dataset", "digits")
    known = answer("runs", "show", digits)["test"]
    assert evaluation["split"] == "test"
    assert evaluation["scores"]["accuracy"]["value"] == known["accuracy"]["value"]


def test_what_there_is_can_be_listed(answer: Json) -> None:
    assert [d["name"] for d in answer("data", "list")] == [
        "bike-rentals", "breast-cancer", "customer-feedback", "diabetes", "diamond-grades", "digits", "product-photos",
        "python-docs", "shakespeare",
    ]  # fmt: skip
    names = [m["name"] for m in answer("models", "list", "--task", "text-generation")]
    assert names == ["bigram", "char-lstm", "mini-gpt", "pretrained-lm", "smollm2"]


def test_doctor_says_how_the_machine_is(answer: Json) -> None:
    report = answer("doctor")
    assert report["device"]
    assert report["models"] == {"all-MiniLM-L6-v2": "ready"}
    assert report["problems"] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--dataset", "digit"], "There is no data set called 'digit'. Did you mean 'digits'?"),
        (["train", "--dataset", "digits", "--task", "image-clasification"], "Did you mean 'image-classification'?"),
        (["train", "--dataset", "digits", "--model", "small-cn"], "Did you mean 'small-cnn'?"),
        (["train", "--dataset", "digits", "--model", "mini-gpt"], "'mini-gpt' is for text-generation, not for image"),
        (["train", "--dataset", "digits", "--preset", "quikc"], "Did you mean 'quick'?"),
        (["train", "--dataset", "digits", "--set", "epoch=2"], "Did you mean 'epochs'?"),
        (["train", "--dataset", "digits", "--set", "epochs=0"], "must be a whole number from 1 to 1000, not '0'"),
        (["train", "--dataset", "digits", "--set", "learning_rate=fast"], "must be a number from 1e-06 to 10"),
        (["train", "--dataset", "digits", "--set", "optimizer=adamx"], "must be one of adamw, adam, sgd"),
        (["train", "--dataset", "diabetes", "--set", "label_smoothing=0.1"], "no setting of linear called 'label_smo"),
        (["train", "--dataset", "digits", "--set", "epochs"], "must be written as KEY=VALUE"),
        (["runs", "show", "nothing"], "There is no run 'nothing'."),
        (["runs", "frobnicate"], "No such command"),
        (["runs", "pause", "nothing"], "There is no run 'nothing'."),
        (["runs", "longer", "nothing", "--epochs", "3"], "There is no run 'nothing'."),
        (["train"], "Say what to learn from: --dataset NAME"),
        (["data", "list", "--task", "vision"], "There is no task called 'vision'"),
    ],
)
def test_a_mistake_gets_one_clear_line_and_exit_code_2(cli: Cli, arguments: list[str], sentence: str) -> None:
    before = listed(cli)
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert listed(cli) == before


def test_a_model_is_not_used_for_what_it_cannot_do(cli: Cli, digits: str, writer: str, diabetes: str) -> None:
    assert "reads rows of a table" in cli("predict", diabetes, "--text", "hello")[2]
    assert "answers with numbers" in cli("generate", diabetes, "--prompt", "hello")[2]
    assert "judges images" in cli("predict", digits, "--text", "hello")[2]
    assert "names labels" in cli("generate", digits, "--prompt", "hello")[2]
    assert "writes text" in cli("predict", writer, "--text", "hello")[2]
    assert "text-generation" in cli("evaluate", writer, "--dataset", "digits")[2]


def test_a_busy_port_is_named(cli: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = cli("ui", "--port", str(port))
    assert code == 2
    assert f"Port {port} is already in use" in err


def test_a_missing_encoder_is_said_before_anything_is_queued(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_ENCODER_FOLDER", str(tmp_path))
    before = listed(cli)
    code, _, err = cli("train", "--dataset", "customer-feedback", "--model", "minilm-frozen")
    assert (code, err) == (
        2, "The pretrained sentence encoder is not installed. Install it with: make setup\n",
    )  # fmt: skip
    assert listed(cli) == before


def test_the_doctor_sees_an_altered_encoder(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"not the real one")
    monkeypatch.setenv("TOUCHSTONE_ENCODER_FOLDER", str(folder))
    code, out, _ = cli("doctor", "--json")
    assert code == 1
    assert "is not the file that Touchstone knows" in json.loads(out)["problems"][0]
