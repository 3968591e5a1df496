"""The decision for a run, from its contenders, target and costs."""

from core.evaluation.baseline_names import COMMONEST, MEAN, same_model
from core.evaluation.decision import Choice, Decision, Option, decide, reaches
from core.evaluation.judged import Judged
from core.runs import Run
from core.services.comparison.contenders import Contender, contenders_of
from core.services.prices import hour_price
from core.services.run_service import Service
from core.specs.target import Target


def decision_of(service: Service, run: Run, judged: Judged) -> Decision:
    """Return the decision for a run that was judged."""
    price, target = hour_price(service.settings), judged.target.target if judged.target is not None else None
    status = judged.target.status if judged.target is not None else None
    is_known = reaches(status) is not None and target is not None and not target.label
    every = contenders_of(service, run)
    learnt = [one for one in every if one.kind == "baseline" and not _is_no_choice(run, one)]

    def option(one: Contender) -> Option:
        value = one.scores.get(judged.said)
        good = _is_good(one, target) if is_known and target is not None else None
        if one.kind == "model":
            good = reaches(status)
        return Option(
            one.kind, one.short, one.standing, None if value is None else value.value, good, one.takes.thousand,
            one.takes.made_cost or 0.0, one.reference,
        )  # fmt: skip

    own = next((option(one) for one in every if one.kind == "model"), Option("model", run.config.model))
    beaten = next((one.short for one in every if one.kind == "baseline" and one.standing == "worse"), "")
    asked = [option(one) for one in every if one.kind == "language model"]
    choice = Choice(judged, own, [option(one) for one in learnt], asked, beaten, price.month, price.currency)
    return decide(choice)


def _is_no_choice(run: Run, one: Contender) -> bool:
    """Return whether a baseline has learnt nothing, or is the run's own method."""
    return one.method in (COMMONEST, MEAN) or same_model(one.method) == run.config.model


def _is_good(one: Contender, target: Target) -> bool:
    """Return whether a contender's score is known and reaches the target."""
    score = one.scores.get(target.metric)
    return score is not None and target.is_met_by(score.value)
