"""Export to a TensorBoard log folder: scalars, HParams settings and texts.

Curves and scores become scalars of 64 bits.

TensorBoard's older scalars have 32 bits, in which 1,234,567,891 is 1,234,567,936; the newer ones are tensors.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.exchange.exported_run import Exporter, Outgoing
from core.exchange.tfrecord import DOUBLE, FAILURE, STRING, SUCCESS, VERSION, framed, messages
from core.runs import RunStatus

_HPARAMS, _SCALAR_CLASS, _TENSOR_CLASS = "hparams", 1, 2


def write(runs: Sequence[Outgoing], folder: Path) -> Sequence[str]:
    """Write a folder with one event file for each run; return the changes made."""
    for one in runs:
        inside = folder / one.folder
        inside.mkdir()
        seconds = int(_began(one))
        with (inside / f"events.out.tfevents.{seconds:010d}.touchstone.{one.run.id}").open("wb") as file:
            for event in _events(one):
                file.write(framed(event.SerializeToString()))
    return ()


def _began(one: Outgoing) -> float:
    return (one.run.started_at or one.run.created_at).timestamp()


def _events(one: Outgoing) -> Iterator[Any]:
    event, summary = (messages()[name] for name in ("Event", "Summary"))
    began = _began(one)
    ended = one.run.finished_at.timestamp() if one.run.finished_at else began
    yield event(wall_time=began, file_version=VERSION)
    yield event(wall_time=began, summary=summary(value=[_session_start(one, began)]))
    for name, text in one.tags.items():
        yield event(wall_time=began, summary=summary(value=[_text(name, text)]))
    for key, step, number, time in _points(one):
        yield event(wall_time=time, step=int(step), summary=summary(value=[_scalar(key, number)]))
    for key, number in one.scores.items():
        yield event(wall_time=ended, step=one.run.steps, summary=summary(value=[_scalar(key, number)]))
    if not one.run.status.is_active:
        yield event(wall_time=ended, summary=summary(value=[_session_end(one, ended)]))


def _scalar(key: str, number: float) -> Any:
    made = messages()
    tensor = made["Tensor"](dtype=DOUBLE, tensor_shape=made["Shape"](), double_val=[number])
    about = made["Metadata"](plugin_data=made["Plugin"](plugin_name="scalars"), data_class=_SCALAR_CLASS)
    return made["Value"](tag=key, tensor=tensor, metadata=about)


def _points(one: Outgoing) -> Iterator[tuple[str, float, float, float]]:
    """Yield the points of all curves in the order in which they were written."""
    lines = list(one.curves.items())
    if not lines:
        return
    which = np.repeat(np.arange(len(lines)), [len(line) for _, line in lines])
    steps, values, times = (
        np.concatenate([getattr(line, column) for _, line in lines]) for column in ("steps", "values", "times")
    )
    order = np.lexsort((steps, times))  # stable: points of one step stay in their order
    columns = (which[order].tolist(), steps[order].tolist(), values[order].tolist(), times[order].tolist())
    for at, step, number, time in zip(*columns, strict=True):
        yield lines[at][0], step, number, time


def _session_start(one: Outgoing, began: float) -> Any:
    start, hparam, setting = (messages()[name] for name in ("SessionStart", "HParam", "Setting"))
    settings = []
    for key, plain in one.settings.items():
        if isinstance(plain, bool):
            settings.append(hparam(key=key, value=setting(bool_value=plain)))
        elif isinstance(plain, int | float):
            settings.append(hparam(key=key, value=setting(number_value=plain)))
        elif plain is not None:
            settings.append(hparam(key=key, value=setting(string_value=str(plain))))
    info = start(hparams=settings, group_name=one.run.name, start_time_secs=began)
    return _hparams("_hparams_/session_start_info", session_start_info=info)


def _session_end(one: Outgoing, ended: float) -> Any:
    status = SUCCESS if one.run.status in (RunStatus.SUCCEEDED, RunStatus.STOPPED) else FAILURE
    info = messages()["SessionEnd"](status=status, end_time_secs=ended)
    return _hparams("_hparams_/session_end_info", session_end_info=info)


def _hparams(tag: str, **info: Any) -> Any:
    content = messages()["HParams"](version=0, **info).SerializeToString()
    plugin = messages()["Plugin"](plugin_name=_HPARAMS, content=content)
    return messages()["Value"](tag=tag, metadata=messages()["Metadata"](plugin_data=plugin))


def _text(name: str, text: str) -> Any:
    made = messages()
    shape = made["Shape"](dim=[made["Dim"](size=1)])
    tensor = made["Tensor"](dtype=STRING, tensor_shape=shape, string_val=[text.encode()])
    about = made["Metadata"](plugin_data=made["Plugin"](plugin_name="text"), data_class=_TENSOR_CLASS)
    return made["Value"](tag=f"{name}/text_summary", tensor=tensor, metadata=about)


EXPORTER = Exporter(
    name="tensorboard",
    title="TensorBoard",
    gives="a log folder: curves and scores, settings in the HParams tab, verdict and notes as texts.",
    how_to_open="tensorboard --logdir .",
    write=write,
)
