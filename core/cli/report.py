"""`touchstone report`: a run as one page for a decision, or as a model card."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import AsJson, RunId, print_json
from core.errors import UserError
from core.services.bootstrap import open_service
from core.services.report.decision import decision_report
from core.services.report.html_page import report_html
from core.services.report.model_card import model_card


def report(
    run: RunId,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; else RUN.html, or README.md for a model card.")
    ] = None,
    card: Annotated[bool, typer.Option("--card", help="A model card in Hugging Face's format.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a run as one page for a decision, with data, contenders, mistakes and how to repeat it."""
    service = open_service()
    found = service.run(run)
    content = decision_report(service, found.id)
    text = model_card(service, found, content) if card else report_html(content)
    file = out or Path("README.md" if card else f"{found.id}.html")
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}).") from error
    if as_json:
        print_json({"run": found.id, "file": str(file.resolve()), "size_bytes": len(text.encode())})
        return
    print(f"{file}: {content.verdict.meaning}")
