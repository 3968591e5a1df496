"""The dashboard at scale, in real Chromium: 1,000 runs of 10,000 points, one of 1,000,000, and hundreds who watch."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Error, Page

from tests.bench.dashboard_store import Filled, begin_live, fill
from tests.bench.dashboard_viewers import watch
from tests.browser.harness import ROOT, chromium, dashboard

RUNS = int(os.environ.get("BENCH_RUNS", 1_000))
POINTS = int(os.environ.get("BENCH_POINTS", 10_000))
LONG_POINTS = int(os.environ.get("BENCH_LONG_POINTS", 4_000_000))  # of four curves: a million steps
VIEWERS = int(os.environ.get("BENCH_VIEWERS", 300))
PAGES = int(os.environ.get("BENCH_PAGES", 30))
WATCH_S = float(os.environ.get("BENCH_WATCH_S", 60))
MEMORY_S = float(os.environ.get("BENCH_MEMORY_S", 600))
TRIES = 5
PATIENCE_MS = 60_000
TABLE = '[data-testid="stDataFrame"] canvas, table'
DRAWN = ".ts-curves[data-points] .ts-plot canvas"
TABS = ".st-key-run-tabs [role='tab']"  # of a run: what it opens with
Row = dict[str, object]

# The moment (milliseconds since 1970) of the frame after the one in which what is wanted has a size. Playwright itself
# looks again only after 20, 50, 100, 100 and 500 ms.
PAINTED = """([wanted, patience_ms]) => new Promise((resolve, reject) => {
    const end = Date.now() + patience_ms;
    const look = () => {
        const there = [...document.querySelectorAll(wanted)].some(found => found.getBoundingClientRect().height > 0);
        if (Date.now() > end) reject(new Error(`${wanted} did not come`));
        else requestAnimationFrame(there ? () => resolve(Date.now()) : look);
    };
    look();
})"""

# When each new point came onto the screen: pairs of milliseconds since 1970 and points of the curve.
OBSERVE = """() => {
    window.seen = [];
    const curves = document.querySelector('.ts-curves');
    const look = () => window.seen.push([Date.now(), JSON.parse(curves.dataset.points)['train/loss'] ?? 0]);
    new MutationObserver(() => requestAnimationFrame(look)).observe(curves, {attributeFilter: ['data-points']});
}"""


def measure() -> Iterator[Row]:
    """Yield seconds beside the goals of each of the things that people wait for."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(os.environ.get("BENCH_HOME", f"{folder}/home"))  # one that is named is filled once
        began = time.perf_counter()
        filled = fill(home, RUNS, POINTS, LONG_POINTS)
        size_mb = sum(file.stat().st_size for file in home.glob("touchstone.db*")) / 1e6
        yield {"case": "store filled", "seconds": round(time.perf_counter() - began, 1), "size_mb": round(size_mb)}
        live = begin_live(home)
        with _logged(home, live), dashboard(home) as url, chromium() as browser:
            for section in (_runs_page, _comparing, _long_run):
                yield from section(browser, url, filled)
            yield _raw_viewers(url, live)
            yield _real_pages(browser, url, live)
            yield _memory(browser, url, live)


@contextmanager
def _logged(home: Path, run_id: str) -> Iterator[None]:
    """Let a process log the live run for as long as anybody watches."""
    command = [sys.executable, "-m", "tests.bench.dashboard_store", run_id, "86400"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TOUCHSTONE_HOME": str(home)})
    time.sleep(5)  # the supervisor that comes with the dashboard must find it alive
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _row(case: str, goal_s: float, seconds: list[float]) -> Row:
    return {
        "case": case,
        "median_s": round(statistics.median(seconds), 2),
        "goal_s": goal_s,
        "most_s": round(max(seconds), 2),
    }


def _opened_s(page: Page, address: str, wanted: str) -> float:
    """Return the seconds from an address in a new tab to what is wanted; the browser has been here before."""
    tab = page.context.new_page()
    began = time.time()
    tab.goto(address, wait_until="commit")
    seconds = _painted_at(tab, wanted) - began
    tab.close()
    return seconds


def _painted_at(page: Page, wanted: str) -> float:
    """Return the moment, in seconds since 1970, at which something wanted is on the screen."""
    return float(page.evaluate(PAINTED, [wanted, PATIENCE_MS])) / 1000


def _reloaded_s(page: Page, address: str, wanted: str) -> float:
    """Return the seconds of a reload to what is wanted: a new tab without the start of another process for it."""
    page.goto(address)
    page.locator(wanted).first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_000)
    began = time.time()
    page.reload(wait_until="commit")
    return _painted_at(page, wanted) - began


def _painted(page: Page, case: str, goal_s: float, address: str, wanted: str) -> list[Row]:
    """Measure a page in a new tab and by a reload."""
    opened = [_opened_s(page, address, wanted) for _ in range(TRIES)]
    reloaded = [_reloaded_s(page, address, wanted) for _ in range(TRIES)]
    return [_row(f"{case}, in a new tab", goal_s, opened), _row(f"{case}, by a reload", goal_s, reloaded)]


def _runs_page(browser: Browser, url: str, filled: Filled) -> list[Row]:
    page = browser.new_context().new_page()
    page.goto(f"{url}/runs")
    page.locator(TABLE).first.wait_for(timeout=PATIENCE_MS)  # files of Streamlit are kept from now on
    rows = _painted(page, "Runs page", 1.0, f"{url}/runs", TABLE)
    rows.append(_row("Runs page, by a click", 1.0, [_clicked_s(page, url, "/runs", TABLE) for _ in range(TRIES)]))
    try:
        rows.append(_row("filter", 0.3, [_narrowed_s(page, text) for text in ("small", "logistic", "mlp")]))
    except Error as error:
        rows.append({"case": "filter", "skipped": str(error).splitlines()[0]})
    page.context.close()
    return rows


def _clicked_s(page: Page, url: str, href: str, wanted: str) -> float:
    """Return the seconds from a click on a link of the Start page to what is wanted."""
    page.goto(url)
    link = page.locator(f"a[href$='{href}']").first
    link.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_500)  # whoever reads before they click
    began = time.time()
    link.click()
    return _painted_at(page, wanted) - began


def _narrowed_s(page: Page, text: str) -> float:
    """Return the seconds from typing a word, which every third run has, to another count of runs."""
    counted = page.locator('[data-testid="stMain"] p').filter(has_text=re.compile(r"^[\d,]+ of [\d,]+ runs")).first
    before = counted.inner_text(timeout=5_000)
    gone = "before => ![...document.querySelectorAll('[data-testid=stMain] p')].some(p => p.innerText === before)"
    began = time.perf_counter()
    page.locator(".st-key-search input, .st-key-filter input").first.fill(text, timeout=5_000)
    page.wait_for_function(gone, arg=before, timeout=10_000)
    return time.perf_counter() - began


def _comparing(browser: Browser, url: str, filled: Filled) -> list[Row]:
    if not (ROOT / "pages" / "compare.py").exists():
        return [{"case": "compare five", "skipped": "there is no such page yet"}]
    page = browser.new_context().new_page()
    five = filled.ordinary[:5]
    address = f"{url}/compare?runs={','.join(five)}"
    wanted = f".ts-compare{''.join(f'[data-points*={run_id!r}]' for run_id in five)} .ts-plot canvas"
    _opened_s(page, address, wanted)

    def compare_by_a_click() -> float:
        page.goto(f"{url}/compare")
        suggestion = page.locator(".st-key-suggestions button").first
        suggestion.wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(1_500)
        began = time.time()
        suggestion.click()
        return _painted_at(page, ".ts-compare[data-points*='{\"'] canvas") - began

    rows = _painted(page, "compare five", 2.0, address, wanted)
    rows.append(_row("compare five, by a click", 2.0, [compare_by_a_click() for _ in range(TRIES)]))
    page.context.close()
    return rows


def _long_run(browser: Browser, url: str, filled: Filled) -> list[Row]:
    page = browser.new_context().new_page()
    address = f"{url}/run?run="
    _opened_s(page, f"{address}{filled.ordinary[0]}&tab=curves", DRAWN)  # the server knows nothing of the long run yet
    rows = [_row("run of a million, first time", 1.0, [_opened_s(page, f"{address}{filled.long}&tab=curves", DRAWN)])]
    rows += _painted(page, "run of a million", 1.0, f"{address}{filled.long}&tab=curves", DRAWN)
    rows += _painted(page, "run of the usual length", 1.0, f"{address}{filled.ordinary[1]}&tab=curves", DRAWN)
    clicks = [_clicked_s(page, url, f"run={filled.long}", TABS) for _ in range(TRIES)]
    rows.append(_row("run of a million, by a click", 1.0, clicks))
    page.context.close()
    return rows


def _raw_viewers(url: str, run_id: str) -> Row:
    server = _server()
    before_s, began = _cpu_s(server), time.perf_counter()
    with ThreadPoolExecutor(1) as aside:  # Playwright keeps an event loop running in this thread
        seen = aside.submit(watch, url, run_id, VIEWERS, WATCH_S).result()
    share = (_cpu_s(server) - before_s) / (time.perf_counter() - began)
    return {
        "case": f"{VIEWERS} viewers of the route", **_delays(seen.delays_s), "goal_s": 1.2,
        "server_cores": round(share, 2), "goal_cores": 0.5, "answers": seen.answers, "faults": seen.faults,
        "bytes_an_answer": round(seen.bytes / max(seen.answers, 1)),
    }  # fmt: skip


def _delays(delays_s: list[float]) -> Row:
    if len(delays_s) < 2:
        return {"skipped": "no point came"}
    p95 = statistics.quantiles(delays_s, n=20)[-1]
    return {"p95_s": round(p95, 2), "median_s": round(statistics.median(delays_s), 2), "points": len(delays_s)}


def _server() -> psutil.Process:
    return next(p for p in psutil.Process().children() if "streamlit" in p.cmdline())


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _real_pages(browser: Browser, url: str, run_id: str) -> Row:
    pages = []
    for _ in range(PAGES):
        pages.append(_open_live(browser, url, run_id))
        pages[-1].evaluate(OBSERVE)
    server, before_s, began = _server(), _cpu_s(_server()), time.time()
    time.sleep(WATCH_S)
    share = (_cpu_s(server) - before_s) / (time.time() - began)
    found = pages[0].request.get(f"{url}/api/runs/{run_id}/curves").json()["curves"]["train/loss"]
    delays: list[float] = []
    for page in pages:
        seen: list[tuple[float, int]] = page.evaluate("window.seen")
        known = 0
        for moment_ms, count in seen:
            if known and moment_ms / 1000 > began:
                delays += [moment_ms / 1000 - then for then in found["time"][known:count]]
            known = count
        page.context.close()
    return {"case": f"{PAGES} dashboard pages", **_delays(delays), "goal_s": 2.0, "server_cores": round(share, 2)}


def _open_live(browser: Browser, url: str, run_id: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{url}/run?run={run_id}")
    page.locator(".ts-curves[data-points*='train/loss']").wait_for(timeout=PATIENCE_MS)
    return page


def _memory(browser: Browser, url: str, run_id: str) -> Row:
    page = _open_live(browser, url, run_id)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    heaps_mb: list[float] = []
    end = time.monotonic() + MEMORY_S
    while time.monotonic() < end:
        page.wait_for_timeout(1000 * MEMORY_S / 20)
        session.send("HeapProfiler.collectGarbage")
        found: dict[str, Any] = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        heaps_mb.append(found["JSHeapUsedSize"] / 1e6)
    page.context.close()
    quarter = max(len(heaps_mb) // 4, 1)
    first, last = (round(statistics.median(part), 1) for part in (heaps_mb[:quarter], heaps_mb[-quarter:]))
    return {"case": "browser memory", "minutes": round(MEMORY_S / 60, 1), "first_mb": first, "last_mb": last}
