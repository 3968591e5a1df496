"""Which settings a person is asked for: those that change something, and no others."""

import pytest

from core import catalog
from core.configure import make_config, preset_values
from core.specs.config import TrainConfig


def offered(model: str, task: str) -> set[str]:
    return set(preset_values(catalog.find_model(model), "quick", task))


def test_a_table_is_not_mirrored() -> None:
    assert "augment_flip" in offered("mlp", "image-classification")
    assert not any(name.startswith("augment_") for name in offered("mlp", "tabular-regression"))


def test_numbers_have_no_classes_to_weigh_or_smooth() -> None:
    assert not {"class_weights", "label_smoothing"} & offered("linear", "tabular-regression")
    assert {"class_weights", "label_smoothing"} <= offered("mlp", "image-classification")


def test_words_are_hidden_only_where_texts_are_judged() -> None:
    assert "augment_token_dropout" in offered("bag-of-embeddings", "text-classification")
    assert not any(name.startswith("augment_") for name in offered("mini-gpt", "text-generation"))


def test_a_task_of_its_own_has_presets_of_its_own() -> None:
    images = make_config("image-classification", "digits", "mlp", "quick")
    table = make_config("tabular-regression", "diabetes", "mlp", "quick")
    assert images.params != table.params


def test_another_optimiser_gets_the_learning_rate_that_suits_it_unless_one_is_chosen() -> None:
    def rate(**changes: object) -> float:
        return make_config("image-classification", "digits", "mlp", "quick", changes).learning_rate

    assert (rate(), rate(optimizer="adam"), rate(optimizer="muon")) == (0.001, 0.001, 0.001)
    assert rate(optimizer="sgd") == 0.03
    assert rate(optimizer="sgd", learning_rate=0.001) == 0.001


def test_the_optimiser_of_a_preset_is_one_like_the_others() -> None:
    muon = make_config("text-generation", "python-docs", "mini-gpt", "balanced")
    sgd = make_config("text-generation", "python-docs", "mini-gpt", "balanced", {"optimizer": "sgd"})
    assert (muon.optimizer, muon.learning_rate, sgd.learning_rate) == ("muon", 0.008, 0.48)


@pytest.mark.parametrize("name", ["checkpoint_every_s", "checkpoint_every_steps"])
def test_how_often_a_run_is_saved_does_not_make_it_another_run(name: str) -> None:
    config = make_config("image-classification", "digits", "mlp", "quick")
    assert config.model_copy(update={name: 7}).config_hash() == config.config_hash()


def test_a_configuration_from_before_a_setting_existed_keeps_its_hash() -> None:
    older = {"task": "t", "dataset": "d", "model": "m", "params": {"a": 1}, "epochs": 3}
    assert TrainConfig.model_validate(older).config_hash() == "8d352342ce8b83dd"  # as the first version made it
    assert TrainConfig.model_validate(older | {"l1": 0.1}).config_hash() != "8d352342ce8b83dd"
