"""The saved home with everybody who can be asked: a run that trains, a kept baseline, a language model."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import catalog
from core.baselines import kept
from core.configure import make_config
from core.contest.endpoints import Endpoint, Endpoints
from core.processes.identity import start_time
from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs import DataInfo
from core.store.job_queue import JobQueue
from core.store.run_store import RunStore
from tests.golden.freeze import unpack

WORDS = ("The", "lamp", "was", "lit", "and", "the", "keeper", "told", "his", "tale", "to", "nobody", "all", "night.")
WRITER: dict[str, Any] = {
    "accuracy": 1.0,
    "streams": tuple(f"{word} " for word in 200 * WORDS),
    "pause_s": 0.3,
}  # of `fake_endpoint`
LANGUAGE_MODEL = "llm:fake"


@dataclass(frozen=True)
class Contenders:
    """A home and who can be asked in it.

    Args:
        service: Of the home.
        ids: Of its runs, by name.
    """

    service: Service
    ids: dict[str, str]

    def beside(self, name: str, *others: str) -> str:
        """Return the query of the page Try: a run and others, of which "@last" and "+NAME" are its own."""
        return "&".join(f"run={self._reference(name, one)}" for one in ("", *others))

    def _reference(self, name: str, other: str) -> str:
        if other and other[0] not in "@+":
            return self.ids.get(other, other)
        return f"{self.ids[name]}{other}".replace("+", "%2B")


def make_contenders(folder: Path, endpoint_url: str, process: int) -> Contenders:
    """Unpack the saved home; let its runs train still, keep what has learnt nothing, and know a language model.

    Args:
        folder: An empty one.
        endpoint_url: Of the language model.
        process: That seems to train: a living one, which the supervisor may end.
    """
    service = open_service(Settings(home=unpack(folder)[0]))
    Endpoints(service.settings.home).add(Endpoint("fake", endpoint_url, "fake", "", 0.15, 0.6, "USD", "2026-11-01"))
    keep_baseline(service, _make_grades(service))
    ids = {run.name: run.id for run in service.runs()}
    for run in [service.run(ids[f"golden {name}"]) for name in ("images", "texts", "rows", "writing")]:
        if run.task != "text-generation":
            keep_baseline(service, run)
        RunStore(service.database).update(run.id, status=RunStatus.RUNNING)
        JobQueue(service.database).set_process(run.id, process, start_time(process))
    return Contenders(service, ids)


def _make_grades(service: Service) -> Run:
    """Make a run of a table's classes, which the saved home lacks; its weights are chance."""
    import torch

    from core.training.checkpoint import ModelCard, save_model

    config = make_config("tabular-classification", "diamond-grades", "logistic-regression")
    examples = service.dataset_service.rows_sample("diamond-grades", "")
    spec = catalog.find_model(config.model)
    params = spec.params()
    preprocessor = spec.preprocess(params, examples)
    info = preprocessor.info(examples.labels)
    store = RunStore(service.database)
    run = store.create(config, "grades", "grades")
    fingerprint = service.dataset_service.preview("diamond-grades", "").version.fingerprint
    card = ModelCard(
        task=run.task, dataset=config.dataset, dataset_fingerprint=fingerprint, model=config.model,
        params=params.model_dump(), preprocessor={"kind": preprocessor.kind, "state": preprocessor.state()},
        labels=examples.labels, info=asdict(info),
    )  # fmt: skip
    module = spec.build(params, info)
    torch.manual_seed(0)
    for weights in module.parameters():
        torch.nn.init.normal_(weights)
    save_model(service.folder(run.id) / "checkpoints" / "best", module, card)
    store.update(run.id, status=RunStatus.SUCCEEDED, dataset_fingerprint=fingerprint)
    return service.run(run.id)


def keep_baseline(service: Service, run: Run, name: str = "") -> None:
    """Let a run keep a method of its task, the one that has learnt nothing unless another is named."""
    examples = service.dataset_service.test_examples(run.config.dataset, run.dataset_fingerprint, range(20))
    known = catalog.baselines(run.task)
    spec = known[name] if name else next(iter(known.values()))
    place = service.settings.runs_folder / run.id / "baselines" / spec.name
    kept.keep(spec, spec.fit(examples, examples, 0), place, 0.1, examples, DataInfo(examples.labels, ()))
