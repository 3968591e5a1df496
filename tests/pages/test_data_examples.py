"""The examples of a data set on the Data page: browsing, correcting labels, and how they are spread."""

from core.services.dataset_service import Histogram
from core.services.run_service import Service
from pages.components.data.charts import class_finding, histogram_finding
from tests.pages.conftest import Open, figures, healthy, saved, words
from tests.pages.test_data import NASTY, Bring, bring, shown_texts

__all__ = ["bring"]  # a fixture


def test_examples_are_shown_as_written(open_page: Open, bring: Bring) -> None:
    bring(clean_text=False)
    at = open_page("data", set="reviews", part="browse", find="onerror")
    assert shown_texts(at) == [NASTY]  # plain text, never HTML or Markdown


def test_examples_by_class_part_and_words(open_page: Open, service: Service, bring: Bring) -> None:
    bring()
    at = open_page("data", set="reviews", part="browse")
    assert "All 80 texts" in words(at)
    assert len(shown_texts(at)) == 24
    at.selectbox(key="label").set_value("bad").run()
    assert at.query_params["label"] == "bad"
    assert "40 of 80 texts" in words(healthy(at))
    at.text_input(key="find").set_value("kyoto cable").run()
    assert shown_texts(healthy(at)) == ["Nobody in Kyoto answers me about my broken cable"]
    tests = service.dataset_service.version("reviews").split_sizes["test"]
    assert f"{tests} of 80 texts" in words(open_page("data", set="reviews", part="browse", split="test"))
    assert "No matching texts" in words(open_page("data", set="reviews", part="browse", find="nowhere"))


def test_the_rows_of_a_finding_can_be_looked_at(open_page: Open, service: Service, bring: Bring) -> None:
    bring()
    finding = next(f for f in service.dataset_service.findings("reviews") if f.code == "personal-data")
    at = open_page("data", set="reviews", part="browse", finding="personal-data")
    assert len(shown_texts(at)) == len(finding.rows)
    at.button(key="show-all").click().run()
    assert "All 80 texts" in words(healthy(at))


def test_a_later_page_has_an_address(open_page: Open, bring: Bring) -> None:
    bring()
    assert len(shown_texts(open_page("data", set="reviews", part="browse", at="4"))) == 80 - 3 * 24


def test_wrong_labels_are_collected_and_saved_as_one_version(open_page: Open, service: Service, bring: Bring) -> None:
    first = bring()
    at = open_page("data", set="reviews", part="browse")
    at.toggle(key="correcting").set_value(True).run()
    key = f"right-{first.fingerprint[:12]}"
    at.selectbox(key=f"{key}-0").set_value("bad").run()
    at.selectbox(key=f"{key}-1").set_value("bad").run()
    assert "2 labels changed" in words(healthy(at))
    assert service.dataset_service.head("reviews") == first.fingerprint
    saved(at, service)
    second = service.dataset_service.version("reviews")
    assert second.parent == first.fingerprint
    assert second.class_counts == {"bad": 42, "good": 38}
    at.button(key="undo-data").click().run()
    assert service.dataset_service.head("reviews") == first.fingerprint


def test_the_shape_is_drawn_with_what_it_says(open_page: Open, bring: Bring) -> None:
    bring()
    at = open_page("data", set="reviews", part="shape")
    charts = figures(at)
    assert len(charts) == 3
    assert "Both classes are equally frequent" in words(at)
    assert "characters" in charts[2]["figure"]


def test_what_a_chart_says() -> None:
    assert class_finding({"a": 90, "b": 10}) == "a is 90 % of all, 9.0 times as frequent as b"
    assert class_finding({"a": 10, "b": 12}) == "Both classes are about equally frequent: 10 to 12 examples each"
    assert class_finding({"a": 10}) == "There is only one class: a"
    lengths = Histogram("Length", "characters", (0.0, 100.0, 200.0), (10, 10), 96.0, 3.0, 200.0)
    assert histogram_finding(lengths, "Length") == "Length: half have 96 characters or less, from 3 to 200"
    sides = Histogram("Shorter side", "pixels", (127.5, 128.5), (20,), 128.0, 128.0, 128.0)
    assert histogram_finding(sides, "Shorter side") == "Shorter side: 128 pixels, always the same"
