"""What an estimate says of judging every row."""

from core.configure import make_config
from core.services.preflight import Preflights


def test_an_estimate_says_what_judging_every_row_takes_whatever_is_chosen() -> None:
    config = make_config("tabular-regression", "diabetes", "linear")
    folds = {"seconds": 20.0, "rows": 442, "is_wanted": True, "why_not": ""}
    known = {"total_s": 26.0, "stages": {"training": 4.0, "saving": 2.0, "folds": 20.0}, "folds": folds}
    assert Preflights.with_folds(known, config) == known
    assert (
        Preflights.folds_in_words(known) == "Every row counts: all 442 rows are judged in five folds, about 20 s more."
    )
    quick = Preflights.with_folds(known, config.model_copy(update={"evaluation": "quick-look"}))
    assert (quick["total_s"], quick["stages"]["folds"]) == (6.0, 0.0)
    said = "Judged on one split. That every row counts, 442 of them, would take about 20 s more."
    assert Preflights.folds_in_words(quick) == said
    every = config.model_copy(update={"evaluation": "every-row", "time_budget_min": 0.2})
    assert Preflights.with_folds(quick, every)["total_s"] == 12.0
    assert Preflights.folds_in_words({"folds": {"seconds": 0.0, "why_not": "It is a text."}}) == "It is a text."
    large = {"folds": {"seconds": 0.0, "why_not": "Enough rows.", "is_expected": True}}
    assert Preflights.folds_in_words(Preflights.with_folds(large, config)) == ""
    asked = config.model_copy(update={"evaluation": "every-row"})
    assert Preflights.folds_in_words(Preflights.with_folds(large, asked)) == "Enough rows."
    assert Preflights.folds_in_words({}) == ""  # of an estimate from before there were folds


def test_runs_from_before_there_were_folds_keep_their_hash_and_leave_the_choice_to_what_it_costs() -> None:
    config = make_config("tabular-regression", "diabetes", "linear")
    assert config.evaluation == "auto"
    assert type(config).model_validate({**config.model_dump(exclude={"evaluation"})}) == config
    assert config.model_copy(update={"evaluation": "every-row"}).config_hash() != config.config_hash()
