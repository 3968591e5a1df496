"""The work of a contest: a trial on validation rows, then the test split."""

import hashlib
import json
import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.contest.asking import PARALLEL, Count, ask_all
from core.contest.client import EndpointClient, LabelAnswer
from core.contest.connection import Connection
from core.contest.endpoints import Endpoint
from core.contest.plan import TRIAL_ROWS, Trial, TrialAnswer, trial_of
from core.contest.prompts import Prompt
from core.contest.results import ContestResult, labelled, with_costs, write_beside_run, write_result
from core.contest.written import WrittenCase, measured
from core.errors import TouchstoneError
from core.services.bootstrap import open_service
from core.services.contests.beside_run import written_by_run
from core.services.contests.known_abilities import known_ability
from core.services.contests.progress import State
from core.services.contests.rows import ContestData, ContestRows, contest_data
from core.services.run_service import Service
from core.specs import SplitName, sampled
from core.store.answer_store import AnswerStore

if TYPE_CHECKING:
    from core.services.contests.__main__ import ContestReporter

log = logging.getLogger("touchstone")
SEED = 0  # of samples: the same rows for every contender and every prompt
_SHOWN = 160  # characters of a row or an answer in a trial


def run_contest(
    folder: Path, request: Mapping[str, Any], reporter: "ContestReporter"
) -> tuple[State, Mapping[str, Any]]:
    """Do what was asked of a contest; return its state and further progress fields.

    Raises:
        StopRequested: Somebody asked to pause or to stop.
        TouchstoneError: It cannot go on, in a sentence.
    """
    endpoint, service = Endpoint(**request["endpoint"]), open_service()
    reporter.stage("Reading the data")
    data = contest_data(service, request["dataset"], request["fingerprint"])
    with closing(Connection(endpoint)) as connection, closing(AnswerStore(service.settings.home)) as store:
        reporter.stage("Finding out what the endpoint can do")
        client = EndpointClient(connection, known_ability(connection, store))
        if request["phase"] == "trial":
            prompts = [data.prompt(shots, request["template"]) for shots in request["shots"]]
            tried = [_trial(client, data, prompt, store, reporter) for prompt in prompts]
            best_first = tuple(sorted(tried, key=lambda trial: trial.sort_key))
            return "ready", {"tried": best_first, "test_rows": len(data.splits["test"]), "parallel": PARALLEL}
        trial = reporter.now.tried[request["chosen"]]
        result = _test(client, data, trial, request, store, reporter)
    if request["run"] and result.written:
        result = _with_texts_of_run(service, result, data, reporter)
    write_result(folder, result)
    if request["run"]:
        write_beside_run(service.folder(request["run"]), result)
    return "done", {}


def _trial(
    client: EndpointClient, data: ContestData, prompt: Prompt, store: AnswerStore, reporter: "ContestReporter"
) -> Trial:
    split: SplitName = "validation" if len(data.splits["validation"]) else "train"
    rows = _sample(data.splits[split], TRIAL_ROWS)
    shots = f", {len(prompt.shots)} examples in the prompt" if prompt.labels else ""
    reporter.stage(f"Trying it on {len(rows)} {split} rows{shots}")
    answers = ask_all(client, prompt, rows.texts, store, reporter.count, parallel=1)
    expected, said = _in_words(data, rows, answers)
    right = [first == second for first, second in zip(expected, said, strict=True)]
    shown = [
        TrialAnswer(row[-_SHOWN:] if not prompt.labels else row[:_SHOWN], wanted[:_SHOWN], answer[:_SHOWN], is_right)
        for row, wanted, answer, is_right in zip(rows.texts, expected, said, right, strict=True)
    ]
    sent = prompt.fill(rows.texts[0])[0]
    return trial_of(prompt.version, len(prompt.shots), sent, answers, right, shown, has_labels=bool(prompt.labels))


def _test(
    client: EndpointClient, data: ContestData, trial: Trial, request: Mapping[str, Any], store: AnswerStore,
    reporter: "ContestReporter",
) -> ContestResult:  # fmt: skip
    endpoint, prompt, test = (
        client.connection.endpoint,
        data.prompt(trial.shots, request["template"]),
        data.splits["test"],
    )
    places = sampled(len(test), request["rows"] or len(test), SEED)
    rows = _taken(test, places)
    asked_before = reporter.now.asked
    versions = _versions_asked(endpoint, data, prompt, store)
    reporter.stage(f"Asking {len(rows):,} test rows")
    answers = ask_all(client, prompt, rows.texts, store, reporter.count, PARALLEL)
    result = ContestResult(
        reporter.now.id, endpoint.contender, endpoint.model, endpoint.host, data.task, data.name, data.fingerprint,
        request["run"], datetime.now(UTC).isoformat(timespec="seconds"), trial, data.labels, len(test),
        tuple(map(int, places)), (), tuple(map(int, rows.targets)), tuple(map(int, rows.clusters)), (), None, 0, 0,
        0, 0, True, None, reporter.now.asked - asked_before, endpoint.currency, endpoint.priced_on, endpoint.price_in,
        endpoint.price_out, trial.p50_ms, trial.p95_ms, reporter.spent_s, client.ability.constraint, versions,
        notes=_on_their_way(int(request.get("ended_from_outside", 0))),
    )  # fmt: skip
    result = with_costs(result, endpoint, answers)
    return labelled(result, answers) if data.labels else _with_texts(result, rows, answers)


def _on_their_way(ends: int) -> tuple[str, ...]:
    """Return what cannot be known of answers that a killed process waited for."""
    if not ends:
        return ()
    often = "once" if ends == 1 else f"{ends} times"
    return (
        f"Its process was ended from outside {often}. Up to {ends * PARALLEL} answers that were on their way then did "
        "not arrive and were asked for again: whether the endpoint counts them twice cannot be known here.",
    )


def _with_texts(result: ContestResult, rows: ContestRows, answers: list[LabelAnswer]) -> ContestResult:
    cases = tuple(map(WrittenCase, rows.texts, rows.expected, ({} for _ in rows.texts)))
    return _with_writer(replace(result, written=cases), result.contender, [answer.text.strip() for answer in answers])


def _with_texts_of_run(
    service: Service, result: ContestResult, data: ContestData, reporter: "ContestReporter"
) -> ContestResult:
    """Add what the run itself writes on the same prompts."""
    prompts = [case.prompt for case in result.written]
    reporter.stage("The run writes on the same prompts")

    def told(done: int) -> None:
        reporter.count(Count(done, len(prompts)))

    try:
        texts = written_by_run(service, result.run, prompts, told, are_conversations=data.is_conversations)
    except TouchstoneError as error:
        log.warning("The run was not asked: %s", error)
        return replace(result, notes=(*result.notes, f"The run itself was not asked: {error}"))
    return _with_writer(result, result.run, texts)


def _with_writer(result: ContestResult, contender: str, texts: list[str]) -> ContestResult:
    written = tuple(
        replace(case, answers={**case.answers, contender: text})
        for case, text in zip(result.written, texts, strict=True)
    )
    measures = measured(texts, [case.expected for case in written])
    return replace(result, written=written, measures={**result.measures, contender: measures})


def _versions_asked(endpoint: Endpoint, data: ContestData, prompt: Prompt, store: AnswerStore) -> int:
    """Count this prompt; return how many were asked on this test split."""
    parts = json.dumps(["versions", endpoint.url, endpoint.model, data.fingerprint])
    key = hashlib.sha256(parts.encode()).hexdigest()
    versions = set(json.loads(store.get([key]).get(key, "[]"))) | {prompt.version}
    store.put(key, json.dumps(sorted(versions)))
    return len(versions)


def _sample(rows: ContestRows, most: int) -> ContestRows:
    return _taken(rows, sampled(len(rows), most, SEED))


def _taken(rows: ContestRows, places: Any) -> ContestRows:
    """Return some rows, in their order."""
    at = np.asarray(places, np.int64)
    return ContestRows(
        tuple(rows.texts[i] for i in at),
        rows.targets[at] if len(rows.targets) else rows.targets,
        rows.clusters[at] if len(rows.clusters) else rows.clusters,
        tuple(rows.expected[i] for i in at) if rows.expected else (),
    )


def _in_words(data: ContestData, rows: ContestRows, answers: list[LabelAnswer]) -> tuple[list[str], list[str]]:
    """Return what was expected of each row, and what was answered."""
    if not data.labels:
        plain = [" ".join(text.split()) for text in rows.expected]
        return plain, [" ".join(answer.text.split()) for answer in answers]
    expected = [data.labels[target] for target in rows.targets]
    said = [data.labels[one.label] if one.label >= 0 else f"no label: {one.text.strip()}" for one in answers]
    return expected, said
