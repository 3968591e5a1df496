"""A run that was stopped, saved, loaded and resumed equals one that never stopped: bit for bit on a CPU."""

from pathlib import Path

import pytest
import torch

from core.training import plan
from core.training.checkpoint import load_state, save_state
from core.training.trainer import Trainer
from tests.training.tiny import Listener, config, module, trainer

CASES = {
    "mlp": {"dropout": 0.5},
    "small-cnn": {"width": 4, "dropout": 0.3},
    "mini-gpt": {"width": 8, "heads": 2, "depth": 2, "dropout": 0.2},
    "bigram": {},
    "char-lstm": {"width": 8, "depth": 2, "dropout": 0.2},
}


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
@pytest.mark.parametrize("stop_after", [7, 10], ids=["in-mid-epoch", "at-an-epochs-end"])
@pytest.mark.parametrize("model", CASES)
def test_a_resumed_run_equals_an_uninterrupted_one(
    model: str, stop_after: int, optimizer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "POINTS_PER_CURVE", 7)  # a point every third step: the stop falls between two
    configured = config(model, params=CASES[model], optimizer=optimizer)
    whole, before, after = Listener(), Listener(stop_after), Listener()
    uninterrupted = trainer(configured, whole)
    expected = uninterrupted.fit()

    first = trainer(configured, before)
    assert first.fit().stopped
    save_state(tmp_path / "last", first.state())
    torch.manual_seed(99)
    second = trainer(configured, after, made=module(model, seed=99, **CASES[model]))
    result = second.fit(resume=load_state(tmp_path / "last"))

    assert (result.steps, result.best_step, result.best_metric) == (20, expected.best_step, expected.best_metric)
    measured = ("train/examples_per_s", "train/memory_mb")
    timeless = {key: value for key, value in whole.metrics.items() if key[1] not in measured}
    resumed = {key: value for key, value in (before.metrics | after.metrics).items() if key in timeless}
    assert resumed == timeless
    assert not before.metrics.keys() & after.metrics.keys()  # nothing is said twice
    for name, tensor in uninterrupted.module.state_dict().items():
        assert torch.equal(tensor, second.module.state_dict()[name]), name


def test_a_run_can_be_stopped_and_resumed_again_and_again() -> None:
    whole, listener = Listener(), Listener()
    trainer(config(params={"dropout": 0.5}), whole).fit()
    state = None
    for stop_after in (3, 4, 11, 0):
        listener.stop_after = stop_after
        made = trainer(config(params={"dropout": 0.5}), listener)
        made.fit(resume=state)
        state = made.state()
    assert listener.curve("train/loss") == whole.curve("train/loss")


def test_time_spent_before_the_stop_counts() -> None:
    first = trainer(config(), Listener(stop_after=3))
    first.fit()
    state = first.state()
    second = trainer(config())
    assert second.fit(resume=state).train_time_s > state.train_time_s > 0


def test_resuming_a_finished_run_trains_no_further() -> None:
    first = trainer(config())
    first.fit()
    second, listener = trainer(config()), Listener()
    assert second.fit(resume=first.state()).steps == 20
    assert listener.metrics == {}


def test_a_run_that_is_trained_longer_begins_where_the_other_ended() -> None:
    parent, whole = trainer(config()), Listener()
    parent.fit()
    child = trainer(config(epochs=2, continues="abcd1234"), whole, made=module(seed=5))
    result = child.fit(start=parent.state())
    assert result.steps == 10  # counted anew
    first = whole.curve("validation/loss")[0]
    assert first == pytest.approx(_validation_loss(parent), rel=1e-6)
    assert result.best_metric >= whole.curve("validation/accuracy")[0]


def _validation_loss(made: Trainer) -> float:
    listener = Listener()
    again = trainer(config(epochs=1), listener, made=made.module)
    again._evaluate()
    return listener.curve("validation/loss")[0]
