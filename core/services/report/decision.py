"""What a report for a decision says of a run, in words."""

import base64
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.data.pii import find_personal_data
from core.data.store.load_version import load_version
from core.errors import RunNotReady, TouchstoneError
from core.evaluation.confusion_examples import image_of, kept_examples
from core.evaluation.hard_passages import hardest_passages
from core.evaluation.predictions_file import read_predictions
from core.evaluation.target_words import wanted
from core.evaluation.verdict import Verdict
from core.formatting import byte_size, money, sentence_case
from core.runs import Run
from core.services.comparison.contenders import Contender, Takes, contenders_of
from core.services.prices import hour_price
from core.services.run_service import Service
from core.services.verdict import judged_run, verdict_of
from core.specs import DOCUMENT_BREAK, MetricSpec, Score, percent_digits, texts_of
from core.specs.dataset_types import Finding
from core.specs.judged import judged_characters

MISTAKES = 6
LONGEST = 300  # characters of an example
COLUMNS = 6  # of a row
MOST_CLASSES = 20
_STANDINGS = {  # against the run, by a paired test
    "better": "Clearly better than this run", "worse": "Clearly worse than this run",
    "unclear": "No clear difference from this run",
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """A name and what is known under it."""

    name: str
    value: str
    how: str = ""


@dataclass(frozen=True)
class ContenderLine:
    """One who was judged: a score with its interval, and what it takes.

    Args:
        name: Whom.
        score: Of the metric that decides.
        low: Its interval's lower end, as a share of the chart's width, 0 to 1; None without an interval.
        middle: The score, likewise.
        high: The upper end.
        others: Its other scores.
        costs: Speed, size and money, as far as known.
        is_own: Whether it is the run itself.
    """

    name: str
    score: str
    low: float | None
    middle: float
    high: float | None
    others: str
    costs: str
    is_own: bool = False


@dataclass(frozen=True)
class Mistake:
    """An example of the test split that it got wrong, or a hard passage."""

    said: str
    text: str = ""
    image: str = ""  # a data URL


@dataclass(frozen=True)
class DecisionReport:
    """Everything that somebody must know who was not there."""

    title: str
    made_at: datetime
    question: str
    verdict: Verdict
    data: Sequence[Fact]
    findings: Sequence[Finding]
    findings_note: str
    metric: str
    costs_note: str
    contenders: Sequence[ContenderLine]
    mistakes: Sequence[Mistake]
    mistakes_note: str
    environment: Sequence[Fact]
    command: str


def decision_report(service: Service, run_id: str) -> DecisionReport:
    """Return the report of a run.

    Raises:
        RunNotFound: There is no such run.
        RunNotReady: It has not been judged on the test split.
    """
    run = service.run(run_id)
    found = verdict_of(service, run)
    if found is None:
        raise RunNotReady(f"'{run.name}' has no test scores yet: it is {run.status}. Finish it first.")
    report, metric = service.report(run.id), service.tasks()[run.task].metric(service.tasks()[run.task].primary_metric)
    findings, note = _findings(service, run)
    price = hour_price(service.settings)
    writes = service.tasks()[run.task].output_kind == "text"
    mistakes, mistakes_note = _passages(service, run) if writes else _mistakes(service, run, report)
    return DecisionReport(
        run.name, datetime.now(UTC), _question(service, run), found, _data(service, run), findings, note,
        metric.title, f"Costs here: measured time, {price.how}.",
        _contenders(service, run, metric, price.currency), mistakes, mistakes_note,
        _environment(run, _changes(service, run)), _command(run, _changes(service, run)),
    )  # fmt: skip


def _question(service: Service, run: Run) -> str:
    task, judged = service.tasks()[run.task], judged_run(service, run)
    datasets, models = service.datasets(), service.models()
    title = datasets[run.config.dataset].title if run.config.dataset in datasets else run.config.dataset
    model = models[run.config.model].title if run.config.model in models else run.config.model
    target = f" Wanted: {wanted(judged.target.target, judged.unit)}." if judged and judged.target else ""
    labels = judged.labels if judged is not None else ()
    among = f" among {len(labels):,} labels" if labels else ""
    asks = {
        "label": f"tell which label a {judged.noun if judged else task.noun} has{among}",
        "number": f"estimate {judged.column or 'the number' if judged else 'the number'}",
        "text": "write on from a text",
    }[task.output_kind]
    return f"Can a model ({model}) that has learnt from “{title}” {asks}, and well enough to be of use?{target}"


# --- data ---


def _data(service: Service, run: Run) -> list[Fact]:
    data, name, version = service.dataset_service, run.config.dataset, run.dataset_fingerprint
    facts = [Fact("Data set", name)]
    try:
        entry, preview = data.entry(name), data.preview(name, version)
    except TouchstoneError:
        return [*facts, Fact("Gone", "The data set was removed since; only the model knows it.")]
    sizes = preview.version.split_sizes
    counts = sorted(preview.class_counts.items(), key=lambda pair: -pair[1])
    classes = ", ".join(f"{label}: {count:,}" for label, count in counts[:MOST_CLASSES])
    more = f" and {len(counts) - MOST_CLASSES:,} more" if len(counts) > MOST_CLASSES else ""
    facts = [Fact("Data set", f"{entry.title} ({name})")]
    facts += [Fact("What it is", entry.summary)] * bool(entry.summary)
    facts += [Fact("Source", entry.source or "not stated"), Fact("Licence", entry.licence or "not stated")]
    facts.append(Fact("Size", ", ".join(f"{split} {count:,}" for split, count in sizes.items()) + " examples"))
    facts += [Fact("Labels", classes + more)] * bool(counts)
    return [*facts, Fact("Fingerprint of the version", version or "not known")]


def _findings(service: Service, run: Run) -> tuple[list[Finding], str]:
    """Return what the data doctor found, and what is said where that is nothing."""
    try:
        found = service.dataset_service.findings(run.config.dataset, run.dataset_fingerprint)
    except TouchstoneError:
        return [], "What the data doctor found is not known any more."
    return list(found), "" if found else "The data doctor found nothing."


# --- contenders ---


def _contenders(service: Service, run: Run, metric: MetricSpec, currency: str) -> list[ContenderLine]:
    """Return the run, its baselines and the language models beside it, the best first."""
    judged = contenders_of(service, run)
    ends = [value for one in judged for value in _ends(one.scores[metric.name])]
    low, high = min(ends), max(ends)
    metrics = service.tasks()[run.task].metrics
    return [_line(one, metric, metrics, low, (high - low) or 1.0, currency) for one in judged]


def _line(
    one: Contender, metric: MetricSpec, metrics: Sequence[MetricSpec], low: float, width: float, currency: str
) -> ContenderLine:
    score, is_own = one.scores[metric.name], one.kind == "model"

    def place(value: float) -> float | None:
        return None if math.isnan(value) else (value - low) / width

    others = ", ".join(
        f"{other.title.partition(' (')[0]} {amount(other, one.scores[other.name].value)}"
        for other in metrics if other.name in one.scores and other.name != metric.name
    )  # fmt: skip
    name = f"{one.name} (language model)" if one.kind == "language model" else sentence_case(one.name)
    middle = (score.value - low) / width
    return ContenderLine(
        f"{name}: this run" if is_own else name, with_interval(metric, score), place(score.ci_low), middle,
        place(score.ci_high), ". ".join(filter(None, (_STANDINGS.get(one.standing, ""), others))),
        _costs(one.takes, currency), is_own,
    )  # fmt: skip


def _ends(score: Score) -> list[float]:
    return [value for value in (score.value, score.ci_low, score.ci_high) if not math.isnan(value)]


def _costs(takes: Takes, currency: str) -> str:
    """Return what a contender takes to be made and to answer, where known."""
    parts = [f"{takes.p50_ms:.3g} ms for one {takes.per}"] if takes.p50_ms is not None else []
    parts += [f"1,000 answers {money(takes.thousand, currency)}"] if takes.thousand is not None else []
    parts += [f"training it {money(takes.made_cost, currency)}"] if takes.made_cost else []
    parts += [f"{byte_size(takes.size_bytes)} on disk"] if takes.size_bytes else []
    return ", ".join(parts) or "not measured"


def amount(metric: MetricSpec, value: float) -> str:
    """Return a score as people read it."""
    if math.isnan(value):
        return "not known"
    return f"{percent_digits(value)} %" if metric.unit == "percent" else short(value)


def short(value: float) -> str:
    """Return a number in about four digits.

    >>> short(60043.2), short(0.99071), short(-12.3456)
    ('60,043', '0.9907', '-12.35')
    """
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def with_interval(metric: MetricSpec, score: Score) -> str:
    """Return a score with its 95 % interval, where it has one."""
    if math.isnan(score.ci_low) or math.isnan(score.ci_high):
        return amount(metric, score.value)
    low = amount(metric, score.ci_low).removesuffix(" %")
    return f"{amount(metric, score.value)} ({low} to {amount(metric, score.ci_high)})"


# --- where it fails ---


def _mistakes(service: Service, run: Run, report: Mapping[str, Any]) -> tuple[list[Mistake], str]:
    """Return some mistakes, none with personal data in it, and how they were chosen."""
    folder = service.folder(run.id)
    if report.get("confusion"):
        wrong = [one for one in kept_examples(folder, report) if one.truth != one.answer]
        wrong.sort(key=lambda one: -one.confidence)
        found = [
            Mistake(
                f"Predicted “{one.answer}” with {100 * one.confidence:.0f} % confidence; actual: “{one.truth}”",
                one.text[:LONGEST], _image(image_of(folder, one), one.image),
            )
            for one in wrong
        ]  # fmt: skip
        note = "Mistakes on the test split of which it was most confident."
    else:
        found = [
            Mistake(f"Predicted {short(one['predicted'])}; actual: {short(one['target'])}", _row(one.get("row") or {}))
            for one in report.get("mistakes") or () if "error" in one
        ]  # fmt: skip
        note = "Its largest errors on the test split."
    shown = [one for one in found if not find_personal_data(one.text)]
    hidden = len(found) - len(shown)
    left_out = f" {hidden:,} with personal data in them were left out." if hidden else ""
    return shown[:MISTAKES], f"{note}{left_out}" if shown else "No mistake was kept that could be shown."


def _passages(service: Service, run: Run) -> tuple[list[Mistake], str]:
    """Return the passages of the test text that a model of text found hardest."""
    kept = read_predictions(service.folder(run.id))
    try:
        version = service.dataset_service.find(run.config.dataset, run.task, run.dataset_fingerprint)
        loaded = load_version(version, service.settings.cache_folder)
    except (TouchstoneError, OSError):
        return [], "The test text is not here any more, so no passage of it can be shown."
    test = loaded.examples["test"]
    text = DOCUMENT_BREAK.join(texts_of(test.inputs))
    places = np.flatnonzero(judged_characters(len(text), test.unjudged))
    nll = kept.predictions.nll if kept is not None else np.zeros(0)
    if loaded.version.fingerprint != run.dataset_fingerprint or not 0 < len(nll) <= len(places):
        return [], "What it made of each passage of the test text was not kept, so none can be shown."
    hard = hardest_passages(text, nll, places[-len(nll) :], 3 * MISTAKES)
    shown = [one for one in hard if not find_personal_data(one.text)][:MISTAKES]
    usual = float(nll.mean())
    note = (
        f"Passages of the test text in which its loss is highest; over the whole of it, it is {usual:.2f} a character."
    )
    found = [Mistake(f"Loss {one.loss:.2f} a character", one.text[:LONGEST]) for one in shown]
    return found, note if found else "The test text is too short for passages of it to be told apart."


def _image(content: bytes | None, name: str) -> str:
    kind = "jpeg" if name.endswith(".jpg") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}" if content else ""


def _row(row: Mapping[str, Any]) -> str:
    cells = [f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()]
    return ", ".join(cells[:COLUMNS])[:LONGEST]


# --- how to repeat it ---


def _changes(service: Service, run: Run) -> dict[str, Any]:
    """Return the settings that are not those of the run's preset, and the seed."""
    config = run.config
    every = {**config.params, **config.model_dump(mode="json")}
    if config.model not in service.models():  # of another version: all that it had
        return dict(config.params) | {"epochs": config.epochs, "seed": config.seed}
    usual = service.preset_values(config.model, config.preset, config.task)
    changed = {name: every[name] for name, value in usual.items() if name in every and every[name] != value}
    return changed | {"seed": config.seed}


def _environment(run: Run, changes: Mapping[str, Any]) -> list[Fact]:
    facts = [Fact("Run", f"{run.name} ({run.id})"), Fact("Device", run.device or "not known")]
    facts += [Fact("Finished", f"{run.finished_at:%d %B %Y, %H:%M} UTC")] if run.finished_at else []
    facts.append(Fact("Configuration hash", run.config_hash))
    facts.append(Fact("Versions", ", ".join(f"{name} {version}" for name, version in run.versions.items())))
    said = ", ".join(f"{name} {value}" for name, value in changes.items())
    return [*facts, Fact("Settings", f"those of the preset '{run.config.preset}', with {said}")]


def _command(run: Run, changes: Mapping[str, Any]) -> str:
    """Return the command that trains it again, with its settings."""
    config = run.config
    settings = [f"--set {shlex.quote(f'{name}={value}')}" for name, value in changes.items()]
    named = ("--dataset", config.dataset, "--model", config.model, "--preset", config.preset)
    return f"touchstone train {' '.join(map(shlex.quote, named))} {' '.join(settings)}"
