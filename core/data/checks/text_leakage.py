"""Evaluation text leaked into training text: lines, 13-word sequences, near-duplicate paragraphs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.text_sampling import LOOKED_THROUGH
from core.data.splits.document_splits import COMPARED, FACT, JUDGED, overlap_facts
from core.data.splits.text_overlap import GRAM, overlaps
from core.data.task_kinds import DOCUMENTS
from core.data.wording import counted, examples_of, percent
from core.specs import DOCUMENT_BREAK, SplitName
from core.specs.dataset_types import Finding

CODE = "text-leakage"
MUCH, MOST = 0.01, 0.2  # of a given part, from which it is a warning, and an error
_WHY = "A model that remembers looks better on it than it is on new text."
_CALLED: Mapping[SplitName, str] = {"validation": "validation", "test": "the test"}


def run(context: CheckContext) -> Finding | None:
    """Find text on two sides of a split, in source splits and drawn splits."""
    given = _given(context)
    return _of_given(given) if given else _of_drawn(context.facts.get(FACT) or {})


def fix(context: CheckContext) -> pa.Table:
    """Remove from training documents the lines that occur in a source's evaluation split."""
    judged = DOCUMENT_BREAK.join(_texts(context, JUDGED))
    texts = [
        text if given in JUDGED else _without(text, judged)
        for text, given in zip(context.column("text").to_pylist(), context.column("given").to_pylist(), strict=True)
    ]
    rows, place = context.rows, context.rows.column_names.index("text")
    changed = rows.set_column(place, rows.schema.field("text"), pa.array(texts, pa.large_string()))
    return changed.filter(pa.array([bool(text.strip()) for text in texts]))


def _without(text: str, judged: str) -> str:
    """Return a text without lines that share something with the evaluation text."""
    common = overlaps([text], judged)[0].any
    kept, at = [], 0
    for line in text.splitlines(keepends=True):
        if not common[at : at + len(line)].any():
            kept.append(line)
        at += len(line)
    return "".join(kept)


def _texts(context: CheckContext, names: Sequence[str]) -> list[str]:
    pairs = zip(context.column("text").to_pylist(), context.column("given").to_pylist(), strict=True)
    return [text or "" for text, given in pairs if given in names]


def _given(context: CheckContext) -> dict[SplitName, dict[str, Any]]:
    """Return each source split's overlap with the training text, as facts."""
    present = set(context.column("given").unique().to_pylist())
    names = [name for name in COMPARED if name in present]
    if not names:
        return {}
    judged = [DOCUMENT_BREAK.join(_texts(context, [name]))[:LOOKED_THROUGH] for name in names]
    learnt = DOCUMENT_BREAK.join(_texts(context, ["train", ""]))
    found = overlaps(judged, learnt)
    return {
        name: overlap_facts(text, one, np.ones(len(text), np.bool_))
        for name, text, one in zip(names, judged, found, strict=True)
    }


def _of_given(parts: Mapping[SplitName, Mapping[str, Any]]) -> Finding | None:
    share = max(part["overlap"] / max(part["characters"], 1) for part in parts.values())
    count = sum(part["overlap"] for part in parts.values())
    if not count:
        return None
    return Finding(
        code=CODE,
        severity="error" if share >= MOST else "warning" if share >= MUCH else "note",
        count=count,
        examples=examples_of(example for part in parts.values() for example in part["examples"]),
        message=f"{_shares(parts)} in the training text too ({_kinds(parts)}). The parts are as the source has them, "
        "so all of it is judged.",
        why=_WHY,
        fix="Remove these lines from the training text",
    )


def _of_drawn(facts: Mapping[str, Any]) -> Finding | None:
    parts = {name: facts[name] for name in COMPARED if name in facts and facts[name]["overlap"]}
    if not parts:
        return None
    hidden = all(part["masked"] for part in parts.values())
    end = (
        "It is read as context and not judged."
        if hidden
        else "So little is new that all of it is judged: the score says how well the text is remembered."
    )
    return Finding(
        code=CODE,
        severity="note" if hidden else "warning",
        count=sum(part["overlap"] for part in parts.values()),
        examples=examples_of(example for part in parts.values() for example in part["examples"]),
        message=f"{_shares(parts)} in the training text too ({_kinds(parts)}). {end}",
        why=_WHY,
    )


def _shares(parts: Mapping[SplitName, Mapping[str, Any]]) -> str:
    """Return how much of each part it is, as the beginning of a sentence."""
    named = [
        f"{counted(part['overlap'], 'character')} of {_CALLED[name]} ({percent(part['overlap'], part['characters'])})"
        for name, part in parts.items()
        if part["overlap"]
    ]
    return f"{' and '.join(named)} stand"


def _kinds(parts: Mapping[SplitName, Mapping[str, Any]]) -> str:
    """Return as what it stands there."""
    gram = max(part["gram"] for part in parts.values())
    unit = "words" if gram == GRAM else "characters"
    kinds = {"lines": "whole lines", "grams": f"runs of {gram} {unit}", "near": "paragraphs that are nearly the same"}
    found = [text for kind, text in kinds.items() if any(part[kind] for part in parts.values())]
    searched = all(part["near_searched"] for part in parts.values())
    return ", ".join(found) + ("" if searched else "; the text is too long to look for paragraphs nearly the same")


CHECK = CheckSpec(CODE, DOCUMENTS, run, fix, order=11)
