"""Which pre-UTF-8 encoding some bytes have, by the script in which they make sense.

Single accented letters among plain ones mislead every detector on a short file, so the script is settled first.
"""

import codecs
import re

WESTERN = "cp1252"
_EAST_ASIAN = ("gb18030", "cp932", "euc_jp", "big5", "cp949")
_CENTRAL = re.compile(rb"[A-Za-z][\xb3\xb9\xbf\x9c\x9f\xa5\xa3][a-z]")  # Polish letters; in cp1252 signs such as "³"
# What chardet calls it -> the wider encoding that we read it with.
_KNOWN = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "cp950": "big5",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "cp949": "cp949",
    "windows-1250": "cp1250",
    "iso-8859-2": "iso8859_2",
    "windows-1251": "cp1251",
    "iso-8859-5": "iso8859_5",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "windows-1253": "cp1253",
    "iso-8859-7": "iso8859_7",
    "windows-1254": "cp1254",
    "iso-8859-9": "cp1254",
    "windows-1255": "cp1255",
    "iso-8859-8": "cp1255",
    "windows-1256": "cp1256",
    "tis-620": "cp874",
    "windows-874": "cp874",
}
_LATIN = ("cp1250", "iso8859_2", "cp1254")


def legacy_encoding(sample: bytes) -> str:
    """Return the likeliest encoding of lines that are not UTF-8.

    Args:
        sample: Such lines, whole ones where possible; not empty.
    """
    guess = _detected(sample)
    plausible = [name for name in _EAST_ASIAN if _makes_east_asian_sense(sample, name)]
    if plausible and (guess in ("", *_LATIN, *_EAST_ASIAN)):
        wide_runs = b" ".join(re.findall(rb"(?:[\x80-\xff][\x40-\xff])+", sample))
        return next((name for name in (guess, _detected(wide_runs)) if name in plausible), plausible[0])
    if _come_together(sample.decode("latin-1")):
        return guess or WESTERN  # whole words beyond ASCII: Cyrillic, Greek, Hebrew, Arabic, Thai
    if _CENTRAL.search(sample):
        return "cp1250"
    return guess if guess in _LATIN else WESTERN


def _detected(sample: bytes) -> str:
    """Return the library's detected encoding, in Python's name; "" if unknown or implausible."""
    import chardet

    return _KNOWN.get(str(chardet.detect(sample)["encoding"]).lower(), "")


def _makes_east_asian_sense(sample: bytes, name: str) -> bool:
    """Return whether bytes decode to plausible Chinese, Japanese or Korean: common, adjacent characters."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return False
    wide = [c for c in text if ord(c) > 0x7F]
    common = sum(
        "\u3000" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" or c > "\uff00"
        for c in wide
    )
    return bool(wide) and common > 0.9 * len(wide) and _come_together(text)


def _come_together(text: str) -> bool:
    """Return whether non-ASCII characters are mostly adjacent, as in no accented European text."""
    runs = re.findall(r"[^\x00-\x7f]+", text)
    return sum(len(run) for run in runs) >= 2 * len(runs)
