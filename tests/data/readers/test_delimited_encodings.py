"""A text table comes in right in whatever encoding it was written."""

import codecs
from pathlib import Path

import pytest

from tests.data.tables.taken import preview, take, write_csv

HEADER = ("text", "label")
EUROPEAN = [("schön und gut, très bien", "good"), ("pas réussi, schade", "bad"), ("señor, qué día", "good")] * 3
CHINESE = [("这个产品非常好用", "好"), ("质量很差，不推荐", "差"), ("物流很快，包装完好", "好")] * 3
RUSSIAN = [("отличный товар", "да"), ("ужасное качество", "нет"), ("очень доволен", "да")] * 3
JAPANESE = [("とても良い商品です", "良い"), ("すぐに壊れました", "悪い"), ("満足しています", "良い")] * 3


@pytest.mark.parametrize(
    ("encoding", "rows", "title"),
    [
        ("utf-8", EUROPEAN, "UTF-8"),
        ("utf-8-sig", EUROPEAN, "UTF-8"),
        ("utf-16", EUROPEAN, "UTF-16"),
        ("utf-16-le", EUROPEAN, "UTF-16"),
        ("utf-16-be", EUROPEAN, "UTF-16"),
        ("utf-16-le", CHINESE, "UTF-16"),
        ("utf-32", EUROPEAN, "UTF-32"),
        ("latin-1", EUROPEAN, "Western European (Windows-1252)"),
        ("gb18030", CHINESE, "Chinese (GB18030)"),
        ("big5", [("這個產品非常好用", "好"), ("質量很差", "差"), ("物流很快", "好")] * 3, "Chinese (Big5)"),
        ("cp1251", RUSSIAN, "Cyrillic (Windows-1251)"),
        ("koi8_r", RUSSIAN, "Cyrillic (KOI8-R)"),
        ("cp932", JAPANESE, "Japanese (Shift-JIS)"),
        (
            "cp949",
            [("정말 좋은 제품이에요", "좋음"), ("금방 고장났어요", "나쁨"), ("만족합니다", "좋음")] * 3,
            "Korean (CP949)",
        ),
    ],
)
def test_the_encoding_is_found_out(encoding: str, rows: list[tuple[str, str]], title: str, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", HEADER, *rows, encoding=encoding)
    assert preview(file).format == f"CSV, separated by commas, {title}"
    taken = take(file)
    assert taken.pairs == rows
    assert "undecodable-characters" not in taken.findings


def test_typographic_signs_of_windows_are_not_lost(tmp_path: Path) -> None:
    rows = [("“fine” – 5 €", "good"), ("it’s bad…", "bad")] * 3
    assert take(write_csv(tmp_path / "reviews.csv", HEADER, *rows, encoding="cp1252")).pairs == rows


def test_a_utf8_mark_before_latin1_bytes_is_read_as_what_it_is(tmp_path: Path) -> None:
    rows = [("Käse", "12,5"), ("crème", "7,25"), ("bread", "3,0")] * 4
    file = write_csv(tmp_path / "prices.csv", ("what", "price"), *rows, delimiter=";", encoding="latin-1")
    file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
    assert preview(file).format == ("CSV, separated by semicolons, UTF-8 with lines in Western European (Windows-1252)")
    taken = take(file)
    assert taken.column("what")[:2] == ["Käse", "crème"]
    assert taken.findings["mixed-encoding"].count == 8


def test_one_line_in_another_encoding_is_put_right_and_counted(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", HEADER, ("schön", "good"), ("schade", "bad"), ("naïve", "bad"))
    file.write_bytes(file.read_bytes() + "très déçu,bad\n".encode("latin-1"))
    taken = take(file)
    assert taken.texts == ["schön", "schade", "naïve", "très déçu"]
    assert taken.findings["mixed-encoding"].message == (
        "One line of reviews.csv is not UTF-8 as the rest is; it was read as Western European (line 5)."
    )


def test_as_many_good_lines_as_bad_ones_speak_for_utf8(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", HEADER, ("schön", "good"), ("fine", "good"), ("awful", "bad"))
    file.write_bytes(file.read_bytes() + "très déçu,bad\n".encode("latin-1"))
    assert take(file).texts == ["schön", "fine", "awful", "très déçu"]


def test_an_encoding_that_the_user_names_is_taken(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "reviews.csv", HEADER, ("ľúbi sa mi", "good"), ("zlé", "bad"), ("zlý", "bad"), encoding="iso8859-2"
    )
    taken = take(file, encoding="latin2")
    assert taken.texts == ["ľúbi sa mi", "zlé", "zlý"]
    assert taken.options.encoding == "iso8859-2"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_wide_encoding_may_be_named_although_no_mark_tells_the_order_of_bytes(encoding: str, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", HEADER, *EUROPEAN, encoding=f"{encoding}-le")
    assert take(file, encoding=encoding).pairs == EUROPEAN


def test_nul_bytes_are_removed_and_counted(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", HEADER, ("fi\0ne", "good"), ("awful", "b\0ad"), ("so so", "bad"))
    taken = take(file)
    assert taken.pairs == [("fine", "good"), ("awful", "bad"), ("so so", "bad")]
    assert taken.findings["nul-characters"].message == (
        "2 lines of reviews.csv held invisible NUL characters; they were removed (lines 2, 3)."
    )


def test_a_character_across_two_pieces_of_a_large_file_is_whole(tmp_path: Path) -> None:
    rows = [(f"{'schön ' * (n % 7 + 3)}{n}", "ab"[n % 2]) for n in range(60_000)]
    taken = take(write_csv(tmp_path / "reviews.csv", HEADER, *rows))
    assert taken.pairs == rows
    assert taken.findings == {}
