"""`touchstone models list`."""

from typing import Annotated

import typer

from core import catalog
from core.cli.output import AsJson, print_json, print_table
from core.configure import setting_fields

models = typer.Typer(help="Look at the models.", no_args_is_help=True)
TaskFilter = Annotated[str, typer.Option(help="Only those of this task.")]


@models.callback()
def _models() -> None:
    """Look at the models."""


@models.command("list")
def list_models(task: TaskFilter = "", as_json: AsJson = False) -> None:
    """List the models."""
    if task:
        catalog.find_task(task)
    found = catalog.models(task or None).values()
    if as_json:
        print_json(
            [
                {
                    "name": m.name, "title": m.title, "tasks": m.tasks, "summary": m.summary,
                    "choose_when": m.choose_when, "paper": m.paper, "paper_url": m.paper_url,
                    "parameter_count": m.parameter_count, "pretrained": m.pretrained,
                    "presets": {name: dict(values) for name, values in m.presets.items()},
                    "settings": [
                        {
                            "name": f.name, "label": f.label, "help": f.help, "level": f.level, "default": f.default,
                            "low": f.low, "high": f.high, "choices": f.choices,
                        }
                        for f in setting_fields(m)
                    ],
                }
                for m in found
            ]
        )  # fmt: skip
    else:
        rows = [(m.name, ", ".join(m.tasks), f"{m.parameter_count:,}", m.choose_when) for m in found]
        print_table(("MODEL", "TASKS", "PARAMETERS", "CHOOSE IT WHEN"), rows)
