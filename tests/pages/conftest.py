"""Pages on a real database, with runs in every state; no supervisor is started."""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.elements.lib.options_selector_utils import create_mappings
from streamlit.elements.widgets import multiselect, radio, selectbox
from streamlit.testing.v1 import AppTest

from core.configure import make_config
from core.runs import Metric, Run, RunStatus, Stage
from core.services.bootstrap import shared_service
from core.services.run_service import Service
from core.services.supervisor_client import SupervisorProcess
from core.specs import Score
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from tests.live import eventually
from tests.small_sets import SMALL_SETS

FRAME = Path(__file__).resolve().parents[2] / "pages" / "frame.py"
PATIENCE_S = 600
SAMPLE = re.compile(r'<pre class="sample-text">(.*)</pre>', re.DOTALL)
GROUPS = (
    "settings",
    "group-model",
    "group-optimiser",
    "group-regularisation",
    "group-augmentation",
    "group-machine",
)  # of settings
RECORD = ("record-events", "record-log", "record-export")
Open = Callable[..., AppTest]


@pytest.fixture
def service(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The same service as the pages': found by the environment."""
    monkeypatch.setattr(SupervisorProcess, "ensure", lambda self: None)
    monkeypatch.setattr(Service, "is_owner", staticmethod(lambda _headers: True))  # no guard stands before these pages
    return shared_service()


@pytest.fixture(autouse=True)
def every_option_has_a_title_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where two options of one choice are called the same: Streamlit takes the last, whichever was chosen."""

    def checked(options: Sequence[Any], format_func: Callable[[Any], str] = str) -> tuple[list[str], dict[str, int]]:
        titles, places = create_mappings(options, format_func)
        assert len(titles) == len(places), f"Two options have one title: {titles}"
        return titles, places

    for widget in (multiselect, radio, selectbox):
        monkeypatch.setattr(widget, "create_mappings", checked)


@pytest.fixture
def open_page(service: Service) -> Open:
    """Open a page by its file, inside the frame, with a query string."""

    def open_page(name: str, **query: str) -> AppTest:
        at = AppTest.from_file(str(FRAME), default_timeout=PATIENCE_S)
        if "_" in name:  # its address is another than its file's name: which one, the frame has to say first
            at.run()
        at.switch_page(f"{name}.py")
        for key, value in query.items():
            at.query_params[key] = value
        return healthy(at.run())

    return open_page


def healthy(at: AppTest) -> AppTest:
    """Return the page if it drew without an exception."""
    assert not at.exception, [e.value for e in at.exception]
    return at


def said_on(at: AppTest) -> Iterator[str]:
    """Yield what a page says of itself: no texts of data or of people, which are drawn as texts, code and tables."""
    for part in (*at.title, *at.header, *at.subheader, *at.markdown, *at.caption, *at.error, *at.warning, *at.info):
        yield str(part.value)
    for part in (*at.button, *at.selectbox, *at.text_input, *at.number_input, *at.checkbox, *at.toggle, *at.metric):
        yield str(getattr(part, "label", ""))
        yield str(getattr(part, "help", ""))
    for part in (*at.selectbox, *at.multiselect, *at.radio):
        yield from map(str, getattr(part, "options", ()))


def saved(at: AppTest, service: Service) -> AppTest:
    """Save the corrected labels; return the page when the new version is there."""
    at.button(key="save-labels").click().run()
    work = str(at.query_params["work"][0] if isinstance(at.query_params["work"], list) else at.query_params["work"])
    eventually(lambda: service.dataset_service.import_progress(work).state != "working")
    return healthy(at.run())


def words(at: AppTest) -> str:
    """Return all text of a page."""
    parts = [*at.title, *at.header, *at.markdown, *at.caption, *at.text, *at.code, *at.error, *at.metric]
    return "\n".join(str(getattr(part, "label", "")) + " " + str(part.value) for part in parts)


def figures(at: AppTest) -> list[dict[str, Any]]:
    """Return what was given to each figure of a page: `alt`, and Plotly's `figure` as JSON."""
    return [json.loads(f.proto.json) for f in at.get("bidi_component") if f.proto.component_name.endswith("_figure")]


def samples(at: AppTest) -> list[str]:
    """Return each text that a model wrote, as it is shown."""
    found = [SAMPLE.fullmatch(part.proto.body) for part in at.get("html")]
    return [unescape(one[1]) for one in found if one]


def unfolded(at: AppTest, *keys: str) -> AppTest:
    """Open expanders whose content is made only then."""
    for key in keys:
        at.session_state[key] = True
    return healthy(at.run())


@pytest.fixture
def new_run(service: Service) -> Callable[..., Run]:
    """Queue a run; keyword arguments are columns to change."""
    store = RunStore(service.database)

    def new_run(task: str = "image-classification", name: str = "", **values: Any) -> Run:
        dataset, model = SMALL_SETS[task]
        run = store.create(make_config(task, dataset, model), name, f"key-{len(service.runs())}")
        if values:
            store.update(run.id, **values)
        return service.run(run.id)

    return new_run


@pytest.fixture
def finished(service: Service, new_run: Callable[..., Run]) -> Callable[..., Run]:
    """Make a run of a task that has everything that an ended run has."""
    store = RunStore(service.database)

    def finished(task: str = "image-classification", name: str = "") -> Run:
        run = new_run(task, name, status=RunStatus.RUNNING, started_at=now(), steps=20, steps_total=20)
        spec = service.tasks()[task]
        points = [Metric("train/loss", i, 1 / (1 + i), 1000.0 + i) for i in range(20)]
        MetricStore(service.database).append(run.id, points)
        scores = {m.name: Score(0.9, 0.85, 0.95) for m in spec.metrics}
        store.set_scores(run.id, "model", scores)
        simplest = "mean" if spec.output_kind == "number" else "majority"
        store.set_scores(run.id, simplest, {m.name: Score(0.3, math.nan, math.nan) for m in spec.metrics})
        store.update(run.id, verdict="Right on 90.0 % of unseen examples.", stage=Stage.DONE)
        store.add_event(run.id, "warning", "The loss rises since step 12.")
        if spec.output_kind == "text":
            for step in (10, 20):
                store.add_event(run.id, "sample", "", {"step": step, "text": f"written at {step}"})
        store.finish(run.id, RunStatus.SUCCEEDED)
        _files(service.folder(run.id), spec.output_kind)
        return service.run(run.id)

    return finished


def _files(folder: Path, output_kind: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.txt").write_text("the log of this run\n")
    difference = {"baseline": "majority", "metric": "accuracy", "value": 0.6, "ci_low": 0.5, "ci_high": 0.7}
    report: dict[str, object] = {"difference": difference}
    if output_kind == "number":
        row = {"size": 15.6, "maker": "<b>Dell</b>", "memory": None, "=SUM(A1)": "=1+1"}
        report |= {
            "target": "price (EUR)",
            "pairs": [[100.0, 120.0], [200.0, 190.0], [1300.0, 400.0]],
            "mistakes": [{"target": 1300.0, "predicted": 400.0, "error": -900.0, "row": row}],
        }
    if output_kind == "label":
        report |= {
            "labels": ["a", "b"],
            "confusion": [[9, 1], [2, 8]],
            "per_class": [{"label": c, "precision": 0.9, "recall": 0.8, "f1": 0.85, "support": 10} for c in ("a", "b")],
            "mistakes": [{"target": "a", "predicted": "b", "confidence": 0.99, "text": "<b>hardly</b> *seen*"}],
        }
    (folder / "report.json").write_text(json.dumps(report))
