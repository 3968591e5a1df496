"""MVTec AD and its relatives: `train/good`, `test/good`, `test/<defect>`, and masks in `ground_truth/`."""

from collections.abc import Sequence

from core.data.images.annotated import Files, Labelling, Said
from core.data.images.class_folders import folder_of, split_named
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.specs.dataset_types import Guess

MASKS = ("ground_truth", "ground truth", "groundtruth", "masks", "mask")
GOOD = ("good", "ok", "normal")


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there are folders of masks and of good parts."""
    parts = {part.lower() for name in names for part in folder_of(name)}
    return bool(parts & {*MASKS}) and bool(parts & {*GOOD})


def sure(files: Files) -> float:
    """Tell how sure it is: masks, and a "good" below a split."""
    folders = {tuple(map(str.lower, folder_of(entry.name))) for entry in files.images}
    good = any(folder and folder[-1] in GOOD and any(map(split_named, folder[:-1])) for folder in folders)
    return 0.97 if good and any({*folder} & {*MASKS} for folder in folders) else 0.0


def label(files: Files) -> Labelling:
    """Return the folder of each picture as its class; masks are left out."""
    skipped, labels, splits = SkipReport(), {}, {}
    parts = {folder[:-2] for entry in files.images if len(folder := _place(folder_of(entry.name))) > 1}
    several = len(parts) > 1
    for entry in files.images:
        folder = folder_of(entry.name)
        if {part.lower() for part in folder} & {*MASKS}:
            skipped.add("masks", entry.name)
        elif len(folder) > 1 and split_named(folder[-2]):
            labels[entry.number] = f"{folder[-3]} {folder[-1]}" if several and len(folder) > 2 else folder[-1]
            splits[entry.number] = split_named(folder[-2])
    trained = {labels[number] for number in labels if splits[number] == "train"}
    kept = trained == set(labels.values())
    said = {number: Said(name, splits[number] if kept else "") for number, name in labels.items()}
    return Labelling("good and defective parts (the layout of MVTec AD)", said, frozenset(), *_words(kept), skipped)


def _place(folder: Sequence[str]) -> Sequence[str]:
    return () if {part.lower() for part in folder} & {*MASKS} else folder


def _words(kept: bool) -> tuple[tuple[str, ...], tuple[Guess, ...]]:
    masks = "The masks say where a defect is, which is not learnt here: each kind of defect is a class beside 'good'."
    if kept:
        return (masks,), ()
    split = (
        "Training holds only good parts, as for anomaly detection. A classifier needs defects to learn from, so good "
        "and defective parts are split again."
    )
    why = "the source's training part holds no defects"
    return (masks, split), (Guess("Split", "split again, 70 / 15 / 15", why, "--layout class-folders"),)


LAYOUT = LayoutSpec("mvtec", "Good and defective parts (MVTec AD)", may_be, sure, label)
