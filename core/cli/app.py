"""The command: puts the groups together, and turns every error into one line and an exit code."""

import logging
import os
import sys

import typer
from typer.exceptions import Abort, Exit, TyperException

from core.cli import (
    contest,
    data,
    demo,
    doctor,
    estimate,
    labels_curve,
    lists,
    llm,
    machine,
    recipes,
    report,
    runs,
    serve,
    train,
    transfer,
    use,
)
from core.errors import TouchstoneError

app = typer.Typer(
    name="touchstone",
    help="Find out in minutes, on your own machine, whether an AI idea is worth building.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("ui")(machine.ui)
app.command("train")(train.train)
app.command("estimate")(estimate.estimate)
app.command("learning-rate")(estimate.learning_rate)
app.command("recipes")(recipes.recipes)
app.add_typer(runs.app, name="runs")
transfer.add_to(runs.app)
app.add_typer(data.app, name="data")
app.add_typer(lists.models, name="models")
app.command("predict")(use.predict)
app.command("generate")(use.generate)
app.command("evaluate")(use.evaluate)
app.command("labels-curve")(labels_curve.labels_curve)
app.command("contest")(contest.contest)
app.add_typer(llm.app, name="llm")
app.command("serve")(serve.serve)
app.add_typer(demo.app, name="demo")
app.command("report")(report.report)
app.command("worker")(machine.worker)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line: 0 is success, 2 the user's mistake, 1 anything else."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    os.umask(0o077)  # what is written is its owner's, whoever else has an account here
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: Without the program's name.
    """
    try:
        code = app(arguments, standalone_mode=False)
    except TouchstoneError as error:
        return _say(str(error), error.exit_code)
    except Exit as end:
        return end.exit_code
    except (Abort, KeyboardInterrupt):
        return _say("Cancelled.", 1)
    except TyperException as error:
        message = error.format_message()
        return _say(message if message.startswith("Usage") else f"{message} See: touchstone --help", 2)
    return code if isinstance(code, int) else 0


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code
