"""What a second run on the same data saves: seconds from the click to its first step, beside those of the first run."""

import os
import statistics
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from PIL import Image

from core import catalog
from core.data.imports.run_import import run_import
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs.dataset_types import ImportOptions
from tests.bench.startup import end, first_point_s
from tests.bench.training.cases import FOLDER
from tests.data.silent import Silent

AGAIN = 3  # second runs, of which the median counts


def measure() -> list[dict[str, object]]:
    """Return a row for texts that an encoder reads, one for texts that are cut into tokens, and one for pictures."""
    rows = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["TOUCHSTONE_HOME"] = home
        service = open_service(Settings(home=Path(home)))
        first_point_s(service, "digits", "logistic-regression")  # the fork server is warm from here on
        rows.append(_row(service, "customer-feedback", "minilm-frozen"))
        rows.append(_row(service, _imported(service, _texts(Path(home))), "bag-of-embeddings"))
        rows.append(_row(service, _imported(service, _images(Path(home))), "small-cnn"))
        end(service)
    return rows


def _row(service: Service, dataset: str, model: str) -> dict[str, object]:
    first_s = _first_step_s(service, dataset, model)
    second_s = statistics.median(_first_step_s(service, dataset, model, seed) for seed in range(1, AGAIN + 1))
    return {
        "case": f"second run of {model} on {dataset}",
        "first_s": round(first_s, 2),
        "second_s": round(second_s, 2),
        "sooner": round(first_s / second_s, 1),
        "goal": 5,
    }


def _first_step_s(service: Service, dataset: str, model: str, seed: int = 0) -> float:
    """Return the seconds from asking for a run to the start of its first step."""
    first_point_s(service, dataset, model, seed)
    run = service.runs(limit=1)[0]
    training = next(event for event in service.events(run.id, "stage") if event.message == "Training")
    return (training.time - run.created_at).total_seconds()


def _imported(service: Service, source: Path) -> str:
    info = run_import(service.dataset_service.store, source, ImportOptions(), Silent(), source.parent / "draft")
    return info.name


def _texts(folder: Path) -> Path:
    real = FOLDER / "sentiment" / "imdb_sample.csv"
    if real.is_file():
        return real
    examples = catalog.find_dataset("customer-feedback").load()
    file = folder / "feedback.csv"
    rows = [
        f'"{str(text).replace(chr(34), "")}",{label}'
        for text, label in zip(examples.inputs, examples.targets, strict=True)
    ]
    file.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return file


def _images(folder: Path) -> Path:
    real = FOLDER / "cifar10" / "cifar10_sample_6k_1k.zip"
    if real.is_file():
        return real
    examples, file = catalog.find_dataset("digits").load(), folder / "pictures.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number, (pixels, label) in enumerate(zip(examples.inputs, examples.targets, strict=True)):
            content = BytesIO()
            Image.fromarray(pixels[:, :, 0]).resize((64, 64)).save(content, "PNG")
            archive.writestr(f"{label}/{number}.png", content.getvalue())
    return file
