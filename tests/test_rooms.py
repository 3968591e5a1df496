"""Holds the layout: who may import whom, what stays out of a page, how long a file may be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

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
    "bootstrap": WORDS | {"service", "store", "worker.launch"},
    "service": WORDS | {"access", "catalog", "configure", "store", "intake", "shelf", "imports", "trials", "lineage",
                        "run_document", "lost_runs", "processes"},
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
    "transfer": WORDS | {"service", "store", "bootstrap", "intake", "imports", "processes", "limits",
                 "inspection"},
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
                       "processes", "results", "preprocessing.encoder_place",
                       "training", "store", "catalog", "configure", "intake", "bootstrap"},
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


def imported_modules(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" if node.module == "core" else node.module for alias in node.names}
    return names


@pytest.mark.parametrize("file", source_files(), ids=lambda f: str(f.relative_to(ROOT)))
def test_a_room_imports_only_what_the_table_allows(file: Path) -> None:
    room = room_of(file)
    for module in imported_modules(file):
        if not module.startswith("core."):
            continue
        path = module.removeprefix("core.")
        allowed = MAY_IMPORT[room] | {room}
        assert any(path == name or path.startswith(f"{name}.") for name in allowed), f"{room} may not import {module}"


@pytest.mark.parametrize("file", source_files(), ids=lambda f: str(f.relative_to(ROOT)))
def test_a_file_stays_readable(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400  # seldom over 300: a concept is not cut in two for a number
    assert file.stem not in ("utils", "helpers", "common")


def test_only_layers_define_modules() -> None:
    for file in source_files():
        for node in ast.walk(ast.parse(file.read_text())):
            bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
            assert room_of(file) == "layers" or not {"nn.Module", "torch.nn.Module"} & set(bases), file


def test_only_the_store_knows_sql_and_pages_start_no_process() -> None:
    for file in source_files():
        modules = {name.split(".")[0] for name in imported_modules(file)}
        assert room_of(file) == "store" or not {"sqlalchemy", "alembic", "sqlite3"} & modules, file
        assert room_of(file) != "pages" or not {"subprocess", "multiprocessing", "torch"} & modules, file


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python has loaded after a statement."""
    code = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=600
    ).stdout
    return set(output.split())


@pytest.mark.parametrize("module", ["core.service", "core.bootstrap", "core.catalog", "core.routes", "core.cli"])
def test_the_dashboard_never_imports_torch(module: str) -> None:
    looked_up = "; import core.catalog as c; c.tasks(), c.datasets(), c.models(), c.preprocessors()"
    assert not {"torch", "transformers"} & loaded_by(f"import {module}{looked_up}")
