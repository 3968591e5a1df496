"""The curves of single classes: which was learnt when."""

from core.evaluation.class_curves import ClassCurve, class_curves, recall_key


def test_curves_of_classes_are_found_among_the_others_the_lowest_first() -> None:
    points = {
        "train/loss": [(1, 0.5, 1000.0)],
        recall_key("cat"): [(1, 0.2, 1000.0), (9, 0.9, 1001.0)],
        recall_key("black/white"): [(1, 0.0, 1000.0), (9, 0.5, 1001.0)],
    }
    assert class_curves(points) == [
        ClassCurve("black/white", (1, 9), (0.0, 0.5)),
        ClassCurve("cat", (1, 9), (0.2, 0.9)),
    ]


def test_a_class_is_learnt_when_it_stays_near_where_it_ends() -> None:
    forgotten_once = ClassCurve("cat", (1, 2, 3, 4, 5), (0.1, 0.9, 0.3, 0.85, 0.9))
    assert forgotten_once.learnt_at == 4
    assert ClassCurve("dog", (1, 2), (0.0, 0.0)).learnt_at == 1


def test_a_long_label_is_cut_in_the_name_of_its_curve() -> None:
    assert recall_key("x" * 200) == "validation/recall/" + "x" * 80
