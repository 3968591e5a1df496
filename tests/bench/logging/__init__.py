"""What a call of `log` costs the loop that makes it, until when everything is safe, and how large it lies on the disk.

Ours and every peer that is installed, each with its defaults, offline, in a process of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# MLflow needs an older pyarrow than ours, and Trackio an older pillow: the peers live in a venv of their own.
PEERS_PYTHON = Path(os.environ.get("TOUCHSTONE_PEERS", ROOT / ".venv-peers")) / "bin" / "python"
STEPS, SLOW_STEPS = 10_000, 500
OURS = ("touchstone", "touchstone-recorder", "sqlalchemy")
PEERS = ("trackio", "tensorboard", "wandb", "aim", "mlflow")
LIMIT_S = 300.0


def measure() -> list[dict[str, object]]:
    """Return for each its microseconds a call of 4 metrics, the seconds of its end, and its megabytes."""
    rows: list[dict[str, object]] = []
    ours = 0.0
    for name in (*OURS, *PEERS):
        found = _measured(name, SLOW_STEPS if name == "mlflow" else STEPS)
        if "us_per_call" in found:
            ours = ours or float(str(found["us_per_call"]))
            found["over_touchstone"] = round(float(str(found["us_per_call"])) / ours, 1)
        rows.append({"case": f"4 metrics, {name}", **found})
    return rows


def _measured(name: str, steps: int) -> dict[str, object]:
    python = Path(sys.executable) if name in OURS else PEERS_PYTHON
    if not python.exists():
        return {"missing": "not installed; `make bench` installs the peers into .venv-peers"}
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), str(Path(__file__).parent / "one_peer.py"), name, folder, str(steps)]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment |= {"PYTHONPATH": str(ROOT)} if name in OURS else {}
        try:
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            return {"missing": f"did not end within {LIMIT_S:.0f} s"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        return {"missing": f"could not be measured: {last[:200]}"}
    result: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return result
