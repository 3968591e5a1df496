"""What the labels are called in the source, and what they will be called."""

import hashlib

import pandas as pd
import streamlit as st

from core.specs.dataset_types import SourcePreview
from pages.components.import_data.import_form import ImportForm, decide_labels
from pages.components.widgets.dataset_words import many

MOST_SHOWN = 300  # labels
ROW_HEIGHT = 34  # pixels
SHOWN_WHOLE = 10  # labels; with more, the table scrolls


def label_mapping(state: ImportForm, preview: SourcePreview) -> None:
    """Show the label mapping as an editable table; a change triggers a new preview."""
    written = state.written
    if not written:
        return
    changed = {old: new for old, new in written.items() if old != new}
    merged = len(written) - len(set(written.values()))
    title = f"{many(len(written), 'label')} as written"
    if changed:
        title += f", {len(changed):,} renamed"
    if merged:
        title += f", {merged:,} merged"
    with st.expander(title, expanded=bool(changed), icon=":material/label:"):
        st.caption(
            "Change what a label becomes; give two the same name to merge them; leave it empty to drop its rows."
        )
        shown = list(written.items())[:MOST_SHOWN]
        if len(written) > MOST_SHOWN:
            st.caption(f"The first {MOST_SHOWN:,} are shown.")
        edited = st.data_editor(
            pd.DataFrame(shown, columns=["Written", "Becomes"]), key=table_key(state), hide_index=True,
            disabled=["Written"], row_height=ROW_HEIGHT, height="content" if len(shown) <= SHOWN_WHOLE else 380,
            alt="Labels as written and what they become",
            column_config={"Becomes": st.column_config.TextColumn(help="Empty: its rows are dropped", max_chars=100)},
        )  # fmt: skip
        wanted = dict(written) | {
            old: str(new or "").strip() for old, new in zip(edited["Written"], edited["Becomes"], strict=True)
        }
        current = dict(preview.label_map) | state.asked.get("label_map", {})
        if any(wanted[old] != current.get(old, new) for old, new in written.items()):
            decide_labels(wanted)
            st.rerun()


def table_key(state: ImportForm) -> str:
    """Return a widget key that depends on the labels.

    The table's edits are kept by row number.
    """
    mark = hashlib.sha256("\n".join([state.source, *state.written]).encode()).hexdigest()
    return f"labels-{mark[:12]}"
