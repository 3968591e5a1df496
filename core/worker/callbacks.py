"""Callbacks of a run process: points and progress, stop requests, text samples."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from core.tracking.recorder import Recorder
from core.training.callbacks import Callback
from core.training.device import memory_used_bytes
from core.training.generation import CharacterPreprocessor, generate
from core.training.time_budget import LOOKING
from core.worker.stages import Stages
from core.worker.text_samples import first_words

if TYPE_CHECKING:
    import torch

    from core.data.prepare.prepare_dataset import PreparedDataset
    from core.training.closed_form import Solution
    from core.training.trainer import Trainer

SAMPLE_CHARACTERS = 240
ESTIMATING_STEPS = 20


class Record(Callback):
    """Hands every point and the progress to the recorder."""

    def __init__(self, recorder: Recorder, stages: Stages | None = None) -> None:
        self._recorder, self._stages = recorder, stages

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Say how many steps there will be."""
        self._note(trainer)

    def on_log(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """Record the training metrics."""
        self._recorder.record(metrics, trainer.progress.step)
        self._note(trainer)

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """Record the validation metrics."""
        self._recorder.record(metrics, trainer.progress.step)
        self._note(trainer)

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Note the last step."""
        self._note(trainer)

    def _note(self, trainer: "Trainer") -> None:
        p = trainer.progress
        self._recorder.progress(
            steps=p.step,
            steps_total=p.steps_total,
            examples_seen=p.examples_seen,
            train_time_s=p.train_time_s,
        )
        if self._stages is not None:
            self._stages.left(p.time_left_s)


class EndOnRequest(Callback):
    """Relay of stop and finish requests to the loop, which ends after its step."""

    def __init__(self, stop: threading.Event, finish: threading.Event) -> None:
        self._stop, self._finish = stop, finish

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Ask for no step at all where a run is only to be finished."""
        if trainer.progress.step:
            self.on_step_end(trainer)

    def on_step_end(self, trainer: "Trainer") -> None:
        """Ask the loop to end, if somebody asked us."""
        if self._stop.is_set():
            trainer.request_stop()
        if self._finish.is_set():
            trainer.finish_early()


class Report(Callback):
    """Tells what people should know while a run works, in words."""

    def __init__(self, note: Callable[..., None]) -> None:
        """Tell it there: `note` takes a kind of event, its message and its data."""
        self._note = note

    def on_memory_shortage(self, trainer: "Trainer", parts: int) -> None:
        """Say that steps are computed in parts from now on."""
        message = (
            f"Memory was short, so each step is now computed in {parts} parts, one after the other. The result stays "
            "the same, only slower. A smaller batch size, or a smaller model, would be faster."
        )
        self._note("warning", message, {"parts": parts, "step": trainer.progress.step})

    def on_solution(self, trainer: "Trainer", solution: "Solution") -> None:
        """Say that the last step was computed."""
        message = (
            f"The last step went straight to the best weights there are ({solution.how}), so the curves may jump there."
        )
        self._note("note", message, {"penalty": solution.penalty, "step": trainer.progress.step})

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Note if longer training has not helped, or evaluations were limited by time."""
        if trainer.plan.saves_evaluations:
            message = (
                f"One evaluation on the validation split takes {trainer.plan.evaluation_s:.2g} s, so there were fewer "
                f"than usual: they may take {LOOKING:.0%} of the time budget."
            )
            self._note("note", message, {"look_s": trainer.plan.evaluation_s})
        if trainer.kept is not None and trainer.kept.step <= 0:
            message = "More training did not make it better, so its result is that of the run that it went on from."
            self._note("note", message, {"step": trainer.progress.step})


class FirstEstimate(Callback):
    """Estimate of the total from the first steps, if none preceded the start."""

    def __init__(self, stages: Stages, device: str, later: Callable[[float], Mapping[str, float]]) -> None:
        """Note it there.

        Args:
            stages: Takes it.
            device: Where the run computes, in words.
            later: Returns what the stages after training will take, from the seconds of this.
        """
        self._stages, self._device, self._later = stages, device, later
        self._noted = False

    def on_step_end(self, trainer: "Trainer") -> None:
        """Note it once, when enough steps were made to be believed."""
        if self._noted:
            return
        p = trainer.progress
        if p.time_left_s is None or p.step < ESTIMATING_STEPS:
            return
        self._noted = True
        later = self._later(p.train_time_s + p.time_left_s)
        self._stages.expect(later)
        estimate = {
            "total_s": self._stages.spent_s + p.time_left_s + sum(later.values()),
            "train_time_s": p.train_time_s + p.time_left_s,
            "steps_total": p.steps_total,
            "memory_bytes": memory_used_bytes(trainer.device),
            "device": self._device,
            "after_steps": p.step,
        }
        self._stages.estimate |= estimate


class Sample(Callback):
    """A short generated text after every evaluation, with the same prompt and seed."""

    def __init__(self, note: Callable[..., None], data: "PreparedDataset", seed: int, device: "torch.device") -> None:
        """Prepare to write.

        Args:
            note: Takes a kind of event, its message and its data.
            data: Its preprocessor reads and writes; the validation text gives the prompt.
            seed: Of the drawing, so that samples differ only by what was learnt.
            device: Where the model is.
        """
        self._note, self._seed, self._device = note, seed, device
        self._preprocessor: CharacterPreprocessor = data.preprocessor  # type: ignore[assignment]
        self._prompt = first_words(str(data.examples["validation"].inputs[0]))

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """Write, and keep what was written."""
        text = generate(
            trainer.module,
            self._preprocessor,
            self._prompt,
            max_new_tokens=SAMPLE_CHARACTERS,
            seed=self._seed,
            device=self._device,
        )
        step = trainer.progress.step
        data = {"step": step, "prompt": self._prompt, "text": text}
        self._note("sample", f"What it writes at step {step}", data)
