"""The Train page: what a run will take, which learning rate suits, what augmentation does; found out beforehand."""

import base64
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from core.runs import PreflightKind
from core.services.run_service import Service
from core.store.preflight_store import PreflightStore
from tests.pages.conftest import Open, figures, healthy, unfolded, words

FITS = {
    "train_time_s": 75.0, "step_s": 0.01, "steps_total": 1200, "memory_bytes": 420_000_000,
    "memory_there_bytes": 8_000_000_000, "fits": True, "parameter_count": 67_754, "trainable_count": 67_754,
    "cost": 0.5, "currency": "EUR", "energy_kwh": 0.003, "device": "cpu (2 cores)", "sentence": "It takes a while.",
}  # fmt: skip


def answer(service: Service, result: Mapping[str, Any] | None, reason: str = "") -> PreflightKind:
    """Do what the machine does with the question that waits; return which kind it was."""
    store = PreflightStore(service.database)
    trial_id = store.claim()
    assert trial_id is not None, "nobody asked anything"
    question = store.question(trial_id)
    assert question is not None
    store.finish(trial_id, result, reason)
    return question[0]


def test_the_estimate_is_asked_by_itself_and_shown_before_the_start(open_page: Open, service: Service) -> None:
    at = open_page("train")
    assert "Timing a few real steps" in words(at)
    assert answer(service, FITS) == "estimate"
    shown = words(healthy(at.run()))
    assert "About **1 min 15 s** on cpu \\(2 cores\\), about **0\\.50 EUR** (0.003 kWh)" in shown
    assert "420.0 MB of 8.0 GB memory · 67.8 thousand parameters, 1,200 steps" in shown
    assert not at.button(key="start").disabled


def test_without_a_price_nothing_is_said_of_money(open_page: Open, service: Service) -> None:
    at = open_page("train")
    answer(service, FITS | {"cost": None, "energy_kwh": None})
    shown = words(healthy(at.run()))
    assert "1 min 15 s" in shown
    assert "EUR" not in shown


def test_the_estimate_is_kept_with_the_run_that_is_started(open_page: Open, service: Service) -> None:
    at = open_page("train")
    answer(service, FITS)
    at.run().button(key="start").click().run()
    (run,) = service.runs()
    assert run.estimate["train_time_s"] == 75.0


def test_a_run_can_be_started_before_anything_is_known(open_page: Open, service: Service) -> None:
    at = open_page("train")
    at.button(key="start").click().run()
    assert len(service.runs()) == 1


def test_what_does_not_fit_into_the_memory_cannot_be_started_and_says_the_sizes(
    open_page: Open, service: Service
) -> None:
    at = open_page("train")
    answer(service, {"fits": False, "sentence": "It needs 90 GB of memory; 8 GB are there."})
    at.run()
    assert "It needs 90 GB of memory; 8 GB are there\\." in [e.value for e in healthy(at).error]
    assert at.button(key="start").disabled


def test_an_estimate_that_failed_says_why_and_can_be_tried_again(open_page: Open, service: Service) -> None:
    at = open_page("train")
    answer(service, None, "The machine was busy.")
    shown = words(healthy(at.run()))
    assert "The machine was busy\\." in shown
    assert at.button(key="again-estimate")
    assert not at.button(key="start").disabled, "not knowing how long it takes is no reason to refuse it"


def test_looking_at_many_models_leaves_one_question_behind(open_page: Open, service: Service) -> None:
    at = unfolded(open_page("train"), "models")
    for model in ("mlp", "logistic-regression"):
        at.radio(key="model").set_value(model).run()
    assert "the last question is still being answered" in words(healthy(at))
    answer(service, FITS)
    assert PreflightStore(service.database).claim() is None
    healthy(at.run())
    answer(service, FITS | {"train_time_s": 3.0})
    assert "About **3 s**" in words(healthy(at.run()))


def test_a_suggested_learning_rate_is_taken_with_one_click(open_page: Open, service: Service) -> None:
    at = unfolded(open_page("train"), "settings")
    answer(service, FITS)
    at.run().button(key="find-rate").click().run()
    assert "Trying learning rates" in words(healthy(at))
    found = {"rates": [1e-5, 1e-3, 1e-1], "losses": [2.3, 1.2, 9.0], "suggestion": 0.0123, "sentence": "Take it."}
    assert answer(service, found) == "learning-rate"
    at.run()
    (chart,) = figures(healthy(at))
    assert "0.012 is suggested" in chart["alt"]
    at.button(key="use-rate").click().run()
    assert at.number_input(key="learning_rate").value == 0.012
    assert "0.012 is in use" in words(healthy(at))


def test_augmentation_shows_pictures_once_asked_and_after_each_change(open_page: Open, service: Service) -> None:
    at = unfolded(open_page("train"), "settings", "group-augmentation")
    assert "Every change is off" in words(at)
    answer(service, FITS)
    at.toggle(key="augment_flip").set_value(True).run()
    at.button(key="preview-augmentation").click().run()
    kinds = {answer(service, FITS | _images()) for _ in range(2)}
    assert kinds == {"estimate", "augmentation"}
    at.run()
    (shown,) = [m for m in words(healthy(at)).split("\n") if "First row" in m]
    assert "as they are" in shown
    at.number_input(key="augment_cutout").set_value(0.3).run()
    assert "Changing a few examples" in words(healthy(at))


def test_augmented_texts_stand_before_and_after(open_page: Open, service: Service) -> None:
    model = next(m for m in service.models("text-classification").values() if m.augmentations)
    at = open_page("train", task="text-classification", model=model.name, augment_token_dropout="0.2")
    answer(service, FITS)
    at.run().button(key="preview-augmentation").click().run()
    answer(service, {"kind": "texts", "pairs": [["it is <b>fine</b>", "it fine"]]})
    at.run()
    assert [t.value for t in healthy(at).text][-2:] == ["it is <b>fine</b>", "it fine"]


def _images() -> dict[str, Any]:
    file = io.BytesIO()
    Image.new("RGB", (16, 8), "red").save(file, "PNG")
    return {"kind": "pictures", "png": base64.b64encode(file.getvalue()).decode(), "rows": 2, "columns": 1}
