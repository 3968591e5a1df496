"""XML of annotations: parsed by the platform's parser, never with entities or a document type, which can do harm."""

from xml.etree import ElementTree

from core.errors import DataError
from core.intake.archives import Entry
from core.intake.pictures.annotated import Files

LARGEST = 50 * 1024**2  # bytes of one XML file
_FORBIDDEN = ("<!DOCTYPE", "<!ENTITY", "<!doctype", "<!entity")


def parsed(files: Files, entry: Entry) -> ElementTree.Element:
    """Return the root of an XML file.

    Raises:
        DataError: It is too large, no XML, or declares entities.
    """
    if entry.size_bytes > LARGEST:
        raise DataError(f"{entry.name} is larger than {LARGEST // 1024**2} MB. Export the annotations in parts.")
    text = files.text(entry)
    if any(word in text for word in _FORBIDDEN):
        raise DataError(
            f"{entry.name} declares a document type or entities, which annotations do not need and which can fill a "
            "computer's memory, so it was not read. Export it again."
        )
    try:
        return ElementTree.fromstring(_without_declaration(text))
    except (ElementTree.ParseError, ValueError) as error:
        raise DataError(f"{entry.name} is no XML that can be read: it is damaged or was cut off.") from error


def words(element: ElementTree.Element | None, path: str) -> str:
    """Return the text of what lies at a path below an element; "" if there is nothing."""
    return (element.findtext(path) or "").strip() if element is not None else ""


def number(text: str | None) -> float:
    """Return a number; 0 where there is none."""
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _without_declaration(text: str) -> str:
    """Return the text without <?xml ... encoding=...?>: it is decoded already."""
    start = text.lstrip()
    return start.partition("?>")[2] if start.startswith("<?xml") else start
