"""Whom one can ask: runs, their checkpoints, originals, kept baselines, language models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.contest.endpoints import Endpoints
from core.errors import UserError
from core.runs import Run
from core.specs.contender import NO_ORIGINAL, Contender

if TYPE_CHECKING:
    from core.services.run_service import Service

MOST_RUNS = 200


@dataclass(frozen=True)
class ContenderChoice:
    """One who can be asked.

    Args:
        reference: As `core.specs.contender.Contender.parse` reads it.
        title: As people call it.
        run: Whose it is; of a language model, the run beside which it stands.
        host: To whom an input would be sent, where that is not this machine.
    """

    reference: str
    title: str
    run: Run
    host: str = ""


def contender_choices(service: "Service", task: str = "") -> list[ContenderChoice]:
    """Return everybody who can be asked, the newest run first."""
    runs = [run for run in service.runs(limit=MOST_RUNS) if run.is_own and (not task or run.task == task)]
    return [choice for run in runs for choice in choices_of_run(service, run)]


def choices_of_run(service: "Service", run: Run) -> list[ContenderChoice]:
    """Return who can be asked of one run."""
    folder = service.settings.runs_folder / run.id
    if not (folder / "checkpoints" / "best" / "card.json").exists():
        return []
    found = [ContenderChoice(run.id, run.name, run)]
    if run.status.is_active and (folder / "checkpoints" / "last" / "state.json").exists():
        title = f"{run.name}, newest checkpoint"
        found.append(ContenderChoice(Contender(run.id, "last").format(), title, run))
    if _has_original(service, run):
        found.append(ContenderChoice(Contender(run.id, "original").format(), f"{run.name}, before training", run))
    return [*found, *_baselines(folder, run)]


def language_models(service: "Service", run: Run) -> list[ContenderChoice]:
    """Return the System page's language models that can do a run's task.

    Any labels and writes texts, and labels rows of a table; none answers with numbers or about images.
    """
    task = service.tasks().get(run.task)
    if task is None or task.output_kind == "number" or task.input_kind == "image":
        return []
    return [
        ContenderChoice(one.contender, f"{one.name} (language model)", run, "" if one.is_local else one.host)
        for one in Endpoints(service.settings.home).list()
    ]


def named_choice(service: "Service", reference: str, beside: Run | None = None) -> ContenderChoice:
    """Return whom a reference names.

    Args:
        service: Knows everybody.
        reference: As `core.specs.contender.Contender.parse` reads it.
        beside: The run beside which a language model stands.

    Raises:
        UserError: It names nobody, or nobody who can be asked yet.
    """
    contender = Contender.parse(reference)
    if contender.language_model:
        found = {one.reference: one for one in (language_models(service, beside) if beside else [])}
        if reference not in found:
            raise UserError(f"The language model '{contender.language_model}' is not known here, or cannot do this.")
        return found[reference]
    run = service.run(contender.run)
    known = {choice.reference: choice for choice in choices_of_run(service, run)}
    wanted = contender.format()
    if wanted not in known and contender.checkpoint == "last":
        wanted = contender.run  # it trains no longer: what it kept is its answer now
    if known and wanted not in known and contender.checkpoint == "original":
        raise UserError(NO_ORIGINAL)
    if wanted not in known:
        said = "has no model to ask yet" if not known else f"has nothing called '{wanted}'"
        raise UserError(f"'{run.name}' {said}. Wait until it has saved one, or choose another.")
    return known[wanted]


def why_no_original(service: "Service", run: Run) -> str:
    """Return why a pretrained model's run has no original to ask; else empty."""
    model = service.models().get(run.config.model)
    return NO_ORIGINAL if model is not None and model.pretrained and not _has_original(service, run) else ""


def _has_original(service: "Service", run: Run) -> bool:
    task, model = service.tasks().get(run.task), service.models().get(run.config.model)
    return task is not None and task.output_kind == "text" and model is not None and model.load_pretrained is not None


def _baselines(folder: Path, run: Run) -> Sequence[ContenderChoice]:
    """Return the baselines that a run kept."""
    kept = sorted(place for place in (folder / "baselines").glob("*/") if not place.name.startswith("."))
    return [
        ContenderChoice(Contender(run.id, baseline=place.name).format(), f"{run.name}, baseline: {_title(place)}", run)
        for place in kept
    ]


def _title(place: Path) -> str:
    try:
        said: Mapping[str, str] = json.loads((place / "card.json").read_text(encoding="utf-8"))
        return str(said.get("title") or place.name)
    except (OSError, ValueError, AttributeError):
        return place.name
