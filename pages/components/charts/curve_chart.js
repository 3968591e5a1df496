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
    this.lines = {}; // key -> {step, value, time}, thinned where there are more; then also count, numbers, smooth
    this.generation = "";
    this.pause = POLL_MS;
    this.view = rememberedView();
    if (!this.canShow(this.view.axis)) this.view.axis = "step";
    this.asked = new Set(); // keys whose points have come, or are not there
    this.detail = new CurveDetail(this);
    this.resizer = new ResizeObserver((entries) => this.resize(entries));
    this.screen = new NearScreen((came, went) => this.scroll(came, went));
    this.build(parent);
    this.onVisible = () => { if (!document.hidden) this.poll(); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.themeTimer = setInterval(() => this.followTheme(), 1500);
    this.say("loading", "Loading the curves …");
    this.start();
  }

  build(parent) {
    this.root = element("section", this.data.small ? "ts-curves ts-small" : "ts-curves");
    this.root.setAttribute("aria-label", this.data.label);
    const bar = element("div", "ts-bar");
    this.state = element("span", "ts-state");
    this.state.setAttribute("role", "status");
    bar.append(this.state);
    bar.append(smoothingSlider(this), axisChoice(this), this.toggle("log", "Log scale"));
    if (this.data.charts.length > FEW) bar.prepend(curveSearch(this));
    const charts = element("div", "ts-charts");
    this.more = element("details", "ts-more");
    this.more.append(element("summary", "", this.data.charts.some((chart) => chart.said_unit !== undefined) ? "More curves: other metrics, learning rate, gradients, speed, memory" : "More curves"));
    const others = element("div", "ts-charts");
    this.more.append(others);
    this.more.hidden = !this.data.charts.some((chart) => chart.aside);
    this.more.ontoggle = () => this.draw();
    this.charts = this.data.charts.map((chart) => this.placeChart(chart, chart.aside ? others : charts));
    this.chartOf = new Map(this.charts.map((chart) => [chart.figure, chart]));
    this.root.append(bar, charts, this.more);
    parent.append(this.root);
    this.screen.watch(this.charts.map((chart) => chart.figure));
  }

  placeChart(chart, into) {
    const figure = element("figure", "ts-unbuilt");
    into.append(figure);
    return { ...chart, figure, found: true };
  }

  buildChart(chart) { // when it comes near the screen
    const { figure } = chart;
    figure.classList.remove("ts-unbuilt");
    chart.heading = element("span", "ts-title", chart.title);
    const caption = element("figcaption");
    caption.append(chart.heading, element("small", "", chart.hint), toolsMenu(this, chart));
    chart.plot = element("div", "ts-plot");
    chart.plot.setAttribute("aria-label", chart.title);
    this.resizer.observe(chart.plot);
    chart.warning = element("div", "ts-warning");
    chart.empty = element("div", "ts-empty", "");
    chart.words = element("p", "ts-hidden");
    figure.append(caption, chart.plot, chart.warning, chart.empty, chart.words);
  }

  scroll(came, went) {
    for (const figure of went) this.chartOf.get(figure).drawing?.drop();
    if (!came.length) return;
    this.draw();
    if (this.isMissing()) this.waiting?.abort(); // their points do not wait for news of others
    this.poll();
  }

  near() {
    return this.charts.filter((chart) => this.screen.has(chart.figure));
  }

  nearKeys() {
    return this.near().flatMap((chart) => chart.lines.map((line) => line.key));
  }

  isMissing() { // is there a chart near whose points were not asked for?
    return this.nearKeys().some((key) => !this.asked.has(key));
  }

  find(text) {
    for (const chart of this.charts) chart.found = !text || [chart.title, ...chart.lines.map((line) => line.key)].some((name) => name.toLowerCase().includes(text));
    if (text && this.charts.some((chart) => chart.found && chart.aside)) this.more.open = true;
    this.draw();
  }

  canShow(axis) {
    return axis in AXES && (axis !== "run" || this.view.axis === "run" || Object.values(this.lines).some((line) => line.global_step)) && (axis !== "epoch" || this.data.steps_per_epoch > 0) && (axis !== "examples" || this.data.batch_size > 0);
  }

  change(name, value) {
    this.view[name] = value;
    if (name !== "smoothing") this.detail.parts.clear(); // another axis shows the whole again
    localStorage.setItem(REMEMBERED, JSON.stringify(this.view));
    this.draw();
    this.detail.askSoon();
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
    if (this.stopped || (this.ended && !this.isMissing()) || this.busy || document.hidden) return;
    this.busy = true;
    this.waiting = new AbortController();
    let failed = false;
    try {
      const keys = this.nearKeys();
      const answer = await fetch(this.address(keys), { cache: "no-store", signal: AbortSignal.any([this.waiting.signal, AbortSignal.timeout(20000)]) });
      const found = await answer.json();
      if (this.stopped) return;
      if (!answer.ok) { this.ended = true; this.asked = new Set(this.charts.flatMap((chart) => chart.lines.map((line) => line.key))); this.say("error", found.error); return; }
      this.pause = POLL_MS;
      this.take(found, keys);
      await this.detail.ask();
    } catch {
      failed = !this.waiting.signal.aborted;
      if (failed) { this.pause = Math.min(2 * this.pause, PATIENCE_MS); this.say("error", "No answer from Touchstone. Trying again …"); }
    } finally {
      this.busy = false;
      const missing = this.isMissing();
      if (!this.stopped && (!this.ended || missing)) this.timer = setTimeout(() => this.poll(), missing && !failed ? 0 : this.pause);
    }
  }

  address(near) {
    const keys = this.charts.length > FEW ? near.concat(near.length ? [] : this.charts[0].lines[0].key) : []; // none: all
    const known = Object.entries(this.lines).filter(([key]) => !keys.length || keys.includes(key));
    const long = known.some(([, line]) => line.step.length > MOST_POINTS);
    const query = new URLSearchParams(keys.length ? { keys: listed(keys) } : {});
    if (!long && this.generation) {
      query.set("after", knownOf(this.lines, keys));
      query.set("generation", this.generation);
      if (!this.isMissing()) query.set("wait", 1);
    }
    return `${this.route("curves")}?${query}`;
  }

  route(what) {
    return `${this.data.base}/api/runs/${encodeURIComponent(this.data.run)}/${what}`;
  }

  take(found, keys) {
    if (found.complete) { this.lines = {}; this.asked.clear(); }
    for (const key of keys) this.asked.add(key);
    this.generation = found.generation;
    this.pauses = found.pauses;
    for (const [key, fresh] of Object.entries(found.curves)) this.lines[key] = addPoints(this.lines[key], fresh);
    showAxes(this);
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
    const run = this.timing();
    for (const chart of this.charts) {
      const hidden = !chart.found || (chart.aside && this.charts.length <= FEW && !chart.lines.some((line) => this.lines[line.key])); // no GPU, no chart of it
      if (chart.figure.hidden !== hidden) chart.figure.hidden = hidden;
    }
    const near = this.near();
    for (const chart of near) if (!chart.plot) this.buildChart(chart);
    const seen = new Set(near.filter((chart) => chart.plot.offsetWidth)); // the others are folded away
    for (const chart of near) this.drawChart(chart, theme, run, seen.has(chart));
    const counts = near.flatMap((chart) => chart.lines).filter((line) => this.lines[line.key]).map(({ key }) => [key, this.lines[key].step.length]);
    this.root.dataset.points = JSON.stringify(Object.fromEntries(counts));
  }

  timing() { // what an axis has to know of the run
    return { ...this.data, began: beginning(Object.values(this.lines)), pauses: this.pauses };
  }

  drawChart(chart, theme, run, isSeen) {
    const shown = chart.lines.filter((line) => this.lines[line.key]);
    const finding = findingOf(this.lines, chart, shown, this.ended);
    if (chart.heading.textContent !== finding) chart.heading.textContent = finding;
    if (!isSeen) return;
    const axis = this.axisOf(chart);
    if (!chart.drawing?.zoomed) this.detail.parts.delete(chart);
    const traces = shown.flatMap((line) => tracesOf(line, this.points(chart, line.key), { ...this.view, axis }, chart, theme, run));
    chart.drawing ??= new LineChart(chart.plot, this.library, (low, high) => this.detail.zoom(chart, low, high));
    chart.drawing.draw(traces, layoutOf(theme, {
      revision: `${this.view.log}-${axis}`, along: axisTitle(axis, shown.map((line) => this.lines[line.key])), unit: chart.unit, log: this.view.log,
      percent: chart.percent, legend: chart.lines.length > 1,
    }));
    chart.empty.textContent = shown.length ? "" : chart.lines.some((line) => !this.asked.has(line.key)) ? "Loading …" : this.ended ? "No points were recorded." : "The first points appear here.";
    chart.plot.setAttribute("aria-label", `${finding}. Lines: ${shown.map((line) => line.label).join(" and ") || "none yet"}.`);
    chart.words.textContent = shown.map((line) => wordsOf(this.lines, line)).join(" ");
    const notes = (note) => shown.map((line) => note(this.lines[line.key], chart.lines.length > 1 ? line.label : chart.title)).filter(Boolean).join(" ");
    chart.warning.textContent = notes(brokenNote);
    chart.drawing.say(notes((line, label) => unplacedNote(line, label, AXES[axis], run)));
  }

  axisOf(chart) {
    return axisOf(this.view.axis, chart.lines.map((line) => this.lines[line.key]).filter(Boolean));
  }

  points(chart, key) {
    return this.detail.parts.get(chart)?.[key] ?? this.lines[key];
  }

  resize(entries) { // also when a chart fills the screen
    if (!this.drawn) return;
    const sized = new Set(entries.map((entry) => entry.target));
    for (const chart of this.charts) if (chart.plot && sized.has(chart.plot) && chart.plot.offsetWidth) chart.drawing?.resize();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.detail.timer);
    clearInterval(this.themeTimer);
    this.resizer.disconnect();
    this.screen.stop();
    document.removeEventListener("visibilitychange", this.onVisible);
    for (const chart of this.charts) chart.drawing?.drop();
    this.root.remove();
  }
}

export default (component) => mount(component, Curves, (data) => data.run === component.data.run);
