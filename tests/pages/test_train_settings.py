"""The Train page: settings in groups, models as cards, and where pretrained weights come from."""

from pathlib import Path

import pytest

from core.services.run_service import Service
from pages.components.train.model_choice import in_order
from pages.components.train.setting_form import HEADINGS
from tests.pages.conftest import GROUPS, Open, healthy, unfolded, words


def test_every_setting_of_a_model_has_one_field_and_stands_under_its_heading(open_page: Open, service: Service) -> None:
    at = unfolded(open_page("train", model="small-cnn"), *GROUPS)
    shown = {w.key for w in [*at.number_input, *at.selectbox, *at.toggle, *at.text_input, *at.segmented_control]}
    assert {f.name for f in service.setting_fields("small-cnn", "image-classification")} <= shown
    headings = [expander.label for expander in at.expander]
    folds = ("Choose another model", "All settings", "Find a learning rate")
    assert [h.title for h in HEADINGS.values()] == [label for label in headings if label not in folds]


def test_settings_that_would_change_nothing_are_not_shown(open_page: Open) -> None:
    at = unfolded(open_page("train", task="text-generation", model="mini-gpt"), *GROUPS)
    shown = {w.key for w in [*at.number_input, *at.selectbox, *at.toggle]}
    assert "epochs" in shown
    assert not {"augment_flip", "class_weights"} & shown


def test_a_heading_counts_what_was_changed_under_it_and_one_click_takes_it_all_back(open_page: Open) -> None:
    at = open_page("train", warmup_fraction="0.2", dropout="0.4")
    assert "Optimiser :primary-badge[1 changed]" in [e.label for e in at.expander]
    assert at.number_input(key="warmup_fraction").value == 0.2
    assert "Changed by you: Dropout 0\\.4, Warm\\-up 0\\.2" in words(at)
    at.button(key="back-to-preset").click().run()
    at = unfolded(unfolded(at, "settings"), "settings", "group-optimiser")
    assert at.number_input(key="warmup_fraction").value == 0.05
    assert "Changed by you" not in words(healthy(at))


def test_momentum_can_be_set_only_where_it_has_an_effect(open_page: Open) -> None:
    at = open_page("train")
    assert "momentum" not in {field.key for field in at.number_input}  # nobody has unfolded them
    at = unfolded(at, "settings", "group-optimiser")
    assert at.number_input(key="momentum").disabled
    at.selectbox(key="optimizer").set_value("sgd").run()
    assert not at.number_input(key="momentum").disabled


def test_models_go_from_the_recommended_one_over_small_to_large_and_pretrained_ones_come_last(service: Service) -> None:
    task = service.tasks()["image-classification"]
    names = in_order(service.models(task.name), task)
    assert names[:2] == ["small-cnn", "logistic-regression"]
    assert [service.models()[name].pretrained for name in names] == sorted(
        service.models()[name].pretrained for name in names
    )


def test_a_card_says_when_to_take_a_model_and_how_large_it_is(open_page: Open) -> None:
    at = unfolded(open_page("train"), "models")
    radio = at.radio(key="model")
    assert radio.options[0] == "Small CNN \\(convolutional network\\) :primary-badge[Recommended]"
    captions = list(radio.proto.captions)
    assert "You have images\\." in captions[0]
    assert captions[1].endswith("thousand parameters")


def test_a_pretrained_model_without_a_source_cannot_be_started_and_says_what_to_name(open_page: Open) -> None:
    at = open_page("train", model="pretrained-image")
    assert at.button(key="start").disabled
    shown = words(at)
    assert "Name the folder of a model that is on this machine" in shown
    assert "microsoft/resnet\\-18" in shown


def test_a_source_says_whether_anything_is_downloaded(open_page: Open, tmp_path: Path) -> None:
    at = open_page("train", model="pretrained-image", source="microsoft/resnet-18")
    assert "Downloaded once from the Hugging Face hub \\(microsoft/resnet\\-18\\)" in words(at)
    assert at.button(key="fetch-and-time"), "nothing is downloaded before somebody asks"
    at.text_input(key="source").set_value(str(tmp_path)).run()
    assert "Nothing is downloaded" in words(healthy(at))
    at.text_input(key="source").set_value(str(tmp_path / "gone")).run()
    assert "There is no folder" in words(healthy(at))
    assert at.button(key="start").disabled


@pytest.mark.parametrize(("minutes", "said"), [(5.0, "for 5 min at most"), (0.0, "")])
def test_a_time_budget_is_part_of_the_summary(open_page: Open, minutes: float, said: str) -> None:
    at = open_page("train")
    at.number_input(key="time_budget_min").set_value(minutes).run()
    assert said in words(healthy(at))
