"""The report as one HTML file; whatever people wrote is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.services.report.decision import DecisionReport


def report_html(report: DecisionReport) -> str:
    """Return the report as an HTML document; printed it is a PDF."""
    folder = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("page.html").render(report=report)
