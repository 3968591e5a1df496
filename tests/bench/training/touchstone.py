"""The Trainer with all that listens to it in a run: it records into a real store and saves checkpoints."""

import time
from collections.abc import Mapping
from dataclasses import asdict

import torch

from core.runs import RunStatus
from core.services.bootstrap import open_database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.tracking.recorder import Recorder
from core.training.callbacks import BestCheckpoint, Callback, LastCheckpoint
from core.training.checkpoint import ModelCard
from core.training.trainer import Trainer
from core.worker.callbacks import EndOnRequest, Record
from tests.bench.training.cases import Job, Time, clock


class TimedTrainer(Trainer):
    """A Trainer that says how long it looked at the validation split; what listens to that counts as training."""

    looking_s = look_began = 0.0

    def _evaluate(self) -> None:
        self.look_began = clock()
        super()._evaluate()


class EndOfLook(Callback):
    """The first to hear of a look: it ends here."""

    def on_evaluation(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
        """Add it up."""
        assert isinstance(trainer, TimedTrainer)
        trainer.looking_s += clock() - trainer.look_began


def trainer(job: Job, callbacks: list[Callback]) -> TimedTrainer:
    """Return a Trainer for a job."""
    config, padding = job.config, job.data.info.padding_id
    return TimedTrainer(
        job.build(), job.task, job.train, job.validation, config, torch.device("cpu"), callbacks, padding_id=padding
    )


def train(job: Job) -> Time:
    """Train, and return how long it took."""
    database = open_database(job.settings)
    runs = RunStore(database)
    run = runs.create(job.config, "", str(time.monotonic_ns()))
    runs.update(run.id, status=RunStatus.RUNNING)
    folder = job.settings.runs_folder / run.id
    folder.mkdir(parents=True)
    recorder = Recorder(run.id, runs, MetricStore(database), folder)
    checkpoints = folder / "checkpoints"
    best = BestCheckpoint(checkpoints / "best", _card(job))
    ours = trainer(
        job,
        [
            EndOfLook(),
            Record(recorder),
            best,
            LastCheckpoint(checkpoints / "last", best, every_s=job.config.checkpoint_every_s),
            EndOnRequest(recorder.stop_requested, recorder.finish_requested),
        ],
    )
    began = clock()
    result = ours.fit()
    seconds = clock() - began
    recorder.close()
    database.dispose()
    assert result.examples_seen == job.examples
    return Time(seconds - ours.looking_s, seconds)


def _card(job: Job) -> ModelCard:
    return ModelCard(
        task=job.config.task,
        dataset=job.config.dataset,
        dataset_fingerprint=job.data.version.fingerprint,
        model=job.config.model,
        params=job.config.params,
        preprocessor={"kind": job.data.preprocessor.kind, "state": job.data.preprocessor.state()},
        labels=job.data.version.labels,
        info=asdict(job.data.info),
    )


def evaluation_interval(job: Job) -> int:
    """Return after how many steps the Trainer looks at the validation split: the others do so as often."""
    return trainer(job, []).plan.evaluation_interval
