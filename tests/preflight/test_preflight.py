"""Trials by a real supervisor: asked for as a page does, found out in a process of their own."""

import base64
import io
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import UnknownName, UserError
from core.runs import Preflight, PreflightKind, PreflightStatus
from core.services.run_service import Service
from core.specs.config import TrainConfig
from tests.cli.conftest import Cli, Json, answer, cli
from tests.live import eventually, has_ended, kill_supervisor, service

__all__ = ["answer", "cli", "service"]  # fixtures
Ask = Callable[[PreflightKind, TrainConfig], Preflight]
DIGITS = ("--dataset", "digits", "--model", "logistic-regression")


@pytest.fixture
def ask(service: Service) -> Ask:
    """Ask, and look again and again until there is an answer."""

    def wait(kind: PreflightKind, config: TrainConfig) -> Preflight:
        service.preflights.request(kind, config)
        eventually(lambda: not latest(service, kind, config).status.is_active)
        return latest(service, kind, config)

    return wait


def latest(service: Service, kind: PreflightKind, config: TrainConfig) -> Preflight:
    preflight = service.preflights.find(kind, config)
    assert preflight is not None
    return preflight


def on_digits(service: Service, model: str = "logistic-regression", **changes: Any) -> TrainConfig:
    return service.make_config("image-classification", "digits", model, "quick", changes)


def test_an_estimate_is_known_before_the_start_and_kept_with_the_run(service: Service, ask: Ask) -> None:
    config = on_digits(service, epochs=2, batch_size=64)
    preflight = ask("estimate", config)
    assert preflight.status is PreflightStatus.DONE, preflight.reason
    result = preflight.result
    assert (result["fits"], result["parameter_count"], result["trainable_count"]) == (True, 650, 650)
    assert 0 < result["step_s"] < result["train_time_s"]
    assert 0 < result["memory_bytes"] < result["memory_there_bytes"]
    assert (result["cost"], result["energy_kwh"]) == (None, None)  # nobody has set a price
    assert result["sentence"].startswith("The run takes about")
    stages = {"starting", "loading data", "training", "baselines", "folds", "evaluating", "saving"}
    assert set(result["stages"]) == stages
    assert result["total_s"] == sum(result["stages"].values())
    assert result["stages"]["training"] == result["train_time_s"]

    run = service.start_run(config)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).estimate == result
    assert service.run(run.id).steps_total == result["steps_total"]


def test_what_is_known_is_answered_at_once_while_only_other_settings_change(service: Service, ask: Ask) -> None:
    known = ask("estimate", on_digits(service, epochs=3))
    again = service.preflights.request("estimate", on_digits(service, epochs=3, learning_rate=0.5, seed=7))
    assert (again.id, again.status) == (known.id, PreflightStatus.DONE)
    assert service.preflights.find("estimate", on_digits(service, epochs=3, batch_size=7)) is None


def test_a_learning_rate_is_suggested_from_a_rising_one(service: Service, ask: Ask) -> None:
    preflight = ask("learning-rate", on_digits(service))
    assert preflight.status is PreflightStatus.DONE, preflight.reason
    rates, losses = preflight.result["rates"], preflight.result["losses"]
    assert len(rates) == len(losses) > 10
    assert rates == sorted(rates)
    assert rates[0] < preflight.result["suggestion"] < rates[-1]
    assert (
        service.preflights.find("learning-rate", on_digits(service, learning_rate=0.123)) == preflight
    )  # once it is used


def test_changed_pictures_are_shown_under_what_they_were(service: Service, ask: Ask) -> None:
    preflight = ask("augmentation", on_digits(service, augment_cutout=0.5))
    assert preflight.status is PreflightStatus.DONE, preflight.reason
    assert (preflight.result["kind"], preflight.result["rows"], preflight.result["columns"]) == ("pictures", 4, 8)
    assert len(preflight.result["png"]) <= 200_000
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(preflight.result["png"]))))
    row = (pixels.shape[0] + 4) // 4  # a row of pictures, and the gap under it
    original, changed = pixels[: row - 4].astype(int), pixels[row : 2 * row - 4].astype(int)
    share = (original != changed).any(2).mean()
    assert 0.1 < share < 0.3  # a quarter of each picture is hidden, where it was not of that grey before


def test_without_any_change_the_preview_says_so(service: Service, ask: Ask) -> None:
    result = ask("augmentation", on_digits(service)).result
    assert (result["changed"], result["rows"]) == (False, 1)
    assert "Every change is off" in result["sentence"]


def test_hidden_words_are_missing_from_the_text_below(service: Service, ask: Ask) -> None:
    changes = {"augment_token_dropout": 0.5}
    config = service.make_config("text-classification", "customer-feedback", "bag-of-embeddings", "quick", changes)
    preflight = ask("augmentation", config)
    assert preflight.status is PreflightStatus.DONE, preflight.reason
    assert len(preflight.result["pairs"]) == 6
    for before, after in preflight.result["pairs"]:
        assert set(after.split()) <= set(before.split())
    before, after = (sum(len(pair[i].split()) for pair in preflight.result["pairs"]) for i in (0, 1))
    assert after < before


def test_data_that_cannot_be_loaded_says_why(service: Service, ask: Ask) -> None:
    config = on_digits(service).model_copy(update={"dataset": "gone"})
    preflight = ask("estimate", config)
    assert preflight.status is PreflightStatus.FAILED
    assert preflight.reason.startswith("There is no data set called 'gone'.")
    once_more = service.preflights.request("estimate", config, again=True)  # whoever asks for it need not wait a moment
    assert once_more.id != preflight.id


def test_a_trial_survives_its_supervisor(service: Service) -> None:
    config = on_digits(service, model="small-cnn", epochs=9)
    service.preflights.request("estimate", config)
    eventually(lambda: latest(service, "estimate", config).status is not PreflightStatus.WAITING)
    kill_supervisor(service)
    eventually(lambda: not latest(service, "estimate", config).status.is_active)
    assert latest(service, "estimate", config).status is PreflightStatus.DONE


def test_the_trial_process_is_the_first_to_go_when_memory_is_full(service: Service) -> None:
    if not os.path.exists("/proc/self/oom_score_adj"):
        pytest.skip("only Linux has it")
    from core.store.preflight_store import PreflightStore

    store, config = PreflightStore(service.database), on_digits(service, model="small-cnn", epochs=8)
    service.preflights.request("estimate", config)
    seen: list[tuple[int, int]] = []

    def look() -> bool:
        job = store.working()
        if job is not None and job.pid and os.path.exists(f"/proc/{job.pid}"):
            with open(f"/proc/{job.pid}/oom_score_adj") as file:
                seen.append((int(file.read()), os.getpriority(os.PRIO_PROCESS, job.pid)))
        return not latest(service, "estimate", config).status.is_active

    eventually(look)
    assert max(seen) == (1000, 10)


def test_a_question_that_makes_no_sense_is_refused_at_once(service: Service) -> None:
    with pytest.raises(UnknownName, match="There is no kind of trial called 'speed'"):
        service.preflights.request("speed", on_digits(service))  # type: ignore[arg-type]
    table = service.make_config("tabular-regression", "diabetes", "linear")
    with pytest.raises(UserError, match="does not change its examples"):
        service.preflights.request("augmentation", table)


def test_the_command_prints_an_estimate(answer: Json, cli: Cli) -> None:
    found = answer("estimate", *DIGITS, "--set", "epochs=4")
    assert (found["kind"], found["status"], found["config"]["epochs"]) == ("estimate", "done", 4)
    assert found["result"]["fits"] is True
    code, out, _ = cli("estimate", *DIGITS, "--set", "epochs=4")
    assert code == 0
    assert found["result"]["sentence"] in out.replace("\n", " ")
    assert "650 of 650" in out


def test_the_command_prints_a_learning_rate(answer: Json, cli: Cli) -> None:
    found = answer("learning-rate", *DIGITS)
    code, out, _ = cli("learning-rate", *DIGITS)
    assert code == 0
    assert f"--set learning_rate={found['result']['suggestion']:.3g}" in out


def test_the_command_says_what_is_wrong_in_one_line(cli: Cli) -> None:
    code, out, err = cli("estimate", "--dataset", "digits", "--set", "epochs=0")
    assert (code, out) == (2, "")
    assert err == "The setting 'epochs' must be a whole number from 1 to 1000, not '0'.\n"
