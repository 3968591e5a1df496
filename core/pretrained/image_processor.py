"""What a pretrained network expects of pictures: their size, mean and spread."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.pretrained.files import UnusableModel, read_config, read_image_settings

# Of the photographs that nearly all of them were trained on.
IMAGENET_MEAN, IMAGENET_STD, USUAL_SIDE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 224
_INTERPOLATIONS = {0: "nearest", 2: "bilinear", 3: "bicubic"}  # by Pillow's number


def expected_images(folder: Path, named: str) -> dict[str, Any]:
    """Return, as JSON, what a network expects: "config", "side", "mean", "std" and "interpolation".

    Raises:
        UnusableModel: The files cannot be read, or say what cannot be.
    """
    config, said = read_config(folder, named), read_image_settings(folder, named)
    channels = config.get("num_channels", 3)
    if channels not in (1, 3):
        raise UnusableModel(
            f"'{named}' looks at images of {channels} channels, which photographs do not have. Choose another model."
        )
    side = _side(said.get("crop_size")) if said.get("do_center_crop", "crop_size" in said) else 0
    side = side or _side(said.get("size")) or _side(config.get("image_size")) or USUAL_SIDE
    mean, std = _numbers(said, "image_mean", IMAGENET_MEAN), _numbers(said, "image_std", IMAGENET_STD)
    if said.get("do_normalize") is False:
        mean, std = (0.0,) * channels, (1.0,) * channels
    if len(mean) != channels or len(std) != channels:  # grey networks that only say what the usual three are
        mean, std = (sum(mean) / len(mean),) * channels, (sum(std) / len(std),) * channels
    if not all(number > 0 for number in std):
        raise UnusableModel(f"'{named}' says that its images have no spread, which cannot be. Choose another model.")
    return {
        "config": config,
        "side": side,
        "mean": list(mean),
        "std": list(std),
        "interpolation": _INTERPOLATIONS.get(said.get("resample", 2), "bilinear"),
    }


def _side(said: Any) -> int:
    """Return a side in pixels from any of its notations; 0 if missing."""
    if isinstance(said, Mapping):
        said = next((said[key] for key in ("height", "shortest_edge", "width") if said.get(key)), 0)
    if isinstance(said, list | tuple) and said:
        said = said[0]
    return said if isinstance(said, int) and 0 < said <= 4_096 else 0


def _numbers(said: Mapping[str, Any], key: str, usual: tuple[float, ...]) -> tuple[float, ...]:
    found = said.get(key)
    if isinstance(found, list) and found and all(isinstance(number, int | float) for number in found):
        return tuple(map(float, found))
    return usual
