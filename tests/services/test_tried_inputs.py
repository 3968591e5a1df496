"""What was tried is kept, voted on, and becomes training examples alone."""

from pathlib import Path

import pytest

from core.data.imports.run_import import run_append
from core.data.store.append import appended, checked_examples
from core.errors import UserError
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.services.tried_inputs import TriedInputs
from core.settings import Settings
from tests.golden.freeze import unpack


class Silent:
    def stage(self, name: str, total: int, unit: str) -> None:
        pass

    def advance(self, done: int) -> None:
        pass


@pytest.fixture
def service(tmp_path: Path) -> Service:
    home, _ = unpack(tmp_path)
    return open_service(Settings(home=home))


def test_a_try_is_kept_rated_and_forgotten(service: Service) -> None:
    tried = TriedInputs(service)
    image = tried.keep_image(b"bytes")
    made = tried.keep("ab12cd34", "image", {"image": image}, [{"contender": "ab12cd34", "label": "cat"}])
    tried.keep("zz12cd34", "text", {"text": "a"}, [])
    tried.rate(made, 1)
    tried.set_right_label(made, " dog ")
    (kept,) = tried.list(["ab12cd34"])
    assert (kept.thumb, kept.right_label, tried.image(image)) == (1, "dog", b"bytes")
    assert len(tried.list()) == 2
    tried.forget([made])
    assert not tried.list(["ab12cd34"])
    with pytest.raises(UserError, match="not kept any more"):
        tried.image(image)


def test_votes_are_told_with_their_interval(service: Service) -> None:
    tried = TriedInputs(service)
    answers = [{"contender": "ab12cd34"}, {"contender": "zz12cd34"}]
    for vote in ["ab12cd34"] * 6 + ["zz12cd34"] * 2 + ["tie"]:
        tried.keep("ab12cd34", "text", {"text": "a"}, answers, vote)
    tally = tried.tally(["zz12cd34", "ab12cd34"])
    assert (tally.votes, tally.ties) == ({"ab12cd34": 6, "zz12cd34": 2}, 1)
    share = tally.shares["ab12cd34"]
    assert share.value == 0.75
    assert share.ci_low < 0.5 < share.ci_high  # eight votes do not tell


def test_votes_of_four_side_by_side_are_told_apart_from_those_of_two(service: Service) -> None:
    tried = TriedInputs(service)
    four = ["ab12cd34", "zz12cd34", "zz12cd34+majority", "ab12cd34@last"]
    for vote in ["zz12cd34+majority"] * 9 + ["ab12cd34"]:
        tried.keep("ab12cd34", "text", {"text": "a"}, [{"contender": one} for one in four], vote)
    tried.keep("ab12cd34", "text", {"text": "a"}, [{"contender": one} for one in four[:2]], "zz12cd34")
    tally = tried.tally(four)
    assert [tally.votes[one] for one in four] == [1, 0, 9, 0]
    assert tally.shares["zz12cd34+majority"].ci_low > 0.5  # nine of ten are more than half
    assert not tried.tally(four[:3]).shares


def test_tries_become_examples_of_the_training_split_alone(service: Service) -> None:
    run = next(run for run in service.runs() if run.task == "text-classification" and run.config.dataset_version)
    datasets, name = service.dataset_service, run.config.dataset
    before = datasets.version(name)
    examples = [
        {"kind": "text", "text": f"something new, number {i}", "answer": before.labels[i % 2]} for i in range(3)
    ]
    made = run_append(datasets.store, name, examples, Silent())
    assert made.split_sizes["train"] == before.split_sizes["train"] + 3
    assert made.split_sizes["test"] == before.split_sizes["test"]
    assert made.split_sizes["validation"] == before.split_sizes["validation"]
    assert datasets.head(name) == made.fingerprint
    test = datasets.test_examples(name, made.fingerprint, range(made.split_sizes["test"]))
    copy = [{"kind": "text", "text": str(test.inputs[0]), "answer": test.labels[int(test.targets[0])]}]
    again = run_append(datasets.store, name, copy, Silent())
    assert again.split_sizes["train"] <= made.split_sizes["train"]  # a copy of a test example is not learnt from
    with pytest.raises(UserError, match="type the right label"):
        checked_examples(datasets.store.version(name), [{"text": "a", "answer": " "}])


@pytest.mark.parametrize("task", ["image-classification", "tabular-regression"])
def test_images_and_rows_become_examples_too(service: Service, tmp_path: Path, task: str) -> None:
    from PIL import Image

    run = next(run for run in service.runs() if run.task == task and run.config.dataset_version)
    version = service.dataset_service.store.version(run.config.dataset)
    Image.effect_noise((30, 30), 90).save(tmp_path / "noise.png")
    info = version.manifest.info
    row = {"answer": "1,5", "row": {"area": "12", "city": "Graz"}}
    one = {"answer": info.labels[0], "file": str(tmp_path / "noise.png")} if info.labels else row
    rows = appended(version, [one])
    assert rows.num_rows == version.rows.num_rows + 1
    assert rows.column("split").to_pylist()[-1] == 0
