"""Small logs of other trackers, written record by record: layouts that take their own libraries seconds to make."""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.exchange.tensorboard_folders import EXPERIMENT, SESSION
from core.exchange.tfrecord import framed, messages
from core.exchange.wandb_log import FULL, MAGIC, record_class

BEGAN = 1_700_000_000


def event_file(
    folder: Path, scalars: Mapping[str, Sequence[float]], settings: Mapping[str, str] | None = None, *, number: int = 0
) -> Path:
    """Write an event file with these scalars from step 0 on, as PyTorch does; settings as its `add_hparams` does."""
    made = messages()
    folder.mkdir(parents=True, exist_ok=True)
    events = [made["Event"](wall_time=BEGAN + number, file_version="brain.Event:2")]
    if settings is not None:
        hparams = [made["HParam"](key=key, value=made["Setting"](string_value=v)) for key, v in settings.items()]
        content = made["HParams"](session_start_info=made["SessionStart"](hparams=hparams)).SerializeToString()
        for tag, inside in ((EXPERIMENT, b""), (SESSION, content)):
            plugin = made["Plugin"](plugin_name="hparams", content=inside)
            value = made["Value"](tag=tag, metadata=made["Metadata"](plugin_data=plugin))
            events.append(made["Event"](wall_time=BEGAN, summary=made["Summary"](value=[value])))
    for tag, values in scalars.items():
        for step, number_there in enumerate(values):
            value = made["Value"](tag=tag, simple_value=number_there)
            events.append(made["Event"](wall_time=BEGAN + step, step=step, summary=made["Summary"](value=[value])))
    file = folder / f"events.out.tfevents.{BEGAN + number}.host.{number}"
    file.write_bytes(b"".join(framed(event.SerializeToString()) for event in events))
    return file


def wandb_log(file: Path, *records: Mapping[str, Any], run_id: str = "abc", began: int = BEGAN) -> Path:
    """Write an offline log: the run, then these records; what histories and summaries say as plain values."""
    file.parent.mkdir(parents=True, exist_ok=True)
    about = {"run_id": run_id, "project": "shoes", "display_name": "fox", "start_time": {"seconds": began}}
    written = [record_class()(run=about), *(record_class()(**_fields(record)) for record in records)]
    bodies = [record.SerializeToString() for record in written]
    heads = [struct.pack("<IHB", zlib.crc32(body, zlib.crc32(bytes([FULL]))), len(body), FULL) for body in bodies]
    file.write_bytes(MAGIC + b"\0" + b"".join(head + body for head, body in zip(heads, bodies, strict=True)))
    return file


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    (kind, said), *_ = record.items()
    if kind not in ("history", "summary"):
        return dict(record)
    items = [{"nested_key": key.split("."), "value_json": json.dumps(value)} for key, value in said.items()]
    return {kind: {"item" if kind == "history" else "update": items}}
