import json

import numpy as np
import pytest

from core import catalog
from core.baselines.ngram_text import NGramText
from core.preprocessing.byte_pairs import BytePairPreprocessor
from core.preprocessing.char_alignment import by_character
from core.specs import DOCUMENT_BREAK, Examples, Predictions

ENGLISH_BOOK = " ".join(f"w{number * number}" for number in range(5_000))
NO_TARGETS = np.zeros(0, dtype=np.int64)
POEM = "床前明月光,疑是地上霜。舉頭望明月,低頭思故鄉。\n"
POEMS = POEM * 30 + "月," * 90  # the moon is in all of them


def documents(*texts: str) -> Examples:
    return Examples(texts, NO_TARGETS)


def fitted(text: str, vocabulary_size: int = 300) -> BytePairPreprocessor:
    return BytePairPreprocessor.fit(documents(text), vocabulary_size=vocabulary_size, context=8)


def predictions(*nll: float) -> Predictions:
    right = np.arange(len(nll))
    return Predictions(np.array(nll), right, right)


ENGLISH, CHINESE = fitted("the cat and the hat. " * 30, 280), fitted(POEMS)


def test_what_often_stands_together_becomes_one_piece() -> None:
    pieces = [ENGLISH.decode([i]) for i in ENGLISH.transform(("the hat and the bat",))]
    assert pieces == ["the", " hat", " and", " the", " ", "b", "at"]


@pytest.mark.parametrize(
    "text", ["", "the cat", "你好,世界", "emoji 🙂👩‍👩‍👧", "𠮷野家", "ñandú\r\n\t ", "\0\x7f\u200b"]
)
def test_no_character_of_any_script_is_unknown(text: str) -> None:
    for pieces in (ENGLISH, CHINESE):
        assert pieces.decode(pieces.transform((text,))) == text


def test_common_chinese_characters_become_one_piece_and_rare_ones_stay_bytes() -> None:
    moon, unseen = CHINESE.transform(("月",)), CHINESE.transform(("龘",))
    assert (len(moon), len(unseen)) == (1, 3)
    assert CHINESE.decode(unseen[:2]) == "\N{REPLACEMENT CHARACTER}"  # a part of a character is no character


def test_documents_are_read_as_one_text() -> None:
    assert ENGLISH.decode(ENGLISH.transform(("the cat", "the hat"))) == f"the cat{DOCUMENT_BREAK}the hat"


def test_half_a_character_is_read_as_a_question_mark() -> None:
    assert ENGLISH.decode(ENGLISH.transform(("a\ud83d!",))) == "a?!"


def test_a_model_knows_how_long_pieces_are() -> None:
    info = CHINESE.info(())
    assert (info.input_shape, info.vocabulary_size) == ((8,), 300)
    assert info.characters_per_token == pytest.approx(len(POEMS) / len(CHINESE.transform((POEMS,))), rel=0.01)


def test_a_text_with_few_pairs_has_fewer_pieces_than_asked_for() -> None:
    assert fitted("ab", vocabulary_size=5_000).info(()).vocabulary_size == 257  # 256 bytes and "ab"


def test_a_script_of_thousands_of_characters_gets_more_pieces() -> None:
    drawn = np.random.default_rng(0).integers(0, 2_000, size=(4_000, 5))
    chinese = ",".join("".join(chr(0x4E00 + number) for number in line) for line in drawn)
    sizes = [fitted(text, vocabulary_size=0).info(()).vocabulary_size for text in (chinese, ENGLISH_BOOK)]
    assert sizes == [len(set(chinese)), 1_024]


def test_a_long_text_is_read_as_a_short_one_is() -> None:
    again = fitted("the cat and the hat. " * 3_000, 280)  # 63,000 characters, read in four parts
    assert again.decode(again.transform(("the hat 🙂 " * 5_000,))) == "the hat 🙂 " * 5_000


def test_pieces_saved_as_json_are_the_same_again() -> None:
    state = json.loads(json.dumps(CHINESE.state()))
    again = catalog.preprocessors()["byte-pairs"].from_state(state)
    assert again.transform((POEM,)).tolist() == CHINESE.transform((POEM,)).tolist()
    assert (again.info(()), again.state()) == (CHINESE.info(()), state)


def test_learning_the_pieces_again_gives_the_same_ones() -> None:
    assert fitted(POEMS).state() == CHINESE.state()


# --- scores by character ---


def test_the_loss_of_a_piece_is_shared_by_its_bytes_and_summed_by_character() -> None:
    found = by_character(predictions(1, 2, 4, 6), [b"a", b"\xe4", b"\xb8\xad", b"bc"])  # a, then 中 in two pieces, bc
    assert found.nll.tolist() == [1, 6, 3, 3]
    assert "".join(map(chr, found.targets)) == "a中bc"


def test_a_character_is_right_where_all_of_its_pieces_are() -> None:
    guessed = Predictions(np.ones(3), np.array([5, 6, 7]), np.array([5, 6, 9]))
    found = by_character(guessed, [b"a", b"\xe4\xb8", b"\xad!"])
    assert found.predicted.tolist() == [ord("a"), -1, -1]


def test_a_character_that_began_before_the_first_piece_counts_for_its_rest() -> None:
    found = by_character(predictions(2, 6), [b"\xad", b"xyz"])
    assert found.nll.tolist() == [2, 2, 2, 2]


def test_a_piece_without_text_gives_its_loss_to_what_comes_next() -> None:
    found = by_character(predictions(1, 5, 2, 7), [b"a", b"", b"bc", b""])
    assert found.nll.tolist() == [1, 6, 8]


def test_no_pieces_are_no_characters() -> None:
    assert len(by_character(predictions(), []).nll) == 0
    with pytest.raises(ValueError, match="1 outcomes are not about 2 pieces"):
        by_character(predictions(1), [b"a", b"b"])


@pytest.mark.parametrize("text", ["the hat is 🙂 or ñ", "月落烏啼霜滿天 and 龘", "龘月", "the"])
@pytest.mark.parametrize("pieces", [ENGLISH, CHINESE], ids=["english", "chinese"])
def test_judged_outcomes_keep_their_sum_and_are_those_of_the_n_grams_from_the_end_on(
    pieces: BytePairPreprocessor, text: str
) -> None:
    ids = pieces.transform((text,))
    nll = np.random.default_rng(0).random(len(ids) - 1)
    judged = pieces.judge(Predictions(nll, ids[1:], ids[1:]), ids)
    assert judged.nll.sum() == pytest.approx(nll.sum())
    assert "".join(map(chr, judged.targets)).endswith(text[len(pieces.decode(ids[:1])) :])
    baseline = NGramText.fit((text,), 3).predict((text,))
    count = min(len(judged.nll), len(baseline))
    assert 0 <= len(text) - count <= len(pieces.decode(ids[:1]))  # all but what the first piece stands for
