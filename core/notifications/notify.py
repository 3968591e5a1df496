"""Sending of notifications: a small process claims the run's end and posts once.

The process that ends a run starts it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from core.notifications.formats import payload
from core.notifications.messages import message_of, preflight_message
from core.notifications.posting import Answer, post
from core.notifications.webhook import Webhook, load
from core.processes.identity import start_apart
from core.runs import Run
from core.settings import Settings
from core.store.database import Database
from core.store.notification_store import NotificationStore
from core.store.run_store import RunStore

PAUSES_S = (2.0, 10.0, 60.0)  # before each of three more tries
PROCESS = "core.services.run_end"  # knows what there is to say; this room only posts it
_log = logging.getLogger(__name__)


def announce(settings: Settings, run_id: str) -> None:
    """Start the notification of a run's end, if there is a webhook; never fail."""
    if load(settings) is None:
        return
    try:
        settings.logs_folder.mkdir(parents=True, exist_ok=True)
        log = settings.logs_folder / "notifying.log"
        home = str(settings.home.resolve())
        child = start_apart(PROCESS, run_id, log=log, threads=1, TOUCHSTONE_HOME=home)
    except OSError:
        _log.warning("Nobody could be told that run %s has ended.", run_id, exc_info=True)
        return
    threading.Thread(target=child.wait, daemon=True).start()  # so that it leaves no zombie


def tell(
    settings: Settings,
    database: Database,
    run_id: str,
    pauses_s: Sequence[float] = PAUSES_S,
    verdict: Callable[[Run], str] = lambda run: run.verdict,
) -> Answer | None:
    """Post a run's end once and return the outcome; None if nothing was due.

    Args:
        settings: Where the webhook is kept.
        database: Where the run is.
        run_id: The run.
        pauses_s: Before each further try.
        verdict: Returns what is said of the run in a line; empty where it was not judged.

    Raises:
        TouchstoneError: The run is gone, or the database does not answer.
    """
    webhook, runs = load(settings), RunStore(database)
    run = runs.get(run_id)
    if webhook is None or run.paused or not webhook.wants(run.status):
        return None
    if not NotificationStore(database).claim(run.id, run.attempt, "Telling the webhook how it ended."):
        return None
    message = message_of(run, verdict(run), webhook.dashboard)
    answer = _tried(lambda: post(webhook.url, payload(webhook.url, message)), pauses_s)
    if not answer.taken:
        sentence = f"The webhook could not be told that it ended. {answer.sentence} The System page can send a test."
        runs.add_event(run.id, "warning", sentence)
    _log.info("Run %s: %s", run.id, answer.sentence)
    return answer


def send_test(webhook: Webhook) -> Answer:
    """Post a test, once, and return what became of it."""
    return post(webhook.url, payload(webhook.url, preflight_message(webhook.dashboard)))


def _tried(once: Callable[[], Answer], pauses_s: Sequence[float]) -> Answer:
    answer = once()
    for pause_s in pauses_s:
        if answer.taken or not answer.is_worth_another_try:
            break
        _log.info("%s Trying again in %g s.", answer.sentence, pause_s)
        time.sleep(pause_s)
        answer = once()
    return answer
