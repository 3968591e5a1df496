"""Whether a regular expression is linear: the ambiguity of its automaton of positions (Glushkov), read from its parse.

A backtracking matcher is slower than linear where a text can loop in one place, loop in another, and lead from the
first to the second, and where neither loop may stop with a match (Weideman et al., "Analyzing Matching Time Behavior of
Backtracking Regular Expression Matchers by Using Ambiguity of NFA", CIAA 2016). That a search begins again at each
character is such a loop too, before the expression. Exact for the shapes that we write, strict for the others.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from typing import Any

Guard = tuple[int, ...]  # by the character before (the last: none): which characters may come, as bits
ENDLESS = 1_000  # a repeat that may be so long counts as one without an end
_ALWAYS_TRIED = "azAZ09_ \n\t-.,'\"<é中\x01²"
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda c: c.isalnum() or c == "_",
}


@dataclass
class Part:
    """A part of an expression: where it begins and ends, and how it matches nothing."""

    first: list[tuple[Guard, int]] = field(default_factory=list)
    last: list[tuple[int, Guard, bool]] = field(default_factory=list)  # the place, and whether leaving it may fail
    empty: list[tuple[Guard, bool]] = field(default_factory=list)  # each way once, at most twice in all


class Automaton:
    """The places of an expression, the characters of each, and which may follow which."""

    def __init__(self, pattern: str, flags: int, is_search: bool, is_whole: bool) -> None:
        """Read an expression that is searched for (else matched at the beginning), or must match the whole text."""
        parser: Any = vars(re)["_parser"]
        tree = parser.parse(pattern, flags)
        self.flags = tree.state.flags
        self.letters = self._alphabet(tree)
        self.all = (1 << len(self.letters)) - 1
        self.free: Guard = (self.all,) * (len(self.letters) + 1)
        self.masks: list[int] = []
        self.edges: dict[int, Counter[tuple[int, Guard]]] = defaultdict(Counter)
        whole = self._sequence(tree)
        if is_search:
            again = self._again(self._place(self.all), is_endless=True)
            whole = self._then(again, whole)
        self.accepting = set() if is_whole else {place for place, _, may_fail in whole.last if not may_fail}

    def _alphabet(self, tree: Any) -> str:
        """Return one character of each kind that the expression tells apart."""
        sets = [item for item in _items(tree) if str(item[0]) in ("IN", "LITERAL", "NOT_LITERAL")]
        tried = dict.fromkeys(_ALWAYS_TRIED)
        for kind, value in sets:
            for member, inner in value if str(kind) == "IN" else [("LITERAL", value)]:
                if str(member) == "LITERAL":
                    tried |= dict.fromkeys(chr(inner))
                elif str(member) == "RANGE":
                    tried |= dict.fromkeys((chr(inner[0]), chr(inner[1]), chr(sum(inner) // 2)))
        kinds: dict[tuple[Any, ...], str] = {}
        for letter in tried:
            looks = tuple(self._matches(item, letter) for item in sets)
            kinds.setdefault((looks, letter == "\n", _CATEGORIES["WORD"](letter)), letter)
        return "".join(kinds.values())

    def _matches(self, item: tuple[Any, Any], letter: str) -> bool:
        kind, value = str(item[0]), item[1]
        if self.flags & re.IGNORECASE and letter.swapcase() != letter and len(letter.swapcase()) == 1:
            return self._matches_one(kind, value, letter) or self._matches_one(kind, value, letter.swapcase())
        return self._matches_one(kind, value, letter)

    def _matches_one(self, kind: str, value: Any, letter: str) -> bool:
        if kind == "IN":
            is_negated = str(value[0][0]) == "NEGATE"
            return is_negated != any(self._matches_one(str(k), v, letter) for k, v in value[is_negated:])
        if kind == "RANGE":
            return bool(value[0] <= ord(letter) <= value[1])
        if kind == "CATEGORY":
            name = str(value).rpartition("_")[2]
            is_ascii = bool(self.flags & re.ASCII)
            return ("NOT" in str(value)) != (_CATEGORIES[name](letter) and (letter.isascii() or not is_ascii))
        if kind == "ANY":
            return letter != "\n" or bool(self.flags & re.DOTALL)
        return bool((kind == "LITERAL") == (value == ord(letter)))

    def _mask(self, item: tuple[Any, Any]) -> int:
        return sum(1 << index for index, letter in enumerate(self.letters) if self._matches(item, letter))

    def _place(self, mask: int) -> Part:
        self.masks.append(mask)
        place = len(self.masks) - 1
        return Part([(self.free, place)], [(place, self.free, False)])

    def _sequence(self, items: Any) -> Part:
        return reduce(self._then, [self._part(str(kind), value) for kind, value in items], self._nothing())

    def _nothing(self, guard: Guard | None = None, may_fail: bool = False) -> Part:
        return Part(empty=[(self.free if guard is None else guard, may_fail)])

    def _then(self, one: Part, other: Part) -> Part:
        for (place, leave, _), (enter, following) in product(one.last, other.first):
            self.edges[place][following, _both(leave, enter)] += 1
        return Part(
            one.first + [(_both(g, enter), place) for g, _ in one.empty for enter, place in other.first],
            other.last + [(p, _both(g, leave), f or may) for p, leave, f in one.last for g, may in other.empty],
            _twice_at_most((_both(g, h), f or e) for g, f in one.empty for h, e in other.empty),
        )

    def _part(self, kind: str, value: Any) -> Part:
        if kind in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            return self._place(self._mask((kind, value)))
        if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeated(kind, *value)
        if kind == "SUBPATTERN":
            return self._sequence(value[3])
        if kind == "ATOMIC_GROUP":
            is_loop = len(value) == 1 and str(value[0][0]) == "MAX_REPEAT"
            return self._repeated("POSSESSIVE_REPEAT", *value[0][1]) if is_loop else self._sequence(value)
        if kind == "BRANCH":
            parts = [self._sequence(branch) for branch in value[1]]
            first, last, empty = (
                [way for part in parts for way in getattr(part, n)] for n in ("first", "last", "empty")
            )
            return Part(first, last, _twice_at_most(empty))
        if kind in ("ASSERT", "ASSERT_NOT"):
            return self._looked_at(kind == "ASSERT", *value)
        if kind == "AT":
            return self._nothing(self._at(str(value)), may_fail=True)
        if kind == "GROUPREF_EXISTS":
            return self._part("BRANCH", (None, [value[1], value[2] or []]))
        if kind == "GROUPREF":
            return self._nothing(may_fail=True)
        raise ValueError(f"{kind} is not known here: add it to tests/ambiguity.py")

    def _repeated(self, kind: str, least: int, most: int, items: Any) -> Part:
        """Unroll a few; a repeat that never gives back ends where another of its characters cannot come."""
        shortest = min(least, 2)
        unrolled = [self._sequence(items) for _ in range(shortest)]
        made = reduce(self._then, unrolled, self._nothing())
        if int(most) >= ENDLESS:
            rest = self._again(self._sequence(items), is_endless=True)
        else:
            rest = self._again(self._sequence(items), is_endless=False) if most > least else self._nothing()
        made = self._then(made, rest)
        if kind == "POSSESSIVE_REPEAT" and int(most) >= ENDLESS and len(items) == 1 and str(items[0][0]) in _SETS:
            stop = (self.all & ~self._mask(items[0]),) * len(self.free)
            made.last = [(place, _both(guard, stop), fails) for place, guard, fails in made.last]
            made.empty = [(_both(guard, stop), fails) for guard, fails in made.empty]
        return made

    def _again(self, one: Part, is_endless: bool) -> Part:
        if is_endless:
            for (place, leave, _f), (enter, following) in product(one.last, one.first):
                self.edges[place][following, _both(leave, enter)] += 1
        return Part(one.first, one.last, [(self.free, False), *(way for way in one.empty if not is_endless)])

    def _looked_at(self, is_wanted: bool, direction: int, items: Any) -> Part:
        guard = self.free
        if len(items) == 1 and str(items[0][0]) in _SETS:
            mask = self._mask(items[0])
            mask = mask if is_wanted else self.all & ~mask
            if direction > 0:
                guard = (mask,) * len(self.free)
            else:
                befores: list[int] = [mask >> index & 1 for index in range(len(self.letters))] + [int(not is_wanted)]
                guard = tuple(self.all if is_right else 0 for is_right in befores)
            return self._nothing(guard, may_fail=True)
        inside = self._sequence(items) if direction > 0 else Part()
        return Part(inside.first, [], [(guard, True)])  # looked through from here, and then gone back

    def _at(self, where: str) -> Guard:
        words = sum(1 << i for i, letter in enumerate(self.letters) if _CATEGORIES["WORD"](letter))
        befores = [words >> i & 1 for i in range(len(self.letters))] + [0]
        if where in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
            is_same = where == "AT_NON_BOUNDARY"
            return tuple(words if bool(before) == is_same else self.all & ~words for before in befores)
        if where.startswith("AT_BEGINNING"):
            is_line = where == "AT_BEGINNING" and self.flags & re.MULTILINE
            return (*(self.all if is_line and letter == "\n" else 0 for letter in self.letters), self.all)
        return self.free

    def slow(self) -> str:
        """Return a text whose repetition takes longer than linear, "" where there is none."""
        before = self._kinds_before()
        loops = self._loops()
        after = {place: self._after(place) for place in range(len(self.masks))}
        for one, other in product(loops, loops):
            if other not in after[one] or (one == other and not self._forks(loops[one])):
                continue
            between = {place for place in after[one] if other in after[place]} | {one, other}
            for kind in set(before):
                if text := self._pumped(one, other, kind, (loops[one], between, loops[other]), before):
                    return text
        return ""

    def _kinds_before(self) -> list[int]:
        """Return for each character the first that no look back tells from it."""
        guards = {guard for following in self.edges.values() for _, guard in following}
        rows = [tuple(guard[index] for guard in guards) for index in range(len(self.letters))]
        return [rows.index(row) for row in rows]

    def _loops(self) -> dict[int, set[int]]:
        """Return the places that can come again without a match, each with the places of its loop."""
        inside = [place for place in range(len(self.masks)) if place not in self.accepting]
        after = {place: self._after(place, set(inside)) for place in inside}
        return {place: {q for q in after[place] if place in after[q]} for place in inside if place in after[place]}

    def _forks(self, around: set[int]) -> bool:
        """Return whether a loop is more than a single ring."""
        return any(sum(n for (q, _), n in self.edges[place].items() if q in around) > 1 for place in around)

    def _after(self, place: int, among: set[int] | None = None) -> set[int]:
        seen: set[int] = set()
        left = [place]
        while left:
            for following, _ in self.edges[left.pop()]:
                if following not in seen and (among is None or following in among):
                    seen.add(following)
                    left.append(following)
        return seen

    def _pumped(self, one: int, other: int, kind: int, among: tuple[set[int], ...], before: list[int]) -> str:
        """Return a text that leads from one to itself, from one to other and from other to itself.

        With one and other the same, the first and the second way must differ.
        """
        start = (one, one, other, kind, one != other)
        goal = (one, other, other, kind, True)
        common = reduce(int.__and__, (reduce(int.__or__, (self.masks[p] for p in places)) for places in among))
        letters = [index for index in range(len(self.letters)) if common >> index & 1]
        seen, left = {start}, [(start, "")]
        for (x, y, z, last, differs), text in left:
            for now in letters:
                steps = [self._steps(p, last, now, places) for p, places in zip((x, y, z), among, strict=True)]
                for (a, times), (b, _), (c, _) in product(*(step.items() for step in steps)):
                    if one == other and c != a:
                        continue
                    state = (a, b, c, before[now], differs or a != b or (x == y and times > 1))
                    if state == goal:
                        return text + self.letters[now]
                    if state not in seen:
                        seen.add(state)
                        left.append((state, text + self.letters[now]))
        return ""

    def _steps(self, place: int, last: int, now: int, among: set[int]) -> Counter[int]:
        steps: Counter[int] = Counter()
        for (following, guard), times in self.edges[place].items():
            if following in among and self.masks[following] & guard[last] & 1 << now:
                steps[following] += times
        return steps


_SETS = ("LITERAL", "NOT_LITERAL", "IN", "ANY")


def _both(one: Guard, other: Guard) -> Guard:
    return one if one is other else tuple(a & b for a, b in zip(one, other, strict=True))


def _twice_at_most(ways: Iterable[tuple[Guard, bool]]) -> list[tuple[Guard, bool]]:
    return [way for way, times in Counter(ways).items() for _ in range(min(times, 2))]


def _items(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every item of a parsed expression, also those within others."""
    for item in tree:
        kind, value = item
        yield item
        if str(kind) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT", "SUBPATTERN", "ASSERT", "ASSERT_NOT"):
            yield from _items(value[-1])
        elif str(kind) == "ATOMIC_GROUP":
            yield from _items(value)
        elif str(kind) in ("BRANCH", "GROUPREF_EXISTS"):
            for branch in value[1] if str(kind) == "BRANCH" else value[1:]:
                yield from _items(branch or ())
