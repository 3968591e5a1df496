"""Stored sample predictions of a run: validation examples with answers at each evaluation.

`wall/examples.json` and the pictures beside it are written once; `wall/looks.jsonl` grows by a line a look. Its first
line names a generation: whoever has read a part of another one reads again from the beginning.
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.files import whole, write_json

FOLDER, EXAMPLES, LOOKS = "wall", "examples.json", "looks.jsonl"
EvaluationPass = Mapping[str, Any]  # "step", and a list a name with an answer for each example


def write_examples(folder: Path, document: Mapping[str, Any]) -> None:
    """Write what hangs on the wall, whole or not at all.

    Args:
        folder: Of the run.
        document: "kind" ("label" or "number"), "labels", and "examples": a list of dicts with "target" and "text",
            "image" (the name of a file beside it) or "row".
    """
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    write_json(folder / FOLDER / EXAMPLES, document)


def read_examples(folder: Path) -> dict[str, Any] | None:
    """Return what hangs on the wall of a run; None where there is nothing."""
    try:
        found = json.loads((folder / FOLDER / EXAMPLES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def image_of(folder: Path, number: int) -> Path:
    """Return the file of the picture of an example; it may not be there."""
    return folder / FOLDER / f"{number}.png"


def read_evaluation_passes(folder: Path) -> tuple[str, list[EvaluationPass]]:
    """Return the generation and evaluations of a run by step; empty if none."""
    try:
        first, *lines = (folder / FOLDER / LOOKS).read_text(encoding="utf-8").splitlines()
        generation = str(json.loads(first)["generation"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", []
    passes = []
    for line in lines:
        try:
            evaluation = json.loads(line)
        except ValueError:  # the process was killed while it wrote the last line
            break
        passes.append(evaluation)
    return generation, passes


def evaluation_stamp(folder: Path) -> tuple[int, ...]:
    """Return a stamp of a run's unread evaluations that changes with them; empty without."""
    try:
        found = (folder / FOLDER / LOOKS).stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


class EvaluationPassFile:
    """Writes the looks of one attempt at a run."""

    def __init__(self, folder: Path) -> None:
        """Write into this folder of a run; nothing is written yet."""
        self._file = folder / FOLDER / LOOKS

    def begin(self, step: int) -> list[int]:
        """Keep evaluations up to a step, drop later ones, and return kept steps.

        The later ones will be evaluated again.

        Args:
            step: Where the run goes on from; 0 for a new one.
        """
        kept = [
            evaluation
            for evaluation in read_evaluation_passes(self._file.parent.parent)[1]
            if evaluation["step"] <= step
        ]
        lines = [json.dumps(line) for line in ({"generation": secrets.token_hex(4)}, *kept)]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with whole(self._file) as draft:
            draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [int(evaluation["step"]) for evaluation in kept]

    def add(self, evaluation: EvaluationPass) -> None:
        """Append one look."""
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(evaluation) + "\n")
