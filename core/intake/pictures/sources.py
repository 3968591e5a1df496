"""What all readers of pictures have in common."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import DataError
from core.imports import ImportOptions
from core.intake.archives import Archive, is_special
from core.intake.draft import Draft
from core.intake.pictures.left_out import LeftOut
from core.intake.tables.labels import normalise_labels

TASK = "image-classification"
_OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".zip")


def accepts_broken(path: Path) -> float:
    """Return a small number for what is called an archive, or is no file: opening it says in words what is wrong."""
    return 0.05 if path.name.lower().endswith(_OTHER_ARCHIVES) or is_special(path) else 0.0


def check_task(path: Path, options: ImportOptions) -> None:
    """Refuse tasks that cannot be learnt from pictures."""
    if options.task not in ("", TASK):
        raise DataError(
            f"{path.name} holds pictures, which are for the task {TASK}, not for {options.task}. Choose {TASK}."
        )


def named_labels(written: Mapping[str, int], options: ImportOptions) -> dict[str, str]:
    """Return what each label will be called: as the user says, else its usual spelling.

    Args:
        written: Pictures by label as written.
        options: `label_map` and `normalise_labels`.
    """
    names = normalise_labels(written, about_sentiment=False) if options.normalise_labels else {w: w for w in written}
    return names | {label: name for label, name in options.label_map.items() if label in names}


def size_of(path: Path, archive: Archive) -> int:
    """Return the bytes of the source itself."""
    return path.stat().st_size if path.is_file() else sum(entry.size_bytes for entry in archive.entries())


def refuse_nothing_left(name: str, draft: Draft, left_out: LeftOut) -> None:
    """Raise if no picture could be read; say what happened to them."""
    if draft.writer is not None and draft.writer.count:
        return
    reasons = " ".join(f.message for f in left_out.findings() if f.severity != "note")
    raise DataError(f"None of the pictures of {name} can be used. {reasons}".strip())
