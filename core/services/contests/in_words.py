"""Contests in sentences, the same on pages and in commands."""

from core.contest.endpoints import Endpoint
from core.contest.plan import Trial
from core.contest.results import ContestResult
from core.specs import percent_digits

CONSTRAINTS = {
    "logprobs": "by the log probabilities of the labels' codes",
    "schema": "by a JSON schema of the labels' codes",
    "text": "as free text, in which a label's code or name is looked for",
}


def trial_in_words(trial: Trial) -> str:
    """Return what a prompt did on the validation rows."""
    shots = f"{trial.shots} examples" if trial.shots else "No examples"
    said = f"{shots} in the prompt: {trial.right} of {trial.rows} right"
    if trial.is_written:
        said = f"{trial.right} of {trial.rows} exactly as expected"
    if trial.no_label:
        said += f", {trial.no_label} without a label"
    if trial.cut:
        said += f", {trial.cut} too long and cut"
    return f"{said}, {trial.tokens_in + trial.tokens_out:,.0f} tokens a request, {trial.p50_ms:,.0f} ms"


def cost_in_words(money: float | None, currency: str) -> str:
    """Return a sum of money to the cent, below 1 with more digits."""
    if money is None:
        return "no price given"
    return f"{money:,.2f} {currency}" if money >= 1 or money == 0 else f"{money:.4f} {currency}"


def price_in_words(endpoint: Endpoint) -> str:
    """Return an endpoint's price with its date; empty where none is stated."""
    if not endpoint.has_price:
        return ""
    read, written = (f"{price or 0:g} {endpoint.currency}" for price in (endpoint.price_in, endpoint.price_out))
    return f"{read} in, {written} out for a million tokens ({endpoint.priced_on})"


def result_in_words(result: ContestResult) -> list[str]:
    """Return a contest's result in sentences: score, rows, cost, what to know."""
    return [one for one in (_score(result), _asked(result), _cost(result), *notes_of(result)) if one]


def notes_of(result: ContestResult) -> list[str]:
    """Return what to know before believing a result."""
    notes = list(result.notes)
    if result.no_label:
        one = result.no_label == 1
        notes.append(f"{result.no_label:,} answer{'' if one else 's'} named no label, which counts as wrong.")
    if result.cut:
        rows = "1 row was" if result.cut == 1 else f"{result.cut:,} rows were"
        notes.append(f"{rows} longer than what is sent or read, and cut.")
    if not result.tokens_counted:
        notes.append("The endpoint does not count tokens; these are guessed from the length of the texts.")
    if result.versions_asked > 1:
        notes.append(
            f"It is the {ordinal(result.versions_asked)} prompt that was asked on these test rows: choosing among "
            "prompts by this score makes the best one look better than it is."
        )
    return notes


def ordinal(number: int) -> str:
    """Return a number as a place in a row: "2nd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0, "th")
    return f"{number}{ending}"


def _score(result: ContestResult) -> str:
    if result.score is None:
        return ""
    score = result.score
    return (
        f"{result.model}: right on {percent_digits(score.value)} % of {len(result.rows):,} test rows (95 % interval "
        f"{percent_digits(score.ci_low)} to {percent_digits(score.ci_high)} %)."
    )


def _asked(result: ContestResult) -> str:
    of = "all" if len(result.rows) == result.test_rows else f"{len(result.rows):,} of"
    how = f", held to the labels {CONSTRAINTS[result.constraint]}" if result.labels else ""
    shots = f"; {result.prompt.shots or 'no'} examples in the prompt" if result.labels else ""
    return f"It was asked about {of} {result.test_rows:,} test rows{how}{shots}."


def _cost(result: ContestResult) -> str:
    tokens = f"{result.tokens_in:,} tokens read, {result.tokens_out:,} written"
    speed = f"{result.p50_ms:,.0f} ms (p50), {result.p95_ms:,.0f} ms (p95)"
    if result.money is None:
        return f"{tokens}; no price was given. Each answer took {speed}."
    new = "" if result.asked == len(result.rows) else f" ({result.asked:,} answers were new; the others were known)"
    return (
        f"{tokens}: {cost_in_words(result.money, result.currency)} at the price of {result.priced_on}{new}, "
        f"{cost_in_words(result.cost_per_1000, result.currency)} per 1,000 answers. Each took {speed}."
    )
