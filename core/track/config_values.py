"""Configurations given for a run, as plain JSON with one flat name per setting."""

import dataclasses
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import UserError
from core.tracking.values import readable

LONGEST_TEXT = 2_000  # characters of a value; what is longer is cut
MOST_DEPTH = 8


def settings_given(config: Any) -> dict[str, Any]:
    """Return a configuration as JSON; dictionaries in dictionaries become names such as `optimizer/lr`.

    Args:
        config: A mapping, a dataclass, an `argparse.Namespace`, a pydantic model, or None.

    Raises:
        UserError: It is none of these.
    """
    if config is None:
        return {}
    if not isinstance(config, Mapping):
        if dataclasses.is_dataclass(config) and not isinstance(config, type):
            config = dataclasses.asdict(config)
        elif hasattr(config, "model_dump"):
            config = config.model_dump()
        elif hasattr(config, "__dict__") and not isinstance(config, type):
            config = vars(config)
        else:
            raise UserError(
                f"The configuration of a run must be names with values, not a {type(config).__name__}. "
                'Give a dictionary, such as config={"lr": 0.1}.'
            )
    return dict(_flat(config, "", MOST_DEPTH))


def _flat(config: Mapping[Any, Any], above: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in config.items():
        if isinstance(value, Mapping) and value and depth:
            yield from _flat(value, f"{above}{name}/", depth - 1)
        else:
            yield readable(f"{above}{name}".replace("\x00", "")), _plain(value, depth)


def _plain(value: Any, depth: int) -> Any:
    """Return what JSON and every database can hold."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple) and depth:
        return [_plain(part, depth - 1) for part in value]
    return readable(str(value)[:LONGEST_TEXT].replace("\x00", ""))
