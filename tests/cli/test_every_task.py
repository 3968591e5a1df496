"""Every task from a small file to an answer: a new one is held to it by naming a file of its kind."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from core import catalog
from core.specs import TaskSpec
from tests.cli.conftest import Json
from tests.data.bad.making import classes, zip_of

ROWS = 150
PLACES = ("Oslo", "Paris", "Rome")


def table(folder: Path, name: str, *answers: Any) -> Path:
    file = folder / f"{name}.csv"
    with file.open("w", newline="") as lines:
        rows = [(n % 7 + n / 100, PLACES[n % 3], n * 13 % 31, answer) for n, answer in enumerate(answers)]
        csv.writer(lines).writerows([("months", "place", "calls", name), *rows])
    return file


def texts(folder: Path) -> Path:
    file, said = folder / "letters.csv", {"good": "works well", "bad": "broke at once"}
    with file.open("w", newline="") as lines:
        rows = [(f"The {n}th lamp from {PLACES[n % 3]} {said[k]} on day {n * 7}", k) for n in range(45) for k in said]
        csv.writer(lines).writerows([("text", "label"), *rows])
    return file


def story(folder: Path) -> Path:
    file = folder / "story.txt"
    file.write_text(
        "".join(f"On day {n} the ship sailed from {PLACES[n % 3]} with {n * 7} boxes.\n" for n in range(400))
    )
    return file


def images(folder: Path) -> Path:
    file = folder / "shades.zip"
    file.write_bytes(zip_of(classes("cats", "dogs", each=15)))
    return file


SOURCES: dict[tuple[str, str], Callable[[Path], Path]] = {
    ("table", "number"): lambda folder: table(folder, "price", *(100 + 3 * (n % 7) + n % 11 for n in range(ROWS))),
    ("table", "label"): lambda folder: table(folder, "churn", *("yes" if n % 7 > 3 else "no" for n in range(ROWS))),
    ("text", "label"): texts,
    ("text", "text"): story,
    ("image", "label"): images,
}


def asked(task: TaskSpec, file: Path, folder: Path) -> list[str]:
    """Return what a finished run is asked, as a command."""
    if task.output_kind == "text":
        return ["--prompt", "On day ", "--max-new-tokens", "5"]
    if task.input_kind == "text":
        return ["--text", "The lamp works well"]
    if task.input_kind == "table":
        return ["--text", json.dumps({"months": "5.1", "place": "Rome", "calls": 3})]
    (folder / "one.png").write_bytes(next(iter(classes("cats", each=1).values())))
    return ["--file", str(folder / "one.png")]


@pytest.mark.parametrize("name", catalog.tasks())
def test_a_task_goes_from_a_file_to_an_answer(name: str, answer: Json, tmp_path: Path) -> None:
    task = catalog.find_task(name)
    file = SOURCES[task.input_kind, task.output_kind](tmp_path)
    made = answer("data", "import", str(file))
    assert made["task"] == name
    models = [model for model in catalog.models(name).values() if not model.pretrained]
    model = min(models, key=lambda one: one.parameter_count_for(name)).name
    small = ["--set", "epochs=1", "--set", "device=cpu"]
    small += [] if task.output_kind == "text" else ["--evaluation", "quick-look"]
    run = answer("train", "--dataset", made["name"], "--model", model, "--wait", *small)
    assert run["status"] == "succeeded", run["reason"]
    assert task.primary_metric in run["test"]
    assert run["baselines"]
    assert run["verdict"].endswith(".")
    command = "generate" if task.output_kind == "text" else "predict"
    if (task.input_kind, task.output_kind) == ("table", "label"):
        labels_help(answer, run)
    said = answer(command, run["id"], *asked(task, file, tmp_path))
    if task.output_kind == "text":
        assert len(said["text"]) == 5
    elif task.output_kind == "label":
        assert set(said["predictions"][0]["scores"]) == set(made["labels"])
    else:
        assert 100 < said["predictions"][0]["value"] < 140


def labels_help(answer: Json, run: Mapping[str, Any]) -> None:
    """Ask twice whether more labels help a run: the second answer is the kept one."""
    curve = answer("labels-curve", run["id"])["curves"]["baseline"]
    assert [point["rows"] for point in curve["points"]][-1] == 106
    assert [len(point["draws"]) for point in curve["points"]] == [5, 5, 5, 1]
    assert curve["low"] <= curve["high"]
    assert answer("labels-curve", run["id"])["curves"]["baseline"] == curve
