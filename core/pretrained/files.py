"""Files of a pretrained model and whether they are usable, without weights or torch."""

import json
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.pretrained.config_validation import LARGEST_JSON, LARGEST_TOKENIZER, implausible_number, is_too_deep, is_whole

CONFIG, TOKENIZER, TOKENIZER_CONFIG, IMAGES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
)
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".msgpack", ".h5")  # weights in formats that can carry code, or old
ADAPTER = "adapter_config.json"
# Keys of a configuration that make transformers look for programs or for other machines' files.
_LEFT_OUT = {
    "auto_map", "custom_pipelines", "_name_or_path", "name_or_path", "_attn_implementation", "attn_implementation",
    "_attn_implementation_internal", "_attn_implementation_autoset", "experts_implementation", "kernel_config",
    "_experts_implementation", "_commit_hash", "torch_dtype", "dtype", "transformers_version", "use_kernels",
    "distributed_config",
}  # fmt: skip


class UnusableModel(UserError):
    """Unusable files of a pretrained model: why, and what to choose instead."""


def read_config(folder: Path, named: str) -> dict[str, Any]:
    """Return a model's configuration without keys that run or fetch other code.

    Raises:
        UnusableModel: It is missing, unreadable, or of a model that is not used here.
    """
    if (folder / ADAPTER).is_file():
        raise UnusableModel(
            f"'{named}' is only an addition to another model (an adapter), not a whole one. Choose the model that it "
            "was made for, or a copy into which it was merged."
        )
    if not (folder / CONFIG).is_file():
        raise UnusableModel(
            f"'{named}' has no file {CONFIG}, so it is not a model as the Hugging Face libraries save one. Choose "
            f"another, or a folder that holds {CONFIG} and {WEIGHTS}."
        )
    config = _json(folder / CONFIG, named)
    if not isinstance(config.get("model_type"), str):
        raise UnusableModel(
            f"The file {CONFIG} of '{named}' does not say what kind of model it is (it has no 'model_type'). Choose "
            "another model; those for the transformers library say it."
        )
    if config.get("quantization_config"):
        raise UnusableModel(
            f"The weights of '{named}' are squeezed into few bits (quantised), which cannot be trained here. Choose "
            "the model that it was made from: its page names it."
        )
    if asked := implausible_number(config):
        raise UnusableModel(
            f"The file {CONFIG} of '{named}' asks for something that no network has ({asked}), so it is damaged or was "
            "made to do harm. Nothing was built. Choose another model, or download or copy this one again."
        )
    return without_programs(config)


def without_programs(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration, nested ones included, without keys for code or other locations."""
    kept = {key: value for key, value in config.items() if key not in _LEFT_OUT}
    return {key: without_programs(value) if isinstance(value, dict) else value for key, value in kept.items()}


def check_files(folder: Path, named: str, needs_tokenizer: bool) -> None:
    """Make sure that a folder holds what a run needs of a model.

    Args:
        folder: Of the model's files.
        named: What the user calls the model.
        needs_tokenizer: Whether it reads texts.

    Raises:
        UnusableModel: A file is missing, cut off, or of a kind that is never opened here.
    """
    read_config(folder, named)
    for file in weight_files(folder, named):
        if not file.is_file() or file.stat().st_size < 8:
            raise UnusableModel(
                f"The file {file.name} of '{named}' is missing or empty. Download or copy the model again."
            )
        if not is_whole(file):
            raise UnusableModel(
                f"The weights of '{named}' cannot be read: a file is missing, cut off or was altered ({file.name}). "
                "Download or copy the model again."
            )
    check_tokenizer_is_there(named, {file.name for file in folder.iterdir()}, needs_tokenizer)


def check_listing(named: str, files: set[str], needs_tokenizer: bool) -> None:
    """Check, by file names alone, that a run can use a model.

    Raises:
        UnusableModel: A file is missing, or there are weights only of a kind that is never opened here.
    """
    if CONFIG not in files and ADAPTER not in files:
        raise UnusableModel(
            f"'{named}' has no file {CONFIG}, so it is not a model for the transformers library. Choose another one."
        )
    if not files & {WEIGHTS, INDEX}:
        raise no_weights(named, files)
    check_tokenizer_is_there(named, files, needs_tokenizer)


def check_tokenizer_is_there(named: str, files: set[str], needs_tokenizer: bool) -> None:
    """Make sure that a model that reads texts brings its tokenizer.

    Raises:
        UnusableModel: It does not, or in a form that is not read here.
    """
    if needs_tokenizer and TOKENIZER not in files:
        raise UnusableModel(
            f"'{named}' has no file {TOKENIZER}, which says how it cuts texts into pieces. Older models have it in "
            "another form, and models of images have none. Choose another model, or a newer copy of this one."
        )


def no_weights(named: str, files: set[str]) -> UnusableModel:
    """Return what to say where there is no safetensors file of the usual name."""
    if old := sorted(name for name in files if name.endswith(PICKLED)):
        return UnusableModel(
            f"The weights of '{named}' are only there as {old[0]}, a format that can run programs when it is opened, "
            "or that is not read any more. Touchstone opens safetensors files alone. Look on the hub for a copy in "
            "safetensors, or for a newer version of the model."
        )
    return UnusableModel(
        f"'{named}' has no weights ({WEIGHTS}). Choose a model that has them, or copy the whole folder."
    )


def weight_files(folder: Path, named: str) -> list[Path]:
    """Return the safetensors files of a model; several where its index says so.

    Raises:
        UnusableModel: There are none, or the index is not right.
    """
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / INDEX).is_file():
        names = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
        raise no_weights(named, names)
    parts = _shards(_json(folder / INDEX, named))
    if not parts:
        raise UnusableModel(f"The file {INDEX} of '{named}' names no weights. Download or copy the model again.")
    return [folder / name for name in parts]


def _shards(index: dict[str, Any]) -> list[str]:
    """Return the file names in an index, all within the model's folder."""
    listed = index.get("weight_map")
    names = {str(name) for name in listed.values()} if isinstance(listed, dict) else set()
    return sorted(name for name in names if name.endswith(".safetensors") and "/" not in name and "\\" not in name)


def read_tokenizer(folder: Path, named: str) -> tuple[str, dict[str, Any]]:
    """Return a model's tokenizer as JSON, and its tokenizer configuration ({} if missing).

    Raises:
        UnusableModel: It is missing or cannot be read.
    """
    check_tokenizer_is_there(named, {file.name for file in folder.iterdir()}, needs_tokenizer=True)
    second = _json(folder / TOKENIZER_CONFIG, named) if (folder / TOKENIZER_CONFIG).is_file() else {}
    return json.dumps(
        _json(folder / TOKENIZER, named, LARGEST_TOKENIZER), ensure_ascii=False, separators=(",", ":")
    ), second


def read_image_settings(folder: Path, named: str) -> dict[str, Any]:
    """Return a model's image preprocessing settings; {} if there are none.

    Raises:
        UnusableModel: The file cannot be read.
    """
    return _json(folder / IMAGES, named) if (folder / IMAGES).is_file() else {}


def _json(file: Path, named: str, most_bytes: int = LARGEST_JSON) -> dict[str, Any]:
    try:
        if file.stat().st_size > most_bytes:
            raise UnusableModel(
                f"The file {file.name} of '{named}' has {file.stat().st_size / 2**20:,.0f} MB, and at most "
                f"{most_bytes / 2**20:,.0f} are read: none of an honest model is so large. Choose another model."
            )
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableModel(
            f"The file {file.name} of '{named}' cannot be read: it is missing, cut off or no JSON. Download or copy "
            f"the "
            "model again."
        ) from error
    if not isinstance(content, dict) or is_too_deep(content):
        raise UnusableModel(
            f"The file {file.name} of '{named}' is not of the form that it should have. Download or copy the model "
            f"again, "
            "or choose another."
        )
    return content
