"""`touchstone contest`: a language model asked about a data set's test rows."""

import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from core.cli.output import AsJson, print_json, print_table
from core.contest.endpoints import Endpoint
from core.contest.plan import TRIAL_ROWS, Size, size_of, sizes_of
from core.contest.prompts import SHOTS
from core.contest.results import ContestResult
from core.errors import UserError
from core.services.bootstrap import open_service
from core.services.contests.contests import Contests, sent_in_words
from core.services.contests.in_words import cost_in_words, result_in_words, trial_in_words
from core.services.contests.progress import ContestProgress
from core.services.contests.rows import is_written

POLL_S = 0.3


def contest(
    llm: Annotated[str, typer.Option(metavar="NAME", help="The language model; see: touchstone llm list")],
    dataset: Annotated[str, typer.Option(help="The data set's name; see: touchstone data list")] = "",
    run: Annotated[
        str, typer.Option(help="A finished run, whose test rows are asked and which it is set beside.")
    ] = "",
    shots: Annotated[
        int | None, typer.Option(help="Training examples in the prompt: 0, 4, 8 or 16; else the best on validation.")
    ] = None,
    rows: Annotated[int, typer.Option(min=0, help="Ask a sample of so many test rows; 0 is all of them.")] = 0,
    prompt: Annotated[
        Path | None, typer.Option(help="A file with a prompt of your own: {labels}, {examples}, {row}.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Rows may be sent to the model's host: do not ask.")] = False,
    as_json: AsJson = False,
) -> int:
    """Ask a language model about the test rows: is a prompt enough, or does training pay?"""
    service = open_service()
    contests = Contests(service)
    endpoint, say = contests.endpoints.find(llm), Console(stderr=True, highlight=False)
    if bool(dataset) == bool(run):
        raise UserError("Say about whose rows: --dataset NAME, or --run RUN.")
    template = _read(prompt) if prompt else ""
    task = service.run(run).task if run else service.dataset_service.entry(dataset).task
    most = 0 if is_written(task) else max(SHOTS) if shots is None else shots
    host = _confirmed(endpoint, sent_in_words(TRIAL_ROWS, "validation", most), yes)
    contest_id = contests.start_trial(
        endpoint.name, dataset, run=run, shots=shots, template=template, confirmed_host=host
    )  # fmt: skip
    _ask_test_rows(contests, _follow(contests, contest_id, say), endpoint, rows, yes, say)
    result = contests.result(contest_id)
    if result is None:
        raise UserError("The contest has ended without a result. Begin it again.")
    if as_json:
        print_json(asdict(result))
    else:
        _print_result(result)
    return 0


def _ask_test_rows(
    contests: Contests, tried: ContestProgress, endpoint: Endpoint, rows: int, yes: bool, say: Console
) -> None:
    """Say what the trial found and what the test rows take; ask them once that is confirmed."""
    _print_tried(tried, endpoint, say)
    best, wanted = tried.tried[0], min(rows, tried.test_rows) if rows else tried.test_rows
    planned = size_of(best, endpoint, wanted, tried.parallel)
    say.print(f"Now {_in_words(planned, endpoint)}.", markup=False, soft_wrap=True)
    host = _confirmed(endpoint, sent_in_words(wanted, "test", best.shots), yes)
    contests.confirm(tried.id, rows=wanted, confirmed_host=host)
    _follow(contests, tried.id, say)


def _confirmed(endpoint: Endpoint, sent: str, yes: bool) -> str:
    """Return the host to which rows may be sent; ask, unless they stay here or somebody said yes.

    Raises:
        UserError: They may not.
    """
    if endpoint.is_local or yes or typer.confirm(f"Send {sent} to {endpoint.host}?", err=True):
        return endpoint.host
    raise UserError("Nothing was sent.")


def _follow(contests: Contests, contest_id: str, say: Console) -> ContestProgress:
    """Show a contest until its process ends; Ctrl-C pauses it.

    Raises:
        UserError: It broke down; the message says why.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=say, transient=True) as bar:
            line = bar.add_task("Starting", total=None)
            while (now := contests.progress(contest_id)).is_working:
                bar.update(line, description=now.stage, completed=now.done, total=now.total or None)
                time.sleep(POLL_S)
    except KeyboardInterrupt:
        with suppress(UserError):
            contests.pause(contest_id)
        say.print("Paused. What was answered is kept: the same command goes on and asks nothing twice.", soft_wrap=True)
        raise
    if now.state not in ("ready", "done"):
        raise UserError(
            now.message or f"The contest was {now.state}. The same command goes on; nothing is asked twice."
        )
    return now


def _print_tried(now: ContestProgress, endpoint: Endpoint, say: Console) -> None:
    """Say what each prompt did on the validation rows, and what the test split would take."""
    best = now.tried[0]
    say.print(f"The prompt, chosen on {best.rows} validation rows:\n\n{best.prompt}\n", markup=False, soft_wrap=True)
    for trial in now.tried:
        say.print(f"- {trial_in_words(trial)}", markup=False, soft_wrap=True)
    for size in sizes_of(best, endpoint, now.test_rows, now.parallel):
        say.print(f"  {_in_words(size, endpoint)}", markup=False, soft_wrap=True)


def _in_words(size: Size, endpoint: Endpoint) -> str:
    return (
        f"{size.rows:,} test rows: {size.tokens:,} tokens, {cost_in_words(size.money, endpoint.currency)}, about "
        f"{max(size.seconds / 60, 0.1):,.1f} minutes; the score is then known to ±{100 * size.half_width:.1f} points"
    )


def _print_result(result: ContestResult) -> None:
    for sentence in result_in_words(result):
        print(sentence)
    if result.measures:
        rows = [
            (name, f"{m.exact.value:.1%}", f"{m.contains.value:.1%}", f"{m.rouge_l.value:.3f}", f"{m.length:.2f}")
            for name, m in result.measures.items()
        ]
        print_table(("WHO", "EXACT", "CONTAINS IT", "ROUGE-L", "LENGTH"), rows)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The prompt in {file} cannot be read. Save it as a UTF-8 text file.") from error
