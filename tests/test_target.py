import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import catalog
from core.errors import UserError
from core.specs import TaskSpec
from core.specs.target import SHARES, Target

TEXTS, TABLES, WRITING = map(catalog.find_task, ("text-classification", "tabular-regression", "text-generation"))
shares = st.floats(0, 1, exclude_min=True, exclude_max=True, allow_subnormal=False)
amounts = st.floats(0, exclude_min=True, allow_infinity=False, allow_subnormal=False)
labels = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text != "'")
targets = st.one_of(
    st.builds(lambda m, v, t: (TEXTS, Target(m, v, today=t)), st.sampled_from(SHARES), shares, st.booleans()),
    st.builds(lambda v, n, p, t: (TEXTS, Target("recall", v, n, p, t)), shares, labels, st.just(0.0) | shares,
              st.booleans()),
    st.builds(lambda m, v, t: (TABLES, Target(m, v, today=t)), st.sampled_from(("mae", "rmse")), amounts,
              st.booleans()),
    st.builds(lambda v, t: (TABLES, Target("r2", v, today=t)), shares, st.booleans()),
    st.builds(lambda v, t: (WRITING, Target("loss", v, today=t)), amounts, st.booleans()),
)  # fmt: skip


@given(targets)
def test_a_target_is_read_back_from_its_own_text(known: tuple[TaskSpec, Target]) -> None:
    task, target = known
    assert Target.parse(target.format(), task) == target
    assert Target.from_json(target.to_json()) == target


@given(st.text(max_size=40), st.sampled_from((TEXTS, TABLES, WRITING)))
def test_any_text_is_a_target_or_a_sentence(text: str, task: TaskSpec) -> None:
    try:
        target = Target.parse(text, task)
    except UserError:
        return
    assert Target.parse(target.format(), task) == target


@pytest.mark.parametrize(
    ("text", "task", "meant"),
    [
        ("90%", TEXTS, Target("accuracy", 0.9)),
        ("accuracy 0.9", TEXTS, Target("accuracy", 0.9)),
        ("Accuracy at least 90 %", TEXTS, Target("accuracy", 0.9)),
        ("macro F1 75", TEXTS, Target("f1", 0.75)),
        ("better than 82%", TEXTS, Target("accuracy", 0.82, today=True)),
        ("recall of spam 80%", TEXTS, Target("recall", 0.8, "spam")),
        ("recall of spam 80% at precision 90%", TEXTS, Target("recall", 0.8, "spam", 0.9)),
        ("recall of 'grade 5' 80% with a precision of 0.9", TEXTS, Target("recall", 0.8, "grade 5", 0.9)),
        ("better than recall of spam 60%", TEXTS, Target("recall", 0.6, "spam", today=True)),
        ("mae 1,200.50", TABLES, Target("mae", 1200.5)),
        ("mean error at most 200", TABLES, Target("mae", 200)),
        ("better than 250", TABLES, Target("mae", 250, today=True)),
        ("80%", TABLES, Target("r2", 0.8)),
        ("1.4", WRITING, Target("loss", 1.4)),
        ("perplexity 5", WRITING, Target("perplexity", 5)),
    ],
)
def test_what_people_write(text: str, task: TaskSpec, meant: Target) -> None:
    assert Target.parse(text, task) == meant


@pytest.mark.parametrize(
    ("text", "task", "says"),
    [
        ("accuracy 150%", TEXTS, "No model can reach more than 100 %; 150% was asked for. Choose a value up to 100 %."),
        ("accuracy -5%", TEXTS, "A target is more than 0; -5% was asked for."),
        ("accuracy 0", TEXTS, "A target is more than 0; 0% was asked for."),
        ("better than 100%", TEXTS, "Nothing can be better than 100%. Write what is reached today without a model."),
        ("recall of spam 80% at precision 120%", TEXTS, "Precision is a share up to 100 %; 120% was asked for."),
        ("mae 90%", TEXTS, "There is no measure of text-classification called 'mae'."),
        ("mae 90%", TABLES, "'mae' is no share, so it has no percent. Write for example: mae 200."),
        ("mae 0", TABLES, "A target is more than 0; 0 was asked for."),
        ("perplexity 1", WRITING, "Perplexity is above 1"),
        ("good", TEXTS, "'good' is no target for text-classification. Write for example 'accuracy 90%', "),
        ("accuracy", TEXTS, "'accuracy' is no target for text-classification."),
        ("", TABLES, "'' is no target for"),
    ],
)
def test_what_is_no_target_says_why(text: str, task: TaskSpec, says: str) -> None:
    with pytest.raises(UserError) as failure:
        Target.parse(text, task)
    assert says in str(failure.value)


def test_a_class_that_is_not_there_is_named_with_those_that_are() -> None:
    target = Target("recall", 0.8, "spma")
    with pytest.raises(UserError, match=r"no class called 'spma'. Did you mean 'spam'\? There is: spam, ham"):
        target.check_class(("ham", "spam"))
    assert target.check_class(()) == target


def test_the_measures_are_those_of_the_tasks() -> None:
    for task in catalog.tasks().values():
        assert {m.name for m in task.metrics if m.unit == "percent"} <= set(SHARES)
        for metric in task.metrics:
            assert Target(metric.name, 0.5).is_error == (metric.direction == "min"), metric.name
