"""The server that a dashboard starts when somebody asks first."""

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.errors import DataError, UserError
from core.runs import Run
from core.services.bootstrap import open_service
from core.services.inference import STARTED_AGAIN, WritingSettings
from core.services.run_service import Service
from core.serving.server.lifetime import Clients
from core.settings import Settings
from tests.golden.freeze import unpack
from tests.live import eventually


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home, _ = unpack(tmp_path_factory.mktemp("on-demand"))
    service = open_service(Settings(home=home))
    yield service
    end_server(service)


def end_server(service: Service) -> None:
    server = service.inference.server.running()
    if server is not None:
        os.kill(server.pid, signal.SIGKILL)


def run_of(service: Service, task: str) -> Run:
    return next(run for run in service.runs() if run.task == task)


def test_who_asks_first_starts_it_and_what_it_refuses_is_a_sentence(service: Service) -> None:
    end_server(service)  # of another test
    eventually(lambda: service.inference.server.running() is None)
    text = run_of(service, "text-classification")
    answers = service.inference.predict(text.id, ["a thing", "another"])
    assert {one.label for one in answers.answers} <= {"good", "bad"}
    assert answers.ms > 0
    server = service.inference.server.running()
    assert server is not None
    assert (service.settings.home / "inference.json").stat().st_mode & 0o077 == 0
    with pytest.raises(UserError, match="There is no run 'zzzzzzzz'"):
        service.inference.predict("zzzzzzzz", ["a"])
    image = run_of(service, "image-classification")
    with pytest.raises(DataError, match="not an image"):
        service.inference.predict(image.id, [b"no image"])
    drawn = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(drawn, "PNG")
    assert service.inference.predict(image.id, [drawn.getvalue()], top_k=2).answers[0].score > 0
    assert service.inference.server.running() == server  # one for all


def test_killed_in_mid_answer_it_is_started_again_and_says_so(service: Service) -> None:
    writer = run_of(service, "text-generation")
    server = service.inference.server.ensure()
    settings = WritingSettings(max_tokens=1_500, seed=3)
    text, notes = "", []
    for piece in service.inference.pieces(writer.id, "The ", settings):
        if not text and piece.get("text"):
            os.kill(server.pid, signal.SIGKILL)
        text += piece.get("text", "")
        notes += [piece["note"]] if piece.get("note") else []
    assert notes == [STARTED_AGAIN]
    assert text == "".join(service.inference.stream(writer.id, "The ", settings))


def test_a_model_whose_files_are_altered_is_not_asked(service: Service) -> None:
    run = run_of(service, "tabular-regression")
    weights = service.settings.runs_folder / run.id / "checkpoints" / "best" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(UserError, match="damaged"):
        service.inference.predict(run.id, [{"age": 1}])
    (weights.parent / "card.json").unlink()
    with pytest.raises(UserError, match=r"are gone|no complete Touchstone checkpoint"):
        service.inference.predict(run.id, [{"age": 1}])


def test_it_ends_when_nobody_asks_or_no_dashboard_lives(tmp_path: Path) -> None:
    assert Clients("", idle_s=900.0).are_gone()
    assert Clients("4194303:12.5", idle_s=900.0).are_gone()  # no process of this pid and start
    from core.services.inference_process import own_identity

    ours = Clients(own_identity(), idle_s=900.0)
    assert not ours.are_gone()
    idle = Clients(own_identity(), idle_s=-1.0)
    with idle.asking(""):
        assert not idle.are_gone()  # it is answering
    assert idle.are_gone()
