"""A test of an untrusted tokenizer in a separate process.

Its regular expressions may never end, or break the library.

`python -m core.pretrained.tokenizer_probe`: the tokenizer's JSON on stdin. Exits with 0 where it can be used.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from core.processes.limits import GIB, limit_cpu, limit_memory

CPU_S = 8.0  # for all texts together; an honest one needs a fiftieth of it
UNREADABLE = 3  # the exit code for what is no tokenizer at all
_LENGTHS = (60, 2_000)  # characters: for expressions whose time doubles with each, and for those that grow by its cube
_USUAL = "a0 _=.,-\n"
_MOST_CHARACTERS = 40  # of the expressions that are tried


def expressions(tokenizer: Any) -> list[str]:
    """Return every regular expression that a tokenizer's JSON holds."""
    found, waiting = [], [tokenizer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("Regex"), str):
                found.append(value["Regex"])
            waiting.extend(inside for inside in value.values() if isinstance(inside, dict | list))
        elif isinstance(value, list):
            waiting.extend(inside for inside in value if isinstance(inside, dict | list))
    return found


def probes(patterns: list[str]) -> Iterator[str]:
    """Yield worst-case texts: repeated characters and pairs with an unmatched end."""
    written = sorted({character for pattern in patterns for character in pattern if character.isprintable()})
    characters = list(dict.fromkeys([*_USUAL, *written[:_MOST_CHARACTERS]]))
    for length in _LENGTHS:
        for one, other in zip(characters, [*characters[1:], characters[0]], strict=True):
            yield one * length + "\x01!"
            yield (one + other) * (length // 2) + "\x01!"


def main() -> int:
    """Load and try what comes on stdin; return the exit code."""
    text = sys.stdin.buffer.read().decode("utf-8")
    limit_cpu(CPU_S)
    limit_memory(2 * GIB)
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception as error:
        if type(error) is not Exception:  # the library raises that, and nothing narrower
            raise
        return UNREADABLE
    for probe in probes(expressions(json.loads(text))):
        tokenizer.encode(probe)
    return 0


if __name__ == "__main__":
    sys.exit(main())
