"""CVAT for images: one XML file with `<image name=...>`, and tags or shapes inside."""

from collections.abc import Sequence
from xml.etree import ElementTree

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.annotation_xml import number, parsed
from core.data.images.boxes import Boxes, area_of
from core.data.images.class_folders import split_named
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport

SHAPES = ("box", "polygon", "polyline", "ellipse", "points", "mask", "cuboid")
MOST_SNIFFED = 5


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is an XML file."""
    return any(name.lower().endswith(".xml") for name in names)


def sure(files: Files) -> float:
    """Tell how sure it is: by how the file begins."""
    return 0.98 if _files(files) else 0.0


def label(files: Files) -> Labelling:
    """Return each picture's tag, else the class of its largest shape."""
    said: dict[int, Said] = {}
    boxes, skipped, used = Boxes(), SkipReport(), _files(files)
    for file in used:
        for image in parsed(files, file).iter("image"):
            entry = files.find(image.get("name", ""), file)
            if entry is None:
                skipped.add("unknown-pictures", image.get("name", ""))
                continue
            split = split_named(image.get("subset", "")) or split_of(entry, file)
            tags = [tag.get("label", "") for tag in image.findall("tag")]
            if tags and tags[0]:
                said[entry.number] = Said(tags[0], split)
            for shape in (one for kind in SHAPES for one in image.findall(kind)):
                boxes.add(entry, shape.get("label", ""), _area(shape), split)
    numbers, title = frozenset(entry.number for entry in used), f"CVAT annotations ({named(used)})"
    if said or not boxes.count:
        return Labelling(title, said, numbers, skipped=skipped)
    return Labelling(title, boxes.said(), numbers, boxes.notes("shapes"), boxes.guesses(), skipped)


def _files(files: Files) -> list[Entry]:
    heads = ((entry, files.head(entry)) for entry in files.ending(".xml")[:MOST_SNIFFED])
    return [entry for entry, head in heads if "<annotations" in head and ("<image " in head or "<task>" in head)]


def _area(shape: ElementTree.Element) -> float:
    if shape.get("points"):
        pairs = [point.split(",") for point in shape.get("points", "").split(";")]
        return area_of((number(pair[0]), number(pair[1])) for pair in pairs if len(pair) == 2)
    if shape.get("width"):
        return number(shape.get("width")) * number(shape.get("height"))
    left, top, right, bottom = (number(shape.get(side)) for side in ("xtl", "ytl", "xbr", "ybr"))
    return (right - left) * (bottom - top)


LAYOUT = LayoutSpec("cvat", "CVAT annotations (one XML file)", may_be, sure, label)
