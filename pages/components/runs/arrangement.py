"""Arrangement of the Runs page: order, columns and groups, kept in the URL."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

import pandas as pd
import streamlit as st

from core.runs import Run
from core.services.run_search.fields import SCORE, VALIDATION, Field, Fields
from core.services.run_search.sorting import GROUPS, Group, grouped, sorted_by
from pages.components.runs.columns import LOSS, MOST_OFFERED, column_titles, deciding_number, usual_columns
from pages.components.runs.filter import choice
from pages.components.runs.table import table_key
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import read_choice, was_changed, write_choice

NEWEST = "-created"
_TABLES = "tables-of-groups"
_ENDS = {"number": ("highest first", "lowest first"), "time": ("newest first", "oldest first"),
         "text": ("Z to A", "A to Z"), "flag": ("yes first", "no first"),
         "setting": ("highest first", "lowest first")}  # fmt: skip


def arranged(runs: Sequence[Run], fields: Fields) -> tuple[list[Run], list[str]]:
    """Return the runs in the URL's order, and the columns in the URL."""
    order = str(st.query_params.get("sort", NEWEST))
    field = fields.known(order.removeprefix("-"))
    if field is None:
        order, field = NEWEST, fields.find(NEWEST.removeprefix("-"))
    ordered = sorted_by(runs, field, fields, falling=order.startswith("-"))
    asked = [unquote(name) for name in str(st.query_params.get("columns", "")).split(",")]
    columns = [name for name in dict.fromkeys(asked) if name == LOSS or fields.known(name)] or usual_columns(
        runs, fields
    )
    if st.button("Arrange", icon=":material/tune:", key="arrange", help="The order of the runs, and the columns"):
        titles = column_titles(fields)
        titles |= {name: titles.get(name, name) for name in columns}
        orders = _orders(fields)
        orders |= {order: orders.get(order, order)}
        _arrange(fields, orders, order, titles, columns, usual_columns(runs, fields))
    return ordered, columns


@st.dialog("Order and columns", width="medium")
def _arrange(
    fields: Fields,
    orders: Mapping[str, str],
    order: str,
    titles: Mapping[str, str],
    columns: list[str],
    usual: list[str],
) -> None:
    names = list(orders)
    chosen = st.selectbox(
        "Order of the runs", names, names.index(order), format_func=lambda name: orders.get(name, name),
        accept_new_options=True,
    )  # fmt: skip
    picked = st.multiselect(
        "Columns, in this order", list(titles), columns, format_func=lambda name: titles.get(name, name),
        accept_new_options=True, placeholder="The default columns",
        help="Take one away and choose it again to move it to the end.",
    )  # fmt: skip
    if (more := len(fields.logged.names) - MOST_OFFERED) > 0:
        st.caption(
            f"{more:,} more logged metrics can be written: their name for the last value, with .best, .first, .min or "
            ".max behind it for another one, with - before it for the highest first."
        )
    unknown = [name for name in [str(chosen).removeprefix("-"), *picked] if name != LOSS and not fields.known(name)]
    if unknown:
        st.warning(plain(f"There is no '{unknown[0][:60]}', so it will not be shown."), icon=":material/warning:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        as_usual = st.button("Reset", key="arrange-usual")
        if st.button("Apply", type="primary", key="arrange-show") or as_usual:
            st.query_params.pop("sort", None)
            st.query_params.pop("columns", None)
            if not as_usual and chosen != NEWEST:
                st.query_params["sort"] = chosen
            if not as_usual and picked and picked != usual:
                st.query_params["columns"] = ",".join(quote(name, safe=" /.") for name in picked)
            st.rerun()


def _orders(fields: Fields) -> dict[str, str]:
    """Return every order by its name in an address; the most wanted first."""
    first = [fields.find(name) for name in ("created", VALIDATION, SCORE, "time", "name")]
    orders: dict[str, str] = {}
    for field in dict.fromkeys([*first, *fields.in_use, *fields.of_logged(MOST_OFFERED)]):
        falling, rising = ("best first", "worst first") if field.name in (SCORE, VALIDATION) else _ENDS[field.kind]
        pair = {f"-{field.name}": f"{field.title}: {falling}", field.name: f"{field.title}: {rising}"}
        orders |= dict(reversed(pair.items())) if field.kind == "text" else pair
    return orders


def group_choice(fields: Fields) -> Field | None:
    """Ask for what the runs are grouped by, if anything."""
    chosen = choice("Group by", "group", {name: fields.find(name).title for name in GROUPS}, none="Nothing")
    return fields.find(chosen) if chosen else None


def group_table(runs: Sequence[Run], field: Field, fields: Fields) -> list[Run]:
    """Show groups with counts and best scores; return the picked group's runs.

    Without a picked group, all runs are returned in the order of the groups.
    """
    groups = grouped(runs, field, fields)
    names = [group.name for group in groups]
    st.caption(f"{len(groups)} groups; tick one to see its runs alone." if len(groups) > 1 else "1 group.")
    if was_changed("in"):  # by a link or a view: the table is a new one, which has not been ticked yet
        st.session_state[_TABLES] = st.session_state.get(_TABLES, 0) + 1
    read_choice("in", names, None)
    before = st.session_state["in"]
    state = st.dataframe(
        pd.DataFrame([_group_row(group, field) for group in groups]),
        key=f"groups-{st.session_state[_TABLES]}-{table_key([field.name, *names])}", hide_index=True, row_height=36,
        height="content" if len(groups) <= 8 else 330, on_select="rerun", selection_mode="single-row",
        selection_default={"selection": {"rows": [names.index(before)] if before in names else []}},
        alt=f"Runs by {field.title.lower()}: " + "; ".join(f"{g.title or 'none'} {len(g.runs)}" for g in groups[:20]),
    )  # fmt: skip
    rows = state.selection.rows
    picked = groups[rows[0]] if rows and rows[0] < len(groups) else None
    st.session_state["in"] = picked.name if picked else None
    write_choice("in", None)
    return list(picked.runs) if picked else list({run.id: run for group in groups for run in group.runs}.values())


def _group_row(group: Group, field: Field) -> dict[str, str | int]:
    title = group.title or f"No {field.title.lower().removesuffix('s')}"
    row: dict[str, str | int] = {
        field.title: title,
        "Runs": len(group.runs),
        "Best score": "",
        "Best run": "",
        "Chosen by": "",
    }
    if group.best is not None and group.score is not None:
        said = f"{deciding_number(group.score)} ({group.score.name})"
        how = "validation" if group.by_validation else "its test score"
        row |= {"Best score": said, "Best run": group.best.name, "Chosen by": how}
    return row
