"""Every regular expression of core and pages is linear in the text that it meets.

They are found in the source. Each is held against an analysis of its automaton (tests/ambiguity.py), which finds those
that are quadratic, and, in a process with a limit of CPU time, used on texts made of its own characters, which would
take those that are cubic or exponential minutes.
"""

import ast
import functools
import importlib
import os
import re
import resource
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import regex

from core.data.tables.dialect import quoted_cells
from tests.ambiguity import Automaton
from tests.live import collected

ROOT = Path(__file__).resolve().parents[1]
USES = frozenset({"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
MOST_CPU_S = 100  # for all texts of all expressions: they take seconds
TEXT = 1_500  # characters

# Quadratic by themselves, and why they may stay: "file expression" begins so.
ALLOWED: dict[str, str] = {
    "core/services/run_search/query_parser.py _TOKEN": "a filter is at most LONGEST = 500 characters",
    "core/data/checks/support/labels.py _BETWEEN_WORDS": "only a run without '_', a letter too, can fail, so only once",
}
# Made while it works: quoted_cells, which is tried below; sets of characters, read over every character once.
LATER = ["core/data/tables/dialect.py", *2 * ["core/serving/take_along/character_sets.py"]]


class Expression(NamedTuple):
    """An expression, where it stands, and how it is used."""

    where: str
    pattern: Any
    uses: frozenset[str]


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Return the parsed source files that meet what users write."""
    files = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


@functools.cache
def calls(file: str) -> list[tuple[str, str, ast.Call]]:
    """Return each call of a method of expressions, with what it is called on."""
    return [
        (ast.unparse(node.func.value), node.func.attr, node)
        for node in ast.walk(trees()[file])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in (*USES, "compile")
    ]


def uses_of(file: str, name: str) -> frozenset[str]:
    """Return with which methods a name is used, in any file if it is public; nothing where that is not seen."""
    places = [file] if name.startswith("_") else trees()
    return frozenset(use for place in places for on, use, _ in calls(place) if on.split(".")[-1] == name) & USES


def module_of(file: str) -> dict[str, Any]:
    """Return what a file's module holds."""
    return vars(importlib.import_module(file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")))


def compiled(file: str, call: ast.Call) -> Any:
    """Return the expression that a call makes or uses.

    Raises:
        NameError: It depends on what a function or a comprehension is given.
    """
    module, written = ast.unparse(call.func).partition(".")[0], call.args[0]
    scope = {"re": re, "regex": regex} if isinstance(written, ast.Constant) else module_of(file)
    flags = [word.value for word in call.keywords if word.arg == "flags"]
    method = ast.unparse(call.func).partition(".")[2]
    flags += call.args[1:2] if method == "compile" else call.args[2:3] if "match" in method or "find" in method else []
    return eval(f"{module}.compile({', '.join(map(ast.unparse, [written, *flags]))})", dict(scope))


@functools.cache
def expressions() -> tuple[list[Expression], list[str]]:
    """Return every expression, and the places whose expressions are known only when something runs."""
    found, later = [], []
    for file, tree in trees().items():
        names = {
            id(node.value): ast.unparse(target)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        }
        for module, method, call in calls(file):
            if module not in ("re", "regex"):
                continue
            name = names.get(id(call), "")
            uses = frozenset({method}) if method != "compile" else uses_of(file, name) if name else frozenset()
            try:
                found.append(Expression(f"{file} {name}", compiled(file, call), uses))
            except NameError:
                within = held(module_of(file))
                found += [Expression(file, one, frozenset()) for one in within]
                later += [] if within else [file]
    return found, later


def held(values: Any) -> list[Any]:
    """Return the expressions within a module's tuples and dictionaries."""
    inside = [value for value in values.values() if isinstance(value, tuple | dict)]
    each = (one for value in inside for one in (value.values() if isinstance(value, dict) else value))
    return [one for one in each if isinstance(one, re.Pattern | regex.Pattern)]


def analysed(expression: Expression) -> str:
    """Return a text that an expression is slow on, if it is used in a way in which there is one."""
    source: Any = expression.pattern.pattern
    source = source.decode("latin-1") if isinstance(source, bytes) else source
    flags = expression.pattern.flags
    if isinstance(expression.pattern, regex.Pattern):  # its classes are widened to those of re, which is stricter
        source, flags = re.sub(r"(--|&&)(\[[^]]*\]|\\\w+)", "", source).replace("[[", "["), 0
        source = re.sub(r"(?<=\w)\]\]", "]", source).replace(r"\X", r"[\s\S]+")
        source = re.sub(r"\\p\{(\w+)\}", lambda p: r"\W" if p[1][0] in "PCE" or "_I" in p[1] else r"\w", source)
    uses = expression.uses or frozenset({"search", "fullmatch"})
    modes = {("match" not in use, use == "fullmatch") for use in uses}
    return next((text for mode in modes if (text := Automaton(source, flags & ~re.DEBUG, *mode).slow())), "")


def test_every_expression_is_linear() -> None:
    found, later = expressions()
    assert len(found) > 170
    assert later == LATER
    slow = {one.where: (one.pattern.pattern, text) for one in found if (text := analysed(one))}
    assert {where: what for where, what in slow.items() if where not in ALLOWED} == {}
    assert set(ALLOWED) <= set(slow), "no longer needed in ALLOWED"


@pytest.mark.parametrize("delimiter", [",", "\t", "'", "\\", "|"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_the_expressions_made_of_a_chosen_separator_are_linear(delimiter: str, quote: str) -> None:
    assert analysed(Expression("", quoted_cells(quote, delimiter), frozenset({"findall", "search"}))) == ""


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"(a+)+b", "match"),
        (r"(?:x|x)*y", "match"),
        (r"(?:\w+\s?)*$", "match"),
        (r"(.+) - (.+)", "fullmatch"),
        (r"\d+\.?\d*", "fullmatch"),
        (r"<!--.*?-->", "search"),
        (r"\s+$", "sub"),
        (r"x*+y", "search"),
        (r"a(?:a*b)?", "findall"),
        (r"(?=.*\d)a", "search"),
    ],
)
def test_an_expression_that_is_not_linear_is_found(pattern: str, use: str) -> None:
    assert analysed(Expression("", re.compile(pattern), frozenset({use}))) != ""


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"\d+(?:\.\d*)?", "fullmatch"),
        (r"\w+(?:'\w+)*|[^\w\s]", "findall"),
        (r"(?<!\d)\d++x", "search"),
        (r"\b\w++@", "search"),
        (r"^\s+x", "search"),
        (r"<a[^<>]{0,500}>", "search"),
        (r"\d*+\d*x", "match"),
    ],
)
def test_an_expression_that_is_linear_passes(pattern: str, use: str) -> None:
    assert analysed(Expression("", re.compile(pattern), frozenset({use}))) == ""


def test_no_expression_takes_minutes_on_texts_made_of_its_own_characters() -> None:
    found, _ = expressions()
    ours, theirs = os.pipe()
    if not (child := os.fork()):  # it can be ended while it matches, as threads and signals cannot
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + MOST_CPU_S,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for index, one in enumerate(found):
            os.write(theirs, bytes([index]))
            use(one.pattern)
        os._exit(0)
    os.close(theirs)
    status = collected(child)
    with os.fdopen(ours, "rb") as pipe:  # some dozens of bytes, which a pipe holds
        begun = pipe.read()
    assert status == 0, found[begun[-1]]
    assert len(begun) == len(found)


def use(pattern: Any) -> None:
    """Use an expression on its characters, many times, with an end that fits and one that does not."""
    source = pattern.pattern
    written = source.decode("latin-1") if isinstance(source, bytes) else source
    signs = [sign for sign in written if not sign.isalnum()][:12]
    for part in dict.fromkeys([*signs, *"a1 \n", "a ", "1,", " - ", "<a"]):
        for end in ("", "\x01"):
            text: Any = part * (TEXT // len(part)) + end
            text = text.encode() if isinstance(source, bytes) else text
            pattern.fullmatch(text)
            pattern.findall(text)
