"""Recipes: named configurations, one TOML file each, ready to be started with one click."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import UnknownName
from core.specs.config import PresetName

FOLDER = Path(__file__).parent


class RecipeData(BaseModel):
    """The training data of a recipe, and how to recognise it among datasets.

    A data set suits if any one of these says so; of what says nothing nothing is asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str  # as a sentence needs it: "MNIST", "a table of products"
    bring: str  # which file to bring: one or two whole sentences
    built_in: str = ""  # a built-in data set, which is always there
    hub: str = ""  # a set of the hub, by its id; one that was fetched from there suits
    anything: bool = False  # any data set of the task suits
    labels: tuple[str, ...] = ()  # one with exactly these classes suits,
    picture_size: int = 0  # if its pictures have so many pixels a side; 0 is any
    target_words: tuple[str, ...] = ()  # a table suits if the name of what it predicts has one of these, lower-case


class Recipe(BaseModel):
    """One configuration with a name: everything about a run but the data set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    summary: str  # two sentences for a founder: what it shows, what comes out
    task: str
    model: str
    preset: PresetName = "quick"
    settings: Mapping[str, Any] = Field(default_factory=dict)  # that differ from the preset's
    data: RecipeData


@cache
def recipes() -> Mapping[str, Recipe]:
    """Return every recipe by name."""
    return {file.stem: _read(file) for file in sorted(FOLDER.glob("*.toml"))}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of this name.

    Raises:
        UnknownName: There is none; the message names all.
    """
    if name not in recipes():
        raise UnknownName("recipe", name, recipes())
    return recipes()[name]


def _read(file: Path) -> Recipe:
    return Recipe(name=file.stem, **tomllib.loads(file.read_text(encoding="utf-8")))
