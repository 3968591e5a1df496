import json

import numpy as np
import pytest

from core import catalog
from core.errors import DataError
from core.preprocessing.characters import CharacterPreprocessor
from core.preprocessing.images import ImagePreprocessor
from core.preprocessing.words import WordPreprocessor
from core.specs import Examples, Preprocessor, Texts

NO_TARGETS = np.zeros(0, dtype=np.int64)
TEXTS: Texts = ("I don't like it.", "I like it!")
IMAGES = np.arange(2 * 2 * 3 * 1, dtype=np.uint8).reshape(2, 2, 3, 1)  # two pictures, two high, three wide


def test_pictures_get_their_channels_first_and_stay_bytes() -> None:
    rows = ImagePreprocessor.fit(Examples(IMAGES, NO_TARGETS)).transform(IMAGES)
    assert rows.shape == (2, 1, 2, 3)
    assert rows.dtype == np.uint8
    assert rows[0, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_picture_statistics_are_those_of_the_training_pixels() -> None:
    info = ImagePreprocessor.fit(Examples(IMAGES, NO_TARGETS)).info(("a", "b"))
    assert info.input_shape == (1, 2, 3)
    assert info.channel_mean == pytest.approx([float((IMAGES / 255).mean())])
    assert info.channel_std == pytest.approx([float((IMAGES / 255).std())])


def test_a_constant_channel_is_not_divided_by_nothing() -> None:
    blank = Examples(np.full((3, 2, 2, 1), 9, np.uint8), NO_TARGETS)
    assert ImagePreprocessor.fit(blank).info(()).channel_std == (1.0,)


def test_pictures_of_another_size_are_refused_with_both_sizes() -> None:
    preprocessor = ImagePreprocessor.fit(Examples(IMAGES, NO_TARGETS))
    with pytest.raises(DataError, match=r"4 x 4 x 1.*2 x 3 x 1"):
        preprocessor.transform(np.zeros((1, 4, 4, 1), np.uint8))


def test_words_are_numbered_from_the_commonest_on() -> None:
    words = WordPreprocessor.fit(Examples(TEXTS, NO_TARGETS), vocabulary_size=4, length=6)
    assert words.words == ("i", "it", "like", "!")  # equally common words in their alphabetical order
    assert words.transform(("It is I!", "like " * 9)).tolist() == [[3, 1, 2, 5, 0, 0], [4, 4, 4, 4, 4, 4]]
    assert words.info(()).vocabulary_size == 6  # padding and unknown too


def test_both_apostrophes_are_the_same_word() -> None:
    words = WordPreprocessor.fit(Examples(TEXTS, NO_TARGETS), vocabulary_size=10, length=1)
    assert words.transform(("don’t", "DON'T")).tolist() == words.transform(("don't", "don't")).tolist()


def test_characters_are_one_long_row_and_can_be_read_again() -> None:
    characters = CharacterPreprocessor.fit(Examples(("ba", "c"), NO_TARGETS), context=5)
    ids = characters.transform(("ab", "cz"))
    assert ids.tolist() == [2, 3, 1, 1, 4, 0]  # newline, a, b, c are 1 to 4; z was never seen
    assert characters.decode(ids) == "ab\n\nc□"
    assert (characters.info(()).input_shape, characters.info(()).vocabulary_size) == ((5,), 5)


def test_characters_beyond_the_basic_plane_count_as_one() -> None:
    characters = CharacterPreprocessor.fit(Examples(("𠮷a",), NO_TARGETS), context=5)
    assert characters.decode(characters.transform(("a𠮷",))) == "a𠮷"


@pytest.mark.parametrize(
    "preprocessor",
    [
        ImagePreprocessor.fit(Examples(IMAGES, NO_TARGETS)),
        WordPreprocessor.fit(Examples(TEXTS, NO_TARGETS), vocabulary_size=4, length=6),
        CharacterPreprocessor.fit(Examples(TEXTS, NO_TARGETS), context=5),
    ],
)
def test_a_preprocessor_saved_as_json_does_the_same_again(preprocessor: Preprocessor) -> None:
    again = catalog.preprocessors()[preprocessor.kind].from_state(json.loads(json.dumps(preprocessor.state())))
    inputs = IMAGES if preprocessor.kind == "images" else TEXTS
    assert again.transform(inputs).tolist() == preprocessor.transform(inputs).tolist()
    assert again.info(("x",)) == preprocessor.info(("x",))
