"""From user choices to a complete, valid `TrainConfig`: presets, bounds and readable errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined

from core import catalog
from core.errors import InvalidSetting, UnknownName
from core.specs import ModelSpec, TaskSpec
from core.specs.config import MOST_RATE, PRESETS, TIMES_ADAMW, Group, Level, TrainConfig

M = TypeVar("M", bound=BaseModel)
_NOT_SETTINGS = ("task", "dataset", "dataset_version", "model", "preset", "params", "continues")
_KINDS: dict[Any, Literal["integer", "number", "switch"]] = {int: "integer", float: "number", bool: "switch"}


@dataclass(frozen=True)
class SettingField:
    """One setting as a form shows it."""

    name: str
    label: str
    help: str
    level: Level
    group: Group
    kind: Literal["integer", "number", "switch", "choice", "text"]
    default: Any
    low: float | None
    high: float | None
    choices: tuple[Any, ...]


def setting_fields(model: ModelSpec, task: str = "") -> list[SettingField]:
    """Return every setting of this model's runs: its own, then relevant training settings.

    Args:
        model: The model.
        task: What it shall do; its first task if not given.
    """
    skipped = _meaningless(model, catalog.find_task(task or model.tasks[0]))
    return [*_fields(model.params), *(f for f in _fields(TrainConfig) if f.name not in skipped)]


def _meaningless(model: ModelSpec, task: TaskSpec) -> set[str]:
    """Return the training settings that would change nothing, or nothing that has a name."""
    augmentations = {f.name for f in _fields(TrainConfig) if f.group == "augmentation"}
    return set(task.without) | (augmentations - (set(model.augmentations) if task.augments else set()))


def preset_values(model: ModelSpec, preset: str, task: str = "") -> dict[str, Any]:
    """Return the value of every setting under a preset.

    Raises:
        UnknownName: There is no such preset.
    """
    if preset not in PRESETS:
        raise UnknownName("preset", preset, PRESETS)
    defaults = {field.name: field.default for field in setting_fields(model, task)}
    return defaults | dict(model.presets_for(task)[preset])


def learning_rate_for(model: ModelSpec, preset: str, task: str, optimizer: str) -> float:
    """Return the learning rate for an optimiser, scaled from the preset's learning rate.

    The scale is what this optimiser needs relative to the preset's own optimiser.

    Args:
        model: The model.
        preset: quick, balanced or best.
        task: What it shall do.
        optimizer: Its name; of one that does not exist, the preset's learning rate.
    """
    values = preset_values(model, preset, task)
    times = TIMES_ADAMW | dict(model.times_adamw)
    rate = values["learning_rate"] * times.get(optimizer, 1.0) / times.get(values["optimizer"], 1.0)
    return float(f"{min(rate, MOST_RATE):.3g}")


def make_config(
    task: str, dataset: str, model: str, preset: str = "quick", overrides: Mapping[str, Any] | None = None
) -> TrainConfig:
    """Return the configuration of a run.

    Args:
        task: The task's name.
        dataset: The data set's name; whether there is one is for the caller to know.
        model: The model's name.
        preset: quick, balanced or best.
        overrides: Settings that differ from the preset's; text is read as what the setting needs.

    Raises:
        UnknownName: A name that is in no list.
        UserError: A model of another task.
        InvalidSetting: A value that a setting cannot take.
    """
    catalog.find_task(task)
    spec = catalog.find_model(model, task)
    values = preset_values(spec, preset, task)
    for name, value in (overrides or {}).items():
        if name not in values:
            raise UnknownName(f"setting of {model}", name, values)
        values[name] = value
    if "learning_rate" not in (overrides or {}):
        values["learning_rate"] = learning_rate_for(spec, preset, task, str(values["optimizer"]))
    own = {name: values.pop(name) for name in spec.params.model_fields}
    params = _validated(spec.params, own).model_dump(mode="json")
    names = {"task": task, "dataset": dataset, "model": model, "preset": preset, "params": params}
    return _validated(TrainConfig, names | values)


@dataclass(frozen=True, eq=False)
class RunSpec:
    """A configuration with what its names stand for, made once for a run."""

    config: TrainConfig
    task: TaskSpec  # before it knows its data
    model: ModelSpec
    params: Any  # the model's own settings as its `Params`

    def check_model(self) -> None:
        """Make sure that whatever the model needs is chosen, here and whole.

        Raises:
            UserError: It is not.
        """
        if self.model.check is not None:
            self.model.check(self.params)


def resolve(config: TrainConfig) -> RunSpec:
    """Return the task, the model and its typed settings that a configuration names.

    Raises:
        UserError: There is no such task or model, or a setting has a value that it cannot take.
    """
    model = catalog.find_model(config.model, config.task)
    return RunSpec(config, catalog.find_task(config.task), model, _validated(model.params, dict(config.params)))


def _validated(cls: type[M], values: Mapping[str, Any]) -> M:
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise InvalidSetting(name, _problem(cls, name, first)) from error


def _problem(cls: type[BaseModel], name: str, first: ErrorDetails) -> str:
    field = next((f for f in _fields(cls) if f.name == name), None)
    got = f"not {first['input']!r}."
    if field is None:
        return f"is not right: {first['msg']}."
    if field.kind == "choice":
        return f"must be one of {', '.join(map(str, field.choices))}, {got}"
    noun = {"integer": "a whole number", "number": "a number", "switch": "true or false"}.get(field.kind, "text")
    if field.low is None and field.high is None:
        return f"must be {noun}, {got}"
    return f"must be {noun} from {_plain(field.low)} to {_plain(field.high)}, {got}"


def _plain(bound: float | None) -> str:
    if bound is None:
        return "any"
    return f"{bound:.0f}" if float(bound).is_integer() else f"{bound:g}"


def _fields(cls: type[BaseModel]) -> list[SettingField]:
    fields = []
    for name, info in cls.model_fields.items():
        if cls is TrainConfig and name in _NOT_SETTINGS:
            continue
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        choices = get_args(info.annotation)
        bounds = {k: getattr(m, k) for m in info.metadata for k in ("ge", "le") if hasattr(m, k)}
        fields.append(
            SettingField(
                name=name,
                label=info.title or name,
                help=info.description or "",
                level="beginner" if extra.get("level") == "beginner" else "expert",
                group=extra.get("group", ""),  # type: ignore[arg-type]
                kind="choice" if choices else _KINDS.get(info.annotation, "text"),
                default=None if info.default is PydanticUndefined else info.default,
                low=bounds.get("ge"),
                high=bounds.get("le"),
                choices=choices,
            )
        )
    return fields
