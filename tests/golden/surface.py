"""What others hold on to, as text: commands, routes, schema, documents, files, environment.

`PARTS` needs no home; `PARTS_OF_A_HOME` says it of a home folder in which the commands work already.
"""

import hashlib
import inspect
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import track
from core.services.bootstrap import open_service
from core.settings import Settings
from core.web.routes import routes
from core.web.uploads import upload_routes
from tests.golden.console import answer, at_home, doctor, touchstone
from tests.golden.structure import folder_shape, shape

ROOT = Path(__file__).resolve().parents[2]
USAGE = re.compile(r"^Usage: .*?touchstone\b")
GROUP = re.compile(r"^Commands:\n((?:  .*\n)+)", re.MULTILINE)
VARIABLE = re.compile(r"\bTOUCHSTONE_[A-Z_]+\b")
QUERY = re.compile(r"""query_params(?:\.get|\.pop)?[(\[]"(\w+)\"""")
ADDRESS = re.compile(r'url_path="([^"]+)"')


def commands() -> Iterator[str]:
    """Yield the help of every command."""
    yield from _help(())


def _help(path: tuple[str, ...]) -> Iterator[str]:
    code, text, err = touchstone(*path, "--help")
    assert code == 0, err
    said = USAGE.sub("Usage: touchstone", text.rstrip())  # however this process was started
    yield from (f"$ touchstone {' '.join([*path, '--help'])}", said, "")
    if inner := GROUP.search(text):
        for name in re.findall(r"^  (\S+)", inner[1], re.MULTILINE):
            yield from _help((*path, name))


def addresses() -> Iterator[str]:
    """Yield every route, then the address of every page and the words of their queries that stand in the code."""
    every = [*routes(open_service), *upload_routes(lambda: open_service().dataset_service)]
    yield from sorted(f"{' '.join(sorted(route.methods or ()))} {route.path}" for route in every)
    yield from sorted(f"page /{path}" for path in ADDRESS.findall((ROOT / "pages" / "frame.py").read_text()))
    every_page = [file.read_text(encoding="utf-8") for file in (ROOT / "pages").rglob("*.py")]
    yield from sorted(f"query ?{word}=" for word in {word for page in every_page for word in QUERY.findall(page)})


def schema() -> Iterator[str]:
    """Yield the tables of a new database, and a hash of each migration."""
    with tempfile.TemporaryDirectory() as folder, at_home(Path(folder)):
        assert answer("runs", "list") == []
        with sqlite3.connect(Path(folder) / "touchstone.db") as database:
            rows = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        database.close()
    yield from (f"{kind} {name}\n{sql or ''}\n" for kind, name, sql in rows)
    for file in sorted((ROOT / "core").rglob("migrations/versions/[0-9]*.py")):
        yield f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"


def public() -> Iterator[str]:
    """Yield what scripts call, and which variables are read."""
    yield f"track.init{inspect.signature(track.init)}"
    for name, method in sorted(vars(track.TrackedRun).items()):
        if not name.startswith("_"):
            yield f"TrackedRun.{name}{inspect.signature(method) if inspect.isfunction(method) else ''}"
    files = [ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    found = {name for file in files for name in VARIABLE.findall(file.read_text(encoding="utf-8"))}
    yield from sorted(found | {f"TOUCHSTONE_{name.upper()}" for name in Settings.model_fields})


def settings() -> Iterator[str]:
    """Yield every setting of every model with its default and limits, the presets, and the recipes."""
    with tempfile.TemporaryDirectory() as folder, at_home(Path(folder)):  # what a recipe suits depends on the data
        models, recipes = answer("models", "list"), answer("recipes")
    for model in models:
        yield f"{model['name']} {model['tasks']} presets {model['presets']}"
        for field in model["settings"]:
            yield "    " + " ".join(f"{key}={field[key]}" for key in ("name", "default", "low", "high", "choices"))
    for recipe in recipes:
        yield from (f"recipe {recipe.get('name')}", *(f"    {line}" for line in shape(recipe)))


def documents() -> Iterator[str]:
    """Yield the names and types of what the commands and routes say of a home."""
    for command in ("runs list", "data list", "models list", "recipes"):
        yield from _section(command, answer(*command.split()))
    yield from _section("doctor", doctor() | {"problems": []})  # what a machine lacks is no part of it
    every = sorted(answer("runs", "list"), key=lambda run: run["name"])
    for run in every:
        for command in ("show", "metrics", "log"):
            yield from _section(f"runs {command} {run['name']}", answer("runs", command, run["id"]))
    for data in sorted(answer("data", "list"), key=lambda data: data["name"]):
        for command in ("show", "check"):
            yield from _section(f"data {command} {data['name']}", answer("data", command, data["name"]))
    client = TestClient(Starlette(routes=routes(open_service)), base_url="http://127.0.0.1:8501")
    with client:
        for run in every:
            asked = {"keys": ",".join(answer("runs", "metrics", run["id"])), "high": "99", "smooth": "0.5"}
            for path in ("", "/curves", "/detail", "/wall"):
                said = client.get(f"/api/runs/{run['id']}{path}", params=asked if path == "/detail" else {}).json()
                yield from _section(f"GET {path or 'run'} {run['name']}", said)


def _section(title: str, document: Any) -> Iterator[str]:
    yield from (f"# {title}", *shape(document), "")


def estimates() -> Iterator[str]:
    """Yield the names and types of what is measured before a run."""
    small = ("--dataset", "digits", "--model", "logistic-regression", "--set", "device=cpu", "--set", "epochs=1")
    for command in ("estimate", "learning-rate"):
        yield from _section(command, answer(command, *small, "--set", "evaluation=quick-look"))


def files(home: Path) -> Iterator[str]:
    """Yield what lies in the folder of every run and data set."""
    for run in sorted(answer("runs", "list"), key=lambda run: run["name"]):
        yield from run_files(home, run["id"], run["name"])
    for folder in sorted((home / "datasets").glob("[!.]*")):  # not the imports' own
        yield from data_files(folder)


def run_files(home: Path, run_id: str, name: str) -> Iterator[str]:
    """Yield what lies in the folder of a run."""
    yield from (f"# run {name}", *folder_shape(home / "runs" / run_id), "")


def data_files(folder: Path) -> Iterator[str]:
    """Yield what lies in the folder of a data set."""
    yield from (f"# data set {folder.name}", *folder_shape(folder), "")


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "commands": commands,
    "addresses": addresses,
    "schema": schema,
    "public": public,
    "settings": settings,
}
PARTS_OF_A_HOME: dict[str, Callable[[Path], Iterator[str]]] = {
    "documents": lambda _: documents(),
    "files": files,
    "estimates": lambda _: estimates(),  # by a supervisor
}
