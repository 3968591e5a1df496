"""Import and export formats, discovered from files in `importers/` and `exporters/`."""

from core.catalog import entries
from core.errors import DataError, UnknownName
from core.exchange.exported_run import Exporter
from core.exchange.external_run import Importer
from core.exchange.source import Source


def importers() -> dict[str, Importer]:
    """Return every importer by name, those that are asked first at the front."""
    return dict(
        sorted(entries("core.exchange.importers", "IMPORTER").items(), key=lambda item: (item[1].order, item[0]))
    )


def exporters() -> dict[str, Exporter]:
    """Return every exporter by name."""
    return dict(entries("core.exchange.exporters", "EXPORTER"))


def find_importer(name: str) -> Importer:
    """Return the importer of this name.

    Raises:
        UnknownName: There is none.
    """
    if name not in importers():
        raise UnknownName("format to import from", name, importers())
    return importers()[name]


def find_exporter(name: str) -> Exporter:
    """Return the exporter of this name.

    Raises:
        UnknownName: There is none.
    """
    if name not in exporters():
        raise UnknownName("format to export to", name, exporters())
    return exporters()[name]


def fitting(source: Source) -> list[Importer]:
    """Return the importers that know a source, the surest first.

    Raises:
        DataError: None does.
    """
    found = [importer for importer in importers().values() if importer.sniff(source)]
    if not found:
        known = "; ".join(f"{importer.title}: {importer.takes}" for importer in importers().values())
        raise DataError(f"There are no runs in {source.name} that Touchstone knows how to read. It takes {known}")
    return found
