"""Every format, found by walking: a new file in `importers/` or `exporters/` is a new one."""

import importlib
import pkgutil
from functools import cache
from typing import Any

from core.errors import DataError, UnknownName
from core.exchange.exported_run import Exporter
from core.exchange.external_run import Importer
from core.exchange.source import Source


def importers() -> dict[str, Importer]:
    """Return every importer by name, those that are asked first at the front."""
    return dict(sorted(_found("importers", "IMPORTER").items(), key=lambda item: (item[1].order, item[0])))


def exporters() -> dict[str, Exporter]:
    """Return every exporter by name."""
    return dict(_found("exporters", "EXPORTER"))


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


@cache
def _found(folder: str, constant: str) -> dict[str, Any]:
    package = importlib.import_module(f"core.exchange.{folder}")
    found: dict[str, Any] = {}
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        if (entry := getattr(module, constant, None)) is not None:
            if entry.name in found:
                raise RuntimeError(f"two files in {package.__name__} declare the {constant} '{entry.name}'")
            found[entry.name] = entry
    return found
