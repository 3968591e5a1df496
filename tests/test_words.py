"""Holds the words that people read: the field's word first (../shared/WORDS.md), the same everywhere."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What was said once, and what is said instead.
OLD_WORDS = {
    r"\b[Nn]umbers? (to learn|that describe|take)\b|^numbers learnt$": "parameters, embedding size",
    r"to steer by|\bexams?\b": "validation, test",
    r"\bpass(es)?\b": "epochs",
    r"by heart": "overfitting (it memorises)",
    r"at (every|its first|each) look\b": "at each evaluation",
    r"simple (ways?|methods?)\b|Simple models": "baselines",
    r"\bmajority\b": "always the commonest answer",
    r"sentence reader|taught further|[Pp]retrained (eye|reader|writer)": "sentence encoder, pretrained text model",
    r"with meaning|[Tt]able of neighbours": "bag of embeddings, bigram model",
    r"Patterns (in|of)|(Words|Pieces) to know|Longest text|Size of the memory": "channels, vocabulary, length",
    r"What learns\b|thin layers|Largest correction|(Smaller|Fewer) weights": "trainable part, LoRA, gradient clipping",
    r"How thorough|[Qq]uick look\b": "effort: quick",
    r"How sure\b": "confidence (calibration)",
    r"Alarm threshold": "decision threshold",
    r"took (it )?for\b|called otherwise|\bsurest\b": "confused with, predicted as another, most confident",
    r"hesitat": "perplexity: as if choosing among",
    r"\bnats?\b": "loss (cross-entropy)",
    r"leans? to": "bias up, bias down, no bias",
    r"stands? there": "appear more than once",
    r"^Divided$|\b[Dd]ivided (once|anew|70)|In commands$|Yours to know": "split, ID, not stated",
    r"\b([Bb]ring|[Bb]rought)\b|\b[Ff]etch (it|or)\b": "import, upload, download, restore",
    r"Forget them|As usual|Take the star|Back into the list|\bfits$": "discard, reset, unstar, unarchive, no matching",
    r"\bAlong$|^Smooth$": "X axis, smoothing",
    r"before it$|Nothing waits|Named for you": "runs ahead, the queue is empty, optional",
    r"On the record|^What happened$|Take it to": "details, events, export to",
    r"Ready, warm|[Nn]ot looked at yet": "ready, not checked",
    r"\brightly\b": "correctly",
    r"for or against": "positive or negative",
    r"Understand what people|[Rr]ecognise pictures": "classify text, classify images",
    r"\b[Pp]ictures?\b": "images",
}  # fmt: skip
# Phrases in which such a word stays: it is explained beside the field's word, or means something else.
ALLOWED = re.compile(
    r"[Ee]pochs \((one )?pass(es)? over the|passes every setting|pict[|]picture"
    r"|[Bb]rought up to date|bring it up to date"
)


def old_words(text: str) -> list[str]:
    """Return every old word of a text, with what is said instead."""
    left = ALLOWED.sub("", text)
    return [f"{found[0]!r}: {instead}" for old, instead in OLD_WORDS.items() if (found := re.search(old, left))]


def old_words_of(shown: Iterable[str]) -> list[str]:
    """Return the old words among what a page shows, line by line, each once."""
    lines = {line.strip() for text in shown for line in text.splitlines()}
    return sorted(f"{word} in {line!r}" for line in lines if is_read(line) for word in old_words(line))


def said_in(file: Path) -> Iterator[tuple[int, str]]:
    """Yield every text of a module that people may read: no docstrings but those of commands, no keys and names."""
    tree = ast.parse(file.read_text())
    silent = set()
    for node in ast.walk(tree):
        is_command = "cli" in file.parts and not isinstance(node, ast.Module)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not is_command:
            silent |= {id(part) for part in node.body[:1] if isinstance(part, ast.Expr)}
    places: list[ast.AST] = [tree]
    while places:
        node = places.pop()
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values),
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        places.extend(ast.iter_child_nodes(node))


def is_read(text: str) -> bool:
    """Return whether a text is one for people, not a key: it has spaces or begins with a capital letter."""
    return " " in text.strip() or text[:1].isupper()


@pytest.mark.parametrize("room", ["core", "pages"])
def test_people_read_the_terms_of_the_field(room: str) -> None:
    files = [file for file in (ROOT / room).rglob("*.py") if "versions" not in file.parts]
    said = {
        f"{file.relative_to(ROOT)}:{line}": old_words(text)
        for file in files
        for line, text in said_in(file)
        if is_read(text)
    }
    assert len(said) > 1000
    assert not {place: words for place, words in said.items() if words}


def written_in(file: Path) -> Iterator[tuple[int, str]]:
    """Yield every text in quotation marks of a script or a recipe, without its comments."""
    text = re.sub(r"(?m)^\s*(//|\*|/\*|#).*$|\s//\s.*$", "", file.read_text())
    for found in re.finditer(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', text):
        yield text.count("\n", 0, found.start()) + 1, next(one for one in (*found.groups(), "") if one is not None)


def test_scripts_of_the_browser_and_recipes_say_the_same_terms() -> None:
    files = [
        file
        for kind in ("js", "html", "toml")
        for room in ("core", "pages")
        for file in (ROOT / room).rglob(f"*.{kind}")
    ]
    said = {
        f"{file.relative_to(ROOT)}:{line}": old_words(text)
        for file in files
        if ".min." not in file.name
        for line, text in written_in(file)
        if is_read(text)
    }
    assert len(said) > 100
    assert not {place: words for place, words in said.items() if words}
