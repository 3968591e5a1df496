"""The results of a finished run, on its page: mistakes, classes, certainty, thresholds, and the verdict card."""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.class_curves import recall_key
from core.evaluation.confusion_examples import KeptExample, keep_examples
from core.evaluation.predictions_file import write_predictions
from core.runs import Metric, Run
from core.services.run_service import Service
from core.specs import Predictions, Score
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from tests.pages.conftest import Open, figures, healthy, unfolded, words
from tests.pages.conftest import samples as written_samples

TARGETS = np.array([0] * 10 + [1] * 10)
CHANCE_OF_B = np.array(
    [0.05, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.45, 0.9, 0.02, 0.35, 0.6, 0.7, 0.8, 0.9, 0.9, 1, 1, 1]
)
CARD = [
    {"topic": "better", "text": "It is clearly better than majority.", "numbers": []},
    {
        "topic": "fails",
        "text": "It takes 'a' for 'b' most often.",
        "numbers": [{"name": "'<b>a</b>' taken for 'b'", "value": "1 of 10", "how": "From the confusion matrix."}],
    },
]


@pytest.fixture
def judged(service: Service, finished: Callable[..., Run]) -> Run:
    """A run with two classes that has kept all that runs keep: 9 of 10 of 'a' and 8 of 10 of 'b' are right."""
    run = finished("text-classification")
    folder = service.folder(run.id)
    probabilities = np.stack([1 - CHANCE_OF_B, CHANCE_OF_B], axis=1)
    predictions = Predictions(np.zeros(20), TARGETS, probabilities.argmax(1), probabilities)
    for split in ("test", "validation"):
        write_predictions(folder, "abc", predictions, split)
    texts = [KeptExample("a", "b", 0.9, 9, text="wrong one"), KeptExample("b", "a", 0.98, 10, text="<i>surest</i>")]
    keep_examples(folder, [(one, b"") for one in [*texts, KeptExample("a", "a", 0.55, 8, text="hardly right")]])
    points = [Metric(recall_key("a"), step, 0.9, 1000.0 + step) for step in (5, 10)]
    points += [Metric(recall_key("b"), step, step / 12.5, 1000.0 + step) for step in (5, 10)]
    MetricStore(service.database).append(run.id, points)
    return run


def alts(at: AppTest) -> str:
    return "\n".join(str(chart["alt"]) for chart in figures(at))


def parameter(at: AppTest, name: str) -> str:
    """Return a parameter of the address; a test's session holds lists for those that it was opened with."""
    value = at.query_params[name]
    return str(value[0] if isinstance(value, list) else value)


def shown(at: AppTest) -> str:
    return words(healthy(at)).replace("\\", "")


def test_the_square_with_most_mistakes_is_shown_first(open_page: Open, judged: Run) -> None:
    at = open_page("run", run=judged.id, tab="mistakes")
    assert "No two classes stand out: 3 mistakes in 20 examples" in shown(at)
    assert "'b' was predicted as 'a' 2 of 10 times. 1 of these, the most confident first:" in shown(at)
    assert "<i>surest</i>" in [t.value for t in at.text]  # never as HTML
    assert "cell" not in at.query_params


def test_another_square_is_chosen_by_keyboard_and_stands_in_the_address(open_page: Open, judged: Run) -> None:
    at = open_page("run", run=judged.id, tab="mistakes")
    at.selectbox(key=f"cell-answer-{judged.id}").set_value("b").run()
    assert "'b' was found 8 of 10 times" in shown(at)
    assert parameter(at, "cell") == "b,b"
    at = open_page("run", run=judged.id, cell="a,a")
    assert "hardly right" in [t.value for t in at.text]
    assert "'a' was found 9 of 10 times" in shown(at)


def test_an_address_with_a_square_that_is_none_shows_the_usual_one(open_page: Open, judged: Run) -> None:
    assert "'b' was predicted as 'a'" in shown(open_page("run", run=judged.id, cell="a,zebra"))


def test_the_most_confident_mistakes_stand_beside_the_answer_and_lead_to_all(open_page: Open, judged: Run) -> None:
    at = open_page("run", run=judged.id)
    assert "Two mistakes" in [header.value for header in at.header]
    assert [t.value for t in at.text] == ["<i>surest</i>", "wrong one"]
    assert "Predicted **a** (98 % confident), actual **b**" in shown(at)
    (link,) = [link.proto for link in at.get("page_link") if link.proto.label.startswith("Every mistake")]
    assert (link.label, link.query_string) == ("Every mistake: 3", f"run={judged.id}&tab=mistakes")


def test_the_worst_mistakes_can_be_looked_at_class_by_class(open_page: Open, judged: Run, service: Service) -> None:
    at = open_page("run", run=judged.id, tab="mistakes")
    assert "Its worst mistakes: it was 98 % confident that 'b' is 'a'" in shown(at)
    assert "wrong one" in [t.value for t in at.text]
    assert at.selectbox(key=f"around-{judged.id}").options == ["a", "b"]


def test_each_class_has_intervals_and_its_learning(open_page: Open, judged: Run) -> None:
    at = open_page("run", run=judged.id, results="classes")
    assert "'b' is found least: 80 % of 10; too few examples to tell it from one other" in shown(at)
    (table,) = [d.value for d in at.dataframe if "Recall between" in d.value]
    assert table.iloc[1][["Class", "Recall", "Recall between", "Examples"]].tolist() == ["b", 80.0, "(49 to 94)", 10]
    assert "'b' was learnt last, by step 10, and is found least, 80 %" in shown(at)
    assert "Recall of 2 classes over 10 steps" in alts(at)


def test_confidence_is_held_against_success(open_page: Open, judged: Run) -> None:
    at = open_page("run", run=judged.id, results="certainty")
    assert "It is as often right as it is confident" in shown(at)
    assert "Calibration of 20 predictions in 1 groups of equal size" in alts(at)


def test_a_threshold_is_chosen_by_what_mistakes_cost(open_page: Open, judged: Run) -> None:
    at = open_page("run", run=judged.id, results="threshold", alarm="b")
    assert at.selectbox(key=f"alarm-{judged.id}").value == "b"
    assert "An alarm from 50 % on costs 15 for 100 examples: the cheapest on the validation examples" in shown(at)
    assert "| **b** | 8 right | 2 missed |" in shown(at)
    assert "which took no part in choosing it" in shown(at)
    at.number_input(key=f"miss_cost-{judged.id}").set_value(3.0).run()
    assert "An alarm from 35 % on costs 30 for 100 examples" in shown(at)  # one miss and three false alarms
    assert "It ranks a case of 'b' above another in 83.0 % of pairs" in shown(at)


def test_a_link_holds_the_costs_and_the_threshold(open_page: Open, judged: Run) -> None:
    view = {"run": judged.id, "results": "threshold", "alarm": "b"}
    at = open_page("run", **view)
    at.number_input(key=f"miss_cost-{judged.id}").set_value(3.0).run()
    assert dict(at.query_params) == view | {"miss_cost": "3"}  # what is the default needs no words
    at.slider[0].set_value(60).run()
    assert dict(at.query_params) == view | {"miss_cost": "3", "threshold": "60"}
    again = open_page("run", **view, miss_cost="3", threshold="60")
    assert (again.number_input(key=f"miss_cost-{judged.id}").value, again.slider[0].value) == (3.0, 60)
    again.number_input(key=f"miss_cost-{judged.id}").set_value(1.0).run()
    assert again.slider[0].value == 50  # other costs, another cheapest
    assert dict(again.query_params) == view


@pytest.mark.parametrize(
    ("cost", "threshold", "becomes"),
    [("a lot", "-3", (1.0, 0)), ("nan", "1e400", (1.0, 50)), ("-5", "101", (0.0, 100))],
)
def test_a_link_with_nonsense_weighs_what_is_nearest_to_it(
    open_page: Open, judged: Run, cost: str, threshold: str, becomes: tuple[float, int]
) -> None:
    at = open_page("run", run=judged.id, results="threshold", alarm="b", miss_cost=cost, threshold=threshold)
    assert not at.exception
    assert (at.number_input(key=f"miss_cost-{judged.id}").value, at.slider[0].value) == becomes


def test_without_validation_outcomes_it_says_that_the_threshold_flatters_itself(
    open_page: Open, judged: Run, service: Service
) -> None:
    (service.folder(judged.id) / "outcomes-validation.npz").unlink()
    at = open_page("run", run=judged.id, results="threshold", alarm="b")
    assert "is the cheapest on these same test examples, so its cost here flatters it" in shown(at)


@pytest.mark.parametrize("view", ["certainty", "threshold"])
def test_an_older_run_says_what_to_do_to_see_this(open_page: Open, finished: Callable[..., Run], view: str) -> None:
    at = open_page("run", run=finished("text-classification").id, results=view)
    assert "Train it again to see this" in shown(at)


@pytest.mark.parametrize(
    ("best", "paired", "finding"),  # the model: 0.90 (0.85 to 0.95)
    [
        (
            Score(0.88, 0.82, 0.92),
            (-0.01, 0.05),
            "is clearly better than {majority}; no clear difference from logistic",
        ),
        (
            Score(0.88, 0.82, 0.92),
            (0.01, 0.05),
            "is clearly better than logistic and {majority}",
        ),
        (
            Score(0.94, 0.90, 0.97),
            (-0.06, -0.01),
            "is clearly better than {majority}; is clearly worse than logistic",
        ),
        (
            Score(0.88, 0.82, 0.92),
            None,
            "is clearly better than {majority}; no clear difference from logistic",
        ),
        (Score(0.80, 0.75, 0.84), None, "is clearly better than logistic and {majority}"),
    ],
)
def test_the_simple_ways_are_passed_only_where_the_examples_can_tell(
    open_page: Open, service: Service, judged: Run, best: Score, paired: tuple[float, float] | None, finding: str
) -> None:
    store, file = RunStore(service.database), service.folder(judged.id) / "report.json"
    store.set_scores(judged.id, "logistic", {"accuracy": best})
    store.set_scores(judged.id, "majority", {"accuracy": Score(0.5, math.nan, math.nan)})
    low, high = paired or (math.nan, math.nan)
    tested = {"baseline": "logistic", "metric": "accuracy", "value": 0.9 - best.value, "ci_low": low, "ci_high": high}
    file.write_text(json.dumps(json.loads(file.read_text()) | {"difference": tested}))
    said = finding.format(majority="always giving the commonest answer")
    assert said in shown(open_page("run", run=judged.id))


def test_the_verdict_says_what_it_means_and_what_to_do_and_its_numbers_lie_behind_a_fold(
    open_page: Open, service: Service, judged: Run
) -> None:
    file = service.folder(judged.id) / "report.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"verdict_card": CARD}))  # as runs of before have it
    at = open_page("run", run=judged.id)
    assert "Right on 18 of 20 unseen messages; you wanted 75 of 100." in shown(at)
    assert shown(at).count("Right on") == 1
    assert "Next: " in shown(at)
    assert "a paired bootstrap" not in shown(at)
    at = unfolded(at, f"verdict-{judged.id}")
    assert "Accuracy against always giving the commonest answer: **60.0 points, 95 % interval 50.0 to 70.0" in shown(at)
    assert "McNemar" in shown(at)
    assert "'<b>a</b>' taken for 'b': **1 of 10**" in shown(at)
    assert "\\<b\\>" in words(at)  # never as HTML
    assert "It is clearly better than" not in shown(at)


def test_a_model_that_writes_shows_samples_by_temperature_and_what_it_copied(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished("text-generation")
    file = service.folder(run.id) / "report.json"
    written = [
        {"temperature": 0.5, "text": "careful words", "copied": 0.7, "longest": "the longest stretch"},
        {"temperature": 1.2, "text": "bold words", "copied": 0.0, "longest": ""},
    ]
    samples = {
        "prompt": "Once ", "stretch": 30, "searched": 100, "training_characters": 200, "unseen_copied": 0.07,
        "written": written,
    }  # fmt: skip
    file.write_text(json.dumps({"samples": samples}))
    at = open_page("run", run=run.id)
    title = "At temperature 0.5, 70 % of what it writes is copied, at 1.2 0 % (real text that it never saw: 7 %)"
    assert title in shown(at)
    assert "bold words" in written_samples(at)
    assert "Compared with the first 100 characters of it" in shown(at)
    at.segmented_control(key=f"temperature-{run.id}").set_value(0).run()
    assert "careful words" in written_samples(healthy(at))
    assert "70 % copied; the longest stretch has 19 characters: “the longest stretch”" in shown(at)


def test_errors_of_numbers_are_shown_by_answer_and_by_size(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished("tabular-regression")
    pairs = [[float(i) + (-1) ** i * (1 + i / 10), float(i)] for i in range(90)]
    file = service.folder(run.id) / "report.json"
    file.write_text(json.dumps({"pairs": pairs, "target": "price"}))
    at = open_page("run", run=run.id, tab="mistakes")
    assert "Its errors grow with the prediction: off by 2.45 on low predictions, 8.45 on high ones" in shown(at)
    assert "Histogram of 90 errors from" in alts(at)


def test_it_says_how_much_it_can_do_alone(open_page: Open, judged: Run, service: Service) -> None:
    assert "Nothing can be promised at 2 %: that takes at least 149 validation examples" in shown(
        open_page("run", run=judged.id)
    )
    sure = np.linspace(0.5, 1, 800)
    probabilities, right = np.stack([sure, 1 - sure], axis=1), np.where(sure > 0.75, 0, np.arange(800) % 3 == 0)
    for split in ("test", "validation"):
        write_predictions(
            service.folder(judged.id),
            "abc",
            Predictions(np.zeros(800), right, probabilities.argmax(1), probabilities),
            split,
        )
    at = open_page("run", run=judged.id, look_cost="0.5")
    assert "Answers 51 % alone, 99.5 % of them right; hands 49 % to a person." in shown(at)
    assert "Of 1,000 cases a person looks at" in shown(at)
    assert "instead of 500.00 USD" in shown(at)
    at.select_slider(key="may_be_wrong").set_value("20").run()
    assert parameter(at, "may_be_wrong") == "20"
    assert "Answers 100 % alone" in shown(at)
