"""`touchstone recipes`: the named configurations, and whether their data is here."""

from collections.abc import Mapping

from core.cli.output import AsJson, print_json, print_table
from core.services.bootstrap import open_service
from core.services.recipes import Recipe
from core.services.recipes import recipes as every_recipe
from core.services.recipes.fitting import Fit, data_for, fit
from core.services.run_service import Service
from core.specs.config import TrainConfig


def recipes(as_json: AsJson = False) -> None:
    """List the recipes: touchstone train --recipe NAME starts one."""
    dataset_service = open_service().dataset_service
    found = [(recipe, fit(recipe, dataset_service)) for recipe in every_recipe().values()]
    if as_json:
        print_json([_document(*one) for one in found])
    else:
        rows = [(recipe.name, recipe.title, recipe.model, _data(recipe, fitting)) for recipe, fitting in found]
        print_table(("RECIPE", "WHAT IT IS", "MODEL", "DATA"), rows)


def recipe_config(service: Service, recipe: Recipe, dataset: str, changes: Mapping[str, str]) -> TrainConfig:
    """Return the configuration of a recipe on a data set, or on what suits it where none is named."""
    dataset = data_for(recipe, service.dataset_service, dataset)
    return service.make_config(recipe.task, dataset, recipe.model, recipe.preset, {**recipe.settings, **changes})


def _data(recipe: Recipe, found: Fit) -> str:
    if found.suiting:
        return f"is here: {found.suiting[0].name}"
    return f"import {recipe.data.title}" + (f", or download hub:{recipe.data.hub}" if recipe.data.hub else "")


def _document(recipe: Recipe, found: Fit) -> dict[str, object]:
    """Return everything known of a recipe (the contract of `recipes --json`)."""
    return {
        "name": recipe.name, "title": recipe.title, "summary": recipe.summary, "task": recipe.task,
        "model": recipe.model, "preset": recipe.preset, "settings": dict(recipe.settings),
        "ready": bool(found.suiting), "suiting": [entry.name for entry in found.suiting],
        "others": [entry.name for entry in found.others], "bring": recipe.data.bring, "hub": recipe.data.hub,
    }  # fmt: skip
