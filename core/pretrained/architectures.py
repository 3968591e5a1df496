"""The networks themselves: built from a configuration by `transformers`, and filled from safetensors files."""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.pretrained.files import UnusableModel, check_files, read_config

if TYPE_CHECKING:
    from torch import nn

Use = Literal["reader", "writer", "looker"]  # of texts, of texts, at pictures
_MAPPINGS = {
    "reader": "MODEL_MAPPING_NAMES",
    "writer": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "looker": "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES",
}
_DOES = {"reader": "reads texts", "writer": "writes texts", "looker": "tells images apart"}


def check_architecture(config: Mapping[str, Any], use: Use, named: str) -> None:
    """Check that the installed `transformers` supports the network without custom code.

    Raises:
        UnusableModel: It does not, or the network does something else.
    """
    from transformers.models.auto import configuration_auto, modeling_auto

    kind = str(config["model_type"])
    if kind not in vars(configuration_auto)["CONFIG_MAPPING_NAMES"]:
        raise UnusableModel(
            f"'{named}' is a network of the kind '{kind}', which needs a program of its own to be run on this machine. "
            "Touchstone runs nobody's code. Choose a model of a kind that the transformers library itself knows, such "
            "as BERT, GPT-2 or ResNet."
        )
    if kind not in getattr(modeling_auto, _MAPPINGS[use]) or not _takes(config, use, named):
        raise UnusableModel(
            f"'{named}' is a network of the kind '{kind}', and none that {_DOES[use]}. Choose another model for this "
            "task."
        )


def _takes(config: Mapping[str, Any], use: Use, named: str) -> bool:
    """Return whether a network takes what it shall work on."""
    with _in_words(named, config):
        takes = getattr(_class(_settings(config, 0), use), "main_input_name", "")
    return bool(takes == ("pixel_values" if use == "looker" else "input_ids"))


def make_backbone(config: Mapping[str, Any], use: Use, classes: int = 0) -> "nn.Module":
    """Build a network with fresh random weights, in 32 bits.

    Raises:
        UnusableModel: Its configuration makes no network, or needs a library that is not installed.
    """
    import torch

    with _in_words(str(config.get("model_type")), config):
        settings = _settings(config, classes)
        model = _class(settings, use)._from_config(settings, dtype=torch.float32)
    network: nn.Module = _part_used(model, use)
    return network


def load_backbone(folder: Path, named: str, module: "nn.Module", use: Use, classes: int = 0) -> None:
    """Put a model's weights into a network that `make_backbone` built.

    The files are mapped into memory, and the network lets go of its random weights first: at no time does memory hold
    more than the model once.

    Args:
        folder: Of the model's files.
        named: What the user calls the model.
        module: The network; adapters may have been added to it.
        use: What it does.
        classes: As it was built with; a head of another size stays as it is.

    Raises:
        UnusableModel: The files are missing, cut off, or of another network.
    """
    import torch

    check_files(folder, named, needs_tokenizer=False)
    config = read_config(folder, named)
    fresh = {_plain(name): parameter for name, parameter in module.named_parameters() if "lora_" not in name}
    kept_head = {name: p.detach().clone() for name, p in fresh.items() if use == "looker" and is_head(name)}
    buffers = {_plain(name): buffer for name, buffer in module.named_buffers()}
    for parameter in fresh.values():
        parameter.data = torch.empty(0)
    with _in_words(named, config):
        settings = _settings(config, classes)
        loaded, told = _class(settings, use).from_pretrained(
            folder, config=settings, dtype=torch.float32, use_safetensors=True, local_files_only=True,
            trust_remote_code=False, ignore_mismatched_sizes=bool(classes), output_loading_info=True,
        )  # fmt: skip
    given = dict(_part_used(loaded, use).named_parameters())
    missing = [name for name in told["missing_keys"] if name in fresh and name not in kept_head]
    if missing or given.keys() != fresh.keys():
        raise UnusableModel(
            f"The weights of '{named}' are not all of the network that its config.json describes. Download or copy the "
            "model again, or choose another."
        )
    for name, parameter in fresh.items():
        parameter.data = kept_head.get(name, given[name].data)
    for name, buffer in _part_used(loaded, use).named_buffers():
        if name in buffers:
            buffers[name].copy_(buffer)


def is_head(name: str) -> bool:
    """Check whether an image model's parameter belongs to its new classification head."""
    return "classifier" in name.partition(".")[0]


def _plain(name: str) -> str:
    """Return a parameter's name as it is without adapters around its layer."""
    return name.replace(".base_layer.", ".")


def _settings(config: Mapping[str, Any], classes: int) -> Any:
    from transformers import AutoConfig

    values = dict(config)
    if classes:
        for key in ("id2label", "label2id", "num_labels"):
            values.pop(key, None)
        values["num_labels"] = classes
    settings = AutoConfig.for_model(**values)
    settings.use_cache = False  # remembers what a step back was: only for writing, and against autograd
    return settings


def _class(settings: Any, use: Use) -> Any:
    from transformers import AutoModel, AutoModelForCausalLM, AutoModelForImageClassification

    auto: Any = {"reader": AutoModel, "writer": AutoModelForCausalLM, "looker": AutoModelForImageClassification}[use]
    found = auto._model_mapping[type(settings)]
    return found[0] if isinstance(found, list | tuple) else found


def _part_used(model: Any, use: Use) -> Any:
    """Return the used part of a network: no pooler, a translator's encoder."""
    if use == "reader":
        if getattr(model.config, "is_encoder_decoder", False):
            model = model.get_encoder()
        if getattr(model, "pooler", None) is not None:
            model.pooler = None  # texts are described by the mean of their tokens
    return model


@contextmanager
def _in_words(named: str, config: Mapping[str, Any]) -> Iterator[None]:
    """Raise errors of `transformers` as an `UnusableModel`, without its log output."""
    from safetensors import SafetensorError
    from transformers.utils import logging as library_logging

    library_logging.disable_progress_bar()
    level = library_logging.get_verbosity()
    library_logging.set_verbosity(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImportError as error:
        raise UnusableModel(
            f"'{named}' is a network of the kind '{config.get('model_type')}', which needs a further library that is "
            "not installed here. Choose a model of another kind."
        ) from error
    except (OSError, SafetensorError) as error:
        raise UnusableModel(
            f"The weights of '{named}' cannot be read: a file is missing, cut off or was altered. Download or copy the "
            "model again."
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError, ZeroDivisionError) as error:
        raise UnusableModel(
            f"The configuration of '{named}' makes no network that can be built, or its weights are of another one. "
            "Choose another model, or download or copy this one again."
        ) from error
    finally:
        library_logging.set_verbosity(level)
