"""The filter parser: words, comparisons, and, or, not, parentheses.

Filters are read into a tree and never evaluated as code.

The grammar, where two terms beside each other must both hold::

    query      = [either]
    either     = both {"or" both}
    both       = term {["and"] term}
    term       = "not" term | "(" either ")" | comparison | word
    comparison = name operator value
"""

import re
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias, cast

from core.errors import UserError

LONGEST, DEEPEST = 500, 25  # characters; parentheses and nots within each other
Operator: TypeAlias = Literal["=", "!=", "~", "!~", "<", "<=", ">", ">="]
_SPELLED = {"==": "=", "≤": "<=", "≥": ">=", "≠": "!="}
_WORDS = {"and": "and", "&": "and", "&&": "and", "or": "or", "|": "or", "||": "or", "not": "not"}
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*"?|“[^”]*”?|(?<![^\s(=<>~!])'[^']*'?)   # a quote that is not closed (yet) goes to the end
      | (?P<operator><=|>=|!=|==|!~|[=<>~≤≥≠])
      | (?P<not>!)
      | (?P<open>\() | (?P<close>\))
      | (?P<word>[^\s()=<>!~≤≥≠"“]+)
    )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"[+-]?[\d.,]+(e[+-]?\d+)?", re.IGNORECASE)
_UNITS = re.compile(r"%|s|sec|seconds?|min|minutes?|h|hours?|d|days?|k|thousand|m|million|b|billion", re.IGNORECASE)


class FilterError(UserError):
    """The filter cannot be understood; the message says where, and what would be."""

    def __init__(self, sentence: str, place: int) -> None:
        self.place = place
        super().__init__(f"{sentence} (At character {place + 1}.)")


@dataclass(frozen=True)
class Word:
    """A word in a run's texts, or the name of a property (`starred`)."""

    text: str
    place: int
    quoted: bool = False  # then it is a text and nothing else


@dataclass(frozen=True)
class Comparison:
    """`accuracy > 0.9`: a field, an operator, and a value as it was written."""

    field: str
    operator: Operator
    value: str
    place: int
    value_place: int


@dataclass(frozen=True)
class Not:
    """The opposite of a term."""

    term: "Term"


@dataclass(frozen=True)
class All:
    """Every term must hold; without any, everything does."""

    terms: tuple["Term", ...]


@dataclass(frozen=True)
class Any:
    """One of the terms must hold."""

    terms: tuple["Term", ...]


Term: TypeAlias = Word | Comparison | Not | All | Any


@dataclass(frozen=True)
class _Token:
    kind: str  # "word", "text", "operator", "and", "or", "not", "open", "close", "end"
    text: str
    place: int


def read_filter(text: str) -> Term:
    """Return what a filter says.

    >>> read_filter("accuracy > 0.9")
    Comparison(field='accuracy', operator='>', value='0.9', place=0, value_place=11)

    Raises:
        FilterError: It says nothing that can be understood.
    """
    if len(text) > LONGEST:
        raise FilterError(f"The filter has {len(text):,} characters; at most {LONGEST} are read.", LONGEST)
    return _Reader(_tokens(text)).whole()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind, written, place = str(match.lastgroup), match[str(match.lastgroup)], match.start(str(match.lastgroup))
        if kind == "text":
            written = written[1:].rstrip('"”' if written[0] in '"“' else "'")
        elif kind == "operator":
            written = _SPELLED.get(written, written)
        elif kind == "word":
            kind = _WORDS.get(written.lower(), kind)
        found.append(_Token(kind, written, place))
    return [*found, _Token("end", "", len(text.rstrip()))]


class _Reader:
    """Reads tokens from the left; each method reads one kind of term."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def whole(self) -> Term:
        if self.next.kind == "end":
            return All(())
        term = self.either()
        if self.next.kind == "close":
            raise FilterError("This ')' closes nothing. Take it away, or write '(' before it.", self.next.place)
        return term

    def either(self) -> Term:
        terms = [self.both()]
        while self.next.kind == "or":
            self.take()
            terms.append(self.both())
        return terms[0] if len(terms) == 1 else Any(tuple(terms))

    def both(self) -> Term:
        terms = [self.term()]
        while self.next.kind not in ("or", "close", "end"):
            if self.next.kind == "and":
                self.take()
            terms.append(self.term())
        return terms[0] if len(terms) == 1 else All(tuple(terms))

    def term(self) -> Term:
        token = self.take()
        if token.kind in ("not", "open"):
            return self.nested(token)
        if token.kind not in ("word", "text"):
            _miss(token)
        return self.comparison(token) if self.next.kind == "operator" else Word(
            token.text, token.place, token.kind == "text"
        )  # fmt: skip

    def nested(self, token: _Token) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FilterError(f"Parentheses and nots go {DEEPEST} deep at most. Write it flatter.", token.place)
        if token.kind == "not":
            term: Term = Not(self.term())
        else:
            term = self.either()
            if self.take().kind != "close":
                raise FilterError("This '(' is not closed. Write ')' where it ends.", token.place)
        self.depth -= 1
        return term

    def comparison(self, field: _Token) -> Comparison:
        operator, value = self.take(), self.take()
        if value.kind not in ("word", "text"):
            example = f"{field.text} {operator.text} " + ("0.9" if operator.text in "<=>=" else "text")
            raise FilterError(f"After '{operator.text}' comes a value, as in: {example}", value.place)
        written = value.text
        has_unit = self.next.kind == "word" and _UNITS.fullmatch(self.next.text)
        if value.kind == "word" and has_unit and _NUMBER.fullmatch(written):
            written += self.take().text
        return Comparison(field.text, cast(Operator, operator.text), written, field.place, value.place)


def _miss(token: _Token) -> NoReturn:
    if token.kind == "end":
        raise FilterError("The filter ends too early: something must follow.", token.place)
    if token.kind == "operator":
        sentence = f"Before '{token.text}' comes the name of what is compared, as in: accuracy {token.text} 0.9"
    elif token.kind == "close":
        sentence = "There is nothing between the parentheses before this ')'."
    else:
        sentence = f"Something must stand before '{token.text}'. To search for the word itself, write it in quotes."
    raise FilterError(sentence, token.place)
