// Live curves of one run. Draws what the route /api/runs/ID/curves says and asks once a second for what is new.
// Everything it shows comes from that route; the page passes only the run's id and the labels.

const POLL_MS = 1000;
const PATIENCE_MS = 15000; // the longest pause between two tries while the server does not answer
const MOST_POINTS = 3000; // a line that has grown longer is asked for again, downsampled

let loading = null;
function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = null; script.remove(); reject(new Error("no chart library")); };
    document.head.append(script);
  });
  return loading;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

class Curves {
  constructor(parent, data) {
    this.data = data;
    this.lines = {}; // key -> {step, value, time}
    this.generation = "";
    this.pause = POLL_MS;
    this.view = { smooth: false, log: false, time: false };
    this.build(parent);
    this.onVisible = () => { if (!document.hidden) this.poll(); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.themeTimer = setInterval(() => this.followTheme(), 700);
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.root);
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
    const buttons = [["smooth", "Smooth"], ["log", "Log scale"], ["time", "By time"]];
    for (const [name, label] of buttons) bar.append(this.toggle(name, label));
    const charts = element("div", "ts-charts");
    this.charts = this.data.charts.map((chart) => this.buildChart(chart, charts));
    this.root.append(bar, charts);
    parent.append(this.root);
  }

  buildChart(chart, into) {
    const figure = element("figure");
    const caption = element("figcaption", "", chart.title);
    caption.append(element("small", "", chart.hint));
    const plot = element("div", "ts-plot");
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", `${chart.title}: ${chart.lines.map((l) => l.label).join(" and ")} by step`);
    const warning = element("div", "ts-warning");
    const empty = element("div", "ts-empty", "");
    const words = element("p", "ts-hidden");
    figure.append(caption, plot, warning, empty, words);
    into.append(figure);
    return { ...chart, plot, warning, empty, words };
  }

  toggle(name, label) {
    const button = element("button", "", label);
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.onclick = () => {
      this.view[name] = !this.view[name];
      button.setAttribute("aria-pressed", String(this.view[name]));
      this.draw();
    };
    return button;
  }

  update(data) { // the page ran again: a run that was resumed must be asked for again
    this.data = data;
    if (this.ended) { this.ended = false; this.poll(); }
  }

  async start() {
    try {
      this.plotly = await loadPlotly(this.data.plotly);
    } catch {
      this.say("error", "The chart library did not load. Reload the page.");
      return;
    }
    this.poll();
  }

  async poll() {
    clearTimeout(this.timer);
    if (this.stopped || this.ended || this.busy || document.hidden || !this.plotly) return;
    this.busy = true;
    try {
      const answer = await fetch(this.address(), { cache: "no-store", signal: AbortSignal.timeout(20000) });
      const found = await answer.json();
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
    const after = Object.entries(this.lines).map(([key, line]) => `${key}:${line.step.at(-1)}`).join(",");
    const query = new URLSearchParams(long ? {} : { after, generation: this.generation });
    return `${this.data.base}/api/runs/${encodeURIComponent(this.data.run)}/curves?${query}`;
  }

  take(found) {
    if (found.complete) this.lines = {};
    this.generation = found.generation;
    for (const [key, fresh] of Object.entries(found.curves)) {
      const line = (this.lines[key] ??= { step: [], value: [], time: [] });
      for (const name of ["step", "value", "time"]) for (const item of fresh[name]) line[name].push(item);
    }
    this.ended = !found.active;
    const step = found.steps_total ? `Step ${found.steps.toLocaleString()} of ${found.steps_total.toLocaleString()}` : "";
    this.say(found.active ? "live" : "ended", found.active ? step || `Live: ${found.stage}` : step || "Ended");
    if (found.complete || Object.keys(found.curves).length || !this.drawn) this.draw();
  }

  say(state, text) {
    this.root.dataset.state = state;
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  followTheme() {
    const now = getComputedStyle(this.root).color;
    if (this.drawn && now !== this.drawn) this.draw();
  }

  draw() {
    if (!this.plotly || this.stopped) return;
    const theme = themeOf(this.root);
    this.drawn = theme.text;
    const counts = {};
    for (const chart of this.charts) {
      const shown = chart.lines.filter((line) => this.lines[line.key]);
      for (const line of shown) counts[line.key] = this.lines[line.key].step.length;
      this.plotly.react(chart.plot, shown.flatMap((line) => tracesOf(this.lines, this.view, chart, line, theme)), layoutOf(this.root, this.view, chart, theme, shown.length > 0), {
        responsive: false, displaylogo: false, displayModeBar: false, scrollZoom: false, doubleClick: "reset",
      });
      chart.empty.textContent = shown.length ? "" : this.ended ? "No points were recorded." : "The first points appear here.";
      chart.words.textContent = shown.map((line) => wordsOf(this.lines, line)).join(" ");
      chart.warning.textContent = shown.map((line) => warningOf(this.lines, line)).filter(Boolean).join(" ");
    }
    this.root.dataset.points = JSON.stringify(counts);
  }

  resize() {
    if (this.drawn) for (const chart of this.charts) if (chart.plot.offsetWidth) this.plotly.Plots.resize(chart.plot);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.themeTimer);
    this.resizer.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    if (this.plotly) for (const chart of this.charts) this.plotly.purge(chart.plot);
    this.root.remove();
  }
}

export default function (component) {
  const { data, parentElement } = component;
  const known = parentElement.touchstoneCurves;
  if (known && known.data.run === data.run && !known.stopped) {
    known.update(data);
  } else {
    known?.stop();
    parentElement.touchstoneCurves = new Curves(parentElement, data);
  }
  return () => { parentElement.touchstoneCurves?.stop(); parentElement.touchstoneCurves = null; };
}
