"""Names of curves: as short as they can be, and never two alike."""

from pages.components.charts.curve_names import unique_names
from pages.components.charts.external_charts import external_charts
from pages.components.compare.curves import _path


def last_word(key: str, parts: int) -> str:
    return key.rpartition("/")[2].replace("_", " ").capitalize() if parts == 1 else _path(key, parts)


def test_what_is_alike_is_called_by_as_much_of_its_path_as_tells_it_apart() -> None:
    keys = ["generator/loss", "discriminator/loss", "losses/policy", "values/policy", "a/b/x", "a/c/x", "train/y"]
    assert list(unique_names(keys, last_word).values()) == [
        "generator/loss", "discriminator/loss", "losses/policy", "values/policy", "b/x", "c/x", "Y",
    ]  # fmt: skip


def test_names_that_differ_only_in_how_they_are_written_are_left_as_they_are() -> None:
    assert unique_names(["lr_a", "lr a", "Lr a"], last_word) == {"lr_a": "lr_a", "lr a": "lr a", "Lr a": "Lr a"}
    assert unique_names(["val/y", "validation/y", "eval/y"], lambda *_: "Y, validation") == {
        "val/y": "val/y", "validation/y": "validation/y", "eval/y": "eval/y",
    }  # fmt: skip


def test_no_two_charts_of_a_run_have_one_title() -> None:
    keys = ["acc", "accuracy", "losses/policy", "values/policy", "loss", "train/loss", "val_loss", "lr", "z"]
    titles = [chart["title"] for chart in external_charts(keys)]
    assert titles == [
        "Loss (train/loss, val_loss)", "Loss (loss)", "Accuracy (acc)", "Accuracy (accuracy)",
        "Learning rate", "losses/policy", "values/policy", "Z",
    ]  # fmt: skip
