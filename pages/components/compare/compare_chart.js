// Curves of several runs in one picture. Asks the routes for what is shown alone: ended runs once, live ones every
// second for what is new. Stands after curve_lines.js, curve_drawing.js and curve_tools.js, whose words it uses.

const COMPARE_POLL_MS = 1000;
const COMPARE_PATIENCE_MS = 15000; // the longest pause between two tries while the server does not answer
const COMPARE_LONG = 3000; // points of a live line; a longer one is asked for again, downsampled

class Comparison {
  constructor(parent, component) {
    const { data } = component;
    this.component = component;
    this.data = data;
    this.known = {}; // run -> { curves: {key: {step, value, time}}, generation, asked: Set of keys, ended }
    this.hidden = new Set(data.hidden); // runs whose lines are switched off
    this.details = new Map(); // key -> run -> the points of the part that is zoomed to
    this.figures = new Map(); // key -> its elements
    this.pause = COMPARE_POLL_MS;
    this.root = element("section", "ts-curves ts-compare");
    this.root.setAttribute("aria-label", "Learning curves of the runs, one above the other");
    this.state = element("span", "ts-state");
    this.state.setAttribute("role", "status");
    this.legend = element("div", "ts-legend");
    this.charts = element("div", "ts-charts");
    this.root.append(this.state, this.legend, this.charts);
    parent.append(this.root);
    this.onVisible = () => { if (!document.hidden) this.poll(); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.themeTimer = setInterval(() => this.followTheme(), 1500);
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.root);
    this.build();
    this.say("loading", "Loading the curves …");
    this.poll(); // the points come while the library loads
    loadLibrary("uPlot", data.libraries.uplot).then(
      (library) => { this.library = library; if (Object.keys(this.known).length) this.draw(); },
      () => this.say("error", "The chart library did not load. Reload the page."),
    );
  }

  update(component) { // the page ran again: other runs, other curves, another axis, or nothing new at all
    const { data } = component;
    this.component = component;
    const before = new Map(this.data.runs.map((run) => [run.id, run.attempt]));
    this.data = data;
    for (const run of data.runs) {
      if (before.has(run.id) && before.get(run.id) !== run.attempt) delete this.known[run.id]; // it was resumed
      else if (run.live && this.known[run.id]) this.known[run.id].ended = false;
    }
    this.build();
    this.draw();
    this.poll();
  }

  build() {
    const wanted = new Set(this.data.curves.map((curve) => curve.key));
    for (const [key, figure] of this.figures) if (!wanted.has(key)) { this.drop(figure); this.figures.delete(key); }
    for (const curve of this.data.curves) {
      if (!this.figures.has(curve.key)) this.figures.set(curve.key, this.buildFigure());
      this.charts.append(this.figures.get(curve.key).figure);
    }
    this.details.clear();
    this.buildLegend();
  }

  buildFigure() {
    const figure = element("figure");
    const made = { figure, title: element("figcaption"), plot: element("div", "ts-plot"), empty: element("div", "ts-empty"), words: element("p", "ts-hidden"), warning: element("div", "ts-warning") };
    figure.append(made.title, made.plot, made.warning, made.empty, made.words);
    return made;
  }

  drop(figure) {
    figure.drawing?.drop();
    figure.figure.remove();
  }

  buildLegend() {
    const { dark } = themeOf(this.root);
    this.legend.replaceChildren(...this.data.runs.map((run) => {
      const button = element("button", "");
      button.type = "button";
      button.setAttribute("aria-pressed", String(!this.hidden.has(run.id)));
      button.title = "Show or hide its line";
      const color = run.colors[dark ? 1 : 0];
      button.append(sampleOf(run, color), element("span", "", run.name));
      button.onclick = () => {
        this.hidden.has(run.id) ? this.hidden.delete(run.id) : this.hidden.add(run.id);
        button.setAttribute("aria-pressed", String(!this.hidden.has(run.id)));
        this.draw();
        this.component.setStateValue("hidden", [...this.hidden]); // the page writes it into the address
      };
      return button;
    }));
  }

  async poll() {
    clearTimeout(this.timer);
    if (this.stopped || document.hidden) return;
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    this.again = false;
    try {
      const changed = await Promise.all(this.data.runs.map((run) => this.ask(run)));
      this.pause = COMPARE_POLL_MS;
      if (changed.some(Boolean) || !this.drawn) this.draw();
      this.tell();
    } catch {
      this.pause = Math.min(2 * this.pause, COMPARE_PATIENCE_MS);
      this.say("error", "No answer from Touchstone. Trying again …");
      this.failed = true;
    } finally {
      this.busy = false;
      const live = this.data.runs.some((run) => this.isLive(run)) || this.failed;
      this.failed = false;
      if (!this.stopped && (live || this.again)) this.timer = setTimeout(() => this.poll(), this.again ? 0 : this.pause);
    }
  }

  isLive(run) {
    return run.live && !this.known[run.id]?.ended;
  }

  tell() {
    const live = this.data.runs.filter((run) => this.isLive(run)).length;
    const all = this.data.runs.length;
    this.say(live ? "live" : "ended", live ? `Live: ${live} of ${all} runs` : `All ${all} runs have ended`);
  }

  ask(run) { // resolves to whether there is something new
    return this.isLive(run) ? this.askLive(run) : this.askEnded(run);
  }

  async askLive(run) {
    const known = (this.known[run.id] ??= { curves: {}, generation: "", asked: new Set() });
    const lines = Object.entries(known.curves);
    const long = lines.some(([, line]) => line.step.length > COMPARE_LONG);
    const shown = this.data.curves.map((curve) => curve.key);
    const keys = listed(shown);
    const found = await this.fetch(run, "curves", long ? { keys } : { keys, after: knownOf(known.curves, shown), generation: known.generation });
    if (found === null) { known.ended = true; return false; }
    if (found.complete) known.curves = {};
    known.generation = found.generation;
    run.pauses = found.pauses;
    known.ended = !found.active;
    const fresh = Object.entries(found.curves);
    for (const [key, columns] of fresh) {
      known.curves[key] = addPoints(known.curves[key], columns);
      known.asked.add(key);
    }
    const finer = await this.refine(run);
    return found.complete || fresh.length > 0 || finer;
  }

  async refine(run) { // of thinned lines the server knows every point: it smooths them, and counts what is no number
    const { curves } = this.known[run.id];
    const weight = this.data.smoothing;
    const keys = this.data.curves.map((curve) => curve.key).filter((key) => isCoarser(curves[key], weight));
    if (!keys.length) return false;
    const found = await this.fetch(run, "detail", { keys: listed(keys), ...WHOLE, smooth: weight });
    for (const key of keys) if (found?.curves[key]) curves[key] = finer(found.curves[key], curves[key], weight);
    return true;
  }

  async askEnded(run) {
    const known = (this.known[run.id] ??= { curves: {}, generation: "", asked: new Set(), ended: true });
    const missing = this.data.curves.map((curve) => curve.key).filter((key) => !known.asked.has(key));
    if (!missing.length) return this.refine(run);
    const weight = this.data.smoothing;
    const found = await this.fetch(run, "detail", { keys: listed(missing), ...WHOLE, smooth: weight });
    for (const key of missing) known.asked.add(key);
    for (const [key, line] of Object.entries(found?.curves ?? {})) known.curves[key] = { ...line, weight };
    return true;
  }

  async fetch(run, what, query) {
    const address = `${this.data.base}/api/runs/${encodeURIComponent(run.id)}/${what}?${new URLSearchParams(query)}`;
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(20000) });
    if (answer.status === 404) return null; // it was removed for good meanwhile
    if (!answer.ok) throw new Error("no answer");
    return answer.json();
  }

  say(state, text) {
    this.root.dataset.state = state;
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  followTheme() {
    if (this.drawn && getComputedStyle(this.root).color !== this.drawn) { this.buildLegend(); this.draw(); }
  }

  whole(curve, run) {
    return this.known[run.id]?.curves[curve.key];
  }

  line(curve, run) {
    return this.details.get(curve.key)?.[run.id] ?? this.known[run.id]?.curves[curve.key];
  }

  draw() {
    if (!this.library || this.stopped) return;
    const theme = themeOf(this.root);
    this.drawn = theme.text;
    const drawn = {};
    for (const curve of this.data.curves) {
      const figure = this.figures.get(curve.key);
      const shown = this.data.runs.filter((run) => this.line(curve, run)?.step.length && !this.hidden.has(run.id));
      const along = COMPARE_ALONG[this.data.along];
      const lines = shown.filter((run) => along.knows(run)).map((run) => [run, this.line(curve, run)]);
      const title = this.data.along === "step" && lines.length ? axisTitle("step", lines.map(([, line]) => line)) : along.title;
      figure.drawing ??= new LineChart(figure.plot, this.library, (low, high) => this.zoom(curve, low, high));
      figure.drawing.draw(lines.flatMap(([run, line]) => compareTraces(curve, run, line, this.data, theme)), layoutOf(theme, {
        revision: `${curve.key}-${this.data.log}-${this.data.along}`, along: title, unit: curve.unit, log: this.data.log,
        percent: curve.percent, legend: false,
      }));
      figure.title.textContent = comparedFinding(curve, lines, this.data.same_data);
      figure.plot.setAttribute("aria-label", `${curve.title} of ${lines.length} runs by ${title.toLowerCase()}. ${comparedFinding(curve, lines, this.data.same_data)}`);
      figure.words.textContent = lines.map(([run, line]) => `${run.name}: ${written(curve, lastOf(line))} at step ${placeText(line.step.at(-1))}.`).join(" ");
      figure.warning.textContent = this.warningOf(curve, shown, along);
      figure.drawing.say(lines.map(([run]) => unplacedNote(this.whole(curve, run), run.name, along, run)).filter(Boolean).join(" "));
      figure.empty.textContent = lines.length ? "" : this.busy ? "" : "No run that is shown has this curve.";
      drawn[curve.key] = Object.fromEntries(lines.map(([run, line]) => [run.id, line.step.length]));
    }
    this.root.dataset.points = JSON.stringify(drawn);
  }

  warningOf(curve, shown, along) {
    const without = this.data.runs.filter((run) => !this.hidden.has(run.id) && this.known[run.id] && !this.line(curve, run)?.step.length);
    const unplaced = shown.filter((run) => !along.knows(run));
    const said = [[without, "without this curve"], [unplaced, `not shown: how long an epoch is, is not known`]];
    const whole = said.filter(([runs]) => runs.length && !(runs === without && this.busy)).map(([runs, why]) => `${runs.map((run) => run.name).join(", ")}: ${why}.`);
    const each = shown.map((run) => brokenNote(this.whole(curve, run), run.name));
    return [...whole, ...each.filter(Boolean)].join(" ");
  }

  async zoom(curve, low, high) { // what was thinned out for the whole is asked for again in the part
    if (low === undefined) { this.details.delete(curve.key); this.draw(); return; }
    const along = COMPARE_ALONG[this.data.along];
    const asked = this.data.runs.filter((run) => this.known[run.id]?.curves[curve.key]?.thinned && along.knows(run));
    const parts = await Promise.all(asked.map(async (run) => {
      const line = this.known[run.id].curves[curve.key];
      const inside = line.step.filter((_, at) => { const x = along.of(line, at, run); return x >= low && x <= high; });
      if (!inside.length) return null;
      const weight = this.data.smoothing;
      const query = { keys: listed([curve.key]), low: Math.floor(inside[0]), high: Math.ceil(inside.at(-1)), smooth: weight };
      const found = await this.fetch(run, "detail", query).catch(() => null); // the thinned curve stays: every spike is in it
      return found?.curves[curve.key] ? [run.id, { ...found.curves[curve.key], weight }] : null;
    }));
    if (this.stopped || !this.figures.get(curve.key)?.drawing.isAt(low, high) || !parts.some(Boolean)) return;
    this.details.set(curve.key, Object.fromEntries(parts.filter(Boolean)));
    this.draw();
  }

  resize() {
    for (const figure of this.figures.values()) if (figure.plot.offsetWidth) figure.drawing?.resize();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.themeTimer);
    this.resizer.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    for (const figure of this.figures.values()) this.drop(figure);
    this.root.remove();
  }
}

export default (component) => mount(component, Comparison);
