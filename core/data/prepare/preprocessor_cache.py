"""Cache of fitted preprocessors.

A second run on the same data need not fit it again.
"""

import hashlib
import inspect
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from core import catalog
from core.files import write_text
from core.specs import LoadedDataset, ModelSpec, Preprocessor
from core.specs.config import Params


def fitted(loaded: LoadedDataset, model: ModelSpec, params: Params, cache_folder: Path) -> Preprocessor:
    """Return the model's preprocessor, fitted on the training split.

    It depends on the data, the model's settings and the code that fits it, and is kept under their hash. What cannot
    be read is fitted again; a disk that cannot be written costs only the keeping.

    Raises:
        DataError: The data cannot be used as it is.
        EncoderUnavailable: The model needs the pretrained encoder, and that is missing or altered.
    """
    if model.pretrained and (model.check is None or model.fetch is not None):
        return model.preprocess(params, loaded.examples["train"])  # finds out whether its files have changed
    if model.check is not None:
        model.check(params)
    file = cache_folder / "preprocessors" / f"{_key(loaded, model, params)}.json"
    if (kept := _read(file)) is not None:
        return kept
    preprocessor = model.preprocess(params, loaded.examples["train"])
    _write(file, {"kind": preprocessor.kind, "state": preprocessor.state()})
    return preprocessor


def _key(loaded: LoadedDataset, model: ModelSpec, params: Params) -> str:
    depends_on = [
        loaded.version.fingerprint,
        model.name,
        params.model_dump(mode="json"),
        _code(inspect.getfile(model.preprocess)),
    ]
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:32]


@cache
def _code(model_file: str) -> str:
    """Return a hash of the files, the model's first, that define its preprocessor."""
    kinds = [sys.modules[kind.__module__] for kind in catalog.preprocessors().values()]
    folders = {Path(module.__file__).parent for module in kinds if module.__file__}
    files = {file for folder in folders for file in folder.glob("*.py")}
    files.add(Path(model_file))
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _read(file: Path) -> Preprocessor | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        made: Preprocessor = catalog.preprocessors()[kept["kind"]].from_state(kept["state"])
        return made
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, content: dict[str, Any]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, json.dumps(content))
    except OSError:
        return
