// One picture of lines. What it is told to draw is in Plotly's words (traces, layout), because the same goes into a
// picture file; uPlot draws it. Zoom and hidden lines outlive every new point. Stands before curve_drawing.js.

const DASHES = { solid: [], dash: [7, 4], dot: [2, 3], dashdot: [7, 3, 2, 3], longdash: [11, 4] };
const SIGNS = { circle: "●", diamond: "◆", square: "■", "triangle-up": "▲", cross: "✚", star: "★", "triangle-down": "▼" };
const TOLD = 8; // lines that the box beside the pointer names at most
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

class LineChart {
  constructor(node, library, onZoom) {
    this.node = node;
    this.library = library;
    this.onZoom = onZoom; // called with the ends of the part that is looked at, or with nothing: the whole
    this.hidden = new Set(); // groups of lines that are switched off
    this.zoomed = null; // { x: [low, high], y: [low, high] or null }
    this.keys = element("div", "ts-keys"); // beside the picture, not in it: what is in a picture cannot be reached by a key
    this.whole = element("button", "ts-whole", "Show all");
    this.whole.type = "button";
    this.whole.onclick = () => this.reset();
    this.box = element("div", "ts-told");
    this.box.hidden = true;
    node.append(this.box);
    node.before(this.keys);
    node.after(this.whole);
    node.chart = this;
    new ChartKeys(this);
  }

  draw(traces, layout) {
    this.traces = traces;
    this.layout = layout;
    if (this.seen !== layout.uirevision) this.zoomed = null; // other axes show the whole
    this.seen = layout.uirevision;
    this.whole.hidden = !this.zoomed;
    this.lines = traces.filter((trace) => trace.mode !== "markers").map(ascending);
    this.marks = traces.filter((trace) => trace.mode.includes("markers"));
    this.nameLines();
    if (!this.lines.length) { this.drop(); return; }
    const data = this.data();
    const look = JSON.stringify([this.lines.map((line) => [line.uid, line.line, line.opacity]), layout]);
    if (this.plot && look === this.look) { this.plot.setData(data); return; }
    this.look = look;
    this.drop();
    this.plot = new this.library(this.options(), data, this.node);
    this.lines.forEach((line, at) => { if (this.hidden.has(groupOf(line))) this.plot.setSeries(at + 1, { show: false }); });
  }

  data() {
    const log = this.layout.yaxis.type === "log"; // what is not above zero has no place there
    const y = (line) => (log ? line.y.map((value) => (value > 0 ? value : null)) : line.y);
    const [first, ...others] = this.lines;
    const same = others.every((line) => line.x.length === first.x.length && line.x.every((x, at) => x === first.x[at]));
    return same ? [first.x, ...this.lines.map(y)] : this.library.join(this.lines.map((line) => [line.x, y(line)]));
  }

  options() {
    const { layout } = this;
    const log = layout.yaxis.type === "log";
    return {
      ...this.size(), legend: { show: false }, padding: [8, 12, 0, 0],
      scales: { x: { time: false, range: (_, low, high) => this.across(low, high) }, y: { distr: log ? 3 : 1, range: (_, low, high) => this.upwards(low, high, log) } },
      axes: [this.axis(layout.xaxis, { size: 22 }), this.axis(layout.yaxis, { size: (_, texts) => this.room(texts) })],
      series: [{}, ...this.lines.map((line) => ({
        stroke: line.line.color, width: line.line.width, dash: DASHES[line.line.dash ?? "solid"], alpha: line.opacity ?? 1,
        points: { show: false }, // marks are drawn below
      }))],
      cursor: {
        drag: { x: !isCoarse(), y: !isCoarse(), uni: 40, setScale: false }, y: false, // a finger scrolls the page
        dataIdx: (plot, series, at) => nearest(plot.data[series], at),
        points: { size: 8, show: (_, series) => this.lines[series - 1].hoverinfo !== "skip" && element("div") },
        bind: { dblclick: () => () => { this.reset(); return null; } },
      },
      hooks: { setSelect: [() => this.select()], setCursor: [() => this.tell()], draw: [(plot) => this.mark(plot)] },
    };
  }

  size() {
    return { width: Math.max(this.node.clientWidth, 40), height: Math.max(this.node.clientHeight, 60) };
  }

  axis(axis, more) {
    const { font } = this.layout;
    return {
      stroke: font.color, font: `11px ${font.family}`, label: axis.title.text, labelFont: `11px ${font.family}`, labelSize: axis.title.text ? 18 : 0,
      labelGap: 0, gap: 4, grid: { stroke: axis.gridcolor, width: 1 }, ticks: { show: false },
      values: (_, places) => places.map((place) => (place === null ? "" : `${tickText(place)}${axis.ticksuffix ?? ""}`)), ...more,
    };
  }

  room(texts) { // as wide as the longest number beside the axis
    return 12 + 6.4 * Math.max(2, ...(texts ?? []).map((text) => text.length));
  }

  across(low, high) {
    if (this.zoomed) return this.zoomed.x;
    if (low === null) return [0, 1];
    return [Math.min(0, low), high > Math.min(0, low) ? high : low + 1];
  }

  upwards(low, high, log) {
    if (this.zoomed?.y) return this.zoomed.y;
    if (low === null) return log ? [0.1, 1] : [0, 1];
    const room = log ? 1.1 : (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
    return log ? [low / room, high * room] : [low - room, high + room];
  }

  mark(plot) { // a second sign beside the colour
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - 8, bbox.top - 8, bbox.width + 16, bbox.height + 16);
    ctx.clip();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const trace of this.marks) {
      if (this.hidden.has(groupOf(trace))) continue;
      ctx.fillStyle = trace.marker.color;
      ctx.font = `${(trace.marker.size + 4) * devicePixelRatio}px ${this.layout.font.family}`;
      trace.x.forEach((x, at) => {
        if (trace.y[at] !== null) ctx.fillText(SIGNS[trace.marker.symbol], plot.valToPos(x, "x", true), plot.valToPos(trace.y[at], "y", true));
      });
    }
    ctx.restore();
  }

  nameLines() {
    const named = this.layout.showlegend ? this.lines.filter((line) => line.showlegend !== false) : [];
    const said = JSON.stringify(named.map((line) => [groupOf(line), line.name, line.line.color]));
    if (this.named === said) return;
    this.named = said;
    this.keys.replaceChildren(...named.map((line) => {
      const button = element("button");
      button.type = "button";
      button.title = "Show or hide this line";
      button.setAttribute("aria-pressed", String(!this.hidden.has(groupOf(line))));
      button.append(strokeOf(line.line.color, line.line.dash), element("span", "", line.name));
      button.onclick = () => button.setAttribute("aria-pressed", String(this.toggle(groupOf(line))));
      return button;
    }));
    this.keys.hidden = !named.length;
  }

  toggle(group) { // returns whether its lines are shown now
    const shown = this.hidden.has(group);
    if (shown) this.hidden.delete(group); else this.hidden.add(group);
    this.lines.forEach((line, at) => { if (groupOf(line) === group) this.plot?.setSeries(at + 1, { show: shown }); });
    return shown;
  }

  select() {
    const { left, top, width, height } = this.plot.select;
    if (width < 4) return;
    const part = height && height < this.plot.over.clientHeight;
    const place = (at, scale) => this.plot.posToVal(at, scale);
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.zoom(place(left, "x"), place(left + width, "x"), part ? [place(top + height, "y"), place(top, "y")] : null);
  }

  zoom(low, high, y = null) {
    if (!this.zoomed) this.ends = [this.plot.scales.x.min, this.plot.scales.x.max]; // of the whole
    this.zoomed = { x: [low, high], y };
    this.whole.hidden = false;
    this.plot.setData(this.data());
    this.onZoom(low, high);
  }

  isAt(low, high) { // still: whoever zooms on while an answer comes wants another one
    return this.zoomed?.x[0] === low && this.zoomed.x[1] === high;
  }

  reset() {
    this.zoomed = null;
    this.onZoom(); // draws the whole again
  }

  tell() { // the numbers under the pointer
    const { left, idx, idxs } = this.plot.cursor;
    const told = left < 0 || idx === null ? [] : this.lines.map((line, at) => [line, this.plot.data[at + 1][idxs[at + 1]]])
      .filter(([line, value]) => line.hoverinfo !== "skip" && !this.hidden.has(groupOf(line)) && typeof value === "number");
    this.box.hidden = !told.length;
    if (!told.length) return;
    const rows = told.slice(0, TOLD).map(([line, value]) => {
      const row = element("div");
      row.append(strokeOf(line.line.color, line.line.dash), element("span", "", `${line.name} `), element("b", "", `${tickText(value)}${this.layout.yaxis.ticksuffix ?? ""}`));
      return row;
    });
    const more = told.length > TOLD ? [element("div", "", `and ${told.length - TOLD} more`)] : [];
    this.box.replaceChildren(element("div", "", `${this.layout.xaxis.title.text} ${tickText(this.plot.data[0][idx])}`), ...rows, ...more);
    const over = this.plot.over.getBoundingClientRect();
    const right = left > over.width / 2;
    const inside = over.left - this.node.getBoundingClientRect().left + left;
    this.box.style.left = right ? "auto" : `${inside + 14}px`;
    this.box.style.right = right ? `${this.node.clientWidth - inside + 14}px` : "auto";
  }

  resize() {
    this.plot?.setSize(this.size());
  }

  drop() {
    this.plot?.destroy();
    this.plot = null;
    this.box.hidden = true;
  }
}

function isCoarse() {
  return matchMedia("(pointer: coarse)").matches;
}

function groupOf(trace) {
  return trace.legendgroup ?? trace.uid;
}

function ascending(trace) { // times of what was imported may run backwards
  if (trace.x.every((x, at) => !at || x >= trace.x[at - 1])) return trace;
  const order = trace.x.map((_, at) => at).sort((one, other) => trace.x[one] - trace.x[other]);
  return { ...trace, x: order.map((at) => trace.x[at]), y: order.map((at) => trace.y[at]) };
}

function nearest(values, at) { // lines do not have points at the same places
  for (let away = 0; away < values.length; away++) {
    if (typeof values[at - away] === "number") return at - away;
    if (typeof values[at + away] === "number") return at + away;
  }
  return at;
}

function tickText(value) {
  const size = Math.abs(value);
  if (size >= 10_000) return compact.format(value);
  return size && size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(4)));
}

function strokeOf(color, dash) {
  const name = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(name, "svg");
  const stroke = document.createElementNS(name, "line");
  for (const [key, value] of Object.entries({ width: 26, height: 10, "aria-hidden": "true" })) picture.setAttribute(key, value);
  const drawn = { x1: 0, x2: 26, y1: 5, y2: 5, stroke: color, "stroke-width": 2, "stroke-dasharray": (DASHES[dash] ?? []).join(" ") };
  for (const [key, value] of Object.entries(drawn)) stroke.setAttribute(key, value);
  picture.append(stroke);
  return picture;
}
