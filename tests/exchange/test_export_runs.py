"""What goes out, read back with the peers' own libraries."""

import io
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import RunNotFound, UserError
from core.exchange.export_runs import at_whole_steps, export, export_zip
from core.exchange.exporters.mlflow_runs import safe_keys
from core.exchange.external_run import Series
from core.exchange.import_runs import run_import
from core.runs import Metric, RunStatus
from core.services.run_service import Service
from core.specs import Score
from core.specs.config import TrainConfig
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now


@pytest.fixture
def run_id(service: Service, quick_config: Callable[..., TrainConfig]) -> str:
    """A finished run with everything that is handed on."""
    store = RunStore(service.database)
    run = store.create(quick_config(learning_rate=0.125), "the first / best", "key")
    store.update(run.id, status=RunStatus.RUNNING, started_at=now(), steps=3, note="Try *more*.", tags=["good"])
    values = enumerate([1_234_567_891.0, math.nan, 0.25])
    points = [Metric("train/loss", step, value, 1_700_000_000.5 + step) for step, value in values]
    MetricStore(service.database).append(run.id, [*points, Metric("validation/accuracy", 2, 0.75, 1_700_000_003.0)])
    store.set_scores(run.id, "model", {"accuracy": Score(0.9, 0.85, 0.95)})
    store.set_scores(run.id, "majority", {"accuracy": Score(0.1, math.nan, math.nan)})
    store.update(run.id, verdict="Right on 90.0 % of unseen examples.")
    store.finish(run.id, RunStatus.SUCCEEDED)
    return run.id


def scalar(event: Any) -> float:
    from tensorboard.util.tensor_util import make_ndarray

    return float(make_ndarray(event.tensor_proto).item())


def test_tensorboard_reads_curves_scores_settings_and_words(service: Service, run_id: str, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.metadata import parse_session_start_info_plugin_data

    assert export(service, [run_id], "tensorboard", tmp_path / "out") == 1
    read = EventAccumulator(str(tmp_path / "out" / f"the-first-best-{run_id}")).Reload()
    loss = read.Tensors("train/loss")
    assert [event.step for event in loss] == [0, 1, 2]
    assert [event.wall_time for event in loss] == [1_700_000_000.5, 1_700_000_001.5, 1_700_000_002.5]
    assert scalar(loss[0]) == 1_234_567_891.0  # which 32 bits cannot hold
    assert math.isnan(scalar(loss[1]))
    assert read.SummaryMetadata("train/loss").plugin_data.plugin_name == "scalars"
    assert scalar(read.Tensors("test/accuracy")[0]) == 0.9
    assert scalar(read.Tensors("test/accuracy_ci_low")[0]) == 0.85
    assert scalar(read.Tensors("baseline/majority/accuracy")[0]) == 0.1
    assert read.Tensors("verdict/text_summary")[0].tensor_proto.string_val == [b"Right on 90 of 100 unseen digits."]
    started = read.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    settings = parse_session_start_info_plugin_data(started).hparams
    assert settings["learning_rate"].number_value == 0.125
    assert settings["model"].string_value == "logistic-regression"


def test_mlflow_reads_curves_scores_settings_and_words(
    service: Service, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow import MlflowClient

    assert export(service, [run_id], "mlflow", tmp_path / "out") == 1
    client = MlflowClient(str(tmp_path / "out" / "mlruns"))
    experiment = client.get_experiment_by_name("Touchstone")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == ("the first / best", "FINISHED")
    assert run.data.params["learning_rate"] == "0.125"
    assert run.data.metrics["test/accuracy"] == 0.9
    assert run.data.metrics["test/accuracy_ci_low"] == 0.85
    assert run.data.tags["mlflow.note.content"] == "Right on 90 of 100 unseen digits.\n\nTry *more*."
    assert run.data.tags["good"] == ""
    history = client.get_metric_history(run.info.run_id, "train/loss")
    assert [(point.step, point.timestamp) for point in history[:1]] == [(0, 1_700_000_000_500)]
    assert (history[0].value, history[2].value) == (1_234_567_891.0, 0.25)
    assert math.isnan(history[1].value)


@pytest.mark.parametrize("format_name", ["tensorboard", "mlflow"])
def test_what_goes_out_comes_back_the_same(service: Service, run_id: str, format_name: str, tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_bytes(export_zip(service, [run_id], format_name))
    (back,) = run_import(service, tmp_path / "out.zip").added
    before, after = service.metrics(run_id), service.metrics(back)
    for key, points in before.items():
        assert [step for step, _, _ in after[key]] == [step for step, _, _ in points]
        assert [str(value) for _, value, _ in after[key]] == [str(value) for _, value, _ in points]  # NaN is NaN
        assert [time for _, _, time in after[key]] == [time for _, _, time in points]
    assert service.run(back).settings["learning_rate"] == 0.125
    assert service.run(back).settings["model"] == "logistic-regression"


def test_a_zip_has_one_folder_and_says_how_to_open_it(service: Service, run_id: str) -> None:
    with zipfile.ZipFile(io.BytesIO(export_zip(service, [run_id, run_id], "tensorboard"))) as archive:
        text = archive.read("touchstone-tensorboard/READ ME.txt").decode()
        names = archive.namelist()
    assert "tensorboard --logdir ." in text
    assert f"{run_id}  the first / best" in text
    assert len(names) == 2  # a run that is named twice is written once


def test_nothing_that_is_there_is_written_over(service: Service, run_id: str, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="not an empty folder"):
        export(service, [run_id], "mlflow", tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["mine.txt"]


def test_a_run_that_is_not_there_is_named_and_nothing_is_written(service: Service, run_id: str, tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match="nosuchrn"):
        export(service, [run_id, "nosuchrn"], "tensorboard", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_keys_become_names_of_files_that_stay_in_their_folder() -> None:
    assert safe_keys(["loss", "loss/train", "../../etc/passwd", "a:b", "a?b", ""]) == {
        "": "_",
        "../../etc/passwd": "_._/etc/passwd",
        "a:b": "a_b",
        "a?b": "a_b_2",
        "loss": "loss",  # no file can be in a file
        "loss/train": "loss.train",
    }


def test_names_that_mlflow_does_not_take_are_said_and_come_back(service: Service, run_id: str, tmp_path: Path) -> None:
    points = [
        Metric(key, step, value, 1_700_000_000.0) for key, value in (("acc@1", 1), ("acc#1", 2)) for step in (0, 1)
    ]
    MetricStore(service.database).append(run_id, points)
    export(service, [run_id], "mlflow", tmp_path / "out")
    said = (tmp_path / "out" / "READ ME.txt").read_text()
    assert "'acc#1' is called 'acc_1' there." in said
    assert "'acc@1' is called 'acc_1_2' there." in said
    (back,) = run_import(service, tmp_path / "out").added
    assert {key: points[0][1] for key, points in service.metrics(back).items() if key.startswith("acc")} == {
        "acc@1": 1, "acc#1": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "whole", "factor"),
    [([0, 0, 1], [0, 0, 1], 1), ([0.5, 1, 1.5], [5, 10, 15], 10), ([0, 1 / 3, 1], [0, 1, 2], 0)],
)
def test_other_trackers_get_whole_steps(steps: list[float], whole: list[int], factor: int) -> None:
    line, multiplied = at_whole_steps(Series(np.array(steps), np.arange(3.0), np.zeros(3)))
    assert (line.steps.tolist(), multiplied) == (whole, factor)
