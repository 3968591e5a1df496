"""Asking about many rows: in parallel, patiently, each answer kept at once."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from core.contest.client import EndpointClient, LabelAnswer
from core.contest.connection import NotUnderstood, TooLong, TryAgain
from core.contest.endpoints import Endpoint, EndpointUnusable
from core.contest.patience import Patience, patiently
from core.contest.prompts import LONGEST_ROW, SHORTEST_ROW, Prompt
from core.store.answer_store import AnswerStore

PARALLEL = 4  # requests on their way at once
TOLD_EVERY_S = 0.3
_TOKENS_A_CHARACTER = 0.5  # most that may be written, where texts are: also of scripts with long tokens
_Answered = tuple[str, LabelAnswer]  # with its key


@dataclass(frozen=True)
class Count:
    """How far the asking is.

    Args:
        done: Rows that have an answer.
        total: Of all.
        asked: Answers that came now, and were not known before.
        retries: Failed attempts before these.
        tokens_in: Of these answers.
        tokens_out: Likewise.
    """

    done: int
    total: int
    asked: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def with_answer(self, answer: LabelAnswer, rows: int) -> "Count":
        """Return the count with one answer more, which is that of so many rows."""
        return Count(
            self.done + rows, self.total, self.asked + 1, self.retries + answer.retries,
            self.tokens_in + answer.tokens_in, self.tokens_out + answer.tokens_out,
        )  # fmt: skip


def answer_key(endpoint: Endpoint, prompt: Prompt, row: str) -> str:
    """Return an answer's key: the hash of endpoint, model, prompt and row."""
    asked = json.dumps([endpoint.url, endpoint.model, prompt.fill(row)[0], bool(prompt.labels)], ensure_ascii=False)
    return hashlib.sha256(asked.encode()).hexdigest()


def ask_all(
    client: EndpointClient,
    prompt: Prompt,
    rows: Sequence[str],
    store: AnswerStore,
    told: Callable[[Count], None],
    parallel: int = PARALLEL,
    patience: Patience | None = None,
) -> list[LabelAnswer]:
    """Return an answer for each row: the kept one, else a new one.

    Args:
        client: Whom to ask.
        prompt: What, beside the row.
        rows: In the order of the answers.
        store: Keeps the answers.
        told: Is told how far it is, every third of a second; may raise `StopRequested`.
        parallel: Requests on their way at once.
        patience: With failures that may pass.

    Raises:
        EndpointUnusable: The endpoint ended it; what was answered is kept.
        StopRequested: `told` asked for it; likewise.
    """
    patience = patience or Patience()
    keys = [answer_key(client.connection.endpoint, prompt, row) for row in rows]
    known = {key: LabelAnswer.from_json(text) for key, text in store.get(keys).items()}
    often = Counter(keys)
    waiting = iter([one for one in dict(zip(keys, rows, strict=True)).items() if one[0] not in known])
    count = Count(sum(often[key] for key in known), len(keys))
    told(count)

    def work(key: str, row: str) -> _Answered:
        answer = patiently(lambda: ask_row(client, prompt, row), patience)
        store.put(key, answer.to_json())
        return key, answer

    with closing(_arriving(work, waiting, parallel, patience)) as arriving:
        for ended in arriving:
            for one in ended:
                key, answer = _result(one, client.connection.endpoint)
                known[key], count = answer, count.with_answer(answer, often[key])
            told(count)
    return [known[key] for key in keys]


def _arriving(
    work: Callable[[str, str], _Answered], waiting: Iterator[tuple[str, str]], parallel: int, patience: Patience
) -> Generator[set[Future[_Answered]]]:
    """Yield what has ended, every third of a second; closed, ask no more."""
    with ThreadPoolExecutor(parallel, thread_name_prefix="asking") as pool:
        open_: set[Future[_Answered]] = set()
        try:
            while True:
                open_ |= {pool.submit(work, *one) for one in islice(waiting, parallel - len(open_))}
                if not open_:
                    return
                ended, open_ = wait(open_, TOLD_EVERY_S, FIRST_COMPLETED)
                yield ended
        finally:
            patience.stop.set()  # who waits for another attempt ends; what is on its way is kept when it comes


def ask_row(client: EndpointClient, prompt: Prompt, row: str) -> LabelAnswer:
    """Ask about one row, cut in half as often as the model needs it."""
    longest = LONGEST_ROW
    while True:
        text, is_cut = prompt.fill(row, longest)
        try:
            if prompt.labels:
                answer = client.label(text, prompt.codes, prompt.labels)
            else:
                answer = client.write(text, most_tokens(prompt))
        except TooLong:
            longest = min(longest, len(row)) // 2
            if longest < SHORTEST_ROW:
                raise EndpointUnusable(_too_long(client.connection.endpoint, prompt)) from None
            continue
        return replace(answer, cut=is_cut)


def most_tokens(prompt: Prompt) -> int:
    """Return how many tokens an answer may have where texts are written."""
    return max(16, round(prompt.length * _TOKENS_A_CHARACTER))


def _result(ended: Future[_Answered], endpoint: Endpoint) -> _Answered:
    try:
        return ended.result()
    except TryAgain as error:
        raise EndpointUnusable(f"{endpoint.host} {error.why}, however often it was asked.") from None
    except NotUnderstood as error:
        raise EndpointUnusable(f"{error}.") from None


def _too_long(endpoint: Endpoint, prompt: Prompt) -> str:
    what = f"its list of {len(prompt.labels):,} labels" if prompt.labels else "its instruction"
    examples = f" and its {len(prompt.shots)} examples" if prompt.shots else ""
    return (
        f"The prompt alone, with {what}{examples}, is longer than what '{endpoint.model}' reads. Take fewer examples, "
        "join labels, or ask a model with a longer context."
    )
