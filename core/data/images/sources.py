"""What all readers of pictures have in common."""

from collections.abc import Mapping
from pathlib import Path

from core.data.archives import Archive, is_special
from core.data.images.class_folders import is_image
from core.data.images.skip_report import SkipReport
from core.data.staging import StagedDataset
from core.data.tables.labels import normalise_labels
from core.data.task_kinds import IMAGES
from core.data.wording import listed
from core.errors import DataError
from core.specs.dataset_types import Finding, Guess, ImportOptions, SourcePreview

_OTHER_ARCHIVES = (
    ".rar",
    ".7z",
    ".tar",
    ".tgz",
    ".tar.gz",
    ".tar.bz2",
    ".tar.xz",
    ".tar.zst",
    ".zip",
    ".gz",
    ".bz2",
    ".xz",
    ".zst",
)


def accepts_broken(path: Path) -> float:
    """Return a low confidence for archives and special files, whose opening explains the problem."""
    return 0.05 if path.name.lower().endswith(_OTHER_ARCHIVES) or is_special(path) else 0.0


def check_task(path: Path, options: ImportOptions) -> None:
    """Refuse tasks that cannot be learnt from pictures."""
    task = IMAGES.first
    if options.task not in ("", task):
        raise DataError(
            f"{path.name} holds images, which are for the task {task}, not for {options.task}. Choose {task}."
        )


def named_labels(written: Mapping[str, int], options: ImportOptions) -> dict[str, str]:
    """Return each label's final name: the user's choice, else its usual spelling."""
    names = normalise_labels(written, about_sentiment=False) if options.normalise_labels else {w: w for w in written}
    return names | {label: name for label, name in options.label_map.items() if label in names}


def check_label_kinds(classes: Mapping[str, int], where: str, name: str) -> None:
    """Refuse unlearnable labels: a single one, or one for each image."""
    total = sum(classes.values())
    if len(classes) < 2:
        only = f"only one label, '{next(iter(classes))}'," if classes else "no label"
        raise DataError(
            f"There is {only} for the images of {name} in {where}. A model learns by telling classes apart: add "
            "images with at least one other label."
        )
    if max(classes.values()) <= 2 and total >= 10:
        raise DataError(
            f"Nearly every image of {name} has a label of its own in {where}: {len(classes):,} labels for "
            f"{total:,} images. A model learns from several examples of each class: give the same label to images "
            "that show the same."
        )


def split_guess(splits: Mapping[str, int]) -> tuple[Guess, ...]:
    """Return the guess of how images are split, where the source gives some splits.

    Args:
        splits: Pictures by the split that the source gives them; "" where it gives none.
    """
    titles = {"train": "training", "validation": "validation", "test": "test"}
    given = [f"{splits[split]:,} {title}" for split, title in titles.items() if splits.get(split)]
    if not splits.get("validation") and not splits.get("test"):
        return (Guess("Split", "70 / 15 / 15 by chance", "nothing names a split; repeated images stay together"),)
    return (Guess("Split", ", ".join(given), "the source's own parts are kept", "--divide-anew"),)


def size_of(path: Path, archive: Archive) -> int:
    """Return the bytes of the source itself."""
    return path.stat().st_size if path.is_file() else sum(entry.size_bytes for entry in archive.entries())


def refuse_nothing_left(name: str, staged: StagedDataset, skipped: SkipReport) -> None:
    """Raise if no picture could be read; say what happened to them."""
    if staged.writer is not None and staged.writer.count:
        return
    raise DataError(f"None of the images of {name} can be used. {skipped.reasons()}".strip())


def check_classes_left(
    name: str, kept: Mapping[str, int], names: Mapping[str, str], staged: StagedDataset, skipped: SkipReport
) -> None:
    """Report classes that lost all images; refuse if fewer than two classes remain.

    Args:
        name: Of the source.
        kept: Pictures taken in, by label.
        names: Every label as written, and as it is called; "" for those that the user left out.
        staged: Gets the finding.
        skipped: What happened to the others.
    """
    refuse_nothing_left(name, staged, skipped)
    wanted = {label for label in names.values() if label}
    lost = sorted(label for label in wanted if not kept.get(label))
    if len(wanted) == 1:
        (only,) = wanted
        written = listed([label for label, called in names.items() if called])
        raise DataError(
            f"All images of {name} are taken as one class, '{only}' (written {written}). A model learns by telling "
            "classes apart: add images of something else, or call what is different by clearly different names."
        )
    if len(kept) == 1:
        (only,) = kept
        raise DataError(
            f"Only images of '{only}' can be used of {name}, none of {listed(lost)}: a model learns by telling "
            f"classes apart. {skipped.reasons()}"
        )
    if lost:
        what = f"None of the images of {listed(lost)} could be used, so nothing will be learnt about that."
        why = "A class needs images to be learnt from; look at what was left out, and import those images anew."
        staged.findings.append(Finding("lost-classes", "warning", len(lost), tuple(lost[:5]), what, why))


def refuse_without_images(preview: SourcePreview, name: str) -> None:
    """Raise if a label table has no images, since nothing else can be learnt."""
    named = [column for column in preview.columns if column.examples and all(map(is_image, column.examples))]
    others = [column for column in preview.columns if column not in named and column.role not in ("label", "target")]
    has_text = any(column.kind == "text" for column in others)
    numbers = sum(column.kind in ("number", "number-in-text") for column in others)
    if not any(column.role in ("label", "target") for column in preview.columns):
        numbers -= 1  # one of them would be the answer
    if preview.kind == "table" and named and not has_text and numbers <= 0:
        raise DataError(
            f"{name} names images in its column '{named[0].name}' (such as {named[0].examples[0]}), but the images "
            "are not with it. Put the images and this table into one folder or ZIP, and import that."
        )
