"""What the commands on data sets print, for people and as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from core.cli.output import print_table
from core.services.recommendation import recommended
from core.services.run_service import Service
from core.specs.dataset_types import Finding, Guess, VersionInfo

SIGNS = {"error": "ERROR", "warning": "warning", "note": "note"}


def plain_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON, without its rows."""
    return {key: value for key, value in asdict(finding).items() if key not in ("rows", "pairs")}


def print_findings(findings: list[Finding], name: str) -> None:
    """Print what was found, and how to put it right."""
    if not findings:
        print("Nothing was found that stands in the way.")
    for finding in findings:
        print(f"{SIGNS[finding.severity]} [{finding.code}] {finding.message} {finding.why}")
        for example in finding.examples[:3]:
            print(f"    {example}")
        if finding.fix:
            print(f"    To fix it ({finding.fix}): touchstone data check {name} --fix {finding.code}")


def print_recommended(service: Service, name: str, task: str) -> None:
    """Say which model to begin with, and why others do not suit, where something is known of that."""
    found = recommended(service.dataset_service, name, task)
    if found.why:
        print(f"Begin with {found.model}, {found.why}")


def print_columns(columns: Iterable[Mapping[str, str]]) -> None:
    """Show what each column of a table is for, as it was imported."""
    rows = [(c["name"], c["kind"], c["role"], c.get("why") or c.get("unit", "")) for c in columns]
    if rows:
        print_table(("COLUMN", "HOLDS", "FOR", ""), rows)


def print_guesses(guesses: list[Guess]) -> None:
    """Print what nobody said, and how to say it."""
    if guesses:
        print("Guessed, as nobody said it:")
    for guess in guesses:
        why = f" ({guess.why})" if guess.why else ""
        print(f"    {guess.about}: {guess.value}{why}" + (f"; otherwise: {guess.option}" if guess.option else ""))


def size_of(info: VersionInfo) -> str:
    """Return how many examples, classes and splits a version has."""
    sizes = ", ".join(f"{count:,} {split}" for split, count in info.split_sizes.items())
    classes = f" in {len(info.labels)} classes" if info.labels else ""
    return f"{info.examples:,} examples{classes} ({sizes})"


def dataset_document(service: Service, name: str) -> dict[str, Any]:
    """Return everything known of a data set (the contract of `data list --json` and `data show --json`)."""
    entry, preview = service.dataset_service.entry(name), service.dataset_service.preview(name)
    version = preview.version
    versions = service.dataset_service.versions(name)
    target = service.dataset_service.target(name)
    return {
        "name": name, "title": entry.title, "task": entry.task, "built_in": entry.built_in,
        "fingerprint": version.fingerprint, "labels": version.labels, "splits": dict(version.split_sizes),
        "classes": dict(preview.class_counts), "duplicates": version.duplicate_count, "licence": entry.licence,
        "source": entry.source, "trashed": entry.deleted_at is not None, "facts": service.dataset_service.facts(name),
        "target": target.to_json() | {"text": target.format()} if target else None,
        "versions": [
            {
                "fingerprint": v.fingerprint, "created_at": v.created_at.isoformat(), "change": v.change,
                "parent": v.parent, "examples": v.examples, "size_bytes": v.size_bytes,
            }
            for v in versions
        ],
    }  # fmt: skip
