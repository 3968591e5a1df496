"""Holds the layout: who may import whom, what stays out of a page, how long a file may be."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = {"config", "specs", "errors", "layers", "preprocessing", "segmentation"}
WORDS = {"config", "errors", "specs", "runs", "settings"}

# The table of core/README.md. A room may always import from itself.
MAY_IMPORT = {
    "app": {"access", "routes", "upload_routes", "front_page", "bootstrap", "errors", "settings"},
    "access": {"processes", "errors"},
    "pages": {"coach", "comparing", "organising", "results", "transfer", "notifying", "doubts", "recipes", "service",
              "wall_file", "chart_libraries", "shelf", "bootstrap", "configure", "config", "specs", "runs",
              "imports", "errors", "recommending", "statistics"},
    "cli": WORDS | {"access", "organising", "doubts", "recipes", "transfer", "service", "shelf", "imports", "intake",
                    "recommending",
                    "bootstrap", "catalog", "configure", "store", "serving", "worker", "training.device",
                    "preprocessing.sentence_encoder", "inspection", "limits", "repair"},
    "repair": WORDS | {"store"},
    "routes": WORDS | {"access", "service", "shelf", "bootstrap", "curves", "curve_answers", "wall_routes",
               "chart_libraries"},
    "front_page": {"chart_libraries"},
    "chart_libraries": set(),
    "curve_answers": WORDS | {"curves"},
    "wall_routes": WORDS | {"service", "wall_file"},
    "wall_file": set(),
    "upload_routes": WORDS | {"access", "service", "shelf", "bootstrap", "routes"},
    "curves": WORDS | {"service", "store"},
    "bootstrap": WORDS | {"service", "store", "worker.launch", "lock_holders"},
    "lock_holders": WORDS | {"store", "processes"},
    "service": WORDS | {"access", "catalog", "configure", "store", "intake", "shelf", "imports", "trials", "lineage",
                        "run_document", "lost_runs", "lock_holders", "processes"},
    "lost_runs": WORDS | {"store", "processes", "exit_reason"},
    "exit_reason": {"runs"},
    "trials": WORDS | {"catalog", "configure", "store"},
    "lineage": WORDS | {"catalog", "configure", "store"},
    "run_document": WORDS | {"store"},
    "recipes": WORDS | {"shelf", "imports"},
    "organising": WORDS | {"service", "store"},
    "comparing": WORDS | {"service", "outcome_file", "statistics"},
    "statistics": {"runs", "specs"},
    "results": WORDS | {"outcome_file", "statistics"},
    "transfer": WORDS | {"service", "organising.measures", "store", "bootstrap", "intake", "imports", "processes",
                 "limits", "inspection"},
    "notifying": WORDS | {"store", "processes"},
    "track": WORDS | {"access", "notifying", "store", "recorder", "bootstrap", "processes"},
    "recorder": WORDS | {"store"},
    "outcome_file": WORDS,
    "hub": set(),
    "pretrained": WORDS | {"hub", "limits", "processes", "preprocessing", "layers"},
    "coach": WORDS | {"service", "curves"},
    "doubts": WORDS | {"service", "shelf", "imports"},
    "shelf": WORDS | {"catalog", "intake", "imports"},
    "worker": WORDS | {"imports", "notifying", "lost_runs", "exit_reason", "outcome_file", "wall_file", "recorder",
                       "processes", "results", "preprocessing.encoder_place", "preprocessing.target_numbers",
                       "statistics", "training", "store", "catalog", "configure", "intake", "bootstrap"},
    "serving": WORDS | {"training", "catalog", "intake", "preprocessing.encoder_place"},
    "configure": WORDS | {"catalog"},
    "catalog": {"specs", "errors"},
    "training": {"statistics", "layers", "config", "specs", "runs", "errors"},
    "tasks": PLUGIN,
    "datasets": PLUGIN | {"settings"},
    "models": PLUGIN | {"pretrained"},
    "preprocessing": {"config", "specs", "errors", "segmentation"},
    "segmentation": set(),
    "languages": set(),
    "vocabulary": {"segmentation"},
    "recommending": {"specs", "languages", "vocabulary", "shelf", "catalog"},
    "layers": {"specs", "errors"},
    "intake": {"hub", "config", "specs", "imports", "catalog", "errors", "processes", "settings", "inspection",
               "limits", "segmentation", "languages", "vocabulary", "preprocessing.letter_case"},
    "inspection": {"errors", "limits", "processes"},
    "limits": set(),
    "processes": set(),
    "imports": set(),
    "store": {"runs", "config", "specs", "errors"},
    "settings": {"errors"},
    "runs": {"config", "specs"},
    "specs": {"config"},
    "config": set(),
    "errors": set(),
    "__init__": set(),
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


def forbidden(source: Source) -> list[str]:
    """Return what a file imports against the table."""
    allowed = MAY_IMPORT[source.room] | {source.room}
    paths = {module.removeprefix("core.") for module in source.imports if module.startswith("core.")}
    return [path for path in paths if not any(path == name or path.startswith(f"{name}.") for name in allowed)]


def test_a_room_imports_only_what_the_table_allows() -> None:
    assert len(sources()) > 500
    against = {str(source.file): found for source in sources() if (found := forbidden(source))}
    assert not against, "these import what the table of core/README.md does not allow"


def test_a_file_stays_readable() -> None:
    # Seldom over 300 lines: a concept is not cut in two for a number.
    assert not {str(source.file): source.lines for source in sources() if source.lines > 400}
    assert not [source.file for source in sources() if source.file.stem in ("utils", "helpers", "common")]


def test_only_layers_define_modules() -> None:
    modules = {source.file for source in sources() if {"nn.Module", "torch.nn.Module"} & source.bases}
    assert modules
    assert not {file for file in modules if file.parts[:2] != ("core", "layers")}


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
    rooms = ("core.service", "core.bootstrap", "core.routes", "core.cli")
    looked_up = "import core.catalog as c; c.tasks(), c.datasets(), c.models(), c.preprocessors()"
    loaded = loaded_by(f"{looked_up}; import {', '.join(rooms)}")
    assert {"core", "sqlalchemy"} <= loaded
    assert not {"torch", "transformers"} & loaded
