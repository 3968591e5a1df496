"""Compare page: two to twenty runs side by side, with significant differences.

The state of the page is in the URL.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.runs import Run, RunStatus
from core.services.bootstrap import shared_service
from core.services.comparison.grouping import Group, groups_of, version_of
from core.services.comparison.selection import FEWEST
from core.services.comparison.significance import Ranking, stand
from core.services.verdict import meaning_of
from pages.components.compare.curves import compared_curves
from pages.components.compare.examples import side_by_side
from pages.components.compare.logged_metrics import logged_finding, logged_scores
from pages.components.compare.parallel_coordinates import parallel
from pages.components.compare.pareto import score_against_price
from pages.components.compare.picker import ask_for_more, chosen_runs, picker
from pages.components.compare.run_styles import styles_of
from pages.components.compare.scores import data_warning, group_choice, reference_choice, scores
from pages.components.compare.sentences import Looks, finding
from pages.components.compare.settings import settings
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.tab_title import tab_title
from pages.components.widgets.text import plain

REFRESH_S = 5.0
Judged = Sequence[tuple[Group, Ranking | None]]


def page() -> None:
    """Show the page."""
    st.title("Compare", anchor=False)
    answer, picked = st.container(key="finding"), st.container()
    choice = chosen_runs()
    runs, styles = choice.runs, styles_of(choice.runs)
    if runs:
        tab_title(", ".join(style.name for style in styles.values()), "Compare")
    if len(runs) < FEWEST:
        picker(choice)
        ask_for_more(runs)
        return
    warned = st.container()
    # The curves are drawn before anything is read or tested: the browser fetches them meanwhile.
    groups = groups_of(runs)
    st.fragment(_curves, key="curves")(runs, styles, len(groups) == 1)
    with picked:
        picker(choice)
    with warned:
        data_warning(groups, styles)
    _wait_for_the_end(runs)
    st.header("Scores", anchor=False)
    against = reference_choice(runs, styles)
    with st.spinner("Testing who is better …", show_time=False):
        judged = [(group, stand(shared_service(), group, against)) for group in groups]
    with answer:
        _answer(judged, runs, styles)
    _scores(judged, runs, styles)
    _side_by_side(judged, runs, styles)


def _answer(judged: Judged, runs: Sequence[Run], styles: Looks) -> None:
    """Say for each group what its best run means and how others compare."""
    with st.container(border=True, key="verdict", gap="xsmall"):
        said = [standing for _, standing in judged if standing is not None]
        for standing in said:
            best = standing.best.run
            st.markdown(f"**{plain(styles[best.id].name)}: {plain(meaning_of(shared_service(), best))}**")
            st.markdown(f":primary[:material/compare_arrows:] {plain(finding(standing, styles))}")
        logged = logged_finding(runs, styles)
        if logged:
            st.markdown(f":primary[:material/compare_arrows:] {plain(logged)}")
        elif not said:
            st.markdown("No run has a score yet: a run is tested when it has ended.")


def _curves(runs: Sequence[Run], styles: Looks, same_data: bool) -> None:
    with shown_errors():
        compared_curves(runs, styles, same_data=same_data)


def _scores(judged: Judged, runs: Sequence[Run], styles: Looks) -> None:
    for group, standing in judged:
        if standing is not None:
            scores(group, standing, styles)
    shown = logged_scores(runs, styles)
    if not shown and all(standing is None for _, standing in judged):
        st.caption("A run has a score when it has ended.")


def _side_by_side(judged: Judged, runs: Sequence[Run], styles: Looks) -> None:
    rows = settings(runs, styles)
    large = [standing for _, standing in judged if standing is not None and len(standing.results) >= FEWEST]
    if large:
        chosen = group_choice(large, styles)
        score_against_price(chosen, styles)
        parallel(rows, chosen, styles)
        side_by_side(chosen.group, styles)


def _wait_for_the_end(runs: Sequence[Run]) -> None:
    """Rerun the page when a run ends or knows its data.

    Without active runs nothing is polled.
    """
    if any(run.status.is_active for run in runs):
        st.fragment(_look_again, run_every=REFRESH_S, key="look-again")({run.id: _state(run) for run in runs})


def _look_again(states: Mapping[str, tuple[RunStatus, str]]) -> None:
    with shown_errors():
        if any(_state(shared_service().run(run_id)) != state for run_id, state in states.items()):
            st.rerun()


def _state(run: Run) -> tuple[RunStatus, str]:
    return run.status, version_of(run)


if __name__ == "__main__":
    page()
