"""A text file with an image's path and class a line, such as `train.txt`.

Caffe, PaddleClas, CUB and many papers use it.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.class_folders import is_image, split_named
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport

CLASS_FILES = ("classes.txt", "class_names.txt", "labels.txt", "label_list.txt", "class_list.txt", "names.txt")
MOST_SNIFFED = 10
LOOKED_AT = 50  # lines
_SEPARATORS = ("\t", ",", ";", "|", " ")


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is a text file."""
    return any(name.lower().endswith((".txt", ".lst")) for name in names)


def sure(files: Files) -> float:
    """Return the layout's confidence: first lines name existing images, followed by something."""
    return 0.945 if _lists(files) else 0.0


def label(files: Files) -> Labelling:
    """Return the text after each image's name, numbers by a list of classes."""
    said, skipped, used = {}, SkipReport(), _lists(files)
    names, noted = _class_names(files, used)
    for file in used:
        split = split_named(_words_of(file))
        for line in files.lines(file):
            written, label_ = _divided(line)
            entry = files.find(written, file) if label_ else None
            if entry is None:
                skipped.add("unknown-pictures", line)
            else:
                said[entry.number] = Said(names.get(label_, label_), split or split_of(entry))
    numbers = frozenset(entry.number for entry in [*used, *noted])
    return Labelling(f"a list of images with classes ({named(used)})", said, numbers, skipped=skipped)


def _lists(files: Files) -> list[Entry]:
    found = []
    for entry in files.ending(".txt", ".lst")[:MOST_SNIFFED]:
        lines = [line for line in files.head(entry).splitlines()[:LOOKED_AT] if line.strip()]
        pairs = [_divided(line) for line in lines]
        there = sum(bool(label_) and is_image(written) and files.find(written, entry) is not None
                    for written, label_ in pairs)  # fmt: skip
        if len(pairs) > 1 and 2 * there > len(pairs):
            found.append(entry)
    return found


def _divided(line: str) -> tuple[str, str]:
    """Return a line's image and class; "" for a missing class."""
    for separator in _SEPARATORS:
        written, _, rest = line.strip().rpartition(separator)
        if written.strip() and rest.strip():
            return written.strip().strip('"'), rest.strip().strip('"')
    return line.strip(), ""


def _words_of(file: Entry) -> str:
    stem = PurePosixPath(file.name).stem.lower()
    for word in ("list", "labels", "label", "images", "files", "annotations"):
        stem = stem.removesuffix(word).removeprefix(word).strip("_- .")
    return stem


def _class_names(files: Files, lists: Sequence[Entry]) -> tuple[dict[str, str], list[Entry]]:
    """Return names by number: by line, or as lines such as "3 daisy" say."""
    for entry in files.ending(*CLASS_FILES):
        if entry in lists:
            continue
        lines = files.lines(entry)
        numbered = [line.split(maxsplit=1) for line in lines]
        if lines and all(len(pair) == 2 and pair[0].isdecimal() for pair in numbered):
            return {number: name for number, name in numbered}, [entry]
        return {str(number): name for number, name in enumerate(lines)}, [entry]
    return {}, []


LAYOUT = LayoutSpec("file-list", "A text file of images and classes", may_be, sure, label)
