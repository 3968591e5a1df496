"""The end of a run is told once, tried again where that may help, and never at the run's cost."""

import logging
import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.notifications.notify import announce, send_test, tell
from core.notifications.posting import Answer
from core.notifications.webhook import Webhook, checked, save
from core.runs import Run, RunStatus
from core.settings import Settings
from core.specs import Score
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.run_store import RunStore
from tests.live import LIMIT_S, eventually
from tests.notifications.listener import chat, dead_url

AT_ONCE: Sequence[float] = (0.0, 0.0, 0.0)


@pytest.fixture
def run(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Run:
    """A run that has just succeeded."""
    made = runs.create(quick_config(), "cats @everyone", "key")
    runs.update(made.id, status=RunStatus.RUNNING, steps=90, steps_total=90, train_time_s=83.0)
    runs.set_scores(made.id, "model", {"accuracy": Score(0.9, 0.8, 0.95), "loss": Score(0.3, math.nan, math.nan)})
    runs.update(made.id, verdict="Right on 90 % of unseen examples.")
    runs.finish(made.id, RunStatus.SUCCEEDED)
    return runs.get(made.id)


@pytest.fixture
def say(settings: Settings, database: Database) -> Callable[..., Answer | None]:
    """Set a webhook and tell of a run."""

    def say(url: str, run: Run, *ends: str) -> Answer | None:
        save(settings, checked(url, ends or ("finished", "failed", "stopped"), "http://127.0.0.1:8501"))
        return tell(settings, database, run.id, AT_ONCE)

    return say


def test_a_chat_hears_the_verdict_the_scores_and_where_to_look(run: Run, say: Callable[..., Answer | None]) -> None:
    with chat() as heard:
        assert say(heard.url, run) == Answer(True, "It was taken (answer 200).")
    ((path, said),) = heard.heard
    link = f"http://127.0.0.1:8501/run?run={run.id}"
    assert path == "/services/SECRET-T0KEN?key=SECRET-TOO"
    assert said == {
        "text": "✓ cats @\u200beveryone is done.\nRight on 90 % of unseen examples.\n"
        f"90 of 90 steps, 1 min 23 s of training.\n{link}",
        "run": run.id,
        "name": "cats @everyone",
        "status": "succeeded",
        "verdict": "Right on 90 % of unseen examples.",
        "reason": "",
        "scores": {
            "accuracy": {"value": 0.9, "low": 0.8, "high": 0.95},
            "loss": {"value": 0.3, "low": None, "high": None},
        },
        "url": link,
    }


def test_the_same_end_is_told_once_however_many_would_tell_it(
    run: Run, settings: Settings, database: Database, say: Callable[..., Answer | None]
) -> None:
    with chat() as heard:
        save(settings, checked(heard.url, ("finished",)))
        threads = [threading.Thread(target=tell, args=(settings, database, run.id, AT_ONCE)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_S)
        assert say(heard.url, run) is None
    assert len(heard.heard) == 1


def test_the_end_of_the_next_attempt_is_another_end(
    run: Run, runs: RunStore, database: Database, say: Callable[..., Answer | None]
) -> None:
    from core.store.job_queue import JobQueue

    with chat() as heard:
        runs.update(run.id, status=RunStatus.FAILED, reason="The disk is full.")
        say(heard.url, run)
        assert JobQueue(database).requeue(run.id)
        assert say(heard.url, run) is None  # it waits again
        runs.update(run.id, status=RunStatus.INTERRUPTED, reason="Its process is gone.")
        say(heard.url, run)
    assert [said["status"] for _, said in heard.heard] == ["failed", "interrupted"]


@pytest.mark.parametrize("columns", [{}, {"status": RunStatus.STOPPED, "paused": True}])
def test_what_nobody_wants_to_hear_is_not_told(
    run: Run, runs: RunStore, say: Callable[..., Answer | None], columns: dict[str, Any]
) -> None:
    if columns:
        runs.update(run.id, **columns)
    with chat() as heard:
        assert say(heard.url, run, "failed", "stopped") is None
    assert heard.heard == []
    assert [event.kind for event in runs.events(run.id)] == []


def test_trouble_of_the_chat_is_waited_out(run: Run, say: Callable[..., Answer | None]) -> None:
    with chat(503, 429, 200) as heard:
        answer = say(heard.url, run)
    assert answer is not None
    assert answer.taken
    assert len(heard.heard) == 3


@pytest.mark.parametrize(
    ("code", "words", "times"),
    [
        (404, "There is no such webhook, or it was withdrawn (answer 404).", 1),
        (400, "It did not understand the message (answer 400).", 1),
        (302, "It sends on to another address (answer 302), which is not followed.", 1),
        (500, "It has trouble of its own at the moment (answer 500).", 4),
    ],
)
def test_what_will_not_get_better_is_not_tried_again(
    run: Run, runs: RunStore, say: Callable[..., Answer | None], code: int, words: str, times: int
) -> None:
    with chat() as elsewhere, chat(code, headers=(("Location", elsewhere.url),)) as heard:
        answer = say(heard.url, run)
    assert answer is not None
    assert answer.sentence.startswith(words)
    assert (len(heard.heard), elsewhere.heard) == (times, [])
    assert words in runs.events(run.id, "warning")[0].message


def test_no_proxy_is_asked(run: Run, say: Callable[..., Answer | None], monkeypatch: pytest.MonkeyPatch) -> None:
    with chat() as proxy, chat() as heard:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        say(heard.url, run)
    assert (len(heard.heard), proxy.heard) == (1, [])


def test_a_test_says_honestly_what_became_of_it() -> None:
    with chat() as heard:
        assert send_test(Webhook(heard.url)).taken
    assert heard.heard[0][1]["text"].startswith("✓ Touchstone can write here.")
    answer = send_test(Webhook(dead_url()))
    assert (answer.taken, answer.sentence) == (False, "It could not be reached, or broke off.")
    assert send_test(Webhook("https://nowhere.invalid/SECRET")).sentence in (
        "There is no host of this name, or no network.",
        "It could not be reached, or broke off.",
        "It did not answer within 10 seconds.",
    )
    with chat() as heard:
        sentence = send_test(Webhook(heard.url.replace("http:", "https:"))).sentence
    assert sentence == "Its certificate is not valid for this machine, so nothing was sent."


def test_the_address_is_in_no_log_and_not_in_the_database(
    run: Run, settings: Settings, say: Callable[..., Answer | None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger=None)
    with chat(500, 200) as heard:
        say(heard.url, run)
    say(dead_url(), run)
    assert "SECRET" not in caplog.text
    assert files_with(settings.home, b"SECRET") == ["webhook.json"]


def test_a_process_of_its_own_tells_and_nobody_waits_for_it(run: Run, runs: RunStore, settings: Settings) -> None:
    with chat() as heard:
        save(settings, checked(heard.url, ("finished",)))
        announce(settings, run.id)
        eventually(lambda: bool(heard.heard))
        eventually(lambda: "It was taken" in (settings.logs_folder / "notifying.log").read_text())
    assert heard.heard[0][1]["run"] == run.id
    assert runs.events(run.id)[-1].message == "Telling the webhook how it ended."
    assert files_with(settings.home, b"SECRET") == ["webhook.json"]


def test_without_a_webhook_nothing_is_started(run: Run, settings: Settings) -> None:
    announce(settings, run.id)
    assert not (settings.logs_folder / "notifying.log").exists()


def files_with(folder: Path, words: bytes) -> list[str]:
    """Return the names of the files below a folder that hold these words."""
    return [file.name for file in folder.rglob("*") if file.is_file() and words in file.read_bytes()]
