"""The question how good a model must be, in each task's own measure."""

from streamlit.testing.v1 import AppTest

from core.specs.target import UNDECIDED, Target

CLASSES, NUMBERS, WRITING = "text-classification", "tabular-regression", "text-generation"


def form(task: str, current: Target | None = None) -> AppTest:
    """Return the form of a task, drawn once."""

    def script(task: str, current: object) -> None:  # its text is run: nothing from above is known
        import streamlit as st

        from core import catalog
        from pages.components.widgets.target_form import target_form

        labels = ("ham", "spam") if task == "text-classification" else ()
        choice = target_form(catalog.find_task(task), labels, "it", current, "EUR")  # type: ignore[arg-type]
        st.session_state["chosen"] = choice

    return AppTest.from_function(script, args=(task, current), default_timeout=600).run()


def chosen(app: AppTest) -> Target | None:
    target = app.session_state["chosen"].target
    assert target is None or isinstance(target, Target)
    return target


def test_nothing_is_decided_for_anybody() -> None:
    app = form(CLASSES)
    assert chosen(app) is None
    assert not app.number_input
    assert app.selectbox(key="it-kind").options == [
        "Not decided", "Share right", "Find one class", "Better than what we do today", "Another measure",
    ]  # fmt: skip


def test_each_measure_is_asked_in_its_own_words() -> None:
    app = form(CLASSES)
    app.selectbox(key="it-kind").set_value("right").run()
    app.number_input(key="it-right").set_value(85.5).run()
    assert chosen(app) == Target("accuracy", 0.855)
    app.selectbox(key="it-kind").set_value("find").run()
    app.selectbox(key="it-label").set_value("spam").run()
    assert chosen(app) == Target("recall", 0.8, "spam", 0.9)
    assert (
        app.caption[0].value
        == "Useful where it finds at least 80 % of 'spam', right in at least 90 % of these answers."
    )
    app.selectbox(key="it-kind").set_value("today").run()
    assert chosen(app) == Target("accuracy", 0.8, today=True)


def test_a_number_is_never_proposed_where_only_the_user_knows_the_scale() -> None:
    app = form(NUMBERS)
    app.selectbox(key="it-kind").set_value("error").run()
    assert app.number_input[0].label == "At most this average error (EUR)"
    assert app.session_state["chosen"].problem == "Write a number, or choose: Not decided."
    app.number_input(key="it-error").set_value(200.0).run()
    assert chosen(app) == Target("mae", 200)


def test_not_decided_is_a_choice_where_there_was_a_target() -> None:
    app = form(CLASSES, Target("accuracy", 0.9))
    assert app.session_state["chosen"].changed is None
    app.selectbox(key="it-kind").set_value("none").run()
    assert app.session_state["chosen"].changed == UNDECIDED
    assert form(CLASSES).session_state["chosen"].changed is None


def test_what_is_written_is_a_target_or_a_sentence() -> None:
    app = form(CLASSES, Target("f1", 0.75))
    assert chosen(app) == Target("f1", 0.75)
    app.text_input(key="it-text").set_value("f1 150%").run()
    assert chosen(app) is None
    assert "No model can reach more than 100 %" in app.session_state["chosen"].problem


def test_the_target_so_far_is_what_is_shown() -> None:
    for task, target in (
        (CLASSES, Target("accuracy", 0.875)), (CLASSES, Target("recall", 0.7, "spam", 0.95)),
        (CLASSES, Target("f1", 0.6)),
        (CLASSES, Target("accuracy", 0.7, today=True)), (NUMBERS, Target("mae", 12.5)), (NUMBERS, Target("r2", 0.8)),
        (NUMBERS, Target("mae", 30, today=True)), (WRITING, Target("loss", 1.4)), (WRITING, Target("perplexity", 5)),
    ):  # fmt: skip
        assert chosen(form(task, target)) == target
