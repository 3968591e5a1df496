import pytest
import torch
from torch import nn

from core import catalog
from core.errors import CheckpointUnusable, DataError, TrainingDiverged
from core.training import plan
from core.training.trainer import Trainer
from tests.training.tiny import CPU, Listener, config, images, module, text, trainer


def test_it_learns_to_tell_bright_from_dark_pictures() -> None:
    result = trainer(config(epochs=10, learning_rate=1e-2)).fit()
    assert result.best_metric == 1.0
    assert (result.steps, result.stopped, result.finished_early, result.examples_seen) == (50, False, False, 400)


def test_it_learns_to_count() -> None:
    listener = Listener()
    trainer(config("mini-gpt", epochs=10, learning_rate=1e-2), listener).fit()
    assert listener.curve("train/loss")[1] == pytest.approx(2.48, abs=0.2)  # ln 12: knows nothing yet
    losses = list(listener.curve("validation/loss").values())
    assert losses[-1] < 1.0  # two answers are equally right: ln 2 is the best there is


def test_a_curve_starts_with_the_first_step_and_ends_with_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "POINTS_PER_CURVE", 3)
    listener = Listener()
    trainer(config(epochs=4), listener).fit()  # 20 steps, a point every 7
    assert list(listener.curve("train/loss")) == [1, 7, 14, 20]


def test_points_are_means_over_the_steps_since_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    each, grouped = Listener(), Listener()
    trainer(config(epochs=2), each).fit()
    monkeypatch.setattr(plan, "POINTS_PER_CURVE", 2)
    trainer(config(epochs=2), grouped).fit()
    steps, points = each.curve("train/loss"), grouped.curve("train/loss")
    assert points[5] == pytest.approx(sum(steps[s] for s in (2, 3, 4, 5)) / 4, rel=1e-5)
    assert points[10] == pytest.approx(sum(steps[s] for s in (6, 7, 8, 9, 10)) / 5, rel=1e-5)


def test_each_task_logs_its_own_metrics() -> None:
    labels, writing = Listener(), Listener()
    trainer(config(epochs=1), labels).fit()
    trainer(config("mini-gpt", epochs=1), writing).fit()
    measured = {"train/examples_per_s", "train/memory_mb"}
    common = {"train/loss", "train/learning_rate", "train/gradient_norm", "validation/loss"} | measured
    own = {f"validation/{name}" for name in ("accuracy", "precision", "recall", "f1")}
    assert {key for _, key in labels.metrics} == common | own | {"train/accuracy"}
    assert {key for _, key in writing.metrics} == common | {"validation/perplexity", "validation/bits_per_character"}


def test_the_validation_split_is_looked_at_after_the_first_step_and_after_each_epoch() -> None:
    listener = Listener()
    trainer(config(epochs=12), listener).fit()
    assert list(listener.curve("validation/loss")) == [1, *range(5, 61, 5)]


def test_a_run_of_few_epochs_is_looked_at_more_often_if_that_is_cheap() -> None:
    listener = Listener()
    trainer(config(epochs=2), listener, examples=400).fit()  # 100 steps of 8, against 20 validation pictures
    assert list(listener.curve("validation/loss")) == [1, *range(10, 101, 10)]


def test_the_best_evaluation_is_remembered() -> None:
    listener = Listener()
    result = trainer(config(epochs=8), listener).fit()
    accuracy, loss = listener.curve("validation/accuracy"), listener.curve("validation/loss")
    assert result.best_step == max(accuracy, key=lambda step: (accuracy[step], -loss[step]))
    assert result.best_metric == max(accuracy.values())


def test_the_same_seed_gives_the_same_curves_and_another_seed_others() -> None:
    first, again, other = Listener(), Listener(), Listener()
    for listener, seed in ((first, 0), (again, 0), (other, 1)):
        trainer(config(seed=seed), listener).fit()
    assert first.curve("train/loss") == again.curve("train/loss")
    assert first.curve("train/loss") != other.curve("train/loss")


def test_a_callback_that_draws_random_numbers_changes_nothing() -> None:
    class Sampler(Listener):
        def on_evaluation(self, trainer: Trainer, metrics: object) -> None:
            torch.rand(3)

    quiet, noisy = Listener(), Listener()
    trainer(config(params={"dropout": 0.5}), quiet).fit()
    trainer(config(params={"dropout": 0.5}), Sampler(), noisy).fit()
    assert quiet.curve("train/loss") == noisy.curve("train/loss")


def test_a_stop_ends_after_the_step_and_is_said() -> None:
    listener = Listener(stop_after=7)
    result = trainer(config(), listener).fit()
    assert (result.steps, result.stopped) == (7, True)
    assert listener.calls[0] == "start"
    assert listener.calls[-1] == "end"


def test_a_stop_in_the_last_step_is_no_stop() -> None:
    result = trainer(config(), Listener(stop_after=20)).fit()
    assert (result.steps, result.stopped) == (20, False)


def test_progress_counts_steps_epochs_and_examples() -> None:
    made = trainer(config(), Listener(stop_after=7))
    assert made.progress.time_left_s is None
    made.fit()
    progress = made.progress
    assert (progress.step, progress.steps_total, progress.epoch, progress.epochs) == (7, 20, 2, 4)
    assert progress.examples_seen == 56
    assert progress.time_left_s is not None
    assert progress.time_left_s > 0


class Broken(nn.Module):
    """Works for a while, then gives no numbers."""

    def __init__(self, good_steps: int) -> None:
        super().__init__()
        self.inner, self.left = module("logistic-regression"), good_steps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.left -= self.training
        logits: torch.Tensor = self.inner(x)
        return logits if self.left >= 0 else logits * float("nan")


def test_a_loss_that_is_no_number_ends_the_run_in_words() -> None:
    expected = r"broke down by step 4: the loss is no longer a number \(learning rate 0.00\d+\).* ten times lower"
    with pytest.raises(TrainingDiverged, match=expected):
        trainer(config(), made=Broken(good_steps=3)).fit()


def test_without_clipping_the_words_advise_it() -> None:
    with pytest.raises(TrainingDiverged, match="switch gradient clipping on"):
        trainer(config(gradient_clip=0), made=Broken(good_steps=3)).fit()


def test_clipping_bounds_the_correction_but_the_curve_shows_the_true_norm() -> None:
    clipped, free = Listener(), Listener()
    trainer(config(gradient_clip=1e-3, epochs=1), clipped).fit()
    trainer(config(gradient_clip=0, epochs=1), free).fit()
    assert clipped.curve("train/gradient_norm")[1] == free.curve("train/gradient_norm")[1] > 1e-3


@pytest.mark.parametrize("name", ["train", "validation"])
def test_an_empty_split_is_refused_in_words(name: str) -> None:
    splits = {"train": images(10), "validation": images(10)} | {name: images(0)}
    with pytest.raises(DataError, match="part of the data is empty"):
        Trainer(
            module(), catalog.find_task("image-classification"), splits["train"], splits["validation"], config(), CPU
        )


def test_a_text_shorter_than_the_context_can_be_learnt_from() -> None:
    task = catalog.find_task("text-generation")
    made = Trainer(module("mini-gpt"), task, text(5), text(4), config("mini-gpt", epochs=2), CPU)
    assert made.fit().steps == 2


def test_a_state_of_other_settings_is_refused_in_words() -> None:
    made = trainer(config(), Listener(stop_after=3))
    made.fit()
    with pytest.raises(CheckpointUnusable, match="other settings or other data"):
        trainer(config(learning_rate=0.5)).fit(resume=made.state())
    with pytest.raises(CheckpointUnusable, match="other settings or other data"):
        trainer(config(), examples=80).fit(resume=made.state())
