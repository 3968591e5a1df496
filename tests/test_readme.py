"""Keeps the README true: its tree names every file with what the file says of itself, and every command is there.

After adding a file: python -m tests.test_readme
"""

import ast
import re
from pathlib import Path

import pytest
import typer

from core.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
TREE = re.compile(r"(?<=<!-- tree -->\n```\n).*?(?=```\n<!-- /tree -->)", re.DOTALL)
WIDTH = 36
NOT_PYTHON = {
    "pyproject.toml": "what is needed, and how lint, types and tests are set up",
    ".constraints.txt": "every version, in one place",
    "Makefile": "run, test, check, test-gpu, bench",
    ".streamlit/config.toml": "theme, limits, loopback only",
    "data/samples/customer-feedback.csv": "2,400 pieces of feedback, written for this project",
    ".ci/": "what CI runs; the browser for the tests; the picture above",
    "tests/": "mirrors core/ and pages/; browser/, faults/ (killed processes), bench/",
}


def first_sentence(file: Path) -> str:
    text = (ast.get_docstring(ast.parse(file.read_text())) or "").split("\n\n")[0].replace("\n", " ")
    return text.rstrip(".")


def tree() -> str:
    lines = [line("app.py", first_sentence(ROOT / "app.py"))]
    for room in ("pages", "core"):
        for folder in [ROOT / room, *sorted(p.parent for p in (ROOT / room).rglob("*/__init__.py"))]:
            if "migrations" in folder.parts:
                continue
            depth = len(folder.relative_to(ROOT).parts) - 1
            lines.append(line("  " * depth + folder.name + "/", first_sentence(folder / "__init__.py")))
            files = [f for f in sorted(folder.glob("*.py")) if f.name != "__init__.py"]
            lines += [line("  " * (depth + 1) + f.name, first_sentence(f)) for f in files]
    return "\n".join([*lines, *(line(name, text) for name, text in NOT_PYTHON.items())]) + "\n"


def line(name: str, text: str) -> str:
    return f"{name:<{WIDTH}}{text}"


def test_the_tree_names_every_file() -> None:
    found = TREE.search(README.read_text())
    assert found is not None
    assert found.group() == tree(), "write it again with: python -m tests.test_readme"


def commands(group: typer.Typer, prefix: str = "") -> list[str]:
    names = [prefix + str(c.name or getattr(c.callback, "__name__", "")) for c in group.registered_commands]
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        names += commands(inner.typer_instance, f"{prefix}{inner.name} ")
    return names


@pytest.mark.parametrize("command", commands(app))
def test_every_command_is_in_the_readme(command: str) -> None:
    *group, name = command.split()
    lines = [text for text in README.read_text().splitlines() if text.startswith(" ".join(["touchstone", *group]))]
    assert any(name in text for text in lines)


def test_the_picture_is_there() -> None:
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text()):
        assert (ROOT / name).stat().st_size > 10_000


if __name__ == "__main__":
    README.write_text(TREE.sub(lambda _: tree(), README.read_text()))
