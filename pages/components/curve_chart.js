// Live curves of one run. Draws what the route /api/runs/ID/curves says and asks once a second for what is new.
// Everything it shows comes from that route; the page passes only the run's id and the labels.

const POLL_MS = 750; // then the answer is held back until there is news: shorter than a second, to be there first
const PATIENCE_MS = 15000; // the longest pause between two tries while the server does not answer
const MOST_POINTS = 3000; // a line that has grown longer is asked for again, downsampled

class Curves {
  constructor(parent, component) {
    const { data } = component;
    this.component = component;
    this.data = data;
    this.lines = {}; // key -> {step, value, time}
    this.generation = "";
    this.pause = POLL_MS;
    this.view = rememberedView();
    if (!this.canShow(this.view.axis)) this.view.axis = "step";
    this.details = new Map(); // chart -> the points of the part that it is zoomed to
    this.resizer = new ResizeObserver((entries) => this.resize(entries));
    this.build(parent);
    this.onVisible = () => { if (!document.hidden) this.poll(); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.themeTimer = setInterval(() => this.followTheme(), 1500);
    this.say("loading", "Loading the curves …");
    this.start();
  }

  build(parent) {
    this.root = element("section", "ts-curves");
    this.root.setAttribute("aria-label", this.data.label);
    const bar = element("div", "ts-bar");
    this.state = element("span", "ts-state");
    this.state.setAttribute("role", "status");
    bar.append(this.state);
    bar.append(smoothingSlider(this), axisChoice(this), this.toggle("log", "Log scale"));
    const charts = element("div", "ts-charts");
    const more = element("details", "ts-more");
    more.append(element("summary", "", "More curves: other metrics, learning rate, gradients, speed, memory"));
    const others = element("div", "ts-charts");
    more.append(others);
    more.ontoggle = () => this.draw();
    this.charts = this.data.charts.map((chart) => this.buildChart(chart, chart.aside ? others : charts));
    this.root.append(bar, charts, more);
    parent.append(this.root);
  }

  buildChart(chart, into) {
    const figure = element("figure");
    const caption = element("figcaption");
    const title = element("span", "ts-title", chart.title);
    caption.append(title, element("small", "", chart.hint), toolsMenu(this, chart, figure));
    const plot = element("div", "ts-plot");
    plot.setAttribute("aria-label", chart.title);
    this.resizer.observe(plot);
    const warning = element("div", "ts-warning");
    const empty = element("div", "ts-empty", "");
    const words = element("p", "ts-hidden");
    figure.append(caption, plot, warning, empty, words);
    into.append(figure);
    const made = { ...chart, heading: title, plot, warning, empty, words };
    this.chartOf ??= new Map();
    this.chartOf.set(chart, made);
    return made;
  }

  canShow(axis) {
    return axis in AXES && (axis !== "epoch" || this.data.steps_per_epoch > 0) && (axis !== "examples" || this.data.batch_size > 0);
  }

  change(name, value) {
    this.view[name] = value;
    if (name !== "smoothing") this.details.clear(); // another axis shows the whole again
    localStorage.setItem(REMEMBERED, JSON.stringify(this.view));
    this.draw();
  }

  toggle(name, label) {
    const button = element("button", "", label);
    button.type = "button";
    button.setAttribute("aria-pressed", String(this.view[name]));
    button.onclick = () => {
      this.change(name, !this.view[name]);
      button.setAttribute("aria-pressed", String(this.view[name]));
    };
    return button;
  }

  update(component) { // the page ran again: a run that was resumed must be asked for again
    const { data } = component;
    this.component = component;
    const goesOn = data.attempt !== this.data.attempt || data.active;
    this.data = data;
    if (this.ended && goesOn) { this.ended = false; this.poll(); }
  }

  async start() {
    this.poll(); // the points come while the library loads
    try {
      this.library = await loadLibrary("uPlot", this.data.libraries.uplot);
    } catch {
      this.say("error", "The chart library did not load. Reload the page.");
      this.stopped = true; // the next run of the page's script tries again
      return;
    }
    if (this.generation) this.draw();
  }

  async poll() {
    clearTimeout(this.timer);
    if (this.stopped || this.ended || this.busy || document.hidden) return;
    this.busy = true;
    try {
      const answer = await fetch(this.address(), { cache: "no-store", signal: AbortSignal.timeout(20000) });
      const found = await answer.json();
      if (this.stopped) return;
      if (!answer.ok) { this.ended = true; this.say("error", found.error); return; }
      this.pause = POLL_MS;
      this.take(found);
    } catch {
      this.pause = Math.min(2 * this.pause, PATIENCE_MS);
      this.say("error", "No answer from Touchstone. Trying again …");
    } finally {
      this.busy = false;
      if (!this.stopped && !this.ended) this.timer = setTimeout(() => this.poll(), this.pause);
    }
  }

  address() {
    const long = Object.values(this.lines).some((line) => line.step.length > MOST_POINTS);
    const query = new URLSearchParams(long || !this.generation ? {} : { after: knownOf(this.lines), generation: this.generation, wait: 1 });
    return `${this.data.base}/api/runs/${encodeURIComponent(this.data.run)}/curves?${query}`;
  }

  take(found) {
    if (found.complete) this.lines = {};
    this.generation = found.generation;
    this.pauses = found.pauses;
    for (const [key, fresh] of Object.entries(found.curves)) this.lines[key] = addPoints(this.lines[key], fresh);
    this.ended = !found.active;
    if (this.ended && this.data.active) this.component.setTriggerValue("ended", this.generation); // the page shows the result
    const step = found.steps_total ? `Step ${found.steps.toLocaleString()} of ${found.steps_total.toLocaleString()}` : "";
    this.say(found.active ? "live" : "ended", found.active ? step || `Live: ${found.stage}` : step || "Ended");
    if (found.complete || Object.keys(found.curves).length || !this.drawn) this.draw();
  }

  say(state, text) {
    this.root.dataset.state = state;
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  followTheme() {
    if (this.drawn && !document.hidden && getComputedStyle(this.root).color !== this.drawn) this.draw();
  }

  draw() {
    if (!this.library || this.stopped) return;
    const theme = themeOf(this.root);
    this.drawn = theme.text;
    const counts = {};
    const began = Math.min(...Object.values(this.lines).map((line) => line.time[0]));
    const run = { ...this.data, began, pauses: this.pauses };
    for (const chart of this.charts) {
      const shown = chart.lines.filter((line) => this.lines[line.key]);
      for (const line of shown) counts[line.key] = this.lines[line.key].step.length;
      chart.plot.parentElement.hidden = chart.aside && !shown.length; // no GPU, no chart of it
      const finding = findingOf(this.lines, chart, shown, this.ended);
      if (chart.heading.textContent !== finding) chart.heading.textContent = finding;
      if (!chart.plot.offsetWidth) continue; // folded away
      const traces = shown.flatMap((line) => tracesOf(line, this.points(chart, line.key), this.view, chart, theme, run));
      chart.drawing ??= new LineChart(chart.plot, this.library, (low, high) => this.zoom(chart, low, high));
      chart.drawing.draw(traces, layoutOf(theme, {
        revision: `${this.view.log}-${this.view.axis}`, along: AXES[this.view.axis].title, unit: chart.unit, log: this.view.log,
        percent: chart.percent, legend: chart.lines.length > 1,
      }));
      chart.empty.textContent = shown.length ? "" : this.ended ? "No points were recorded." : "The first points appear here.";
      chart.plot.setAttribute("aria-label", `${finding}. Lines: ${shown.map((line) => line.label).join(" and ") || "none yet"}.`);
      chart.words.textContent = shown.map((line) => wordsOf(this.lines, line)).join(" ");
      chart.warning.textContent = shown.map((line) => warningOf(this.lines, line)).filter(Boolean).join(" ");
    }
    this.root.dataset.points = JSON.stringify(counts);
  }

  points(chart, key) {
    return this.details.get(chart)?.[key] ?? this.lines[key];
  }

  async zoom(chart, low, high) { // what was thinned out for the whole is asked for again in the part
    if (low === undefined) { this.details.delete(chart); this.draw(); return; }
    const thinned = chart.lines.filter((line) => this.lines[line.key]?.thinned).map((line) => line.key);
    if (!thinned.length) return;
    const run = { ...this.data, began: Math.min(...Object.values(this.lines).map((line) => line.time[0])), pauses: this.pauses };
    const line = this.lines[thinned[0]];
    const [first, last] = [low, high].map((x) => stepAt(line, this.view.axis, x, run));
    const query = new URLSearchParams({ keys: thinned.map(encodeURIComponent).join(","), low: Math.floor(first), high: Math.ceil(last) });
    try {
      const answer = await fetch(`${this.data.base}/api/runs/${encodeURIComponent(this.data.run)}/detail?${query}`, { cache: "no-store" });
      if (!answer.ok || this.stopped || !chart.drawing.isAt(low, high)) return;
      this.details.set(chart, (await answer.json()).curves);
      this.draw();
    } catch {
      // the thinned curve stays: it shows every spike as well
    }
  }

  resize(entries) { // also when a chart fills the screen
    if (!this.drawn) return;
    const sized = new Set(entries.map((entry) => entry.target));
    for (const chart of this.charts) if (sized.has(chart.plot) && chart.plot.offsetWidth) chart.drawing?.resize();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.themeTimer);
    this.resizer.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    for (const chart of this.charts) chart.drawing?.drop();
    this.root.remove();
  }
}

export default (component) => mount(component, Curves, (data) => data.run === component.data.run);
