"""A founder's file from the first look to a trained run, without a browser."""

import math
from pathlib import Path

import pytest

from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions
from tests.cli.conftest import Cli, Json
from tests.data.bad.bad_file import BadFile, bad_files
from tests.data.imported import reviews
from tests.live import eventually, has_ended

SAID = {
    "task": "--task", "text_column": "--text-column", "label_column": "--label-column",
    "target_column": "--target-column",
}  # fmt: skip


@pytest.fixture
def tweets(tmp_path: Path) -> Path:
    """A file with ten rows twice, and labels written in two ways."""
    rows = reviews()
    lines = [f'"{text}",{label}' for text, label in rows] + [f'"{text}",{label.upper()} ' for text, label in rows[:10]]
    file = tmp_path / "tweets.csv"
    file.write_text("text,sentiment\n" + "\n".join(lines) + "\n")
    return file


def test_a_file_is_brought_examined_put_right_and_trained_on(
    cli: Cli, answer: Json, service: Service, tweets: Path
) -> None:
    imported = answer("data", "import", str(tweets), "--name", "journey")
    assert (imported["name"], imported["task"], imported["labels"]) == (
        "journey", "text-classification", ["negative", "positive"],
    )  # fmt: skip
    assert imported["classes"] == {"negative": 30, "positive": 40}
    findings = {finding["code"]: finding for finding in answer("data", "check", "journey")}
    assert set(findings["exact-duplicates"]) == {"code", "severity", "count", "examples", "message", "why", "fix"}
    assert findings["exact-duplicates"]["count"] == 10

    code, said, _ = cli("data", "check", "journey", "--fix", "exact-duplicates")
    assert (code, "exact-duplicates" in said) == (0, False)
    fixed = answer("data", "show", "journey")
    assert [version["examples"] for version in fixed["versions"]] == [60, 70]

    run = answer("train", "--dataset", "journey", "--model", "bag-of-embeddings", "--set", "epochs=2")["id"]
    eventually(lambda: has_ended(service, service.run(run)))
    document = answer("runs", "show", run)
    assert isinstance(answer("data", "check", "journey"), list)
    assert (document["status"], document["dataset_fingerprint"]) == ("succeeded", fixed["fingerprint"])

    answer("data", "use", "journey", imported["fingerprint"][:8])
    assert answer("data", "show", "journey")["fingerprint"] == imported["fingerprint"]
    assert "1 run still needs it" in cli("data", "delete", "journey")[1]
    assert [d["name"] for d in answer("data", "list", "--trash")] == ["journey"]
    assert (
        "It is in the trash" in cli("train", "--dataset", "journey")[2]
        or "in the trash" in cli("train", "--dataset", "journey")[2]
    )
    assert answer("data", "restore", "journey")["trashed"] is False


def test_a_file_can_be_checked_before_it_is_brought_and_leaves_nothing(answer: Json, cli: Cli, tweets: Path) -> None:
    before = answer("data", "list")
    assert {finding["code"] for finding in answer("data", "check", str(tweets))} >= {"exact-duplicates"}
    code, _, err = cli("data", "check", str(tweets), "--fix", "exact-duplicates")
    assert code == 2
    assert err.strip().endswith(
        f"is not imported yet, so nothing of it can be changed. touchstone data import {tweets}"
    )
    assert answer("data", "list") == before


def test_what_cannot_be_done_is_one_clear_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    for arguments, sentence in [
        (["data", "import", str(tmp_path / "gone.csv")], "gone.csv"),
        (["data", "import", str(tmp_path / "empty.csv")], "empty.csv is empty"),
        (["data", "show", "nothing-here"], "There is no data set called 'nothing-here'"),
        (["data", "check", "digits", "--fix", "exact-duplicates"], "digits"),
        (["data", "delete", "digits"], "'digits' is built in and cannot be removed."),
    ]:
        code, out, err = cli(*arguments)
        assert (code, out) == (2, ""), arguments
        assert sentence in err
        assert len(err.strip().splitlines()) == 1


def has_a_word_for(options: ImportOptions) -> bool:
    """Return whether the command can say all that is decided about a file."""
    return options == ImportOptions(**{name: getattr(options, name) for name in SAID})


REFUSED = [bad for bad in bad_files().values() if not bad.finding and has_a_word_for(bad.options)]


@pytest.mark.parametrize("bad", REFUSED[::8], ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_in_one_line_and_leaves_nothing(
    bad: BadFile, cli: Cli, answer: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.import_bar.SAID_AFTER_S", math.inf)  # how far it is, on a slow machine
    before = answer("data", "list")
    options = [part for name in SAID if getattr(bad.options, name) for part in (SAID[name], getattr(bad.options, name))]
    assert cli("data", "import", str(bad.make(tmp_path)), *options) == (2, "", f"{bad.says}\n")
    assert answer("data", "list") == before


def test_the_commands_say_each_guess(cli: Cli, tweets: Path) -> None:
    code, said, _ = cli("data", "import", str(tweets), "--separator", "comma", "--name", "guessed")
    assert code == 0
    assert "Label column: sentiment (3 different values in 70 rows); otherwise: --label-column NAME" in said
    assert "Separator" not in said
    assert "Label column: sentiment" in cli("data", "show", "guessed")[1]
