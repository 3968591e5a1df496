"""Datasets that suit a recipe, and what to do without one."""

from dataclasses import dataclass

from core.errors import UserError
from core.services.dataset_service import DatasetService
from core.services.recipes import Recipe
from core.specs.dataset_types import DatasetEntry, HubSet


@dataclass(frozen=True)
class Fit:
    """The data sets that a recipe can be trained on.

    Args:
        suiting: What the recipe is meant for: what was brought first, the newest at the very first.
        others: The other data sets of its task, which work as well.
        hub_set: What would be fetched from the hub; None where the recipe names nothing there.
    """

    suiting: tuple[DatasetEntry, ...]
    others: tuple[DatasetEntry, ...]
    hub_set: HubSet | None


class RecipeWithoutData(UserError):
    """No dataset suits the recipe; the message says what to import or download."""

    def __init__(self, recipe: Recipe, fit: Fit) -> None:
        fetch = f", or download it (touchstone data import hub:{recipe.data.hub})" if recipe.data.hub else ""
        own = ", ".join(entry.name for entry in fit.others)
        others = f" To train on another data set, add --dataset NAME; there is: {own}." if own else ""
        super().__init__(
            f"The recipe '{recipe.name}' learns from {recipe.data.title}, which is not here yet. {recipe.data.bring} "
            f"That is done by touchstone data import FILE --task {recipe.task}{fetch}; then start the recipe again."
            f"{others}"
        )


def fit(recipe: Recipe, dataset_service: DatasetService) -> Fit:
    """Return which data sets there are for a recipe."""
    entries = dataset_service.entries(recipe.task)
    suiting = [entry for entry in entries if _suits(recipe, entry, dataset_service)]
    others = [entry for entry in entries if entry not in suiting]
    hub_set = next((known for known in dataset_service.hub_sets(recipe.task) if known.id == recipe.data.hub), None)
    return Fit(tuple(sorted(suiting, key=_built_in)), tuple(sorted(others, key=_built_in)), hub_set)


def data_for(recipe: Recipe, dataset_service: DatasetService, chosen: str = "") -> str:
    """Return the name of the dataset to train a recipe on.

    Args:
        recipe: The recipe.
        dataset_service: Where the data sets are.
        chosen: What the user named; empty takes the newest that suits.

    Raises:
        RecipeWithoutData: Nothing was named, and nothing suits.
        UserError: What was named is unknown or for another task.
    """
    if chosen:
        return dataset_service.find(chosen, recipe.task).name
    found = fit(recipe, dataset_service)
    if not found.suiting:
        raise RecipeWithoutData(recipe, found)
    return found.suiting[0].name


def _suits(recipe: Recipe, entry: DatasetEntry, dataset_service: DatasetService) -> bool:
    data = recipe.data
    if entry.built_in:
        return entry.name == data.built_in
    if data.anything:
        return True
    manifest = dataset_service.store.version(entry.name).manifest
    if data.hub and manifest.facts.get("hub_id") == data.hub:
        return True
    if data.labels and {label.casefold() for label in manifest.info.labels} == set(data.labels):
        return data.picture_size in (0, manifest.picture_size)
    target = str(manifest.facts.get("target", "")).casefold()
    return any(word in target for word in data.target_words)


def _built_in(entry: DatasetEntry) -> bool:
    return entry.built_in
