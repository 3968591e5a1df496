"""`touchstone labels-curve`: would more labels help a finished run?"""

import sys
import time
from dataclasses import asdict
from typing import Annotated

import typer

from core.cli.output import AsJson, RunId, print_json, print_table
from core.errors import RunNotReady
from core.evaluation.more_labels import more_labels
from core.services.bootstrap import open_service
from core.services.labels_curve import LabelsCurveJobs

LOOKS_S = 0.5


def labels_curve(
    run: RunId,
    model: Annotated[
        bool, typer.Option("--model", help="Fit the run's own model too, not only its best baseline.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether more labels would help, from fits on parts of the training rows."""
    service = open_service()
    jobs, found = LabelsCurveJobs(service), service.run(run)
    jobs.start(found.id, model=model)
    said = ""
    while (now := jobs.progress(found.id)) is not None and now.state == "working":
        left = f", about {now.time_left_s:.0f} s left" if now.time_left_s is not None else ""
        line = f"{now.stage}: {now.done} of {now.total}{left}" if now.total else now.stage
        if line != said:
            print(said := line, file=sys.stderr)
        time.sleep(LOOKS_S)
    result = jobs.result(found.id)
    if now is None or now.state != "done" or result is None:
        raise RunNotReady(now.message if now is not None and now.message else "It was ended before it was done.")
    if as_json:
        print_json({"run": found.id, "curves": {kind: asdict(one) for kind, one in result.curves.items()}})
        return
    task = service.tasks()[found.task]
    for curve in result.curves.values():
        metric = task.metric(curve.metric)
        print(f"{curve.name}: {more_labels(curve, metric)}")
        rows = [(f"{p.rows:,}", f"{p.value:.4g}", f"{p.low:.4g} to {p.high:.4g}", len(p.draws)) for p in curve.points]
        print_table(("ROWS", metric.title.upper(), "95 % INTERVAL", "DRAWS"), [tuple(map(str, row)) for row in rows])
