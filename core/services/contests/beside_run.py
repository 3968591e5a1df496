"""A language model beside a run, on the same test rows or prompts."""

from collections.abc import Callable, Sequence

from core.contest.results import ContestResult, difference_to
from core.contest.written import EXPECTED_CHARACTERS
from core.runs import Run
from core.services.comparison.predictions import answers_of
from core.services.inference import WritingSettings
from core.services.run_service import Service
from core.statistics.difference import Difference

ACCURACY = "accuracy"
_TURN = "\nAssistant:"
_NEXT_TURN = "\nUser:"


def difference_to_run(service: Service, run: Run, result: ContestResult) -> Difference | None:
    """Return a language model's accuracy minus a run's, paired; None without common rows."""
    task, answers = service.tasks().get(run.task), answers_of(service, run)
    if task is None or answers is None or not result.labels or answers.fingerprint != result.fingerprint:
        return None
    return difference_to(result, task.metric(ACCURACY), answers.predictions)


def difference_in_words(difference: Difference) -> str:
    """Return a difference to a run as a sentence."""
    points = f"{abs(100 * difference.value):.1f} points"
    interval = f"95 % interval {100 * difference.low:+.1f} to {100 * difference.high:+.1f}"
    if not difference.is_clear:
        return f"No clear difference to this run on the same rows ({interval} points)."
    word = "better" if difference.value > 0 else "worse"
    return f"Clearly {word} than this run on the same rows: by {points} ({interval})."


def written_by_run(
    service: Service, run_id: str, prompts: Sequence[str], told: Callable[[int], None], *, are_conversations: bool
) -> list[str]:
    """Return what a run writes after each prompt, as long as expected.

    Args:
        service: Asks the inference server.
        run_id: A run that writes.
        prompts: As the language model had them, without the instruction.
        told: Is told how many are done.
        are_conversations: Whether an answer is asked for; else the prompt goes on.

    Raises:
        TouchstoneError: It cannot be asked, in a sentence.
    """
    settings = WritingSettings(
        max_tokens=EXPECTED_CHARACTERS, temperature=0.0, stop=(_NEXT_TURN,) if are_conversations else ()
    )
    found = []
    for number, prompt in enumerate(prompts):
        told(number)
        written = ""
        for piece in service.inference.stream(run_id, prompt + _TURN * are_conversations, settings):
            written += piece
            if len(written) >= EXPECTED_CHARACTERS:
                break
        found.append(written[:EXPECTED_CHARACTERS].strip())
    told(len(prompts))
    return found
