"""The Compare page: which runs, who is better for sure, and where they disagree; all of it in the URL."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.predictions_file import write_predictions
from core.runs import Metric, Run, RunStatus
from core.services.run_service import Service
from core.specs import Predictions, Score
from core.store.external_runs import ExternalRuns
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from tests.pages.conftest import Open, healthy, samples, words

Judged = Callable[..., Run]


@pytest.fixture
def judged(service: Service, new_run: Callable[..., Run]) -> Judged:
    """A finished run on the digits that answers so many of the 269 test examples wrongly."""
    version = service.dataset_service.preview("digits").version
    truth = service.dataset_service.test_examples(
        "digits", version.fingerprint, range(version.split_sizes["test"])
    ).targets

    def judged(name: str, wrong: int, fingerprint: str = version.fingerprint, **columns: Any) -> Run:
        values = {"started_at": now(), "dataset_fingerprint": fingerprint, "train_time_s": 10.0 + wrong}
        run = new_run(name=name, status=RunStatus.RUNNING, **(values | columns))
        answered = truth.copy()
        answered[:wrong] = (answered[:wrong] + 1) % 10
        sure = np.full((len(truth), 10), 0.01)
        sure[np.arange(len(truth)), answered] = 0.91
        folder = service.folder(run.id)
        folder.mkdir(parents=True, exist_ok=True)
        write_predictions(folder, fingerprint, Predictions(np.ones(len(truth)), truth, answered, sure))
        share = 1 - wrong / len(truth)
        store = RunStore(service.database)
        store.set_scores(run.id, "model", {"accuracy": Score(share, share - 0.02, share + 0.02)})
        points = [Metric("validation/accuracy", step, 0.1 * step, 1000.0 + step) for step in range(5)]
        MetricStore(service.database).append(run.id, points)
        store.finish(run.id, RunStatus.SUCCEEDED)
        return service.run(run.id)

    return judged


def clean(at: AppTest) -> str:
    """Return the text of a page as people read it."""
    return words(at).replace("\\", "")


def ids(*runs: Run) -> str:
    return ",".join(run.id for run in runs)


def test_the_first_line_says_who_is_better_and_by_how_much(open_page: Open, judged: Judged) -> None:
    best, near, far = judged("best", 5), judged("near", 6), judged("far", 60)
    text = clean(open_page("compare", runs=ids(far, near, best)))
    assert "best: Right on 98 of 100 unseen digits" in text
    said = "best is significantly better than far (accuracy +20.4 points); no clear difference between best and near."
    assert said in text
    assert "best has the best accuracy, 98.1 %. Against best: 1 significantly worse, 1 with no clear" in text
    assert "They disagree on 55 of 269 unseen examples. Of these, right are: best on 55, near on 54, far on 0." in text
    assert "1 of 3 runs is on the front: best is both the best and the fastest." in text


def test_the_runs_and_the_one_to_compare_with_are_in_the_url(open_page: Open, judged: Judged) -> None:
    one, two, three = judged("one", 5), judged("two", 60), judged("three", 30)
    at = open_page("compare", runs=ids(one, two))
    at.multiselect(key="compared-runs").set_value([one.id, two.id, three.id]).run()
    assert at.query_params["runs"] == ids(one, two, three)
    at.selectbox(key="against").set_value(two.id).run()
    assert at.query_params["against"] == two.id
    assert "are significantly better than two." in clean(healthy(at))


def test_other_data_versions_are_named_and_never_tested_against_each_other(open_page: Open, judged: Judged) -> None:
    here, there = judged("here", 5), judged("there", 90, fingerprint="0123456789")
    at = open_page("compare", runs=ids(here, there))
    said = at.warning[0].value.replace("\\", "")
    assert said.startswith("These runs were not judged on the same examples: here on digits, version ")
    assert "there on digits, version 01234567. Their scores are not tested against each other" in said
    assert "significantly" not in clean(at)


def test_unknown_and_trashed_runs_are_said_and_the_rest_is_shown(
    open_page: Open, service: Service, judged: Judged
) -> None:
    one, two, gone = judged("one", 5), judged("two", 60), judged("gone", 9)
    service.delete(gone.id)
    at = open_page("compare", runs=f"{ids(one, two, gone)},nowhere")
    assert [w.value.replace("\\", "").split(".")[0] for w in at.warning] == [
        "gone is in the trash", "There is no run nowhere: it may have been removed for good",
    ]  # fmt: skip
    assert "one is significantly better than two" in clean(at)


def test_without_runs_the_page_says_what_to_do_and_offers_the_last_ones(open_page: Open, judged: Judged) -> None:
    assert "Nothing to compare yet" in clean(open_page("compare"))
    runs = [judged(f"run {i}", 5 + i) for i in range(3)]
    at = open_page("compare")
    assert "Which runs?" in clean(at)
    at.button(key="suggest-digits").click().run()
    assert at.query_params["runs"] == ids(*reversed(runs))
    assert "no clear difference" in clean(healthy(at)).lower()


def test_runs_from_elsewhere_and_of_other_tasks_share_curves_and_settings(
    open_page: Open, service: Service, judged: Judged, finished: Callable[..., Run]
) -> None:
    ours, writer = judged("ours", 5), finished("text-generation", "writer")
    at = open_page("compare")
    theirs = ExternalRuns(service.database).create("csv", "<b>theirs</b>", settings={"learning_rate": 0.5, "=x": "=1"})
    MetricStore(service.database).append(theirs.id, [Metric("loss", i, 1 / (1 + i), 1000.0 + i) for i in range(3)])
    at.query_params["runs"] = ids(theirs, ours, writer)
    healthy(at.run())
    said = at.warning[0].value.replace("\\", "")
    assert said.startswith("These runs do different things (ours: classify images; writer: generate text).")
    table = at.dataframe[-1].value
    assert [*table.columns] == ["Setting", "● <b>theirs</b>", "◆ ours", "■ writer"]
    rows = {row.pop("Setting"): list(row.values()) for row in table.to_dict("records")}
    assert rows["Learning rate"][0] == "0.5"
    assert rows["'=x"] == ["'=1", "–", "–"]  # no spreadsheet takes it for a formula
    assert "Loss (1 of 3 runs)" in at.multiselect(key="metric").options


def test_logged_runs_are_compared_by_what_they_logged(open_page: Open, service: Service) -> None:
    runs = [ExternalRuns(service.database).create("tracked", name) for name in ("slow", "quick")]
    for run, last in zip(runs, (0.5, 0.75), strict=True):
        points = [Metric("val/acc", i, value, 1000.0 + i) for i, value in enumerate((0.1, 0.8, last))]
        MetricStore(service.database).append(run.id, [*points, Metric(f"of {run.name}", 0, 1.0, 1000.0)])
        RunStore(service.database).finish(run.id, RunStatus.SUCCEEDED)
    at = open_page("compare", runs=ids(*runs))
    assert "quick has the best val/acc at last, 75.0 %; slow has the worst of 2, 50.0 %." in clean(at)
    assert "No run has a score yet" not in clean(at)
    rows = at.dataframe[0].value.to_dict("records")
    assert [list(row.values()) for row in rows] == [["● slow", "50.0 %", "80.0 %"], ["◆ quick", "75.0 %", "80.0 %"]]


def test_models_that_write_show_their_last_samples_side_by_side(open_page: Open, finished: Callable[..., Run]) -> None:
    runs = [finished("text-generation", f"writer {i}") for i in range(2)]
    at = open_page("compare", runs=ids(*runs))
    assert samples(at) == ["written at 20", "written at 20"]
    assert "It was trained before answers were kept, so it cannot be tested: train it again." in clean(at)


def test_only_what_one_run_alone_has_right_and_the_page_are_in_the_url(open_page: Open, judged: Judged) -> None:
    best, far = judged("best", 5), judged("far", 60)
    at = open_page("compare", runs=ids(best, far), at="2")
    assert len([m for m in at.markdown if m.value.startswith("Actual:")]) == 12
    at.selectbox(key="only").set_value(far.id).run()
    assert at.query_params["only"] == far.id
    assert "No such example" in clean(healthy(at))


def test_chosen_curves_and_how_they_are_drawn_are_in_the_url(open_page: Open, judged: Judged) -> None:
    runs = ids(judged("one", 5), judged("two", 60))
    at = open_page("compare", runs=runs, metric="validation/accuracy", along="time", smooth="0.9", log="on")
    assert at.selectbox(key="along").value == "time"
    assert at.selectbox(key="smooth").value == "0.9"
    assert at.multiselect(key="metric").value == ["validation/accuracy"]
    at.selectbox(key="along").set_value("step").run()
    assert "along" not in at.query_params  # the usual way needs no word
