import pytest

from core import catalog
from core.data.hub.connection import clean_id
from core.data.hub.known_sets import HUB_SETS, known_set
from core.specs.dataset_types import HubSet


def test_the_well_known_sets_of_each_task_are_there() -> None:
    assert {(known.task, known.title) for known in HUB_SETS} >= {
        ("image-classification", "MNIST"),
        ("image-classification", "Fashion-MNIST"),
        ("image-classification", "CIFAR-10"),
        ("text-classification", "SST-2"),
        ("text-classification", "Rotten Tomatoes"),
        ("text-classification", "IMDB reviews"),
        ("text-generation", "Tiny Shakespeare"),
        ("text-generation", "TinyStories"),
    }


@pytest.mark.parametrize("found", HUB_SETS, ids=[known.id for known in HUB_SETS])
def test_each_says_what_it_is_its_licence_and_its_size(found: HubSet) -> None:
    assert clean_id(found.id) == found.id
    assert catalog.find_task(found.task).name == found.task
    assert found.licence
    assert found.summary.endswith(".")
    assert 100_000 < found.size_bytes < 2_000_000_000
    assert found.examples > 0


def test_a_known_set_is_found_in_any_case_and_by_its_configuration() -> None:
    assert known_set("YLECUN/mnist") == known_set("ylecun/mnist")
    assert known_set("inria-soda/tabular-benchmark", "another") is None
    assert known_set("acme/reviews") is None
