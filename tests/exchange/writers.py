"""Runs as the peers' own libraries write them: `python -m tests.exchange.writers PEER FOLDER`."""

import os
import sys
from pathlib import Path
from typing import Any

STEPS = 20


def tensorboard(folder: Path) -> None:
    """Write two runs with PyTorch's writer, one with settings, pictures of numbers and points of the newer kind."""
    from torch.utils import tensorboard

    open_writer: Any = tensorboard.SummaryWriter
    writer = open_writer(str(folder / "adam"))
    for step in range(STEPS):
        writer.add_scalar("train/loss", 1 / (1 + step), step, walltime=1_700_000_000 + step)
        writer.add_scalar("accuracy", step / 100, step, walltime=1_700_000_000 + step, new_style=True)
    writer.add_text("note", "words are no curve", 0)
    writer.add_tensor("embedding", __import__("torch").ones(3), 0)
    writer.add_hparams({"lr": 0.125, "layers": 2, "optimiser": "adam"}, {"best": 0.19})
    writer.close()
    writer = open_writer(str(folder / "sgd" / "second try"))
    writer.add_scalar("train/loss", float("nan"), 3)
    writer.add_scalar("train/loss", float("inf"), 4)
    writer.close()


def mlflow(folder: Path) -> None:
    """Write one experiment with MLflow's client, into a folder and into a database."""
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    from mlflow import MlflowClient

    for uri in (str(folder / "mlruns"), f"sqlite:///{folder / 'mlflow.db'}"):
        client = MlflowClient(uri)
        experiment = client.create_experiment("shoes", artifact_location=str(folder / "artifacts"))
        run = client.create_run(experiment, run_name="brave fox", start_time=1_700_000_000_000)
        run_id = run.info.run_id
        client.log_param(run_id, "lr", "0.125")
        client.log_param(run_id, "optimiser", "adam")
        client.set_tag(run_id, "team", "shoes")
        client.set_tag(run_id, "mlflow.note.content", "Better than the *last* one.")
        for step in range(STEPS):
            client.log_metric(run_id, "train/loss", 1 / (1 + step), timestamp=1_700_000_000_000 + step, step=step)
        client.log_metric(run_id, "odd", float("nan"), timestamp=1_700_000_000_000, step=1)
        client.log_metric(run_id, "odd", float("inf"), timestamp=1_700_000_000_001, step=2)
        for number in range(3):  # as `mlflow.log_metric("counted", ...)` without a step does
            client.log_metric(run_id, "counted", 10.0 + number, timestamp=1_700_000_000_000 + number, step=0)
        client.set_terminated(run_id, "FAILED", end_time=1_700_000_060_000)
        trashed = client.create_run(experiment, run_name="in the trash")
        client.delete_run(trashed.info.run_id)


def wandb(folder: Path) -> None:
    """Write one run offline with W&B."""
    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
    import wandb

    settings = {"lr": 0.125, "optimiser": {"name": "adam"}, "layers": [8, 8]}
    about: dict[str, Any] = {"project": "shoes", "name": "brave fox", "tags": ["first"], "notes": "Try again."}
    run = wandb.init(dir=str(folder), config=settings, settings=wandb.Settings(x_disable_stats=True), **about)
    for step in range(STEPS):
        run.log({"train/loss": 1 / (1 + step), "deep": {"er": step}, "words": "no curve", "flag": step > 9})
    run.log({"odd": float("nan")}, step=50)
    run.log({"odd": float("inf")}, step=51)
    run.finish()
    wandb.teardown()


if __name__ == "__main__":
    {"tensorboard": tensorboard, "mlflow": mlflow, "wandb": wandb}[sys.argv[1]](Path(sys.argv[2]))
