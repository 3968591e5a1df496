"""Tokenizer settings of a pretrained model: padding and maximum length."""

import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.preprocessing.model_tokens import ModelTokens
from core.preprocessing.word_pieces import WordPieces
from core.pretrained.files import UnusableModel, read_config, read_tokenizer
from core.pretrained.tokenizer_probe import CPU_S, UNREADABLE
from core.processes.identity import limited_environment
from core.specs import Examples

_PADDINGS = ("[PAD]", "<pad>", "<|pad|>", "<PAD>", "[pad]", "</s>", "<|endoftext|>", "<|im_end|>", "<|end_of_text|>")
PROBE_WALL_S = 120.0  # on a machine that has much to do
_RISKY = ("Regex", "Precompiled")  # parts of a tokenizer that are programs of a kind
_PROJECT = Path(__file__).resolve().parents[2]
_NO_LIMIT = 1_000_000  # tokenizers without a limit say a number far beyond
_SMALL_PADDING_ID = 8  # below it, networks such as RoBERTa begin to count positions behind it


def word_pieces(folder: Path, named: str, length: int) -> WordPieces:
    """Return the preprocessor that reads texts as a model does.

    Args:
        folder: Of the model's files.
        named: What the user calls the model.
        length: The most pieces of a text; the model itself may read fewer.

    Raises:
        UnusableModel: The tokenizer is missing or broken.
    """
    config = read_config(folder, named)
    tokenizer, second = read_tokenizer(folder, named)
    cutter = load_tokenizer(tokenizer, named)
    check_fits(cutter, config, named)
    padding = padding_id(cutter, config)
    limits = (length, longest(config, second))
    return WordPieces(tokenizer, min(limits), padding, config, named)


def load_tokenizer(tokenizer: str, named: str) -> Any:
    """Return a tokenizer from its JSON.

    Raises:
        UnusableModel: It is none.
    """
    from tokenizers import Tokenizer

    if any(f'"{kind}"' in tokenizer for kind in _RISKY):
        _probe(tokenizer, named)
    try:
        return Tokenizer.from_str(tokenizer)
    except Exception as error:
        if type(error) is not Exception:  # the library raises that, and nothing narrower
            raise
        raise _unreadable(named) from error


@lru_cache(maxsize=16)
def _probe(tokenizer: str, named: str) -> None:
    """Check in a separate process that a tokenizer's regular expressions terminate.

    Nothing else can stop them.

    Raises:
        UnusableModel: They do not, or it cannot be read.
    """
    command = [sys.executable, "-m", "core.pretrained.tokenizer_probe"]
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            command,
            input=tokenizer.encode(),
            cwd=_PROJECT,
            env=limited_environment(1),
            capture_output=True,
            check=False,
            timeout=PROBE_WALL_S,
        )
        if done.returncode == 0:
            return
        if done.returncode == UNREADABLE:
            raise _unreadable(named)
    raise UnusableModel(
        f"The tokenizer of '{named}' (tokenizer.json) cuts texts by an expression that does not come to an end, or "
        f"breaks the library, on some texts. It was stopped after at most {CPU_S:.0f} seconds of computing, and "
        "nothing of it was used. Choose another model."
    )


def _unreadable(named: str) -> UnusableModel:
    return UnusableModel(
        f"The tokenizer of '{named}' (tokenizer.json) cannot be read: it is damaged, or made by a newer library "
        "than the one installed here. Download or copy the model again, or choose another."
    )


def check_fits(cutter: Any, config: Mapping[str, Any], named: str) -> None:
    """Make sure that a network knows every piece into which its tokenizer cuts texts.

    Raises:
        UnusableModel: It does not: the two do not belong together.
    """
    inner = config.get("text_config")
    known = (inner if isinstance(inner, dict) else config).get("vocab_size")
    highest = max(cutter.get_vocab(with_added_tokens=True).values(), default=-1)
    if isinstance(known, int) and highest >= known:
        raise UnusableModel(
            f"The tokenizer of '{named}' has more pieces ({highest + 1:,}) than its network knows ({known:,}): the "
            "files do not belong together. Download or copy the model again, or choose another."
        )


def padding_id(cutter: Any, config: Mapping[str, Any]) -> int:
    """Return a model's padding id; else one without meaning, or that of the end."""
    said = (cutter.padding or {}).get("pad_id") if cutter.padding else config.get("pad_token_id")
    if isinstance(said, int) and said >= 0:
        return said
    found = (cutter.token_to_id(token) for token in _PADDINGS)
    return next((number for number in found if number is not None), 0)


def longest(config: Mapping[str, Any], second: Mapping[str, Any]) -> int:
    """Return the most tokens that a model can read at once."""
    inner = config.get("text_config")
    config = {**config, **inner} if isinstance(inner, dict) else config
    keys = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
    positions = next((int(config[key]) for key in keys if isinstance(config.get(key), int) and config[key] > 0), 0)
    padding = config.get("pad_token_id")
    if positions and isinstance(padding, int) and 0 < padding < _SMALL_PADDING_ID:
        positions -= padding + 1
    said = second.get("model_max_length")
    limits = [positions or _NO_LIMIT]
    if isinstance(said, int | float) and 0 < said < _NO_LIMIT:
        limits.append(int(said))
    return max(min(limits), 1)


def model_tokens(folder: Path, named: str, train: Examples, context: int) -> ModelTokens:
    """Return the preprocessor that cuts the training text as a language model does.

    Args:
        folder: Of the model's files.
        named: What the user calls the model.
        train: The training documents.
        context: The most tokens that it shall see at once; the model itself may see fewer.

    Raises:
        UnusableModel: The tokenizer is missing or broken.
        DataError: It does not know the text's characters.
    """
    config = read_config(folder, named)
    tokenizer, _ = read_tokenizer(folder, named)
    check_fits(load_tokenizer(tokenizer, named), config, named)
    return ModelTokens.fit(train, tokenizer, min(context, longest(config, {})), config, named)
