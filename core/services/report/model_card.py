"""A run's model card in Hugging Face's format."""

import math
import re
from collections.abc import Sequence

from core.runs import Run
from core.services.report.decision import DecisionReport, Fact
from core.services.run_service import Service

_LICENCES = {  # as the hub names them, by how people write them
    "mit": "mit", "apache": "apache-2.0", "cc0": "cc0-1.0", "cc by-sa 4": "cc-by-sa-4.0", "cc by 4": "cc-by-4.0",
    "cc-by-sa-4": "cc-by-sa-4.0", "cc-by-4": "cc-by-4.0", "bsd": "bsd-3-clause",
}  # fmt: skip
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def model_card(service: Service, run: Run, report: DecisionReport) -> str:
    """Return the card: metadata that the hub reads, then the report in Markdown.

    Args:
        service: Knows the tasks.
        run: The run.
        report: From `decision_report`.
    """
    from huggingface_hub import EvalResult, ModelCard, ModelCardData

    task, results = service.tasks()[run.task], []
    for metric in task.metrics:
        score = run.test.get(metric.name)
        if score is not None and math.isfinite(score.value):
            results.append(
                EvalResult(
                    task_type=run.task,
                    dataset_type=run.config.dataset,
                    dataset_name=run.config.dataset,
                    dataset_split="test",
                    dataset_revision=run.dataset_fingerprint or None,
                    metric_type=metric.name,
                    metric_name=metric.title,
                    metric_value=score.value,
                )
            )
    licence, named = _licence(report)
    data = ModelCardData(
        model_name=run.name, license=licence, license_name=named or None, library_name="touchstone",
        pipeline_tag=run.task, tags=["touchstone", run.config.model], metrics=[one.metric_type for one in results],
        eval_results=results,
    )  # fmt: skip
    card = ModelCard(f"---\n{data.to_yaml()}\n---\n\n{_body(report)}", ignore_metadata_errors=False)
    return str(card)


def _licence(report: DecisionReport) -> tuple[str, str]:
    """Return the data's licence: the hub's id, or "other" and a name."""
    found = next((fact.value for fact in report.data if fact.name == "Licence"), "not stated")
    known = next((name for written, name in _LICENCES.items() if written in found.lower()), "")
    return (known, "") if known else ("other", found[:80])


def _body(report: DecisionReport) -> str:
    parts = [
        f"# {_plain(report.title)}", _plain(report.verdict.meaning),
        _plain(report.verdict.decision.text if report.verdict.decision else ""), *map(_plain, report.verdict.notes),
        "## Intended use", _plain(report.question),
        "## Training data", _facts(report.data),
        *(f"- {_plain(one.message)}" for one in report.findings), _plain(report.findings_note),
        f"## Evaluation\n\n{_plain(report.metric)}, on the same unseen examples, with 95 % intervals:", _table(report),
        _plain(report.costs_note),
        "## Limitations", _plain(report.verdict.step.text), _plain(report.mistakes_note),
        *(f"- {_plain(one.said)}{': ' if one.text else ''}{_plain(one.text)}" for one in report.mistakes),
        "## How to repeat it", _facts(report.environment),
        "```\n" + report.command.replace("```", "'''") + "\n```",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(facts: Sequence[Fact]) -> str:
    return "\n".join(f"- **{_plain(fact.name)}**: {_plain(fact.value)}" for fact in facts)


def _table(report: DecisionReport) -> str:
    rows = [f"| {_plain(one.name)} | {_plain(one.score)} | {_plain(one.costs)} |" for one in report.contenders]
    return "\n".join(["| Contender | Score | What it takes |", "|---|---|---|", *rows])


def _plain(text: str) -> str:
    """Return text that Markdown takes for nothing else."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
