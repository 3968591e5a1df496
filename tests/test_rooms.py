"""Holds the layout: who may import whom, what stays out of a page, how long a file may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_ROOMS, MOST_FLOORS = 34, 8

# What every room may import beside what ROOMS says.
VOCABULARY = ("errors", "specs", "runs", "settings", "files", "formatting")
# The only table of rooms; `python -m tests.test_readme` writes it into core/README.md. A room may import from itself.
ROOMS: dict[str, set[str]] = {
    "app": {"access", "web", "services"},
    "pages": {"services", "evaluation", "exchange", "notifications", "web", "configure", "contest", "statistics"},
    "cli": {"access", "catalog", "configure", "contest", "data", "evaluation", "exchange", "preprocessing", "processes",
            "services", "serving", "store", "training", "worker"},
    "web": {"access", "services", "evaluation"},
    "exchange": {"catalog", "services", "store", "data", "processes"},
    "track": {"access", "notifications", "processes", "services", "store", "tracking"},
    "worker": {"baselines", "services", "evaluation", "training", "statistics", "data", "preprocessing", "store",
               "tracking", "notifications", "catalog", "configure", "processes"},
    "services": {"access", "catalog", "configure", "contest", "data", "evaluation", "notifications", "preprocessing",
                 "processes", "statistics", "store", "tracking"},
    "serving": {"baselines", "catalog", "data", "evaluation", "modules", "preprocessing", "processes", "services",
                "training"},
    "contest": {"processes", "statistics", "store"},
    "evaluation": {"statistics", "training"},
    "training": {"modules", "statistics"},
    "data": {"catalog", "hub", "preprocessing", "processes"},
    "tracking": {"processes", "store"},
    "notifications": {"processes", "store"},
    "tasks": set(),
    "models": {"modules", "preprocessing", "pretrained"},
    "pretrained": {"hub", "modules", "preprocessing", "processes"},
    "configure": {"catalog"},
    "baselines": {"catalog", "modules", "preprocessing"},
    "catalog": set(),
    "modules": set(),
    "preprocessing": {"modules"},
    "statistics": set(),
    "store": set(),
    "access": {"processes"},
    "processes": set(),
    "hub": set(),
    **{word: set() for word in VOCABULARY},
}  # fmt: skip
AT_WORK = {  # commands import them inside
    "core.serving.predictor", "core.serving.baseline_predictor",
    "core.serving.evaluate", "core.serving.server.app", "core.serving.server.guard",
    "core.training.device",
}  # fmt: skip
WITHIN_VOCABULARY = {
    "errors": (), "settings": ("errors",), "specs": ("errors",), "runs": ("specs",), "hub": ("errors",), "files": (),
    "formatting": (),
}  # fmt: skip


def source_files() -> list[Path]:
    return sorted([ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])


def room_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "core" else parts[0]


class Source(NamedTuple):
    """What is held about a file, of which the tree is walked once for all tests."""

    file: Path
    room: str
    lines: int
    imports: set[str]
    bases: set[str]  # of its classes


def read(file: Path) -> Source:
    text = file.read_text()
    imports: set[str] = set()
    bases: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports |= {f"{node.module}.{alias.name}" if node.module == "core" else node.module for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            bases |= {ast.unparse(base) for base in node.bases}
    return Source(file.relative_to(ROOT), room_of(file), len(text.splitlines()), imports, bases)


@cache
def sources() -> list[Source]:
    return [read(file) for file in source_files()]


def rooms_imported(source: Source) -> set[str]:
    """Return the other rooms that a file imports."""
    return {module.split(".")[1] for module in source.imports if module.startswith("core.")} - {source.room}


def imported_by_rooms() -> dict[str, set[str]]:
    """Return what each room imports in truth."""
    found: dict[str, set[str]] = {}
    for source in sources():
        if source.file.name != "__init__.py" or len(source.file.parts) > 2:
            found.setdefault(source.room, set()).update(rooms_imported(source))
    return found


def parts_of_data() -> dict[str, set[str]]:
    """Return what each folder and file within `core/data` imports of the others."""
    found: dict[str, set[str]] = {}
    for source in sources():
        if source.file.parts[:2] == ("core", "data") and source.file.name != "__init__.py":
            part = source.file.parts[2].removesuffix(".py")
            others = {module.split(".")[2] for module in source.imports if module.startswith("core.data.")}
            found.setdefault(part, set()).update(others - {part})
    return found


def floors(imports: Mapping[str, set[str]]) -> dict[str, int]:
    """Return on which floor each stands: one above the highest that it imports.

    Raises:
        RecursionError: Two import each other, by whatever detour.
    """

    @cache
    def floor(name: str) -> int:
        return 1 + max((floor(other) for other in imports.get(name, ())), default=0)

    return {name: floor(name) for name in imports}


def test_a_room_imports_only_what_the_table_allows() -> None:
    assert len(sources()) > 500
    for source in sources():
        if source.file == Path("core/__init__.py"):
            continue
        allowed = ROOMS[source.room] | set(WITHIN_VOCABULARY.get(source.room, VOCABULARY))
        assert rooms_imported(source) <= allowed, f"{source.file} imports what the table of rooms does not allow"


def test_the_table_allows_nothing_that_nobody_needs() -> None:
    for room, allowed in ROOMS.items():
        assert allowed <= imported_by_rooms()[room], room


def test_the_house_is_low_and_has_no_circles() -> None:
    assert len(ROOMS) <= MOST_ROOMS
    assert max(floors(imported_by_rooms()).values()) <= MOST_FLOORS
    assert set(floors(parts_of_data())) >= {"readers", "tables", "images", "documents", "checks", "splits", "store"}


def test_a_circle_would_be_found() -> None:
    with pytest.raises(RecursionError):
        floors({"a": {"b"}, "b": {"a"}})


@pytest.mark.parametrize("room", ["training", "worker", "evaluation"])
def test_what_differs_between_tasks_is_asked_of_the_task(room: str) -> None:
    files = (ROOT / "core" / room).rglob("*.py")
    assert not [str(file) for file in files if re.search(r"\b(in|out)put_kind\b", file.read_text())]


def test_a_file_stays_readable() -> None:
    # Seldom over 300 lines: a concept is not cut in two for a number.
    assert not {str(source.file): source.lines for source in sources() if source.lines > 400}
    assert not [source.file for source in sources() if source.file.stem in ("utils", "helpers", "common")]


def test_only_the_room_of_modules_defines_them() -> None:
    modules = {source.file for source in sources() if {"nn.Module", "torch.nn.Module"} & source.bases}
    assert modules
    assert not {file for file in modules if file.parts[:2] != ("core", "modules")}


def test_only_the_store_knows_sql_and_pages_start_no_process() -> None:
    for source in sources():
        modules = {name.split(".")[0] for name in source.imports}
        assert source.room == "store" or not {"sqlalchemy", "alembic", "sqlite3"} & modules, source.file
        assert source.room != "pages" or not {"subprocess", "multiprocessing", "torch"} & modules, source.file


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python has loaded after a statement."""
    code = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=600
    ).stdout
    return set(output.split())


def test_the_dashboard_never_imports_torch() -> None:
    dashboard = [source for source in sources() if source.room in ("app", "pages", "web", "cli")]
    rooms = {name for source in dashboard for name in source.imports if name.startswith("core.")}
    rooms = {name for name in rooms if (ROOT / f"{name.replace('.', '/')}.py").exists()} - AT_WORK
    looked_up = "import core.catalog as c; c.tasks(), c.datasets(), c.models(), c.preprocessors()"
    loaded = loaded_by(f"{looked_up}; import {', '.join(rooms)}")
    assert {"core", "sqlalchemy"} <= loaded
    assert not {"torch", "transformers"} & loaded
