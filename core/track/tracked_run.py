"""A run that is logged from a script or a notebook."""

import sys
import weakref
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Self

from core.access.token import find_dashboard
from core.runs import RunStatus
from core.services.bootstrap import open_database
from core.settings import Settings
from core.track import start_run
from core.track.cells import current_cell
from core.track.config_values import settings_given
from core.track.session import Session, end_those_of, how_it_ended
from core.track.unpickled_run import Elsewhere
from core.tracking.values import step_of

DASHBOARD = "http://127.0.0.1:8501"  # where `touchstone ui` answers unless it is told otherwise
_handles: "weakref.WeakValueDictionary[str, TrackedRun]" = weakref.WeakValueDictionary()


def init(
    project: str = "",
    config: Any = None,
    name: str | None = None,
    *,
    resume: str | None = None,
    tags: Collection[str] = (),
) -> "TrackedRun":
    """Begin or resume a run, and print the address of its page.

    In a notebook, a cell that is run again first ends the runs that it began before.

    Args:
        project: What the run belongs to.
        config: Its settings: a dictionary, a dataclass, an `argparse.Namespace` or a pydantic model.
        name: What people call it; without one it is named after its project and number.
        resume: The id of a run that was logged before and has ended: goes on with that one. Settings, name, project
            and tags that are given too come to those it has; what has another value now is noted among its events.
        tags: Words to find it by.

    Raises:
        UserError: The configuration is none, the store cannot be written, or the run cannot be logged on.
        DatabaseUnavailable: The store does not answer.
    """
    settings, given, cell = Settings(), settings_given(config), current_cell()
    if cell is not None:
        end_those_of(cell)
    database = open_database(settings)
    described = (name or "", project, given, tags)
    if resume is None:
        run, logged = start_run.begin(database, *described), {}
    else:
        run = start_run.resume(database, resume, *described)
        logged = start_run.logged_so_far(database, run.id)
    session = Session(run, settings, database, logged)
    session.cell = cell
    tracked = TrackedRun(session, run.id, run.name, run.project)
    found = find_dashboard(settings.home)
    where = f"Watch it: {tracked.url}" if found else f"Watch it with `touchstone ui`: {tracked.url}"
    print(f"Touchstone: '{run.name}' is run {run.id}. {where}", file=sys.stderr)
    return tracked


class TrackedRun:
    """Takes numbers from any thread of the process that began it; `init` makes it.

    A run that nobody finished is finished when nothing holds it any more, or when the program ends; an exception that
    ended the program makes it a failed one. (`sys.exit(1)` cannot be told from a normal end: use `with`, which can.)
    Where the process is killed, whoever looks sees the run interrupted a few seconds later. A process that is forked
    from this one logs nothing here. Copies are the run itself; in another process, or after it has ended, what was
    pickled with it knows its name and address, and logs nothing.
    """

    def __init__(self, session: "Session | Elsewhere", run_id: str, name: str, project: str) -> None:
        self.id, self.name, self.project = run_id, name, project
        self._session = session
        if isinstance(session, Session):
            _handles[run_id] = self
            weakref.finalize(self, session.abandon).atexit = False  # then the program's end says more

    @property
    def url(self) -> str:
        """The run's address on the dashboard that serves this home, else on the default."""
        found = find_dashboard(Settings().home)
        return f"{found.url if found else DASHBOARD}/run?run={self.id}"

    @property
    def should_stop(self) -> bool:
        """Return whether Stop was pressed on the run's page; nothing here ends your program."""
        return self._session.should_stop

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Log these metrics in about two microseconds, without exceptions.

        Nothing waits for a disk or a GPU.

        The dictionary and its arrays may be used again at once. Dictionaries in it become names such as `train/loss`.
        What is no number (a text, an array of several) is left out, and said once.

        Args:
            metrics: Names and numbers; those of NumPy and PyTorch too. NaN and infinity are kept.
            step: A number, whole or not, such as 2.5 epochs; without one, the step after the last. It is the place of
                these metrics alone: others go on from where they are. Any order; the same step again is one more point.
        """
        if step is not None and type(step) is not int and (step := step_of(step)) is None:
            self._session.say_once("A step must be a number; the steps are counted instead.")
        self._session.record(metrics, step)

    def finish(self) -> None:
        """Write the rest, and end the run as succeeded, or stopped if requested."""
        self._session.end(RunStatus.SUCCEEDED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._session.end(*how_it_ended(error))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the run's id, name and project.

        Loaded in the logging process, it is this run again; anywhere else it logs nothing.
        """
        return _loaded, (self.id, self.name, self.project)


def _loaded(run_id: str, name: str, project: str) -> TrackedRun:
    """Return this process's run of this id, or a stand-in that logs nothing."""
    found = _handles.get(run_id)
    return found if found is not None else TrackedRun(Elsewhere(run_id), run_id, name, project)
