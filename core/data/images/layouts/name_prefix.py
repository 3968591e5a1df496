"""Pictures in one heap whose file names begin with their class: `cat.1.jpg`, `class_a_001.jpg`, `Abyssinian_12.jpg`."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from core.data.images.annotated import Files, Labelling, Said, split_of
from core.data.images.class_folders import Folder, folder_of, is_image, split_above
from core.data.images.layout_specs import LayoutSpec
from core.data.wording import listed
from core.errors import DataError
from core.specs.dataset_types import Guess

LEAST_EACH, LEAST_CLASSES, MOST_CLASSES = 3, 2, 200
_NUMBERED = re.compile(r"([^\W\d_].{0,80}?)(?:[-_. ]+|(?<=[^\W\d_]))(?:\(?\d{1,9}\)?|\d{1,9}[-_.]\d{1,9})")
# What cameras, telephones and programs call every picture, whatever it shows.
_CAMERA = re.compile(
    r"(?:img|image|images|dsc|dscn|dscf|pxl|p|pic|pict|picture|photo|foto|frame|screenshot|screen shot|scan|wa|vid|mvi|"
    r"gopr|dji|sam|cimg|hpim|imag|whatsapp image.{0,80}|signal.{0,80}|file|"
    r"download|untitled|unnamed|sample|data|item|test|train|"
    r"val|valid|validation|\w)[-_. ]*(?:e|edited|copy|wa)?",
    re.IGNORECASE,
)


def may_be(names: Sequence[str]) -> bool:
    """Return whether all images are in one heap, without anything else that labels them."""
    heap = _named([name for name in names if is_image(name)])
    tables = any(name.lower().endswith((".csv", ".tsv", ".json", ".jsonl", ".xml", ".parquet")) for name in names)
    return not tables and _is_one_heap(heap) and bool(_classes(heap))


def sure(files: Files) -> float:
    """Tell how sure it is, from all names."""
    names = _named([entry.name for entry in files.images])
    return 0.93 if _is_one_heap(names) and _classes(names) else 0.0


def label(files: Files) -> Labelling:
    """Return what stands before the number in each name."""
    classes = _classes(_named([entry.name for entry in files.images]))
    if not classes:
        raise DataError(
            f"The names of the images in {files.archive.name} do not begin with a class and a number each, such as "
            "cat_001.jpg. Put the images of each class into a folder of its own."
        )
    said = {e.number: Said(prefix, split_of(e)) for e in files.images if (prefix := _prefix(e.name)) in classes}
    why = f"every name begins with one of {len(classes)} words and a number: {listed(sorted(classes))}"
    guess = Guess("Classes", "the beginning of each file's name", why, "put the images into folders, one a class")
    return Labelling("classes in the names of the files", said, frozenset(), (), (guess,))


def _named(names: Sequence[str]) -> list[str]:
    """Return the names, without those of test folders whose classes are kept back."""
    by_folder: dict[Folder, list[str]] = {}
    for name in names:
        by_folder.setdefault(folder_of(name), []).append(name)
    kept = {
        folder: inside
        for folder, inside in by_folder.items()
        if split_above(folder) != "test" or any(map(_prefix, inside))
    }
    return [name for inside in kept.values() for name in inside]


def _is_one_heap(names: Iterable[str]) -> bool:
    """Tell whether pictures lie in one folder, or one for each split."""
    folders = {folder_of(name) for name in names}
    return len(folders) == 1 or (bool(folders) and all(split_above(folder) for folder in folders) and len(folders) < 5)


def _prefix(name: str) -> str:
    found = _NUMBERED.fullmatch(PurePosixPath(name.rpartition("/")[2]).stem)
    return found[1].strip("-_. (") if found else ""


def _classes(names: Sequence[str]) -> dict[str, int]:
    """Return the classes with counts; none unless every name has a non-camera class.

    A camera's prefix is no class.
    """
    prefixes = Counter(map(_prefix, names))
    if "" in prefixes or not LEAST_CLASSES <= len(prefixes) <= MOST_CLASSES:
        return {}
    if any(_CAMERA.fullmatch(prefix) for prefix in prefixes) or min(prefixes.values()) < LEAST_EACH:
        return {}
    return dict(prefixes)


LAYOUT = LayoutSpec("name-prefix", "Classes in the names of the files", may_be, sure, label)
