"""A hub set looked at, and taken into a draft."""

from pathlib import Path

from core.data.hub.columns import Chosen, choose
from core.data.hub.connection import clean_id
from core.data.hub.connection import wanted as spoken_of
from core.data.hub.download import download, find_set, offline
from core.data.hub.download_record import FetchedSet, as_features, fetched_sets
from core.data.hub.known_sets import known_set
from core.data.hub.opening import Part, features_of, open_parts
from core.data.hub.row_writer import write
from core.data.staging import Progress, StagedDataset
from core.data.task_kinds import DOCUMENTS, IMAGES, NUMBERS
from core.data.wording import counted, listed
from core.hub import Unreachable, in_words
from core.specs.dataset_types import Finding, HubSet, ImportOptions, SourcePreview


def preview_hub(wanted: HubSet | str, config: str, options: ImportOptions, cache: Path) -> SourcePreview:
    """Return a hub dataset's description and use, from its columns, without reading examples.

    Args:
        wanted: A well-known set, or the id that the user typed or pasted.
        config: Its configuration; empty for the only one.
        options: What the user decided; the rest is guessed.
        cache: The folder that keeps everything that is fetched.

    Raises:
        DataError: It cannot be had; the message says why and what to do.
    """
    known, found = _find(wanted, config, cache)
    with in_words(spoken_of(found.id)):
        try:
            features = as_features(found.features) or features_of(found, cache)
        except Unreachable as error:
            raise offline(str(error), cache) from error
    chosen = choose(found.id, features, options, known)
    complete = options.model_copy(
        update={
            "task": chosen.task,
            "title": options.title or (known.title if known else found.id.split("/")[1]),
            "text_column": chosen.input_column,
            "label_column": chosen.label_column,
            "target_column": options.target_column
            or (known.label_column if known and NUMBERS.fits(chosen.task) else ""),
            "licence": options.licence or found.licence,
            "source": options.source or f"https://huggingface.co/datasets/{found.id}",
        }
    )
    notes = (f"Its parts {listed(found.left_out)} are left out.",) if found.left_out else ()
    rows = sum(found.rows.get(part, 0) for part in found.splits) or (known.examples if known else 0)
    return SourcePreview(
        kind="pictures" if IMAGES.fits(chosen.task) else "documents" if DOCUMENTS.fits(chosen.task) else "table",
        format=f"Hub set, {found.format}" + (f", {found.config}" if found.config else ""),
        tasks=(chosen.task,),
        options=complete,
        size_bytes=found.size_bytes,
        classes=dict.fromkeys(chosen.labels, 0),
        notes=notes,
        rows=rows,
        rows_are_exact=bool(found.rows),
    )


def read_hub(
    wanted: HubSet | str, config: str, options: ImportOptions, cache: Path, staged: StagedDataset, progress: Progress
) -> None:
    """Download a hub dataset if it is not cached, and write it as staged.

    Args:
        wanted: A well-known set, or an id.
        config: Its configuration; empty for the only one.
        options: As `preview_hub` returned them.
        cache: The folder that keeps everything that is fetched.
        staged: Gets the rows, in the set's own splits.
        progress: Told the bytes, then the rows.

    Raises:
        DataError: It cannot be had, or not be used for the task.
        ImportCancelled: The user cancelled.
    """
    known, found = _find(wanted, config, cache)
    download(found, cache, progress)
    with in_words(spoken_of(found.id)):
        parts = open_parts(found, cache)
        chosen = choose(found.id, parts[0].features, options, known)
        parts = _with_known_answers(parts, chosen, staged)
        staged.facts.update(format=f"Hub set, {found.format}", hub_id=found.id, revision=found.revision)
        staged.labels = chosen.labels
        progress.stage("Reading", sum(found.rows.get(part.name, 0) for part in parts), "rows")
        write(found, parts, chosen, options, staged, progress)
    if found.left_out:
        staged.findings.append(_skipped(found))


def cached_sets(cache: Path) -> list[str]:
    """Return the ids of the hub datasets that are cached and open offline."""
    return fetched_sets(cache)


def _find(wanted: HubSet | str, config: str, cache: Path) -> tuple[HubSet | None, FetchedSet]:
    hub_id = wanted.id if isinstance(wanted, HubSet) else clean_id(wanted)
    known = wanted if isinstance(wanted, HubSet) else known_set(hub_id, config)
    return known, find_set(hub_id, config or (known.config if known else ""), known, cache)


def _with_known_answers(parts: list[Part], chosen: Chosen, staged: StagedDataset) -> list[Part]:
    """Return the parts with known labels.

    A test part whose labels are kept secret can measure nothing.

    The validation part then becomes the test, as publications use it, and training gives up some for validation.
    """
    hidden = [part for part in parts if part.split == "test" and chosen.labels and part.hides(chosen.label_column)]
    if not hidden:
        return parts
    count = sum(part.count(chosen.label_column) for part in hidden)
    rest = [part for part in parts if part not in hidden]
    has_validation = any(part.split == "validation" for part in rest)
    what = (
        "Its validation part is used as the test, as publications do, and some of the training examples for validation."
        if has_validation
        else "Some of the training examples are used as the test."
    )
    staged.findings.append(
        Finding(
            code="missing-labels",
            severity="note",
            count=count,
            examples=tuple(part.name for part in hidden),
            message=f"The set keeps the labels of its test part secret ({counted(count, 'example')}), so that part was "
            f"left out. {what}",
            why="Without the right answers nothing can be measured.",
        )
    )
    return [part.as_split("test") if part.split == "validation" else part for part in rest]


def _skipped(found: FetchedSet) -> Finding:
    rows = sum(found.rows.get(part, 0) for part in found.left_out)
    size = f" ({counted(rows, 'row')})" if rows else ""
    several = len(found.left_out) > 1
    return Finding(
        code="skipped-files",
        severity="note",
        count=len(found.left_out),
        examples=found.left_out[:5],
        message=f"The set's part{'s' * several} {listed(found.left_out)}{size} {'were' if several else 'was'} left "
        "out, being neither for training nor for validation nor for testing.",
        why="Such parts hold examples without labels, or the same ones once more.",
    )
