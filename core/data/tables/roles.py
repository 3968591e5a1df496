"""Guesses of the column roles text, label and target number, shown for correction."""

import json
import re
from collections.abc import Sequence

from core.data.split_names import SPLIT_NAMES
from core.data.tables.columns import MOST_CATEGORIES, ColumnProfile
from core.data.tables.labels import MOST_LABELS, is_sentiment
from core.data.tables.target_by_fit import first_rather_than_last

_TEXT_NAMES = (
    ("text", "sentence", "review", "tweet", "comment", "message", "document", "content", "body"),
    (
        "texts",
        "sentences",
        "reviews",
        "tweets",
        "comments",
        "messages",
        "review_text",
        "reviewtext",
        "full_text",
        "sms",
    ),
    ("description", "question", "title", "headline", "statement", "phrase", "utterance", "query", "input", "prompt"),
)
_SEVERAL_NAMES = ("tags", "genres", "categories", "topics", "emotions", "intents", "classes", "choices")
_LABEL_NAMES = (
    ("label", "labels", "class", "sentiment", "category", "target", "airline_sentiment", "label_text"),
    ("intent", "emotion", "polarity", "topic", "tag", "stars", "rating", "score", "type", "spam", "output", "y"),
    ("labels_text", "class_label", "class_name", "group", "genre", "language", "overall", "toxic", "is_spam"),
)
_CATEGORY_NAMES = (  # of what a row turned out to be, rather than of one more thing that is known of it
    ("label", "labels", "class", "target", "outcome", "churn", "fraud", "species", "diagnosis", "survived", "y"),
    (
        "churned",
        "exited",
        "attrition",
        "converted",
        "conversion",
        "default",
        "defaulted",
        "response",
        "subscribed",
        "is_fraud",
        "is_fraudulent",
        "fraudulent",
        "approved",
        "loan_status",
        "variety",
        "lead_quality",
        "won",
        "readmitted",
        "cancelled",
        "canceled",
        "failed",
        "failure",
        "purchased",
        "kündigung",
        "betrug",
        "流失",
        "欺诈",
    ),
    ("result", "decision", "deposit", "clicked", "quality_class", "risk", "class_label", "class_name", "label_text"),
)
_FEW_KINDS, _MOST_KINDS = 10, 50  # different numbers, and different words, that may be kinds
_ROWS_EACH = 3  # of a kind, on average at least
_READ_TOO = (  # texts that say something beside another one
    "title", "headline", "subject", "summary", "abstract", "header", "heading", "review_title", "review_summary",
    "name", "pros", "cons", "premise", "hypothesis", "claim", "evidence", "context", "question", "answer", "keywords",
    "caption",
)  # fmt: skip
_SAME_AGAIN = re.compile(r"clean|process|stem|lemma|token|normali[sz]ed|translat|original|raw|lower|stripped|_en$")
_NUMBERED = re.compile(r"(.{0,40}?)_?\d")
_TARGET_NAMES = (
    ("target", "y", "price", "label", "saleprice", "sale_price", "value", "output"),
    ("amount", "cost", "salary", "charges", "revenue", "sales", "income", "rent", "score", "rating", "medv", "mpg"),
    ("median_house_value", "total", "count", "quality", "demand", "duration", "consumption", "yield", "profit", "cnt"),
)
_TARGET_PART = re.compile(
    r"(?:^|_)(?:target|price|cost|salary|pay|wages?|sales|revenue|rent|prix|salaire|precio|"
    r"[a-zäöüß]{0,20}(?:preis|lohn|umsatz)|gehalt|jahresgehalt|"  # in one word: Verkaufspreis; but Fettgehalt is none
    r"sueldo|salario|ventas|sold|demand|rentals|bookings|"
    r"价格|售价|房价|工资|薪资|销售额)(?:_|$)"
)
_FEW = 10  # different numbers: a price with three of them is set by somebody, and no outcome
_SPLIT_NAMES = ("split", "set", "subset", "fold", "partition", "dataset", "phase", "usage", "sample")
_MOSTLY = 0.9  # of the rows must name a split: a slip of the pen in a few shall not undo the others
_NOT_LABEL = re.compile(
    r"conf(?:idence)?$|_at$|count$|(?:^|_)(?:name|user|timezone|location|date|time)$", re.IGNORECASE
)


def guess_split(profiles: Sequence[ColumnProfile]) -> str:
    """Return the column that assigns rows to training or test; `""` if none does."""
    for profile in profiles:
        if _plain(profile.name) not in _SPLIT_NAMES or not profile.counts:
            continue
        known = sum(count for value, count in profile.counts.items() if value.strip().lower() in SPLIT_NAMES)
        if known >= _MOSTLY * profile.counts.total():
            return profile.name
    return ""


def guess_text(profiles: Sequence[ColumnProfile]) -> str:
    """Return the column that holds the texts, "" if none does."""
    scored = [(_text_score(profile), -profile.position, profile.name) for profile in profiles]
    best = max(scored, default=(0.0, 0, ""))
    if best[0] > 0:
        return best[2]
    words = [profile for profile in profiles if profile.kind in ("category", "identifier") and profile.style is None]
    if len(words) != len(profiles) or len(words) < 2:
        return ""  # among numbers, a column of words is a feature
    return max(words, key=lambda profile: (profile.distinct, profile.average_length, -profile.position)).name


def guess_texts(profiles: Sequence[ColumnProfile], text: str) -> list[str]:
    """Return the text columns read together, the main text included, in table order.

    A title beside its body, a premise beside its hypothesis; not the same text once more, cleaned or translated.
    """
    main = next((profile for profile in profiles if profile.name == text), None)
    if main is None:
        return [text]
    return [p.name for p in profiles if p is main or (_is_read_too(p, main) and not _is_the_same(p, main))]


def _is_read_too(profile: ColumnProfile, main: ColumnProfile) -> bool:
    plain, other = _plain(profile.name), _plain(main.name)
    if profile.style is not None or profile.kind not in ("text", "category", "identifier"):
        return False
    if profile.average_words < 1.5:
        return False
    if _SAME_AGAIN.search(plain) and not _SAME_AGAIN.search(other):
        return False
    if profile.kind != "text" and profile.distinct < profile.counts.total() / 3:
        return False  # a few headings again and again are kinds
    last = plain.rpartition("_")[2]
    is_told = last in ("description", "text", "body", "content", "message", "abstract") and other in _READ_TOO[:9]
    is_titled = is_told or plain in _READ_TOO[:9] or last in ("title", "headline", "subject", "summary")
    pair, same = _NUMBERED.fullmatch(plain), _NUMBERED.fullmatch(other)
    is_pair = pair is not None and same is not None and pair[1] == same[1]
    both = plain in _READ_TOO and other in _READ_TOO
    is_body = _rank(profile.name, _TEXT_NAMES) >= 4 and (other in _READ_TOO or plain == "body")
    return is_titled or is_pair or both or is_body


def _is_the_same(profile: ColumnProfile, main: ColumnProfile) -> bool:
    """Return whether a column mostly repeats another one, whatever its case and spaces."""
    pairs = list(zip(profile.values, main.values, strict=True))[:500]
    alike = sum(" ".join(a.lower().split()) == " ".join(b.lower().split()) for a, b in pairs)
    return alike > len(pairs) / 2


def may_be_several(name: str) -> bool:
    """Return whether a column's name says that it holds labels, perhaps several a row."""
    return _rank(name, _LABEL_NAMES) >= 2 or _plain(name) in _SEVERAL_NAMES


def is_surely_text(profile: ColumnProfile) -> bool:
    """Return whether a column holds sentences, and not only names of several words."""
    if profile.kind == "category" and profile.style is None and _plain(profile.name) in _TEXT_NAMES[0]:
        return True  # short texts that repeat, but called what they are
    return profile.kind == "text" and (profile.average_words >= 6 or _rank(profile.name, _TEXT_NAMES) >= 2)


def guess_label(profiles: Sequence[ColumnProfile], text: str) -> str:
    """Return the column that holds the labels, "" if none does."""
    others = [profile for profile in profiles if profile.name != text]
    scored = [(_label_score(profile), profile.position, profile.name) for profile in others]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] > 0 else ""


def is_called_label(name: str) -> bool:
    """Return whether a column's name says that it holds the labels."""
    return _rank(name, _LABEL_NAMES) >= 3


def is_named_target(name: str) -> bool:
    """Check whether a column name suggests a target: a price, a score, a label."""
    return max(_rank(name, _TARGET_NAMES), _rank(name, _LABEL_NAMES)) >= 2 or bool(_TARGET_PART.search(_plain(name)))


def is_kind(profile: ColumnProfile) -> bool:
    """Return whether a column can hold the kinds that rows are of."""
    return profile.kind not in ("empty", "date", "duration", "identifier", "text") and not is_continuous(profile)


def holds_kinds(profile: ColumnProfile) -> bool:
    """Return whether a column holds few words that recur, and no numbers."""
    few = 2 <= profile.distinct <= min(_MOST_KINDS, profile.counts.total() // 2)
    return is_kind(profile) and profile.style is None and few


def guess_category(profiles: Sequence[ColumnProfile]) -> str:
    """Return the column that names an outcome and holds few kinds, else ""."""
    scored = [(_rank(p.name, _CATEGORY_NAMES), p.position, p.name) for p in profiles if _holds_few(p)]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] > 0 else ""


def _holds_few(profile: ColumnProfile) -> bool:
    most = _MOST_KINDS if profile.style is None else _FEW_KINDS
    if not is_kind(profile) or profile.kind == "number-in-text" or _NOT_LABEL.search(profile.name):
        return False
    if profile.style is not None and any(number != round(number) for number in profile.numbers if number == number):
        return False
    return 2 <= profile.distinct <= min(most, profile.counts.total() // _ROWS_EACH)


def guess_target(profiles: Sequence[ColumnProfile]) -> str:
    """Return the number column most likely to be the target; `""` if none."""
    if (first := first_rather_than_last(profiles)) is not None:
        return first.name
    names = {_plain(profile.name) for profile in profiles}
    scored = [(_target_score(profile, names), profile.position, profile.name) for profile in profiles]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] > 0 else ""


def is_continuous(profile: ColumnProfile) -> bool:
    """Return whether a column holds measurements rather than the numbers of classes."""
    if profile.style is None or profile.kind not in ("number", "number-in-text", "duration", "identifier"):
        return False
    numbers = profile.numbers[~(profile.numbers != profile.numbers)]
    has_fractions = bool((numbers != numbers.round()).any())
    return profile.distinct > (20 if has_fractions else 100) and profile.distinct > len(numbers) / (
        20 if has_fractions else 2
    )


def _plain(name: str) -> str:
    """Return a name in lower case with single underscores."""
    return re.sub(r"[\s\-.]+", "_", name.strip().lower())


def _rank(name: str, lists: Sequence[Sequence[str]]) -> float:
    """Return a name's rank: 4, 3, 2; 1 for a contained word, else 0."""
    plain = _plain(name)
    for points, names in zip((4.0, 3.0, 2.0), lists, strict=True):
        if plain in names:
            return points
    parts = set(plain.split("_"))
    return 1.0 if parts & set(lists[0]) else 0.0


def _text_score(profile: ColumnProfile) -> float:
    """Return how likely a column holds the texts; 0 if it does not."""
    idle = ("empty", "date", "duration", "number", "number-in-text")
    if profile.kind in idle or not profile.counts or _is_json(profile):
        return 0.0
    named = _rank(profile.name, _TEXT_NAMES)
    variety = profile.distinct / profile.counts.total()
    if profile.kind == "text":
        return 2 + 2 * named + min(profile.average_words, 60) / 10 + 2 * variety
    if profile.kind in ("category", "constant", "identifier") and named >= 2:
        return 0.5 * named + variety
    return 0.0


def _is_json(profile: ColumnProfile) -> bool:
    """Return whether cells are objects or lists as JSON, which nobody would read."""
    cells = [cell.strip() for cell in list(profile.counts)[:20]]
    return all((cell[:1], cell[-1:]) in (("{", "}"), ("[", "]")) and _is_parsed(cell) for cell in cells)


def _is_parsed(cell: str) -> bool:
    try:
        return isinstance(json.loads(cell), (dict, list))
    except (ValueError, RecursionError):
        return False


def _label_score(profile: ColumnProfile) -> float:
    """Return how likely a column holds the labels; 0 if it does not."""
    if profile.kind in ("empty", "date", "duration", "identifier", "text") or not profile.counts:
        return 0.0
    named = _rank(profile.name, _LABEL_NAMES)
    if profile.distinct > MOST_LABELS or is_continuous(profile):
        return 0.0
    if profile.kind == "constant":
        return 0.5 if named >= 3 else 0.0
    repeats = 1 - profile.distinct / profile.counts.total()
    if named == 0 and repeats < 0.4 and profile.counts.total() > 8:
        return 0.0
    few = 2.0 if profile.distinct <= 20 else 1.0 if profile.distinct <= MOST_CATEGORIES else 0.3
    full = profile.counts.total() / max(1, len(profile.values))
    misleading = 3.0 if _NOT_LABEL.search(profile.name) else 0.0
    opinions = 4.0 if is_sentiment(profile.counts) else 0.0
    return max(0.0, 2 * named + few + repeats + full + opinions - misleading)


def _target_score(profile: ColumnProfile, names: set[str]) -> float:
    """Return how likely a column is the target number; 0 if it cannot be.

    Args:
        profile: Of the column.
        names: Of all columns: beside x and z, y is a length.
    """
    if profile.kind not in ("number", "number-in-text", "duration") or profile.distinct < 2:
        return 0.0
    plain_name = _plain(profile.name)
    named = _rank(profile.name, _TARGET_NAMES)
    if _TARGET_PART.search(plain_name):
        named = max(named, 3.5)
    if plain_name == "y" and "z" in names:
        named = 0.0
    if profile.distinct < _FEW and profile.distinct < profile.counts.total() / _FEW:
        named /= 4
    variety = min(profile.distinct, 100) / 100
    plain = 1.0 if profile.kind == "number" else 0.5
    return 2 * named + variety + plain
