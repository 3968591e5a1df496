// What the server alone can say of curves that are thinned here: a smooth line through all points, how many are no
// numbers, and every point of the part that somebody looks at. Stands before curve_chart.js.

class CurveDetail {
  constructor(curves) {
    this.curves = curves;
    this.parts = new Map(); // chart -> the points of the part that it is zoomed to
  }

  askSoon() { // when nothing else is asked: an answer to an older question must not come on top
    const { curves } = this;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (curves.stopped) return;
      if (curves.busy) { this.askSoon(); return; }
      curves.busy = true;
      try { await this.ask(); } finally { curves.busy = false; }
      for (const [chart, part] of this.parts) if (chart.drawing.zoomed && Object.values(part).some((line) => line.weight !== curves.view.smoothing)) this.zoom(chart, ...chart.drawing.zoomed.x);
      curves.poll();
    }, SETTLED_MS);
  }

  async ask() { // of the charts near the screen
    const { curves } = this;
    const weight = curves.view.smoothing;
    const keys = curves.nearKeys().filter((key) => isCoarser(curves.lines[key], weight));
    if (!keys.length || curves.stopped) return;
    const found = await this.fetch({ keys: listed(keys), smooth: weight, ...WHOLE });
    if (!found) return;
    for (const key of keys) if (found[key]) curves.lines[key] = finer(found[key], curves.lines[key], weight);
    curves.draw();
  }

  async zoom(chart, low, high) { // what was thinned out for the whole is asked for again in the part
    const { curves, parts } = this;
    if (low === undefined) { parts.delete(chart); curves.draw(); return; }
    const thinned = chart.lines.filter((line) => curves.lines[line.key]?.thinned).map((line) => line.key);
    if (!thinned.length) return;
    const weight = curves.view.smoothing;
    const [first, last] = [low, high].map((x) => stepAt(curves.lines[thinned[0]], curves.axisOf(chart), x, curves.timing()));
    const found = await this.fetch({ keys: listed(thinned), low: Math.floor(first), high: Math.ceil(last), smooth: weight });
    if (!found || !chart.drawing.isAt(low, high)) return;
    parts.set(chart, Object.fromEntries(Object.entries(found).map(([key, line]) => [key, { ...line, weight }])));
    curves.draw();
  }

  async fetch(query) { // nothing: the thinned line stays, every spike is in it; the next change or point asks again
    try {
      const answer = await fetch(`${this.curves.route("detail")}?${new URLSearchParams(query)}`, { cache: "no-store", signal: AbortSignal.timeout(20000) });
      return answer.ok && !this.curves.stopped ? (await answer.json()).curves : null;
    } catch {
      return null;
    }
  }
}
