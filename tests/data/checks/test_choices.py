"""What single checks decide where there is a choice."""

from dataclasses import replace

from core.data.checks.html_remains import clean
from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.runner import checks, repair
from tests.data.checks.cases_of_labels import labelled, phrases
from tests.data.checks.versions import documents, table, texts


def fix_of(code: str, context: CheckContext) -> str:
    finding = checks()[code].run(context)
    return finding.fix if finding else "nothing found"


def labels_after(code: str, context: CheckContext) -> list[str]:
    return sorted(set(repair(context, code).column("label").to_pylist()))


def test_small_classes_are_left_out_only_if_two_others_remain() -> None:
    assert labels_after("few-examples", texts(labelled(good=20, bad=20, odd=5))) == ["bad", "good"]
    assert labels_after("few-examples", texts(labelled(good=20, odd=5, rare=2))) == ["good", "odd"]
    assert fix_of("few-examples", texts(labelled(good=20, odd=5, rare=2))) == (
        "Leave out the classes with fewer than 3"
    )
    assert fix_of("few-examples", texts(labelled(good=20, rare=2))) == ""


def test_an_example_that_is_there_ten_times_is_one_example() -> None:
    finding = checks()["few-examples"].run(texts([*labelled(good=20, bad=20), *[("again", "odd")] * 30]))
    assert finding is not None
    assert finding.examples == ("odd: 1",)


def test_a_typo_of_a_typo_becomes_the_frequent_label() -> None:
    context = texts([*labelled(negative=200, positive=200, negatve=9), *[("x y z", "negtve")]])
    assert labels_after("label-typos", context) == ["negative", "positive"]


def test_labels_that_are_words_of_their_own_are_no_typos() -> None:
    for frequent, rare in [
        ("happy", "unhappy"),
        ("typical", "atypical"),
        ("increase", "decrease"),
        ("male", "female"),
        ("level 1", "level 2"),
    ]:
        context = texts([(text, frequent) for text in phrases(100, "a")] + [("b c", rare)])
        assert fix_of("label-typos", context) == "nothing found", (frequent, rare)


def test_two_spellings_of_the_same_size_are_not_merged_as_typos() -> None:
    assert fix_of("label-typos", texts(labelled(colour=50, color=50))) == "nothing found"


def test_a_contradiction_without_a_majority_is_removed_whole() -> None:
    context = texts([*labelled(good=50, bad=50), ("meh", "good"), ("meh", "bad")])
    assert fix_of("conflicting-labels", context) == "Remove the contradictory rows"
    assert "meh" not in repair(context, "conflicting-labels").column("text").to_pylist()


def test_only_training_loses_what_is_also_in_the_test() -> None:
    context = texts([("same", "a"), ("Same", "a"), ("new", "b")], given=["train", "test", "train"])
    assert fix_of("leakage", context) == "Remove from training what is also in validation or test"
    assert repair(context, "leakage").column("text").to_pylist() == ["Same", "new"]


def test_near_copies_across_a_split_are_a_warning() -> None:
    context = texts([("a fine film", "a"), ("a fine movie", "a")], ["train", "test"], {"a fine movie": "a fine film"})
    finding = checks()["leakage"].run(context)
    assert finding is not None
    assert finding.severity == "warning"
    assert finding.message == (
        "1 text given for training is also given for validation or test (0 exactly, 1 nearly the same)."
    )


def test_whole_numbers_with_many_examples_each_may_be_classes() -> None:
    context = texts([(f"{text} {i}", str(i)) for i in range(30) for text in phrases(12, "x")])
    finding = checks()["numeric-labels"].run(context)
    assert finding is not None
    assert finding.severity == "warning"


def test_personal_data_is_masked_and_the_rest_stays() -> None:
    masked = repair(documents("Ask jane.roe@example.com, not @jane."), "personal-data")
    assert masked.column("text").to_pylist() == ["Ask [e-mail], not @jane."]


def test_html_is_cleaned_also_where_it_was_escaped_twice() -> None:
    assert clean("It&amp;#39;s <b>good</b><br/>&amp;lt;i&amp;gt;really&amp;lt;/i&amp;gt;") == "It's good\nreally"
    assert clean("1 < 2 & <user> is > 3") == "1 < 2 & <user> is > 3"


def test_the_users_own_name_of_the_target_is_used() -> None:
    prices = [float(100 + i * 3 % 17) for i in range(40)]
    context = table(prices, cost=prices)
    finding = checks()["leaking-columns"].run(replace(context, facts={"target": "Price"}))
    assert finding is not None
    assert finding.message.startswith("The column 'cost' gives 'Price' away")


def test_a_column_of_words_that_sets_the_target_gives_it_away() -> None:
    sizes = ["S", "M", "L", "XL", "XXL"] * 12
    prices = {"S": 10.0, "M": 12.0, "L": 15.0, "XL": 19.0, "XXL": 24.0}
    assert fix_of("leaking-columns", table([prices[s] for s in sizes], size=sizes, other=[1.0, 2.0] * 30)) == (
        "Leave the column out"
    )


def test_the_only_column_cannot_be_left_out() -> None:
    prices = [float(i * 3 % 17) for i in range(40)]
    assert fix_of("leaking-columns", table(prices, cost=prices)) == ""


def test_columns_that_were_left_out_are_named_where_rows_repeat_but_for_them() -> None:
    context = table([1.0, 2.0, 1.0], size=[3.0, 4.0, 3.0])
    columns = [{"name": "laptop_ID", "role": "ignored"}, {"name": "size", "role": "feature"}]
    finding = checks()["exact-duplicates"].run(replace(context, facts={"columns": columns}))
    assert finding is not None
    assert finding.message == "1 of the 3 rows repeats an earlier one in every column, but for 'laptop_ID'."


def test_long_texts_are_shown_from_where_they_differ() -> None:
    one, other = (f"@united What a really great and flattering story about {who}" for who in ("you", "me"))
    finding = checks()["near-duplicates"].run(texts([(one, "a"), (other, "a")], near={other: one}))
    assert finding is not None
    assert finding.examples == ("…story about you ~ …story about me",)


def test_control_characters_never_reach_an_example() -> None:
    context = texts([*labelled(good=20, bad=20), *[("evil\x1b[31m\u202e text\x00", "good")] * 2])
    finding = checks()["exact-duplicates"].run(context)
    assert finding is not None
    assert finding.examples == ("evil�[31m� text� (2 times)",)
