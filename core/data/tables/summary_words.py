"""Words that mark summary rows in several languages: sums, averages, notes."""

import re

_SUMS = """
total, totals, grand total, sub total, subtotal, sub-total, subtotals, sum, sums, sum total, overall total,
column total, gesamt, gesamtsumme, gesamtergebnis, gesamtwert, summe, summen, zwischensumme, teilsumme, insgesamt,
endsumme, summe gesamt, total général, total general, sous-total, sous total, somme, suma, sumas, total parcial,
totale, totali, somma, subtotale, totale generale, soma, total geral, totaal, subtotaal, som, razem, ogółem,
łącznie, итого, всего, сумма, summa, totalt, yhteensä, i alt, toplam, genel toplam, ara toplam, 合计, 总计, 总和,
小计, 总数, 汇总, 合計, 總計, 小計, 総計, 総合計, 합계, 총계, 소계, الإجمالي, المجموع, कुल, कुल योग
"""
_AVERAGES = """
average, averages, avg, avg., mean, means, arithmetic mean, overall average, durchschnitt, mittelwert, mittel,
schnitt, ø, moyenne, promedio, media, medie, média, gemiddelde, gemiddeld, średnia, średnio, среднее, medelvärde,
medel, gennemsnitt, keskiarvo, ortalama, 平均, 平均值, 均值, 平均値, 평균, المتوسط, औसत
"""
# These are often values of their own: they count only where the numbers or an empty cell beside them say so too.
_WEAK = """
all, overall, count, min, max, minimum, maximum, median, std, std dev, stdev, std. dev., standard deviation,
variance, 25%, 50%, 75%, range, world, alle, anzahl, maximal, minimal, standardabweichung, tous, todos, todas,
tutti, 最大, 最小, 最大值, 最小值, 中位数, 标准差, 全体, 全部
"""
_NOTES = """
note, notes, source, sources, footnote, footnotes, remark, remarks, legend, disclaimer, data source, last updated,
updated, quelle, quellen, anmerkung, anmerkungen, hinweis, hinweise, fußnote, stand, source des données, remarque,
remarques, nota, notas, fuente, fuentes, fonte, fonti, fontes, bron, opmerking, źródło, uwaga, источник,
примечание, källa, anm, kilde, kaynak, not, 注, 注释, 备注, 来源, 资料来源, 数据来源, 说明, 出典, 資料, 備考,
출처, 주
"""
_ENDS = re.compile(
    r"\(?\d[\d,.]* (?:rows?|records?|lines?|zeilen|lignes|filas)(?: affected| selected| in total)?\)?"
    r"|page \d+(?: of \d+)?|seite \d+(?: von \d+)?|©.*|copyright .*"
    r"|[-*= ]*end of (?:report|file|data|table)[-*= .]*|[-*= ]*(?:end|ende|eof)[-*= ]*"
    r"|(?:generated|exported|created|printed|erstellt|exportiert|généré|exporté) (?:on|by|at|am|von|le|par) .*",
    re.IGNORECASE,
)
_MARKED = re.compile(r"(?:\*{1,3}|†|‡|\(\d\)|\[\d\]|¹|²|³|\d\))\s*\S.*")
LONGEST = 60  # characters of a cell that names what its row sums up


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.replace("\n", " ").split(",") if word.strip())


STRONG, AVERAGES, WEAK, _NOTE_WORDS = (
    _words(_SUMS) | _words(_AVERAGES),
    _words(_AVERAGES),
    _words(_WEAK),
    _words(_NOTES),
)
_CJK = tuple(word for word in STRONG if "\u3040" <= word[0] <= "\ud7a3")


def named_summary(cell: str) -> str:
    """Return how surely a cell names a summary: "strong", "weak", "part" or `""`.

    It is "part" where other words are beside the name.
    """
    if not cell or len(cell) > LONGEST:
        return ""
    plain = " ".join(cell.casefold().strip(" :=.*-–()[]<>").split())
    if plain in STRONG:
        return "strong"
    if plain in WEAK:
        return "weak"
    words = plain.split()
    if len(words) > 1 and {words[0].rstrip(":"), words[-1], " ".join(words[:2])} & STRONG:
        return "part"
    if not plain.isascii() and any(plain.startswith(word) or plain.endswith(word) for word in _CJK):
        return "part"
    return ""


def is_note(cell: str) -> bool:
    """Check whether a cell is a table note: a source, remark or end marker."""
    text = cell.strip()[:300]
    if _ENDS.fullmatch(text) or _MARKED.fullmatch(text):
        return True
    head, sign, _ = text.replace("：", ":").partition(":")
    return head.casefold().strip(" .*") in _NOTE_WORDS if sign else text.casefold().strip(" .*") in _NOTE_WORDS
