"""A founder's file from the first look to a trained run, without a browser."""

from pathlib import Path

import pytest

from core.service import Service
from tests.cli.conftest import Cli, Json
from tests.intake.brought import reviews
from tests.live import eventually, has_ended


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
    brought = answer("data", "import", str(tweets), "--name", "journey")
    assert (brought["name"], brought["task"], brought["labels"]) == (
        "journey", "text-classification", ["negative", "positive"],
    )  # fmt: skip
    assert brought["classes"] == {"negative": 30, "positive": 40}
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

    answer("data", "use", "journey", brought["fingerprint"][:8])
    assert answer("data", "show", "journey")["fingerprint"] == brought["fingerprint"]
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
    assert err.strip().endswith(f"is not brought yet, so nothing of it can be changed. touchstone data import {tweets}")
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
