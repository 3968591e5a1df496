"""Details tab of a run: settings, versions, events, the log, and its export."""

import json
from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from core.runs import Run, Stage
from core.services.bootstrap import shared_service
from pages.components.run.export_runs import export_runs
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import duration, money, plain, size, value
from pages.components.widgets.visitor import viewer_zone

LOG_REFRESH_S = 4.0
TAIL_BYTES = 12_000
EVENT_ICONS = {"stage": "chevron_right", "note": "info", "warning": "warning", "error": "error"}


def record(run: Run) -> None:
    """Show the settings, the events and the log."""
    st.header("Settings and versions", anchor=False)
    _settings(run)
    st.header("Events, log and export", anchor=False)
    folded("Events", partial(_events, run), key="record-events", icon=":material/history:")
    if run.is_own:
        folded("Log", partial(_live_log, run), key="record-log", icon=":material/terminal:")
    take = partial(export_runs, [run.id], "run")
    folded("Export to TensorBoard or MLflow", take, key="record-export", icon=":material/ios_share:")


def _settings(run: Run) -> None:
    config = run.config
    every = {**config.params, **config.model_dump(mode="json")}
    models = shared_service().models()
    known = shared_service().setting_fields(config.model, config.task) if config.model in models else ()
    chosen = {field.name: every[field.name] for field in known if field.name in every} or dict(config.params)
    facts = {
        "task": config.task, "data set": config.dataset, "model": config.model, "preset": config.preset,
        "data fingerprint": run.dataset_fingerprint or "–", "configuration hash": run.config_hash,
        "device": run.device or "–", "parameters": f"{run.parameter_count:,}" if run.parameter_count else "–",
        "steps": f"{run.steps:,}", "examples seen": f"{run.examples_seen:,}",
        "time in training": duration(run.train_time_s), **_stages(run), **_expected(run),
        "attempt": str(run.attempt), "run id": run.id,
    }  # fmt: skip
    if not run.is_own:
        chosen, facts = dict(run.settings), _external_facts(run)
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption("Settings (the seed among them)" if run.is_own else "Settings")
        _pairs({name: value(v) for name, v in chosen.items()})
    with right:
        st.caption("This run")
        _pairs(facts)
        if run.versions:
            st.caption("Versions")
            _pairs(run.versions)
    text = json.dumps(shared_service().document(run.id), indent=2)
    st.download_button("Everything as JSON", text, f"{run.id}.json", "application/json", icon=":material/download:")


def _external_facts(run: Run) -> dict[str, str]:
    """Return what is known of a run that was not trained here."""
    started, ended = (moment and f"{moment:%Y-%m-%d %H:%M:%S} UTC" for moment in (run.started_at, run.finished_at))
    return {
        "project": run.project or "–", "origin": run.origin, "last step": f"{run.steps:,}", "started": started or "–",
        "ended": ended or "–", "attempt": str(run.attempt), "run id": run.id,
    }  # fmt: skip


def _stages(run: Run) -> dict[str, str]:
    """Return the duration of each stage and in total; unknown for older runs."""
    spent = {f"time in {name}": duration(s) for name, s in run.progress.spent.items() if name != Stage.TRAINING}
    return spent | ({} if run.took_s is None else {"took": duration(run.took_s)})


def _expected(run: Run) -> dict[str, str]:
    """Return what was said before the start."""
    said = run.estimate
    facts = {}
    if run.expected_s is not None:
        facts["time expected"] = duration(run.expected_s)
    elif said.get("train_time_s") is not None:
        facts["time in training expected"] = duration(float(said["train_time_s"]))
    if said.get("memory_bytes"):
        facts["memory expected"] = size(float(said["memory_bytes"]))
    if said.get("cost") is not None:
        facts["cost expected"] = money(float(said["cost"]), str(said.get("currency") or ""))
    return facts


def _pairs(pairs: Mapping[str, str]) -> None:
    table = pd.DataFrame({"name": list(pairs), "value": [str(v) for v in pairs.values()]})
    st.dataframe(table, hide_index=True, height="content", column_config={"name": "Name", "value": "Value"})


def _events(run: Run) -> None:
    events = [e for e in shared_service().events(run.id) if e.kind not in ("sample", "download")]
    if not events:
        st.caption("Nothing yet.")
    for event in events:
        time = event.time.astimezone(viewer_zone()).strftime("%Y-%m-%d %H:%M:%S %Z")
        icon = EVENT_ICONS.get(event.kind, "chevron_right")
        st.markdown(f":gray[{plain(time)}] :material/{icon}: {plain(event.message)}")


def _live_log(run: Run) -> None:
    st.fragment(_log, run_every=LOG_REFRESH_S if run.status.is_active else None, key="log")(run.id)


def _log(run_id: str) -> None:
    with shown_errors():
        tail = shared_service().log(run_id, TAIL_BYTES)
        st.code(tail or "Nothing was logged yet.", language=None, height=320, wrap_lines=True)
        file = shared_service().folder(run_id) / "log.txt"
        if file.exists():
            st.download_button(
                "Download the whole log", file.read_bytes, f"{run_id}.log", "text/plain", key="download-log",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
