"""A chat export is read as who says what; dates, notices and what is no text are left out and counted."""

from pathlib import Path

import pytest

from core.data.readers.registry import find_reader
from tests.data.tables.taken import preview, take

SAID = "The parcel for the big order came on Tuesday"
FORMATS = {
    "Android, American": ("12/{day}/20, 11:59 PM - ", "<Media omitted>"),
    "Android, German": ("{day}.12.20, 23:59 - ", "<Medien ausgeschlossen>"),
    "Android, narrow space": ("12/{day}/20, 11:59\u202fp.m. - ", "<Media omitted>"),
    "iPhone": ("[{day}.12.20, 23:59:01] ", "\u200eimage omitted"),
    "iPhone, year first": ("[2020-12-{day}, 23:59:01] ", "\u200eimage omitted"),
}


def chat(folder: Path, stamp: str, omitted: str) -> Path:
    lines = [stamp.format(day=10) + "Messages are end-to-end encrypted."]
    for day in range(10, 30):
        at = stamp.format(day=day)
        lines += [f"{at}Anna: {SAID} {day}", "and it was whole", f"{at}Bob B.: Good: thanks", f"{at}Bob B.: {omitted}"]
    path = folder / "chat.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", FORMATS)
def test_a_chat_is_who_says_what(kind: str, tmp_path: Path) -> None:
    path = chat(tmp_path, *FORMATS[kind])
    assert find_reader(path).name == "chat-export"
    taken = take(path)
    text = "".join(row["text"] for row in taken.rows)
    assert text.startswith(f"Anna: {SAID} 10\nand it was whole\nBob B.: Good: thanks\nAnna: {SAID} 11\n")
    assert not [left for left in ("omitted", "2020", "23:59") if left in text]
    assert taken.findings["left-out-of-chat"].message == (
        "Left out of the chat: 20 messages without text (an image, a sound, a sticker), "
        "1 line that the app wrote itself."
    )


def test_the_preview_says_what_it_takes_it_for_and_how_to_have_it_otherwise(tmp_path: Path) -> None:
    path = chat(tmp_path, *FORMATS["iPhone"])
    (guess,) = preview(path).guesses
    assert (guess.about, guess.option) == ("Chat", "--document-end none: a plain text, with dates")
    assert preview(path).sample[0] == (f"Anna: {SAID} 10",)
    assert preview(path, document_end="none").sample[0] == ("[10.12.20, 23:59:01] Messages are end-to-end encrypted.",)


def test_what_stands_below_an_image_is_counted_too(tmp_path: Path) -> None:
    path = chat(tmp_path, FORMATS["iPhone"][0], "\u200eimage omitted\nlook at this")
    assert ", 20 lines below these." in take(path).findings["left-out-of-chat"].message


def test_a_diary_and_a_log_are_no_chat(tmp_path: Path) -> None:
    for name, line in (("diary", "12/30/20, 11:59 PM - a quiet day\n"), ("log", "2020-12-30 23:59:01 INFO core: up\n")):
        path = tmp_path / f"{name}.txt"
        path.write_text(line * 40)
        assert find_reader(path).name != "chat-export", name
