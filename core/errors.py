"""Errors written for their reader: what happened, why, what to do now.

Every message is shown as it is to a founder, so it is whole sentences and never holds a stack trace.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TouchstoneError(Exception):
    """An error that is not the user's fault; the message says what to do."""

    exit_code = 1


class UserError(TouchstoneError):
    """A request that is not possible; the message says what is."""

    exit_code = 2


class UnknownName(UserError):
    """A name that is not in a list; the message lists and suggests names."""

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        """Build the sentence.

        Args:
            kind: What was looked for, in the user's words: "model", "data set".
            name: What the user wrote.
            valid: Every name that would have worked.
        """
        self.kind, self.name, self.valid = kind, name, tuple(valid)
        near = get_close_matches(name, self.valid, n=1, cutoff=0.5)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        known = f"There is: {', '.join(self.valid)}." if self.valid else "There is none yet."
        super().__init__(f"There is no {kind} called '{name}'.{hint} {known}")


class InvalidSetting(UserError):
    """A setting has a value that it cannot take; the message names the bounds."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"The setting '{name}' {problem}")


class RunNotFound(UserError):
    """No run has this id."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run '{run_id}'. See all runs with: touchstone runs list")


class RunNotReady(UserError):
    """The run is not in a state in which this can be done."""


class DataError(UserError):
    """The data cannot be used as it is; the message says what to change."""


class DiskFull(DataError):
    """Too little disk space for the coming work; the message says how much."""


class DatabaseTooNew(UserError):
    """The database was written by a newer Touchstone than this one."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"This database was written by a newer Touchstone (schema '{revision}' is not known here). "
            "Nothing was changed. Update Touchstone, or set TOUCHSTONE_HOME to another folder."
        )


class DatabaseUnavailable(TouchstoneError):
    """The database cannot be opened or written."""


class DatabaseBusy(DatabaseUnavailable):
    """Another program holds the database for longer than anybody waits."""


class DatabaseFull(DatabaseUnavailable):
    """No disk space for a database write; existing data stays readable."""


class DatabaseDamaged(DatabaseUnavailable):
    """A damaged database: truncated, overwritten, emptied, or with missing parts."""

    def __init__(self, file: str, why: str) -> None:
        self.why = why
        super().__init__(
            f"The database {file} is damaged: {why}. Nothing was changed. Close the dashboard and every script that "
            "logs runs, then use: touchstone doctor --repair. It keeps the damaged file aside and recovers what "
            "can still be read, also from the runs' own folders."
        )


class HomeNotWritable(UserError):
    """The folder that holds all state cannot be written."""

    def __init__(self, folder: str, why: str) -> None:
        super().__init__(
            f"Touchstone cannot write to its folder {folder} ({why}). Nothing was changed. "
            "Make the folder writable, or set TOUCHSTONE_HOME to one that is."
        )


class PortBusy(UserError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is already in use, perhaps by another Touchstone: look at http://127.0.0.1:{port}. "
            f"To use another port: touchstone ui --port {port + 1}"
        )


class EncoderUnavailable(UserError):
    """The bundled pretrained encoder is missing or is not the file that we know."""


class CheckpointUnusable(UserError):
    """A checkpoint is truncated, altered or from another model."""


class InferenceUnavailable(TouchstoneError):
    """The process that answers with models does not start, or dies on this input."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The process that answers with models could not be started. {why} Try again; if it goes on, "
            "'touchstone doctor' says what is wrong with this machine."
        )


class InferenceDied(TouchstoneError):
    """The process that answers with models died twice on the same question."""

    def __init__(self) -> None:
        super().__init__(
            "The process that answers with models ended while it answered, was started again and ended again, perhaps "
            "for want of memory. Nothing is lost. Close other programs, ask with a smaller input or with fewer models."
        )


class StopRequested(Exception):
    """A requested stop during a wait or computation: no error, nothing to report."""


class TrainingDiverged(TouchstoneError):
    """The loss became NaN or infinite."""

    def __init__(self, step: int, learning_rate: float, gradient_clip: float) -> None:
        self.step, self.learning_rate = step, learning_rate
        clip = "" if gradient_clip else " or switch gradient clipping on (1.0 is a good start)"
        super().__init__(
            f"Training broke down by step {step}: the loss is no longer a number (learning rate {learning_rate:.2g}). "
            f"What was learnt before is kept. Start again with a learning rate ten times lower{clip}."
        )


class ModelTooLarge(UserError):
    """A model needs more memory than there is."""

    def __init__(self, parameter_count: int, needed_bytes: int, free_bytes: int) -> None:
        super().__init__(
            f"This model has {parameter_count / 1e6:,.1f} million numbers and needs at least {needed_bytes / 1e9:,.1f} "
            f"GB to be trained, but only {free_bytes / 1e9:,.1f} GB are free here. Nothing was started. Choose a "
            "smaller model, train only a part of it, or free some memory."
        )
