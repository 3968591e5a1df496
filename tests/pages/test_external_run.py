"""Runs that were logged elsewhere, on every page that shows runs."""

from core import track
from core.runs import RunStatus
from core.services.run_service import Service
from core.store.external_runs import ExternalRuns
from pages.components.charts.external_charts import external_charts
from tests.pages.conftest import Open, healthy, unfolded, words


def logged(*, ended: bool = True) -> track.TrackedRun:
    run = track.init("churn", {"optimizer": {"lr": 0.1}}, "first *try*", tags=["quick"])
    for step in range(5):
        run.log({"train/loss": 1 / (1 + step), "val/loss": 1.0, "accuracy": 0.5}, step)
    if ended:
        run.finish()
    return run


def test_a_logged_run_has_a_page_with_its_numbers_and_settings(open_page: Open, service: Service) -> None:
    at = unfolded(open_page("run", run=logged().id, tab="details"))
    said = words(at)
    assert "first \\*try\\*" in said
    assert "churn" in said
    assert {metric.label: metric.value for metric in at.metric} == {
        "accuracy": "0.5", "train/loss": "0.2", "val/loss": "1",
    }  # fmt: skip
    assert at.dataframe[0].value.values.tolist() == [["optimizer/lr", "0.1"]]
    assert not [button.key for button in at.button if button.key in ("stop", "pause", "finish", "resume", "longer")]


def test_a_live_one_can_only_be_asked_to_stop(open_page: Open, service: Service) -> None:
    run = logged(ended=False)
    at = open_page("run", run=run.id)
    assert [button.key for button in at.button if button.key in ("stop", "pause", "finish")] == ["stop"]
    at.button(key="stop").click().run()
    assert "its script ends when it looks at run" in words(healthy(at))
    assert service.run(run.id).status is RunStatus.RUNNING
    run.finish()
    assert service.run(run.id).status is RunStatus.STOPPED


def test_one_that_says_nothing_says_what_will_come(open_page: Open, service: Service) -> None:
    run = track.init()
    assert "Nothing logged yet" in words(open_page("run", run=run.id))
    run.finish()
    assert "Nothing was logged" in words(open_page("run", run=run.id))


def test_one_that_failed_says_why_and_offers_nothing_that_it_cannot_do(open_page: Open, service: Service) -> None:
    run = ExternalRuns(service.database).create("mlflow", "old", "churn")
    service._runs.finish(run.id, RunStatus.FAILED, "Its own log says: out of memory.")
    at = open_page("run", run=run.id)
    assert "out of memory" in words(at)
    assert not [button for button in at.button if button.key == "resume"]


def test_they_are_listed_beside_the_others(open_page: Open, service: Service) -> None:
    logged()
    row = open_page("runs").dataframe[0].value.iloc[0].to_dict()
    assert (row["name"], row["status"], row["score"]) == ("first *try*", "✓ Done", "50.0 %  (accuracy)")
    assert "Logged from a script" in words(open_page("start"))


def test_a_script_that_logs_takes_no_place_and_nobody_waits_for_it(open_page: Open, service: Service) -> None:
    run = logged(ended=False)
    runs = next(metric.value for metric in open_page("system").metric if metric.label == "Runs")
    assert runs == "0 of 1"
    assert "ahead of it" not in words(open_page("train"))
    run.finish()


def test_what_belongs_together_comes_into_one_chart_and_the_loss_first() -> None:
    keys = ["lr", "val/acc", "train/acc", "valid_loss", "loss", "test/loss", "gpu/memory_mb", "x/y", "z"]
    charts = external_charts(keys)
    assert [(chart["title"], [line["key"] for line in chart["lines"]]) for chart in charts] == [
        ("Loss", ["loss", "valid_loss", "test/loss"]),
        ("Accuracy", ["train/acc", "val/acc"]),
        ("gpu/memory_mb", ["gpu/memory_mb"]),
        ("Learning rate", ["lr"]),
        ("x/y", ["x/y"]),
        ("Z", ["z"]),
    ]
    assert [chart.get("aside", False) for chart in charts] == [False] * 4 + [True] * 2
    assert (charts[0]["hint"], charts[1]["hint"], charts[3]["hint"]) == ("lower is better", "higher is better", "")


def test_two_curves_of_one_part_never_share_a_colour() -> None:
    charts = external_charts(["loss", "train/loss", "val_loss", "validation/loss"])
    drawn = [[(line["key"], line["color"]) for line in chart["lines"]] for chart in charts]
    assert drawn == [
        [("train/loss", "blue"), ("val_loss", "orange")],
        [("loss", "blue")],
        [("validation/loss", "blue")],
    ]
