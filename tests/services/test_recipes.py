"""Recipes: every file is a configuration that can be started, and knows its data when it is there."""

import re
from pathlib import Path

import numpy as np
import pytest

from core import catalog
from core.configure import make_config
from core.data.hub.known_sets import known_set
from core.data.imports.run_import import run_import
from core.errors import UnknownName, UserError
from core.services.dataset_service import DatasetService
from core.services.recipes import find_recipe, recipes
from core.services.recipes.fitting import RecipeWithoutData, data_for, fit
from core.settings import Settings
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import lay_out
from tests.data.imported import import_texts, reviews
from tests.data.readers.test_idx import idx
from tests.data.silent import Silent


@pytest.fixture
def dataset_service(settings: Settings) -> DatasetService:
    settings.prepare()
    return DatasetService(settings)


def names(dataset_service: DatasetService, recipe: str) -> tuple[list[str], list[str]]:
    found = fit(find_recipe(recipe), dataset_service)
    return [entry.name for entry in found.suiting], [entry.name for entry in found.others]


def bring(dataset_service: DatasetService, source: Path, **options: str) -> None:
    run_import(dataset_service.store, source, ImportOptions.model_validate(options), Silent(), source.parent / "draft")


def import_handwriting(dataset_service: DatasetService, folder: Path, side: int) -> None:
    def images(count: int, seed: int) -> bytes:
        return idx(np.random.default_rng(seed).integers(0, 256, (count, side, side), np.uint8))

    def labels(count: int) -> bytes:
        return idx((np.arange(count) % 10).astype(np.uint8))

    source = lay_out(
        folder / f"idx-{side}",
        {
            "train-images-idx3-ubyte.gz": images(60, 0),
            "train-labels-idx1-ubyte.gz": labels(60),
            "t10k-images-idx3-ubyte.gz": images(20, 1),
            "t10k-labels-idx1-ubyte.gz": labels(20),
        },
    )
    bring(dataset_service, source, name=f"handwriting-{side}")


def import_table(dataset_service: DatasetService, folder: Path, target: str) -> None:
    rows = [f"{number % 7},{number % 3},{100 + 3 * number}" for number in range(60)]
    file = folder / f"{target}.csv"
    file.write_text("\n".join([f"Memory,Colour,{target}", *rows]))
    bring(dataset_service, file, task="tabular-regression", target_column=target)


# --- the contract of every file ---


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_is_a_configuration_that_can_be_started(name: str) -> None:
    recipe = recipes()[name]
    dataset = recipe.data.built_in or "brought"
    config = make_config(recipe.task, dataset, recipe.model, recipe.preset, recipe.settings)
    for setting, value in recipe.settings.items():
        assert {**config.model_dump(), **config.params}[setting] == value
    if recipe.data.built_in:
        catalog.find_dataset(recipe.data.built_in, recipe.task)


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_explains_itself_and_its_data(name: str) -> None:
    recipe = recipes()[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert not recipe.title.endswith(".")
    assert recipe.summary.endswith(".")
    assert recipe.data.bring.endswith(".")
    assert list(recipe.data.labels) == [label.casefold() for label in recipe.data.labels]
    assert list(recipe.data.target_words) == [word.casefold() for word in recipe.data.target_words]
    assert recipe.data.built_in or recipe.data.anything or recipe.data.labels or recipe.data.target_words
    if recipe.data.hub:
        known = known_set(recipe.data.hub)
        assert known is not None
        assert known.task == recipe.task


def test_the_recipes_are_those_that_were_promised() -> None:
    assert list(recipes()) == [
        "cifar10-simple-cnn", "digits-in-a-minute", "feedback-sentiment", "mnist-mlp", "mnist-row-lstm",
        "price-regression", "text-generator",
    ]  # fmt: skip
    mlp, price = recipes()["mnist-mlp"], recipes()["price-regression"]
    assert mlp.settings["hidden_sizes"] == "512-256"
    assert (mlp.settings["dropout"], mlp.settings["optimizer"], mlp.settings["learning_rate"]) == (0.3, "adam", 2e-3)
    assert (price.model, price.settings["optimizer"]) == ("linear", "sgd")
    with pytest.raises(UnknownName, match=r"no recipe called 'mnist-mpl'\. Did you mean 'mnist-mlp'"):
        find_recipe("mnist-mpl")


# --- their data ---


def test_without_anything_brought_three_recipes_can_start(dataset_service: DatasetService) -> None:
    ready = {name: names(dataset_service, name)[0] for name in recipes()}
    assert {name: found for name, found in ready.items() if found} == {
        "digits-in-a-minute": ["digits"],
        "feedback-sentiment": ["customer-feedback"],
        "text-generator": ["python-docs"],
    }


def test_handwriting_under_any_name_is_known_by_its_classes_and_its_size(
    dataset_service: DatasetService, tmp_path: Path
) -> None:
    import_handwriting(dataset_service, tmp_path, side=14)
    assert names(dataset_service, "mnist-mlp") == ([], ["handwriting-14", "digits", "product-photos"])
    import_handwriting(dataset_service, tmp_path, side=28)
    assert names(dataset_service, "mnist-mlp") == (["handwriting-28"], ["handwriting-14", "digits", "product-photos"])
    assert names(dataset_service, "mnist-row-lstm")[0] == ["handwriting-28"]
    assert names(dataset_service, "cifar10-simple-cnn")[0] == []
    dataset_service.delete("handwriting-28")
    assert names(dataset_service, "mnist-mlp")[0] == []


def test_a_table_with_a_price_suits_the_recipe_for_prices_and_any_other_can_be_chosen(
    dataset_service: DatasetService, tmp_path: Path
) -> None:
    import_table(dataset_service, tmp_path, "Weight")
    assert names(dataset_service, "price-regression") == ([], ["weight", "bike-rentals", "diabetes"])
    import_table(dataset_service, tmp_path, "Price_euros")
    assert names(dataset_service, "price-regression") == (["price-euros"], ["weight", "bike-rentals", "diabetes"])
    assert data_for(find_recipe("price-regression"), dataset_service) == "price-euros"
    assert data_for(find_recipe("price-regression"), dataset_service, "diabetes") == "diabetes"


def test_a_text_of_ones_own_comes_before_the_built_in_one(dataset_service: DatasetService, tmp_path: Path) -> None:
    file = tmp_path / "poems.txt"
    file.write_text("\n".join(f"床前明月光，疑是地上霜，第{number}夜。" for number in range(400)), encoding="utf-8")
    bring(dataset_service, file, task="text-generation")
    assert names(dataset_service, "text-generator") == (["poems", "python-docs"], ["shakespeare"])


def test_a_recipe_without_data_says_what_to_bring_what_to_fetch_and_what_else_there_is(
    dataset_service: DatasetService,
) -> None:
    with pytest.raises(RecipeWithoutData) as refused:
        data_for(find_recipe("cifar10-simple-cnn"), dataset_service)
    assert str(refused.value) == (
        "The recipe 'cifar10-simple-cnn' learns from CIFAR-10, which is not here yet. Import a ZIP with a folder for "
        "each of its ten classes. That is done by touchstone data import FILE --task image-classification, or download "
        "it (touchstone data import hub:uoft-cs/cifar10); then start the recipe again. To train on another data set, "
        "add --dataset NAME; there is: digits, product-photos."
    )


def test_a_recipe_refuses_data_of_another_task(dataset_service: DatasetService, tmp_path: Path) -> None:
    import_texts(dataset_service.store, tmp_path / "draft", reviews())
    with pytest.raises(UserError, match="'reviews' is for text-classification, not for image-classification"):
        data_for(find_recipe("mnist-mlp"), dataset_service, "reviews")
