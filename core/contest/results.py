"""A contest's result: each answer on the test split, and what it cost."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from core.contest.client import LabelAnswer
from core.contest.codes import NO_LABEL
from core.contest.endpoints import Endpoint
from core.contest.plan import Trial
from core.contest.written import Measures, WrittenCase
from core.files import write_text
from core.specs import MetricSpec, Predictions, Score
from core.statistics.clustered import clustered_share, clusters_of
from core.statistics.difference import Difference
from core.statistics.scores import difference_of
from core.statistics.shares import wilson

FOLDER, RESULT = "contests", "result.json"


@dataclass(frozen=True)
class ContestResult:
    """A language model on the test rows of a data set version.

    Args:
        id: Of the contest.
        contender: "llm:NAME".
        model: As the endpoint calls it.
        host: Where it was asked.
        task: Of the data set.
        dataset: Its name.
        fingerprint: Of its version.
        run: The run beside which it was asked; empty for the data set alone.
        finished_at: In UTC, as ISO 8601.
        prompt: Its version, its examples, as it was sent with the first row, its trial on the validation split.
        labels: Of the classes; empty where texts were written.
        test_rows: In the whole test split.
        rows: Which of them were asked, (N,) positions on the test split, ascending.
        answers: (N,) indexes into `labels`; -1 where the answer was no label, which counts as wrong.
        targets: (N,) the right ones.
        clusters: (N,) rows with the same number are copies or of one group; empty where all are independent.
        confidences: (N,) share of the answer among all codes; empty where the endpoint gives no probabilities.
        score: Share of right answers; None where texts were written.
        no_label: Answers that named no label.
        cut: Rows that were cut.
        tokens_in: Of all answers, also of those that were known before.
        tokens_out: Likewise.
        tokens_counted: Whether the endpoint counted them.
        money: For these tokens; None where the endpoint has no price.
        asked: Answers that were asked for, and paid, in this contest; the others were known.
        currency: Of the money.
        priced_on: Date of the price.
        price_in: Of a million tokens.
        price_out: Likewise.
        p50_ms: Of an answer, asked one after another.
        p95_ms: Likewise.
        seconds: Of the whole, without pauses.
        constraint: How answers were held to the labels: "logprobs", "schema" or "text".
        versions_asked: How many prompts of this endpoint were asked on this test split so far, this one included.
        written: Of a task of writing: each prompt with what was expected and what was written.
        measures: Of what was written, by contender.
        notes: Sentences on what was not as it was meant.
    """

    id: str
    contender: str
    model: str
    host: str
    task: str
    dataset: str
    fingerprint: str
    run: str
    finished_at: str
    prompt: Trial
    labels: tuple[str, ...]
    test_rows: int
    rows: tuple[int, ...]
    answers: tuple[int, ...]
    targets: tuple[int, ...]
    clusters: tuple[int, ...]
    confidences: tuple[float, ...]
    score: Score | None
    no_label: int
    cut: int
    tokens_in: int
    tokens_out: int
    tokens_counted: bool
    money: float | None
    asked: int
    currency: str
    priced_on: str
    price_in: float | None
    price_out: float | None
    p50_ms: float
    p95_ms: float
    seconds: float
    constraint: str
    versions_asked: int = 1
    written: tuple[WrittenCase, ...] = ()
    measures: dict[str, Measures] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.contender.removeprefix("llm:")

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N,) whether each answer is right."""
        return np.asarray(np.asarray(self.answers) == np.asarray(self.targets))

    @property
    def cost_per_1000(self) -> float | None:
        """What a thousand answers cost; None where no price is known."""
        count = len(self.rows)
        return None if self.money is None or not count else 1000 * self.money / count

    def predictions(self) -> Predictions:
        """Return its answers as those of any contender, without probabilities; -1 is no label."""
        return Predictions(
            np.full(len(self.rows), np.nan), np.asarray(self.targets, np.int64), np.asarray(self.answers, np.int64),
            groups=np.asarray(self.clusters, np.int64),
        )  # fmt: skip


_DOCUMENT = TypeAdapter(ContestResult)


def labelled(result: ContestResult, answers: Sequence[LabelAnswer]) -> ContestResult:
    """Return a result with answers to the rows, and what follows from them."""
    confidences = tuple(one.confidence for one in answers if one.confidence is not None)
    made = replace(
        result, answers=tuple(one.label for one in answers),
        confidences=confidences if len(confidences) == len(answers) else (),
        no_label=sum(one.label == NO_LABEL for one in answers),
    )  # fmt: skip
    predictions = made.predictions()
    clusters = clusters_of(replace(predictions, nll=np.zeros(len(made.rows))))
    right = made.right
    score = clustered_share(right, clusters) if clusters is not None else wilson(int(right.sum()), len(right))
    return replace(made, score=score)


def with_costs(result: ContestResult, endpoint: Endpoint, answers: Sequence[LabelAnswer]) -> ContestResult:
    """Return a result with the tokens of all answers and their price."""
    read, written = sum(one.tokens_in for one in answers), sum(one.tokens_out for one in answers)
    return replace(
        result, tokens_in=read, tokens_out=written, tokens_counted=all(one.counted for one in answers),
        money=endpoint.cost(read, written), cut=sum(one.cut for one in answers),
    )  # fmt: skip


def difference_to(result: ContestResult, metric: MetricSpec, others: Predictions) -> Difference | None:
    """Return its share of right answers minus that of another contender, by McNemar's test.

    Args:
        result: Of a language model.
        metric: The accuracy of the task.
        others: Of the other contender, on the whole test split in its order.

    Returns:
        None where the other one was judged on other examples.
    """
    rows = np.asarray(result.rows, np.int64)
    if not len(rows) or len(others.targets) != result.test_rows:
        return None
    other = others.select(rows)
    if not np.array_equal(other.targets, np.asarray(result.targets)):
        return None
    groups = other.groups if len(other.groups) else np.asarray(result.clusters, np.int64)
    nothing = np.zeros(len(rows))
    own, other = (replace(one, nll=nothing, groups=groups) for one in (result.predictions(), other))
    return difference_of(metric, own, other, 1, 0)


def write_result(folder: Path, result: ContestResult) -> None:
    """Write a result into its contest's folder."""
    write_text(folder / RESULT, _json(result))


def write_beside_run(run_folder: Path, result: ContestResult) -> None:
    """Write a result into its run's folder, replacing one of the same endpoint."""
    folder = run_folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / f"{result.name}.json", _json(result))


def read_result(file: Path) -> ContestResult | None:
    """Return a result; None where there is none, or it is damaged."""
    try:
        return _DOCUMENT.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def results_of_run(run_folder: Path) -> list[ContestResult]:
    """Return what language models did on a run's test rows, by name."""
    found = (read_result(file) for file in sorted((run_folder / FOLDER).glob("*.json")))
    return [one for one in found if one is not None]


def _json(result: ContestResult) -> str:
    return json.dumps(_DOCUMENT.dump_python(result, mode="json"), ensure_ascii=False)
