import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.training import callbacks
from core.training.callbacks import BestCheckpoint, Callback, LastCheckpoint
from core.training.checkpoint import ModelCard, TrainingState, load_state, load_weights, read_card, save_weights
from core.training.trainer import Trainer
from tests.training.tiny import Listener, config, module, trainer

CARD = ModelCard(
    task="image-classification",
    dataset="tiny",
    dataset_fingerprint="abc",
    model="mlp",
    params={},
    preprocessor={"kind": "images", "state": {}},
    labels=("dark", "bright"),
    info={},
)


def test_a_callback_needs_nothing_but_what_it_cares_for() -> None:
    assert trainer(config(epochs=1), Callback()).fit().steps == 5


def test_the_best_model_is_kept_not_the_last(tmp_path: Path) -> None:
    listener = Listener()
    result = trainer(config(epochs=6, learning_rate=0.02), listener, BestCheckpoint(tmp_path / "best", CARD)).fit()
    card = read_card(tmp_path / "best")
    assert card.step == result.kept_step
    assert card.metrics["validation/accuracy"] == result.best_metric
    kept = module()
    load_weights(tmp_path / "best", kept)
    again = trainer(config(), Listener(), made=kept)
    assert again._measure().nll.mean() == pytest.approx(listener.metrics[result.kept_step, "validation/loss"])


def saves(
    monkeypatch: pytest.MonkeyPatch, seconds_per_step: float, every_steps: int = 0, largest_share: float = math.inf
) -> list[int]:
    """Return the steps after which the state was saved, with a clock that follows the steps."""
    steps: list[int] = []
    monkeypatch.setattr(callbacks, "LARGEST_SHARE", largest_share)

    def remember(_: Path, state: TrainingState) -> None:
        steps.append(state.step)

    made: list[Trainer] = []
    monkeypatch.setattr(callbacks, "save_state", remember)
    monkeypatch.setattr("core.training.callbacks.time.monotonic", lambda: made[0].progress.step * seconds_per_step)
    made.append(trainer(config(), LastCheckpoint(Path("unused"), every_steps=every_steps)))  # 4 times 5 steps
    made[0].fit()
    return steps


def test_the_state_is_saved_at_the_end_of_epochs_and_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert saves(monkeypatch, seconds_per_step=1) == [5, 10, 15, 20, 20]


def test_short_epochs_are_not_all_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert saves(monkeypatch, seconds_per_step=0.2) == [10, 20, 20]


def test_long_epochs_are_saved_within(monkeypatch: pytest.MonkeyPatch) -> None:
    assert saves(monkeypatch, seconds_per_step=10) == [3, 5, 8, 10, 13, 15, 18, 20, 20]


def test_the_state_is_saved_after_so_many_steps_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert saves(monkeypatch, seconds_per_step=0, every_steps=6) == [6, 12, 18, 20]


def test_where_saving_costs_too_much_ends_of_epochs_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # The first is saved because nothing is known of the cost yet, the last but one because 30 seconds are over.
    assert saves(monkeypatch, seconds_per_step=2, largest_share=1e-9) == [5, 20, 20]


def test_what_could_not_be_written_is_an_error_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "last").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="last"):
        trainer(config(), LastCheckpoint(tmp_path / "last" / "deeper")).fit()


def test_of_many_best_models_only_some_are_written_and_the_last_one_always(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def remember(folder: Path, weights: Any, card: ModelCard) -> None:
        written.append(card.step)
        save_weights(folder, weights, card)

    monkeypatch.setattr(callbacks, "save_weights", remember)
    result = trainer(config(epochs=6, learning_rate=0.02), BestCheckpoint(tmp_path / "best", CARD, gap_s=3600)).fit()
    assert written == [1, result.kept_step]
    assert read_card(tmp_path / "best").step == result.kept_step


def test_the_best_model_is_written_also_where_training_ends_by_an_error(tmp_path: Path) -> None:
    class Failing(Listener):
        def on_log(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
            if trainer.progress.step > 25:
                raise OSError("the network is gone")

    best = BestCheckpoint(tmp_path / "best", CARD, gap_s=3600)
    made = trainer(config(epochs=6, learning_rate=0.02), best, Failing())
    with pytest.raises(OSError, match="network"):
        made.fit()
    assert made.kept is not None
    assert read_card(tmp_path / "best").step == made.kept.step


def test_a_state_never_knows_of_a_better_model_than_is_kept(tmp_path: Path) -> None:
    best = BestCheckpoint(tmp_path / "best", CARD, gap_s=3600)
    last = LastCheckpoint(tmp_path / "last", best, every_steps=10)
    made = trainer(config(epochs=6, learning_rate=0.02), best, last)
    made.fit()
    known = load_state(tmp_path / "last").kept
    assert known is not None
    assert read_card(tmp_path / "best").step == known.step


def test_a_state_takes_its_place_only_when_what_was_logged_before_it_is_safe(tmp_path: Path) -> None:
    folder, asked = tmp_path / "last", []

    def refuse() -> bool:
        asked.append(folder.exists())
        return False

    made = trainer(config(), Listener(stop_after=13), LastCheckpoint(folder, every_steps=5, before=refuse))
    made.fit()
    assert asked == [False, False, False]  # after 5 and 10 steps nothing took its place; at the end nothing comes later
    assert load_state(folder).step == 13


def test_a_stopped_run_leaves_its_state(tmp_path: Path) -> None:
    trainer(config(), Listener(stop_after=7), LastCheckpoint(tmp_path / "last")).fit()
    assert load_state(tmp_path / "last").step == 7


def test_a_run_that_gets_no_better_ends_after_its_patience() -> None:
    trained = module()
    trainer(config(epochs=20, learning_rate=1e-2), made=trained).fit()
    too_fast = config(epochs=50, optimizer="sgd", learning_rate=10.0, schedule="constant", patience=3)
    result = trainer(too_fast, made=trained).fit()
    assert (result.steps, result.best_step) == (20, 1)
    assert result.finished_early
    assert not result.stopped


def test_patience_counts_from_the_best_evaluation_also_after_a_resume() -> None:
    configured = config(epochs=30, learning_rate=0.05, patience=2)
    whole = trainer(configured).fit()
    first = trainer(configured, Listener(stop_after=4))
    first.fit()
    resumed = trainer(configured).fit(resume=first.state())
    assert (resumed.steps, resumed.finished_early) == (whole.steps, whole.finished_early)
