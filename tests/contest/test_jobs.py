"""Contests as jobs: confirmed, killed, resumed, and what they leave behind."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.contest.asking import PARALLEL
from core.contest.endpoints import Endpoint
from core.contest.results import results_of_run
from core.errors import UserError
from core.files import write_json
from core.processes.jobs import process_of
from core.services.bootstrap import open_service
from core.services.contests import rows as contest_rows
from core.services.contests.answering import answer_text
from core.services.contests.contests import Contests, NotConfirmed, contest_folders
from core.services.contests.progress import ContestProgress
from core.services.run_service import Service
from core.specs import Examples
from core.store.answer_store import AnswerStore
from tests.cli.conftest import Cli, cli
from tests.contest.fake_endpoint import ANSWER_TOKENS, PROMPT_TOKENS, Behaviour, fake_endpoint
from tests.live import eventually

__all__ = ["cli"]  # a fixture
DATA = "customer-feedback"
CLOUD = Endpoint("cloud", "https://api.example.com/v1", "big")


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    opened = open_service()
    yield opened
    opened.database.dispose()


@pytest.fixture
def contests(service: Service) -> Contests:
    return Contests(service)


@pytest.fixture
def fake(contests: Contests) -> Iterator[Behaviour]:
    with fake_endpoint(latency_s=0.02) as (url, behaviour):
        contests.endpoints.add(Endpoint("fake", url, "fake", "", 0.15, 0.6))
        yield behaviour


def ended(contests: Contests, contest_id: str) -> ContestProgress:
    eventually(lambda: not contests.progress(contest_id).is_working)
    return contests.progress(contest_id)


def test_a_killed_contest_goes_on_and_asks_nothing_twice(service: Service, contests: Contests, fake: Behaviour) -> None:
    contest_id = contests.start_trial("fake", DATA, shots=4)
    ready = ended(contests, contest_id)
    assert (ready.state, ready.tried[0].rows, ready.tried[0].shots) == ("ready", 20, 4), ready.message
    fake.rows.clear()
    contests.confirm(contest_id, rows=150)
    eventually(lambda: fake.rows.total() >= 30)
    pid, _ = process_of(service.settings.home / "contests" / contest_id)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert ended(contests, contest_id).state == "interrupted"
    asked = set(fake.rows)
    with closing(AnswerStore(service.settings.home)) as store:
        kept = len(store)
    assert kept >= 20 + len(asked) - PARALLEL  # of the trial and of the test split
    contests.resume(contest_id)
    assert ended(contests, contest_id).state == "done"
    result = contests.result(contest_id)
    assert result is not None
    assert result.score is not None
    assert len(set(result.rows)) == len(result.answers) == 150
    twice = [row for row, count in fake.rows.items() if count > 1]
    assert len(twice) <= PARALLEL  # those that were on their way when it was killed
    assert (result.tokens_in, result.tokens_out) == (150 * PROMPT_TOKENS, 150 * ANSWER_TOKENS)
    assert result.money == 0.00297  # (18,000 x 0.15 + 450 x 0.60) / 1,000,000
    assert result.asked <= 150 - len(asked) + PARALLEL
    assert result.versions_asked == 1
    assert any("Up to 4 answers that were on their way then" in note for note in result.notes)


def test_a_command_asks_beside_nothing_but_the_data(cli: Cli, contests: Contests, fake: Behaviour) -> None:
    code, out, err = cli("contest", "--dataset", DATA, "--llm", "fake", "--shots", "0", "--rows", "30", "--json")
    assert code == 0, err
    result = json.loads(out)
    assert len(result["answers"]) == 30
    assert "Decide which label fits the message best." in err
    assert "360 test rows: 44,280 tokens, 0.0071 USD" in err
    assert [one.state for one in contests.entries(dataset=DATA)] == ["done"]


def test_nothing_leaves_this_machine_before_somebody_has_said_so(
    contests: Contests, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    contests.endpoints.add(CLOUD)
    with pytest.raises(
        NotConfirmed, match=r"20 validation rows and 16 training examples would be sent to api\.example"
    ):
        contests.start_trial("cloud", DATA)
    with pytest.raises(NotConfirmed, match="Nothing was sent"):
        answer_text(contests._service.settings, CLOUD, "a text", ("a", "b"))
    assert not contests.entries()
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    code, _, err = cli("contest", "--dataset", DATA, "--llm", "cloud")
    assert code == 2
    assert "Send 20 validation rows and 16 training examples to api.example.com?" in err
    assert not contests.entries()


def test_one_text_is_answered_by_a_language_model(contests: Contests, fake: Behaviour) -> None:
    fake.accuracy, fake.can = 1.0, ("schema",)
    found = answer_text(
        contests._service.settings, contests.endpoints.find("llm:fake"), "it is truth:good", ("bad", "good")
    )
    assert (found.label, found.cost, found.is_cut) == ("good", 1.98e-05, False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--dataset", DATA, "--llm", "nobody"), "There is no language model called 'nobody'"),
        (("--llm", "fake"), "--dataset NAME, or --run RUN"),
        (("--dataset", "digits", "--llm", "fake"), "not about images"),
        (("--dataset", "diabetes", "--llm", "fake"), "not about numbers"),
        (("--dataset", DATA, "--llm", "fake", "--shots", "3"), "A prompt has 0, 4, 8, 16 examples, not 3"),
        (("--dataset", "nothing", "--llm", "fake"), "There is no data set called 'nothing'"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(cli: Cli, fake: Behaviour, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = cli("contest", *arguments)
    assert code == 2
    assert said in err


def test_a_data_set_with_three_rows_is_one_sentence(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Examples(("a text",), np.zeros(1, np.int64), ("a", "b"))
    version = SimpleNamespace(labels=("a", "b"))
    loaded = SimpleNamespace(examples=dict.fromkeys(("train", "validation", "test"), one), clusters={}, version=version)
    monkeypatch.setattr(contest_rows, "load_version", lambda *_: loaded)
    with pytest.raises(UserError, match="has 1 row: from fewer than 10 nothing can be said"):
        contest_rows.contest_data(service, DATA)


def test_a_label_that_fits_into_no_prompt_is_said_before_anybody_is_asked(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = Examples(("a text",) * 20, np.zeros(20, np.int64), ("x" * 600, "b"))
    version = SimpleNamespace(labels=many.labels)
    loaded = SimpleNamespace(
        examples=dict.fromkeys(("train", "validation", "test"), many), clusters={}, version=version
    )
    monkeypatch.setattr(contest_rows, "load_version", lambda *_: loaded)
    with pytest.raises(UserError, match="has 600 characters, too many for a list"):
        contest_rows.contest_data(service, DATA)


def test_a_language_model_is_added_tested_and_removed_by_command(cli: Cli, fake: Behaviour) -> None:
    code, out, _ = cli("llm", "add", "cheap", "--url", "https://api.example.com", "--model", "m", "--price-in", "-1")
    assert code == 2
    code, out, err = cli("llm", "test", "fake")
    assert code == 0, err
    assert "It gives log probabilities." in out
    assert "it said: positive" in out
    code, out, _ = cli("llm", "list", "--json")
    assert [one["name"] for one in json.loads(out)] == ["fake"]
    code, out, _ = cli("llm", "remove", "fake")
    assert "fake is forgotten" in out


def test_a_result_that_is_damaged_is_as_if_it_were_not_there(service: Service) -> None:
    folder = service.settings.home / "a-run"
    (folder / "contests").mkdir(parents=True)
    (folder / "contests" / "fake.json").write_text('{"id": "half')
    assert results_of_run(folder) == []


def test_a_resume_asks_the_same_model_only(service: Service, contests: Contests, fake: Behaviour) -> None:
    folders = contest_folders(service.settings.home)
    contest_id = folders.create()
    known = contests.endpoints.find("fake")
    write_json(folders.folder / contest_id / "request.json", {"endpoint": asdict(known)})
    begun = ContestProgress(
        contest_id, "", known.contender, known.host, DATA, "", "", "stopped", "", datetime.now(UTC)
    )  # fmt: skip
    folders.write(folders.folder / contest_id, begun)
    contests.endpoints.add(replace(known, model="another"))
    with pytest.raises(UserError, match="is another model or address by now"):
        contests.resume(contest_id)
