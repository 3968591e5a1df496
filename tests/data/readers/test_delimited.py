"""Text tables come in whole, however they are separated, quoted and headed."""

from pathlib import Path

import pytest

from core.data.readers.registry import find_reader
from core.errors import DataError
from tests.data.imported import reviews
from tests.data.tables.taken import preview, take, write_csv

ROWS = [("arrived early, works well", "good"), ('it is "fine", really', "good"), ("broke\nafter a day", "bad")] * 3
HEADER = ("text", "label")


@pytest.mark.parametrize(
    ("delimiter", "name", "title"),
    [
        (",", "reviews.csv", "CSV, separated by commas, UTF-8"),
        (";", "reviews.csv", "CSV, separated by semicolons, UTF-8"),
        ("\t", "reviews.tsv", "TSV, separated by tabs, UTF-8"),
        ("|", "reviews.psv", "CSV, separated by bars, UTF-8"),
        ("\t", "reviews.txt", "TSV, separated by tabs, UTF-8"),
    ],
)
def test_the_separator_is_found_out(delimiter: str, name: str, title: str, tmp_path: Path) -> None:
    rows = [(text.replace("\n", " "), label) for text, label in ROWS]
    file = write_csv(tmp_path / name, HEADER, *rows, delimiter=delimiter)
    taken = take(file)
    assert preview(file).format == title
    assert taken.options.delimiter == delimiter
    assert taken.pairs == rows


def test_commas_within_texts_do_not_hide_the_semicolons_between_cells(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text;label\n" + "one, two, three;good\nfour, five;bad\n" * 5)
    assert take(file).pairs[:2] == [("one, two, three", "good"), ("four, five", "bad")]


def test_excels_own_line_about_the_separator_is_obeyed_and_no_row(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("sep=;\ntext;label\nfine, so far;good\nno, no, no;bad\nnot, at, all;bad\n")
    assert take(file).pairs == [("fine, so far", "good"), ("no, no, no", "bad"), ("not, at, all", "bad")]


def test_quoted_line_breaks_separators_and_quotation_marks_belong_to_the_text(tmp_path: Path) -> None:
    taken = take(write_csv(tmp_path / "reviews.csv", HEADER, *ROWS))
    assert taken.pairs == ROWS
    assert taken.findings["line-breaks"].message == (
        "3 rows of reviews.csv go over several lines, within quotation marks; they were kept as they are "
        "(lines 4, 8, 12)."
    )
    assert [row["source"] for row in taken.rows[:4]] == [2, 3, 4, 6]


def test_backslashes_before_quotation_marks_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text,label\n" + '"it is \\"fine\\", really",good\n"no, it is not",bad\n' * 4)
    assert take(file).pairs[:2] == [('it is "fine", really', "good"), ("no, it is not", "bad")]


def test_single_quotation_marks_are_understood_but_apostrophes_are_not_taken_for_them(tmp_path: Path) -> None:
    quoted, plain = tmp_path / "quoted.csv", tmp_path / "plain.csv"
    quoted.write_text("text,label\n" + "'well, well','good'\n'bad, very bad','bad'\n" * 4)
    plain.write_text("text,label\n" + "it's fine,good\n'tis bad,bad\n" * 4)
    assert take(quoted).pairs[:2] == [("well, well", "good"), ("bad, very bad", "bad")]
    assert take(plain).pairs[:2] == [("it's fine", "good"), ("'tis bad", "bad")]


def test_tabs_with_stray_quotation_marks_lose_no_row(tmp_path: Path) -> None:
    file = tmp_path / "reviews.tsv"
    file.write_text("text\tlabel\n" + 'a 5" screen\tgood\n"quoted start only\tbad\nplain\tgood\n' * 3)
    assert take(file).pairs[:3] == [('a 5" screen', "good"), ('"quoted start only', "bad"), ("plain", "good")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_of_every_computer_is_one(end: str, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes(end.join(["text,label", "fine,good", "awful,bad"] + ["so so,bad"] * 3).encode())
    assert take(file).pairs[:2] == [("fine", "good"), ("awful", "bad")]


def test_a_table_without_a_header_loses_no_first_row(tmp_path: Path) -> None:
    rows = [(f"this is what customer {n} wrote to us", "01"[n % 2]) for n in range(8)]
    file = write_csv(tmp_path / "letters.csv", *rows)
    assert "The first row is taken as data: it does not look like names of columns." in preview(file).notes
    assert take(file).pairs == rows


def test_who_says_that_there_is_no_header_is_believed(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", HEADER, *ROWS)
    assert len(take(file, has_header=False, text_column="column 1", label_column="column 2").rows) == 10


def test_titles_and_blank_lines_above_the_table_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    file.write_text("Report of 2024,,\n,,\nshop,size,price\na,1,10\nb,2,21\na,3,29\nb,5,50\n")
    assert [column.name for column in preview(file).columns] == ["shop", "size", "price"]
    assert "2 rows above the table left out." in preview(file).notes
    assert take(file).column("") == [10, 21, 29, 50]


def test_a_header_that_names_one_column_only_is_no_title(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", ("", "text", ""), *[(n, *row) for n, row in enumerate(ROWS)])
    assert [column.name for column in preview(file).columns] == ["column 1", "text", "column 3"]


def test_the_row_numbers_that_r_writes_without_a_name_shift_no_column(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text,label\n" + "".join(f"{n},words of row {n},{'ab'[n % 2]}\n" for n in range(1, 9)))
    assert take(file).pairs[0] == ("words of row 1", "b")


def test_separators_at_the_end_of_every_row_shift_no_column_either(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text,label\n" + "".join(f"words of row {n},{'ab'[n % 2]},\n" for n in range(8)))
    assert take(file).pairs[0] == ("words of row 0", "a")


def test_columns_of_one_name_and_of_none_get_names_of_their_own(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.csv", ("text", "label", "label", ""), *[(*row, "x", "y") for row in ROWS])
    assert [column.name for column in preview(file).columns] == ["text", "label", "label (2)", "column 4"]
    assert take(file).findings["renamed-columns"].message == (
        "Some column names appear more than once; the later ones are now called 'label (2)'. "
        "1 column without a name: now called 'column 4'."
    )


def test_ragged_rows_are_counted_but_missing_last_cells_that_are_often_empty_are_filled(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text(
        "text,label,note\n" + "fine,good,\nawful,bad,x\n" * 4 + "short,good\nlong,bad,a,b,c\nspare,bad,,,\n"
    )
    said = "One row of reviews.csv was left out because it does not have as many cells as there are columns (line 11)."
    assert preview(file).notes == (said,)
    taken = take(file)
    assert taken.pairs[-2:] == [("short", "good"), ("spare", "bad")]
    assert taken.findings["ragged-rows"].message == said
    assert taken.findings["ragged-rows"].examples == ("5 cells instead of 3: long | bad | a | b | c",)


def test_blank_lines_between_rows_are_nothing(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text,label\n\nfine,good\n   \nawful,bad\n\n\nso so,bad\n\n")
    taken = take(file)
    assert (taken.pairs, taken.findings) == ([("fine", "good"), ("awful", "bad"), ("so so", "bad")], {})


def test_a_csv_that_only_was_called_xlsx_is_read_and_said_so(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "reviews.xlsx", HEADER, *ROWS)
    assert (
        "reviews.xlsx is in truth a text table (CSV), not what its name says; it is read as one." in preview(file).notes
    )
    assert take(file).pairs == ROWS


def test_a_pasted_table_needs_no_file_name(tmp_path: Path) -> None:
    file = tmp_path / "pasted"
    file.write_text("text\tlabel\r\nfine\tgood\r\nawful\tbad\r\nso so\tbad\r\n")
    assert take(file).pairs == [("fine", "good"), ("awful", "bad"), ("so so", "bad")]


def test_running_text_is_no_table(tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_text("Once, upon a time,\nthere was a table.\nIt had, alas, four, or five, legs.\n" * 5)
    assert find_reader(file).name != "csv"


def test_a_megabyte_in_one_cell_is_cut_and_the_other_rows_live(tmp_path: Path) -> None:
    taken = take(write_csv(tmp_path / "reviews.csv", HEADER, *ROWS, ("x" * 1_500_000, "bad")))
    assert len(taken.rows) == 10
    assert len(taken.texts[-1]) == 1_000_000
    assert taken.findings["cells-cut"].count == 1


def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text,label\n" + "fine,good\nawful,bad\n" * 20_000 + '"lost,good\n' + "fine,good\n" * 20_000)
    with pytest.raises(DataError, match=r"A quotation mark in line 40,002 of reviews\.csv is never closed"):
        take(file)


def test_sentences_with_one_comma_each_are_a_text_and_no_table(tmp_path: Path) -> None:
    tale = tmp_path / "tale.txt"
    tale.write_text("Once upon a time, a king lived alone.\nHe had no friend, and he was sad.\nOne day, a fox came.\n")
    assert find_reader(tale).name == "text"
    labelled = tmp_path / "reviews.txt"
    labelled.write_text("text,label\nI like it,good\nI hate it,bad\nI love it,good\nNever again,bad\n")
    assert find_reader(labelled).name == "csv"


def test_words_for_good_and_bad_are_labels_before_any_other_column(tmp_path: Path) -> None:
    rows = [(text, "ABC"[n % 3], ("positiv", "negativ")[n % 2]) for n, (text, _) in enumerate(reviews())]
    file = write_csv(tmp_path / "filialen.csv", ("Kommentar", "Filiale", "Urteil"), *rows)
    assert preview(file).options.label_column == "Urteil"
