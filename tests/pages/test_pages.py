"""Every page: empty, in use, opened by its own address; and what it must never do."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import Run, RunStatus, Stage
from core.services.run_service import Service
from core.store.run_store import RunStore, now
from tests.pages.conftest import RECORD, Open, figures, healthy, said_on, unfolded, words
from tests.test_words import old_words_of

PAGES = ("start", "recipes", "train", "runs", "run", "system")
NASTY = "<img src=x onerror=alert(1)> [a](http://evil) $x$ :red[b] **c**"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws_in_an_empty_home(open_page: Open, page: str) -> None:
    at = open_page(page)
    assert len(at.title) == 1
    assert not at.error
    assert old_words_of(said_on(at)) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws_with_runs_in_every_state(
    open_page: Open, new_run: Callable[..., Run], finished: Callable[..., Run], page: str
) -> None:
    for status in RunStatus:
        new_run(status=status, started_at=now(), name=f"{status} {NASTY}")
    run = finished()
    assert old_words_of(said_on(open_page(page, run=run.id))) == []


def test_importing_the_pages_does_not_import_torch() -> None:
    pages = ", ".join(f"pages.{page}" for page in PAGES)
    code = f"import sys, {pages}; print({{'torch', 'transformers'}} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.stdout == "set()\n", done.stderr


def test_a_failed_store_is_a_sentence_and_no_stack_trace(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.errors import DatabaseUnavailable

    def broken(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("The database cannot be read now.")

    monkeypatch.setattr(Service, "active_runs", broken)
    at = open_page("runs")
    assert [e.value for e in at.error] == ["The database cannot be read now\\."]


def test_a_name_is_shown_as_written(open_page: Open, new_run: Callable[..., Run]) -> None:
    run = new_run(name=NASTY)
    title = open_page("run", run=run.id).title[0].value
    assert "\\<img" in title
    assert "\\[a\\]\\(" in title
    assert "\\$x\\$" in title
    assert "\\:red" in title


@pytest.mark.parametrize("run_id", ["", "nothere", "<b>", "../../etc/passwd"])
def test_an_unknown_run_is_explained(open_page: Open, run_id: str) -> None:
    at = open_page("run", run=run_id)
    assert "run" in words(at).lower()
    assert not at.error


def test_a_finished_run_shows_verdict_scores_and_mistakes(open_page: Open, finished: Callable[..., Run]) -> None:
    run = finished("text-classification")
    at = open_page("run", run=run.id)
    shown = words(at)
    assert "Right on 18 of 20 unseen messages; you wanted 75 of 100" in shown
    assert "90.0 %" in shown
    assert "85.0 to 95.0 %" in [m.delta for m in at.metric]
    assert "<b>hardly</b> *seen*" in [t.value for t in at.text]  # plain text, never Markdown
    assert [len(figures(open_page("run", run=run.id, tab=tab))) for tab in ("overview", "mistakes", "curves")] == [
        1,
        1,
        0,
    ]
    assert "the log of this run" in words(unfolded(open_page("run", run=run.id, tab="details"), *RECORD))


def test_a_model_of_numbers_shows_how_far_off_it_is(open_page: Open, finished: Callable[..., Run]) -> None:
    run = finished("tabular-regression")
    at = open_page("run", run=run.id, tab="mistakes")
    shown = words(at)
    assert "Where it is off" in shown
    assert "Half are off by less than 20" in shown
    assert "Bias 297 too low on average" in shown
    assert (
        "Its predictions are off by 0\\.9 on average; always predicting the mean is off by 0\\.3" in shown
    )  # its title
    assert "In the units of price \\(EUR\\), on unseen rows" in shown
    (alt,) = [chart["alt"] for chart in figures(at) if "Predictions against" in chart["alt"]]
    assert alt.endswith(
        "Predictions against the actual price (EUR) of 3 unseen rows, from 100 to 1,300; 33% of them are too high."
    )
    assert not {"Where it fails"} & set(shown.split("\n")), "numbers have no classes"
    tables = [d.value for d in at.dataframe]
    (largest,) = [table for table in tables if "Off by" in table]
    assert largest.iloc[0].tolist() == ["900 too low", "1,300", "400", "15.6", "<b>Dell</b>", "–", "'=1+1"]
    assert list(largest.columns)[-1] == "'=SUM(A1) "  # no spreadsheet takes a download for a formula
    assert len(figures(at)) == 3
    tables = [d.value for d in open_page("run", run=run.id, tab="details").dataframe]
    names = [name for table in tables if "name" in table for name in table["name"]]
    assert "l1" in names
    assert "label_smoothing" not in names  # it means nothing for numbers


def progress(at: AppTest) -> str:
    return str(at.get("progress")[0].proto.text)


def test_a_run_that_waits_says_how_many_are_ahead(open_page: Open, new_run: Callable[..., Run]) -> None:
    new_run(status=RunStatus.RUNNING, stage=Stage.TRAINING, started_at=now())
    waiting = new_run()
    at = open_page("run", run=waiting.id)
    assert "1 run ahead of it" in progress(at)


def test_stop_is_asked_once_and_said(open_page: Open, service: Service, new_run: Callable[..., Run]) -> None:
    run = new_run(status=RunStatus.RUNNING, stage=Stage.TRAINING, started_at=now(), steps=5, steps_total=10)
    at = open_page("run", run=run.id)
    at.button(key="stop").click().run()
    assert service.run(run.id).stop_requested_at is not None
    assert healthy(at).button(key="stop").disabled
    assert "saves what it learnt" in progress(at)


def test_a_stopped_run_can_go_on(open_page: Open, service: Service, new_run: Callable[..., Run]) -> None:
    run = new_run(status=RunStatus.STOPPED, started_at=now(), finished_at=now())
    at = open_page("run", run=run.id)
    at.button(key="resume").click().run()
    healthy(at)
    assert service.run(run.id).status is RunStatus.QUEUED


def test_system_names_the_folders_and_the_versions(open_page: Open, service: Service) -> None:
    tables = [d.value for d in open_page("system").dataframe]
    shown = str([table.to_dict() for table in tables])
    assert str(service.settings.home) in shown
    assert "streamlit" in shown


def test_the_note_of_a_run_is_shown(open_page: Open, service: Service, new_run: Callable[..., Run]) -> None:
    run = new_run()
    RunStore(service.database).update(run.id, note="Learns too slowly")
    notes = [html.proto.body for html in open_page("run", run=run.id).get("html")]
    assert '<div class="note"><p>Learns too slowly</p>\n</div>' in notes
