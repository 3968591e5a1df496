"""Writes the golden files from the code of today. Look at the difference before you commit it.

python -m tests.golden.freeze [PART ...]  # the surface alone; "files" of a home made today, all else of the saved one
python -m tests.golden.freeze --home      # the saved home, too: every run is trained anew
"""

import argparse
import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from core import track
from tests.golden.console import answer, at_home, eventually
from tests.golden.sources import IMPORTS, make_sources
from tests.golden.surface import PARTS, PARTS_OF_A_HOME

HERE = Path(__file__).parent
SAVED, TEXTS, VALUES = HERE / "home.zip", HERE / "surface", HERE / "values.json"
KEPT = ("runs", "datasets", "touchstone.db")
TRAINED = {  # a run of each task, and what is small of it
    "golden images": ("digits", "small-cnn", "width=4", "epochs=1"),
    "golden texts": ("customer-feedback", "bag-of-embeddings", "width=4", "vocabulary_size=300", "epochs=2"),
    "golden rows": ("prices", "mlp", "hidden_sizes=8-4", "epochs=4", "evaluation=every-row"),
    "golden writing": ("tales", "mini-gpt", "width=16", "depth=1", "heads=2", "context=16", "epochs=1"),
    "golden docs": ("python-docs", "bigram", "epochs=1", "batch_size=256"),
    "golden diabetes": ("diabetes", "linear", "epochs=2"),
    "golden shapes": ("shapes", "logistic-regression", "epochs=2"),
    "golden reviews": ("reviews", "ngram-linear", "vocabulary_size=500", "epochs=2"),
}
STOPPED = ("digits", "logistic-regression", "epochs=60", "batch_size=8", "checkpoint_every_steps=100")
ROW = '{"area": "95", "rooms": "3", "city": "Oslo"}'
GIVEN = {  # what a run is asked to judge
    "golden texts": ("--text", "Great service, thank you so much!"),
    "golden rows": ("--text", ROW),
    "golden shapes": ("--file", "bar.png"),
    "golden reviews": ("--text", "The lamp broke at once on the journey."),
}
COMPARED = ("task", "status", "model", "dataset", "dataset_fingerprint", "config_hash", "steps", "test", "baselines")


def train(name: str, dataset: str, model: str, *changes: str, wait: bool = True) -> Any:
    """Queue a run; return what `runs show` says of it."""
    one_look = () if any(change.startswith("evaluation") for change in changes) else ("evaluation=quick-look",)
    if dataset in ("tales", "python-docs"):
        one_look = ()
    said = [word for change in (*changes, *one_look, "device=cpu") for word in ("--set", change)]
    follow = ["--wait"] if wait else []
    return answer("train", "--dataset", dataset, "--model", model, "--name", name, *said, *follow)


def make_home(home: Path, sources: Path) -> None:
    """Import, train, stop and log: what is to be opened for ever after."""
    for name, (file, *options) in IMPORTS.items():
        answer("data", "import", str(sources / file), "--name", name, *options)
    for name, wanted in TRAINED.items():
        assert train(name, *wanted)["status"] == "succeeded", name
    stopped = train("golden stopped", *STOPPED, wait=False)["id"]
    eventually(lambda: answer("runs", "show", stopped)["steps"] > 2000, "a step")
    answer("runs", "stop", stopped)
    eventually(lambda: answer("runs", "show", stopped)["status"] == "stopped", "the stop")
    logged = track.init(
        project="golden", config={"lr": 0.1, "model": {"depth": 3}}, name="golden logged", tags=["kept"]
    )
    for step in range(100):
        logged.log({"loss": 1 / (1 + step), "validation/accuracy": step / 100}, step=step)
    logged.finish()


def pack(home: Path, sources: Path) -> None:
    """Put a home and its sources into one file, without what can be made again."""
    with sqlite3.connect(home / "touchstone.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    with zipfile.ZipFile(SAVED, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for folder in (home, sources):
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                parts = file.relative_to(folder).parts
                if folder is sources or parts[0] in KEPT:
                    packed.write(file, file.relative_to(home.parent))


def unpack(folder: Path) -> tuple[Path, Path]:
    """Return the saved home and its sources, unpacked into a folder."""
    with zipfile.ZipFile(SAVED) as packed:
        packed.extractall(folder)
    return folder / "home", folder / "sources"


def predictions(sources: Path) -> dict[str, Any]:
    """Return what the saved runs say of one text, picture or row each."""
    ids = {run["name"]: run["id"] for run in answer("runs", "list")}
    said = {}
    for name, (how, given) in GIVEN.items():
        thing = given if how == "--text" else str(sources / given)
        said[name] = answer("predict", ids[name], how, thing)["predictions"][0]
    return said


def values() -> dict[str, Any]:
    """Return the numbers and marks that must come out again, of the home in which the commands work."""
    runs = {run["name"]: {key: run[key] for key in COMPARED} for run in answer("runs", "list")}
    kept = ("task", "fingerprint", "labels", "splits", "classes", "duplicates")
    return {"runs": runs, "data": {data["name"]: {key: data[key] for key in kept} for data in answer("data", "list")}}


def text(lines: Iterator[str]) -> str:
    """Return a part of the surface as it is saved."""
    return "\n".join(lines).rstrip() + "\n"


def freeze(folder: Path, wanted: Collection[str], today: Path | None) -> None:
    """Write the golden texts and numbers.

    Args:
        folder: Where the saved home may be unpacked.
        wanted: The parts to write.
        today: A home made today, for "files": those of the saved home lack what came since.
    """
    TEXTS.mkdir(exist_ok=True)
    home, sources = unpack(folder)
    said = {}
    if today is not None and "files" in wanted:
        with at_home(today):
            said["files"] = text(PARTS_OF_A_HOME["files"](today))
    with at_home(home):
        said |= {name: text(PARTS[name]()) for name in PARTS if name in wanted}
        said |= {n: text(PARTS_OF_A_HOME[n](home)) for n in PARTS_OF_A_HOME if n in wanted and n != "files"}
        for name, written in said.items():
            (TEXTS / f"{name}.txt").write_text(written, encoding="utf-8")
        if "values" in wanted:
            kept = values() | {"predictions": predictions(sources)}
            VALUES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Write what is asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--home", action="store_true", help="make the saved home anew, too")
    asked.add_argument("parts", nargs="*", choices=[*PARTS, *PARTS_OF_A_HOME, "values", []], help="only these")
    given = asked.parse_args()
    wanted = set(given.parts or [*PARTS, *PARTS_OF_A_HOME, "values"])
    with tempfile.TemporaryDirectory() as folder:
        home, sources = Path(folder) / "new" / "home", Path(folder) / "new" / "sources"
        is_made = given.home or "files" in wanted
        if is_made:
            make_sources(sources)
            with at_home(home):
                make_home(home, sources)
        if given.home:
            pack(home, sources)
        freeze(Path(folder), wanted, home if is_made else None)
    print(f"The saved home has {SAVED.stat().st_size / 2**20:.2f} MB.", file=sys.stderr)


if __name__ == "__main__":
    main()
