"""Runs in real processes that are paused while texts are encoded: nothing is killed, and nothing is done twice.

The encoder is a stand-in that takes no time; everything else is what a run does.
"""

import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.configure import make_config
from core.preprocessing.sentence_encoder import SentenceEncoder
from core.runs import Run, RunStatus, Stage
from core.settings import Settings
from core.specs import Inputs, texts_of
from core.store.database import Database
from core.store.job_queue import JobQueue
from core.store.run_store import RunStore
from core.worker.fork_server import begin_to_load, context

LIMIT_S = 600.0
PARTS = 4  # that are encoded before the encoder waits for the gate
READ = "read.txt"  # in the home folder: a line for each text that was encoded


def work(home: str, run_id: str) -> None:
    """Do a run as its process does, with an encoder that waits after some parts until a file says that it may go on."""
    os.environ |= {"TOUCHSTONE_HOME": home, "TOUCHSTONE_THREADS": "1"}
    from core.worker import run_process

    def transform(self: SentenceEncoder, inputs: Inputs) -> NDArray[Any]:
        with (Path(home) / READ).open("a+") as lines:
            lines.seek(0)
            while len(lines.readlines()) >= PARTS * self.part and not (Path(home) / "gate").exists():
                time.sleep(0.02)
                lines.seek(0)
            lines.writelines(f"{text!r}\n" for text in texts_of(inputs))
        chance = np.random.default_rng(len(inputs))
        return chance.normal(size=(len(inputs), self.width)).astype(np.float32)

    SentenceEncoder.transform = transform  # type: ignore[method-assign]
    run_process.main(run_id, 0, 1)


class Process:
    """Starts the process of the next run, and waits for it with a deadline."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._home, self._queue, self._runs = str(settings.home), JobQueue(database), RunStore(database)
        self.process: BaseProcess | None = None

    def start(self) -> None:
        job = self._queue.claim("test")
        assert job is not None
        begin_to_load()
        self.process = context().Process(target=work, args=(self._home, job.run_id))  # type: ignore[attr-defined]
        self.process.start()

    def wait(self, run_id: str, is_so: Callable[[Run], bool]) -> Run:
        deadline = time.monotonic() + LIMIT_S
        while not is_so(run := self._runs.get(run_id)):
            assert time.monotonic() < deadline, run
            time.sleep(0.05)
        return run

    def end(self) -> int | None:
        assert self.process is not None
        self.process.join(LIMIT_S)
        return self.process.exitcode


@pytest.fixture
def process(settings: Settings, database: Database) -> Iterator[Process]:
    process = Process(settings, database)
    yield process
    if process.process is not None and process.process.is_alive():
        process.process.kill()
        process.process.join(LIMIT_S)


@pytest.mark.timeout(1800)
def test_a_pause_while_texts_are_encoded_is_a_pause_and_the_next_run_encodes_none_again(
    process: Process, settings: Settings, runs: RunStore, database: Database
) -> None:
    quick = {"epochs": 2, "weight_decay": 1e-4, "vocabulary_size": 500}  # so that no last step is solved
    run = runs.create(make_config("text-classification", "customer-feedback", "minilm-frozen", "quick", quick), "", "a")
    process.start()
    run = process.wait(run.id, lambda r: bool(r.progress.counts) and r.progress.counts[0].done >= 256 and r.steps > 0)
    [count] = run.progress.counts
    assert (count.what, count.total, run.stage) == ("Encoding texts", 2400, Stage.TRAINING)
    assert runs.request_stop(run.id, pause=True)
    assert process.end() == 0
    run = runs.get(run.id)
    assert (run.status, run.reason) == (RunStatus.STOPPED, "Paused. Resume it to go on exactly there.")
    read = (settings.home / READ).read_text().splitlines()
    assert 256 <= len(read) < 2400
    (settings.home / "gate").touch()
    assert JobQueue(database).requeue(run.id)
    process.start()
    assert process.end() == 0
    run = runs.get(run.id)
    assert (run.status, run.reason) == (RunStatus.SUCCEEDED, "")
    texts = (settings.home / READ).read_text().splitlines()
    assert texts[: len(read)] == read
    encoded = [text for text in texts if texts.count(text) > 1] if len(texts) < 2400 else []
    assert encoded == []
    stages = {Stage.LOADING_DATA, Stage.ENCODING, Stage.TRAINING, Stage.EVALUATING, Stage.SAVING}
    assert stages < set(run.progress.spent)
    assert run.took_s is not None
    assert run.train_time_s < run.progress.spent_s
    again = runs.create(
        make_config("text-classification", "customer-feedback", "minilm-frozen", "quick", quick | {"seed": 5}), "", "b"
    )
    process.start()
    assert process.end() == 0
    assert (settings.home / READ).read_text().splitlines()[: len(texts)] == texts
    assert Stage.ENCODING not in runs.get(again.id).progress.spent
    assert runs.get(again.id).status is RunStatus.SUCCEEDED
