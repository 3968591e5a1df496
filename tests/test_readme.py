"""Keeps README.md and core/README.md true: rooms and commands are written into them from the code.

After adding a room or a command: python -m tests.test_readme
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from core.cli.app import app
from tests.test_rooms import ROOMS, VOCABULARY

ROOT = Path(__file__).resolve().parent.parent
README, MAP = ROOT / "README.md", ROOT / "core" / "README.md"
LONGEST = 150  # lines of README.md
BESIDE = {
    "app.py": "the ASGI application: pages, routes, lifespan",
    "tests/": "mirrors core/ and pages/; browser/, faults/ (killed processes), golden/, bench/",
    "data/": "what you make, and the samples that come along",
}


def first_sentence(file: Path) -> str:
    text = (ast.get_docstring(ast.parse(file.read_text())) or "").split("\n\n")[0].replace("\n", " ")
    return text.rstrip(".")


def place(room: str) -> Path:
    """Return the file whose docstring says what a room is for."""
    if room in ("app", "pages"):
        return ROOT / "app.py" if room == "app" else ROOT / room / "__init__.py"
    return next(f for f in (ROOT / "core" / f"{room}.py", ROOT / "core" / room / "__init__.py") if f.exists())


def rooms_by_line() -> str:
    """Return a line for each room and each folder within it, for README.md."""
    lines = []
    for room in ROOMS:
        if room != "app" and place(room).name == "__init__.py":
            lines.append((f"{room}/" if room == "pages" else f"core/{room}/", first_sentence(place(room))))
            inner = sorted(place(room).parent.glob("*/__init__.py")) if room in ("data", "services") else []
            lines += [(f"  {file.parent.name}/", first_sentence(file)) for file in inner]
    loose = ", ".join(f"{room}.py" for room in ROOMS if place(room).parent == ROOT / "core")
    lines += [(f"core/{loose}", ""), *BESIDE.items()]
    return "```\n" + "".join(f"{name:<22}{text}".rstrip() + "\n" for name, text in lines) + "```\n"


def table_of_rooms() -> str:
    """Return the table of who may import whom, for core/README.md."""
    rows = [
        f"| `{room}` | {', '.join(sorted(allowed)) or 'nothing more'} | {first_sentence(place(room))} |"
        for room, allowed in ROOMS.items()
        if room not in VOCABULARY
    ]
    words = ", ".join(f"`{word}`" for word in VOCABULARY)
    return "\n".join([
        f"The vocabulary ({words}) may be imported by every room; beside it:\n",
        "| room | may import | what it is |", "|---|---|---|", *rows, "",
    ])  # fmt: skip


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its full name."""
    waiting: list[tuple[str, Any]] = [("touchstone", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop(0)
        if inner := getattr(command, "commands", None):
            waiting += [(f"{name} {key}", found) for key, found in inner.items()]
        else:
            yield name, command


def list_of_commands() -> str:
    """Return every command with its options, for core/README.md."""
    lines = []
    for name, command in commands():
        arguments = [p.name.upper() for p in command.params if p.param_type_name == "argument"]
        options = [p.opts[0] for p in command.params if p.param_type_name == "option" and not p.hidden]
        said = (command.help or "").split("\n\n")[0].replace("\n", " ").rstrip(".")
        lines.append(f"- `{' '.join([name, *arguments])}`: {said}.")
        if options:
            lines.append(f"  {', '.join(f'`{option}`' for option in options)}")
    return "\n".join(lines) + "\n"


GENERATED = (
    (README, "rooms", rooms_by_line),
    (MAP, "table of rooms", table_of_rooms),
    (MAP, "commands", list_of_commands),
)


def between(mark: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)", re.DOTALL)


@pytest.mark.parametrize(("file", "mark"), [(file, mark) for file, mark, _ in GENERATED])
def test_what_is_written_from_the_code_is_as_the_code_says(file: Path, mark: str) -> None:
    found = between(mark).search(file.read_text())
    assert found is not None
    made = next(make() for other, name, make in GENERATED if (other, name) == (file, mark))
    assert found.group() == made, "write it again with: python -m tests.test_readme"


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_is_in_the_readme(name: str) -> None:
    *group, last = name.split()
    lines = [text for text in README.read_text().splitlines() if text.startswith(" ".join(group))]
    assert any(re.search(rf"\b{last}\b", text) for text in lines)


def test_every_path_in_the_map_is_there() -> None:
    named = re.findall(r"`((?:core|pages|tests)/[\w/.-]+)`", MAP.read_text() + README.read_text())
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]


def test_the_picture_is_there() -> None:
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text()):
        assert (ROOT / name).stat().st_size > 10_000


if __name__ == "__main__":
    for file, mark, make in GENERATED:
        parts = between(mark).split(file.read_text(), maxsplit=1)
        file.write_text(make().join(parts))
