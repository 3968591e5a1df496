"""The Import page: a look first, one button, and a way back."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.exchange.jobs import Works
from core.runs import Run
from core.services.run_service import Service
from tests.live import eventually
from tests.pages.conftest import Open, healthy, unfolded, words

SWEEP = "run,step,loss\n<b>fox</b>,0,3\n<b>fox</b>,1,2\nowl,0,4\n"


def settled(service: Service, at: AppTest) -> AppTest:
    """Return the page when the work that its address names has ended."""
    work_id = str(at.query_params["work"][0] if isinstance(at.query_params["work"], list) else at.query_params["work"])
    eventually(lambda: not Works(service.settings).get(work_id).is_working)
    return healthy(at.run())


def test_a_table_on_this_machine_comes_in_and_can_be_undone(service: Service, open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "sweep.csv").write_text(SWEEP)
    work_id = Works(service.settings).start(tmp_path / "sweep.csv")
    at = settled(service, open_page("import_runs", work=work_id))
    assert "2 runs from Table \\(CSV\\)" in words(at)
    assert [list(c) for frame in at.dataframe if "course" in frame.value for c in frame.value["course"]] == [[3.0, 2.0]]
    assert service.runs() == []
    next(button for button in at.button if button.label == "Import 2 runs").click().run()
    at = settled(service, at)
    assert [message.value for message in at.success] == ["2 runs added."]
    assert {run.name for run in service.runs()} == {"<b>fox</b>", "owl"}
    at.button(key="undo-import").click().run()
    assert service.runs() == []
    healthy(at.run()).button(key="redo-import").click().run()
    assert len(service.runs()) == 2


def test_what_cannot_be_read_is_said_and_something_else_can_be_chosen(
    service: Service, open_page: Open, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    at = settled(service, open_page("import_runs", work=Works(service.settings).start(tmp_path / "photos")))
    assert "There are no runs in" in at.error[0].value
    at.button(key="another").click().run()
    assert "What Touchstone can read" in [expander.label for expander in healthy(at).expander]


def test_a_link_of_long_ago_says_so(open_page: Open) -> None:
    at = open_page("import_runs", work="abc123")
    assert "not known any more" in at.warning[0].value


def test_a_run_offers_itself_to_other_trackers(open_page: Open, finished: Callable[..., Run]) -> None:
    at = unfolded(open_page("run", run=finished().id, tab="details"), "record-export")
    assert "Export to TensorBoard or MLflow" in [expander.label for expander in at.expander]
    assert "mlflow migrate-filestore --source . --target sqlite:///mlflow.db\nmlflow ui" in words(at)
