"""`touchstone data import hub:...`, from a set's id to a data set, with and without a connection."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.hub.server import HubServer, Repository
from tests.data.imported import reviews


def run(home: Path, endpoint: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    environment = {"TOUCHSTONE_HOME": str(home), "HF_HOME": str(home / "hf"), "HF_ENDPOINT": endpoint, "HF_TOKEN": ""}
    return subprocess.run(
        [sys.executable, "-c", "from core.cli import main; main()", "data", "import", *arguments],
        cwd=Path(__file__).parents[3],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.timeout(1200)
def test_a_set_comes_in_by_its_id_and_a_second_time_without_a_connection(hub: HubServer, tmp_path: Path) -> None:
    rows = "".join(f'"{text}",{label}\n' for text, label in reviews())
    hub.repositories["acme/opinions"] = Repository({"train.csv": f"text,label\n{rows}".encode()})
    nobody = "http://127.0.0.1:9"

    first = run(tmp_path, hub.address, "hub:acme/opinions", "--json")
    again = run(tmp_path, nobody, "hub:acme/opinions", "--name", "again", "--json")

    assert first.returncode == 0, first.stderr
    imported = json.loads(first.stdout)
    assert (imported["name"], imported["task"]) == ("opinions", "text-classification")
    assert imported["source"] == "https://huggingface.co/datasets/acme/opinions"
    assert json.loads(again.stdout)["fingerprint"] == imported["fingerprint"]
