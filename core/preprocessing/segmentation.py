"""Splitting of texts into words, or into characters in scripts without spaces; lossless."""

import re
import unicodedata
from collections.abc import Iterable

import regex

# Scripts that put no spaces between words; the Japanese sign of a long vowel belongs to several.
SPACELESS = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Javanese}\p{Balinese}\p{Yi}"
    r"\p{Tai_Tham}\p{Tai_Le}\p{New_Tai_Lue}ー"
)
# After a word only those that end in no letter: "great:)", but not "key:D"; in "1:3" and "http://" there is none.
EMOTICON = r"[:;=][-o^']?[()\[\]|*]++(?!\w)|[:;=](?<!\w.)[-o^']?[DdPpOo3](?!\w)|:[-']?/(?![/\w])|<3++(?!\w)|\^_+\^|-_+-"
_SYMBOL = r"\p{Extended_Pictographic}[\p{M}\p{Emoji_Modifier}]*"
_EMOJI = rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_SYMBOL}(?:\u200D{_SYMBOL})*"
_LETTER = rf"[[\w\p{{M}}\u200C\u200D]--[{SPACELESS}]]"
# "don't" is one word, and so is "C++", "F#": signs at the end of a word that no word follows.
_WORD = r"(?:{0}+(?:'{0}+)*(?:[+#]++(?!\w))?)"
_CHARACTER = rf"[{SPACELESS}][\p{{M}}\u200C\u200D]*"
_TOKEN = regex.compile(_WORD.format(_LETTER) + rf"|{_CHARACTER}|{EMOTICON}|{_EMOJI}|[^\s\p{{Cf}}\p{{Cc}}]", regex.V1)
# The same for ASCII alone, faster.
_ASCII_TOKEN = re.compile(_WORD.format(r"\w") + rf"|{EMOTICON}|[^\s\x00-\x1F\x7F]", re.ASCII)
_IS_SPACELESS = regex.compile(rf"[\p{{L}}&&[{SPACELESS}]]", regex.V1)
_LETTERS = regex.compile(r"\p{L}", regex.V1)
_APOSTROPHES = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'"})
LEAST_SPACELESS = 0.3  # of the letters, from which texts count as written without spaces


def tokens_of(text: str) -> list[str]:
    """Return a text's tokens: words, emoji, emoticons and signs.

    In scripts without spaces they are single characters.

    Letters keep their combining marks (the vowel signs of Hindi) and their case; an emoji is whole, with skin and sex.

    >>> tokens_of("C++, it's 很好 :-) 👍🏽")
    ['C++', ',', "it's", '很', '好', ':-)', '👍🏽']
    """
    if text.isascii():
        return _ASCII_TOKEN.findall(text)
    found: list[str] = _TOKEN.findall(unicodedata.normalize("NFC", text.translate(_APOSTROPHES)))
    return found


def spaceless_share(texts: Iterable[str]) -> float:
    """Return the share of letters in scripts without spaces; 0 without letters."""
    letters = spaceless = 0
    for text in texts:
        if not text.isascii():
            spaceless += len(_IS_SPACELESS.findall(text))
        letters += len(_LETTERS.findall(text))
    return spaceless / letters if letters else 0.0
