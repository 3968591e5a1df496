"""Annotation XML as a small tree, read as a stream without entities or doctype."""

from xml.etree import ElementTree

from core.data.archives import Entry
from core.data.images.annotated import Files
from core.data.xml_stream import BrokenXml, XmlReader
from core.errors import DataError

LARGEST = 50 * 1024**2  # bytes of one XML file


def parsed(files: Files, entry: Entry) -> ElementTree.Element:
    """Return the root of an XML file.

    Raises:
        DataError: It is too large, no XML, or declares a document type.
    """
    if entry.size_bytes > LARGEST:
        raise DataError(f"{entry.name} is larger than {LARGEST // 1024**2} MB. Export the annotations in parts.")
    tree = ElementTree.TreeBuilder()

    def start(name: str, attributes: dict[str, str]) -> None:
        tree.start(name, attributes)

    def end(name: str) -> None:
        tree.end(name)

    reader = XmlReader(start, end, tree.data)
    try:
        reader.feed(files.archive.read(entry, LARGEST), is_last=True)
        return tree.close()
    except (BrokenXml, AssertionError) as error:
        raise DataError(
            f"{entry.name} is no XML that is read here: it is damaged or cut off, is not UTF-8, or declares a document "
            "type, which annotations do not need and which can fill a computer's memory. Export it again."
        ) from error


def words(element: ElementTree.Element | None, path: str) -> str:
    """Return the text at a path below an element; "" if there is none."""
    return (element.findtext(path) or "").strip() if element is not None else ""


def number(text: str | None) -> float:
    """Return a number; 0 where there is none."""
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
