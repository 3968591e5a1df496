"""Pascal VOC: an XML file of objects for each image; splits in `ImageSets/Main`."""

from collections.abc import Sequence
from xml.etree import ElementTree

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, split_of
from core.data.images.annotation_xml import number, parsed, words
from core.data.images.boxes import Boxes
from core.data.images.class_folders import split_named
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.errors import DataError

MOST_SNIFFED = 5


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there are several XML files."""
    return sum(name.lower().endswith(".xml") for name in names) > 1


def sure(files: Files) -> float:
    """Tell how sure it is: each begins as an annotation."""
    heads = [files.head(entry) for entry in files.ending(".xml")[:MOST_SNIFFED]]
    return 0.98 if heads and all("<annotation" in head for head in heads) else 0.0


def label(files: Files) -> Labelling:
    """Return the class of each picture's largest object."""
    boxes, skipped, used = Boxes(), SkipReport(), set()
    splits, lists = _splits(files)
    for file in files.ending(".xml"):
        try:
            root = parsed(files, file)
        except DataError:
            skipped.add("unread-annotations", file.name)
            continue
        stem = file.name.rpartition("/")[2][: -len(".xml")]
        entry = files.find(stem, file) or files.find(words(root, "filename"), file)
        if entry is None:
            skipped.add("unknown-pictures", file.name)
            continue
        used.add(file.number)
        for found in root.iter("object"):
            if name := words(found, "name"):
                boxes.add(entry, name, _area(found.find("bndbox")), splits.get(stem) or split_of(entry, file))
    title = f"Pascal VOC annotations ({len(used):,} XML files)"
    numbers = frozenset(used | {entry.number for entry in lists})
    return Labelling(title, boxes.said(), numbers, boxes.notes(), boxes.guesses(), skipped)


def _splits(files: Files) -> tuple[dict[str, str], list[Entry]]:
    """Return the split of each picture's name, as the lists in ImageSets/Main say."""
    splits: dict[str, str] = {}
    used = []
    for entry in files.ending(".txt"):
        folder, _, last = entry.name.lower().rpartition("/")
        split = split_named(last[: -len(".txt")])
        if split and "imagesets" in folder:
            used.append(entry)
            splits |= {line.split()[0]: split for line in files.lines(entry)}
    return splits, used


def _area(box: ElementTree.Element | None) -> float:
    left, top, right, bottom = (number(words(box, side)) for side in ("xmin", "ymin", "xmax", "ymax"))
    return (right - left) * (bottom - top)


LAYOUT = LayoutSpec("pascal-voc", "Pascal VOC annotations (an XML file for each image)", may_be, sure, label)
