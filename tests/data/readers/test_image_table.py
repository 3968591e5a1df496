from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.readers import image_folders
from core.data.readers.image_table import READER
from core.data.staging import StagedDataset
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import lay_out, pack, png
from tests.data.images.taking import Watched, take


def heap(count: int, folder: str = "images", begin: int = 0) -> dict[str, bytes]:
    return {f"{folder}/{i:03}.png".lstrip("/"): png(i) for i in range(begin, begin + count)}


@pytest.mark.parametrize(
    "table",
    [
        "file,label\n000.png,cat\n001.png,dog\n002.png,cat\n",
        "file;label\nimages/000.png;cat\nimages\\001.png;dog\nset/images/002.png;cat\n",
        "id,breed\n000,cat\n001,dog\n002,cat\n",
        "label\tIMAGE\ncat\t000.PNG\ndog\t001.PNG\ncat\t002.jpg\n",
        "\ufeffindex,filename,size,label\n0,000.png,10,cat\n1,001.png,20,dog\n2,002.png,30,cat\n",
    ],
)
@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_a_table_says_what_the_pictures_show(tmp_path: Path, table: str, kind: str) -> None:
    files = {f"set/{name}": content for name, content in heap(3).items()} | {"set/labels.csv": table.encode()}
    source = pack(tmp_path / "a.zip", files) if kind == "zip" else lay_out(tmp_path / "a", files)
    assert READER.accepts(source) > image_folders.READER.accepts(source)
    taken = take(READER, source, tmp_path)
    assert [row["label"] for row in taken.rows] == ["cat", "dog", "cat"]
    assert taken.preview.classes == {"cat": 2, "dog": 1}
    assert {c.role for c in taken.preview.columns} >= {"text", "label"}
    assert taken.findings == {}


def test_what_has_no_partner_is_left_out_and_named(tmp_path: Path) -> None:
    table = "file,label\n000.png,cat\n001.png,dog\n002.png,\n777.png,cat\n001.png,cat\n000.png,cat\n"
    taken = take(READER, pack(tmp_path / "a.zip", heap(4) | {"labels.csv": table.encode()}), tmp_path)
    assert taken.seen == [("images/000.png", "cat", ""), ("images/001.png", "dog", "")]
    assert {code: (f.count, f.examples) for code, f in taken.findings.items()} == {
        "missing-pictures": (1, ("777.png",)),
        "repeated-rows": (1, ("images/001.png",)),
        "missing-labels": (2, ("images/002.png", "images/003.png")),
    }


def test_a_split_column_is_kept(tmp_path: Path) -> None:
    table = "file,label,split\n000.png,cat,train\n001.png,dog,train\n002.png,cat,Test\n003.png,dog,valid\n"
    taken = take(READER, pack(tmp_path / "a.zip", heap(4) | {"labels.csv": table.encode()}), tmp_path)
    assert [row["given"] for row in taken.rows] == ["train", "train", "test", "validation"]
    assert taken.preview.options.split_column == "split"


def test_one_table_for_each_split_belongs_together(tmp_path: Path) -> None:
    files = heap(3, "train") | heap(2, "test")  # the same names in both
    files |= {
        "train_labels.csv": b"file,label\n000,cat\n001,dog\n002,dog\n",
        "test.csv": b"file,label\n000,dog\n001,cat\n",
    }
    taken = take(READER, pack(tmp_path / "a.zip", files), tmp_path)
    assert taken.seen == [
        ("test/000.png", "dog", "test"),
        ("test/001.png", "cat", "test"),
        ("train/000.png", "cat", "train"),
        ("train/001.png", "dog", "train"),
        ("train/002.png", "dog", "train"),
    ]


def test_names_that_are_there_twice_are_not_guessed(tmp_path: Path) -> None:
    files = heap(3, "one") | heap(1, "two")
    table = b"file,label\n000.png,cat\n001.png,dog\n002.png,cat\n"
    taken = take(READER, pack(tmp_path / "a.zip", files | {"labels.csv": table}), tmp_path)
    assert [row["name"] for row in taken.rows] == ["one/001.png", "one/002.png"]
    assert taken.findings["ambiguous-names"].examples == ("000.png",)


def test_class_folders_count_more_than_a_table_about_something_else(tmp_path: Path) -> None:
    files = heap(2, "cats") | heap(2, "dogs", 2)
    about_size = pack(tmp_path / "a.zip", files | {"meta.csv": b"file,width\n000.png,20\n001.png,20\n002.png,21\n"})
    assert READER.accepts(about_size) < image_folders.READER.accepts(about_size)
    labels = "file,label\n000.png,tabby\n001.png,siam\n002.png,collie\n003.png,collie\n"
    about_breeds = pack(tmp_path / "b.zip", files | {"labels.csv": labels.encode()})
    assert READER.accepts(about_breeds) > image_folders.READER.accepts(about_breeds)


def test_a_zip_of_pictures_and_a_table_dropped_together_belong_together(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "upload", {"labels.csv": b"file,label\n000.png,cat\n001.png,dog\n"})
    pack(folder / "pictures.zip", heap(2))
    assert READER.accepts(folder) == 0.95
    assert [row["label"] for row in take(READER, folder, tmp_path).rows] == ["cat", "dog"]


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    table = "file,label,colour\n000.png,cat,red\n001.png,dog,blue\n002.png,cat,blue\n"
    source = pack(tmp_path / "a.zip", heap(3) | {"labels.csv": table.encode()})
    taken = take(READER, source, tmp_path, label_column="colour")
    assert [row["label"] for row in taken.rows] == ["red", "blue", "blue"]
    with pytest.raises(DataError, match="has no column called 'color'"):
        READER.preview(source, ImportOptions(label_column="color"))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            "file,label\nx.png,cat\ny.png,dog\n",
            "No column of labels.csv holds the names of the images; it has 'file'",
        ),
        ("file\n000.png\n001.png\n002.png\n", "labels.csv names images in its column 'file', but no column says"),
        ("file,label\n000.png,cat\n001.png,cat\n", "There is only one label, 'cat', for the images in the column"),
        ("file,label\n", "labels.csv has no rows below its header"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_in_words(tmp_path: Path, table: str, sentence: str) -> None:
    source = pack(tmp_path / "a.zip", heap(3) | {"labels.csv": table.encode()})
    with pytest.raises(DataError) as refused:
        READER.preview(source, ImportOptions())
    assert str(refused.value).startswith(sentence)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text(alphabet='file,label\n;01.png"cat\t', max_size=80).map(str.encode))
def test_any_table_is_read_or_refused_in_words(tmp_path: Path, table: bytes) -> None:
    source = pack(tmp_path / "random.zip", heap(2, "") | {"labels.csv": table})
    READER.accepts(source)
    with suppress(DataError):
        staged = StagedDataset(tmp_path, "image-classification")
        READER.read(source, READER.preview(source, ImportOptions()).options, staged, Watched())
        staged.close()
