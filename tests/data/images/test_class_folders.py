import pytest

from core.data.images.class_folders import Folder, Place, arrange, empty_classes, split_named


def arranged(*folders: str) -> dict[str, tuple[str, str]]:
    places = arrange(tuple(folder.split("/")) if folder else () for folder in folders)
    return {"/".join(folder): (place.label, place.split) for folder, place in places.items()}


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (["cats", "dogs"], {"cats": ("cats", ""), "dogs": ("dogs", "")}),
        (["data/in/cats", "data/in/dogs"], {"data/in/cats": ("cats", ""), "data/in/dogs": ("dogs", "")}),
        (
            ["Train/cats", "Train/dogs", "VAL/cats", "testing/dogs"],
            {
                "Train/cats": ("cats", "train"),
                "Train/dogs": ("dogs", "train"),
                "VAL/cats": ("cats", "validation"),
                "testing/dogs": ("dogs", "test"),
            },
        ),
        (["x/training_set/a", "x/test set/b"], {"x/training_set/a": ("a", "train"), "x/test set/b": ("b", "test")}),
        # pictures around the class folders, and in a split's folder, belong to no class
        (["", "data", "data/a", "data/b"], {"data/a": ("a", ""), "data/b": ("b", "")}),
        (["train", "train/a", "train/b"], {"train/a": ("a", "train"), "train/b": ("b", "train")}),
        (["train/a", "train/b", "test"], {"train/a": ("a", "train"), "train/b": ("b", "train")}),
        # the split below the class
        (["cats/train", "dogs/train", "cats/test"], {
            "cats/train": ("cats", "train"), "dogs/train": ("dogs", "train"), "cats/test": ("cats", "test")
        }),
        # a class that is called like a split
        (["bus", "ship", "train"], {"bus": ("bus", ""), "ship": ("ship", ""), "train": ("train", "")}),
        # a folder that is called "test", and holds all there is
        (["test/a", "test/b"], {"test/a": ("a", ""), "test/b": ("b", "")}),
        # what is held out besides unsorted rest
        (["a", "b", "test/a"], {"a": ("a", ""), "b": ("b", ""), "test/a": ("a", "test")}),
        (["train", "test"], {}),
        (["data/train", "data/test"], {}),
        ([""], {}),
        (["cats"], {"cats": ("cats", "")}),
    ],
)  # fmt: skip
def test_folders_are_understood(folders: list[str], expected: dict[str, tuple[str, str]]) -> None:
    assert arranged(*folders) == expected


def test_class_folders_without_pictures_are_found() -> None:
    places: dict[Folder, Place] = {("train", "a"): Place("a", "train"), ("train", "b"): Place("b", "train")}
    folders = ["train", "train/a", "train/b", "train/c", "train/c/deep", "test", "test/a", "docs"]
    assert empty_classes(folders, places, [("train", "a"), ("train", "b")]) == ["c"]


@pytest.mark.parametrize(
    ("name", "split"),
    [("train", "train"), ("Validation", "validation"), ("dev", "validation"), ("TEST_images", "test"), ("trains", "")],
)
def test_names_of_splits_are_known(name: str, split: str) -> None:
    assert split_named(name) == split
