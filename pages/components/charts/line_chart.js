// One picture of lines. What it is told to draw is in Plotly's words (traces, layout), because the same goes into a
// picture file; uPlot draws it. Zoom and hidden lines outlive every new point. Stands before curve_drawing.js, after
// number_text.js, axis_fit.js, line_join.js and line_pointer.js.

const DASHES = { solid: [], dash: [7, 4], dot: [2, 3], dashdot: [7, 3, 2, 3], longdash: [11, 4] };
const SIGNS = { circle: "●", diamond: "◆", square: "■", "triangle-up": "▲", cross: "✚", star: "★", "triangle-down": "▼" };
const MOST_ARROWS = 100; // at an edge of the picture, for values beyond it

class LineChart {
  constructor(node, library, onZoom) {
    this.node = node;
    this.library = library;
    this.onZoom = onZoom; // called with the ends of the part that is looked at, or with nothing: the whole
    this.hidden = new Set(); // groups of lines that are switched off
    this.zoomed = null; // { x: [low, high], y: [low, high] or null }
    this.all = false; // also values far from all others
    this.keys = element("div", "ts-keys"); // beside the picture, not in it: what is in a picture cannot be reached by a key
    this.whole = element("button", "ts-whole", "Show all");
    this.whole.type = "button";
    this.whole.onclick = () => this.reset();
    this.note = element("div", "ts-note"); // what of the data is not on the picture
    this.note.hidden = true;
    this.pointer = new PointerBox(this);
    this.box = this.pointer.box;
    node.append(this.box);
    node.before(this.keys);
    node.after(this.whole, this.note);
    node.chart = this;
    new ChartKeys(this);
  }

  draw(traces, layout) {
    this.traces = traces;
    this.layout = layout;
    if (this.seen !== layout.uirevision) { this.zoomed = null; this.all = false; } // other axes show the whole
    this.seen = layout.uirevision;
    this.whole.hidden = !this.zoomed;
    this.lines = traces.filter((trace) => trace.mode !== "markers").map(placed).filter((line) => line.x.length);
    this.marks = traces.filter((trace) => trace.mode.includes("markers"));
    this.nameLines();
    if (!this.lines.length) { this.drop(); this.sayNotes(); return; }
    this.raw = joined(this.lines);
    this.fit();
    const data = this.data();
    const look = JSON.stringify([this.lines.map((line) => [line.uid, line.line, line.opacity]), layout, this.fitted.isLog]);
    if (this.plot && look === this.look) { this.plot.setData(data); return; }
    this.look = look;
    this.drop();
    this.plot = new this.library(this.options(), data, this.node);
    this.lines.forEach((line, at) => { if (this.hidden.has(groupOf(line))) this.plot.setSeries(at + 1, { show: false }); });
  }

  fit() { // the axis of values to what is looked at
    const shown = this.lines.filter((line) => !this.hidden.has(groupOf(line))).map((line) => ({ x: line.x, y: line.y, isFaint: line.hoverinfo === "skip", middle: line.middle, thinned: line.thinned }));
    this.fitted = fitOf(shown.length ? shown : this.lines, { log: this.layout.yaxis.type === "log", all: this.all, part: this.zoomed?.x });
    this.place = placing(this.fitted);
    this.spread = this.fitted.high - this.fitted.low;
    this.sayNotes();
  }

  say(sentence) { // what its owner knows of points that are not drawn
    this.told = sentence;
    this.sayNotes();
  }

  sayNotes() {
    const notes = [...(this.lines.length ? this.fitted.notes : []), this.told ?? ""].filter(Boolean);
    const said = JSON.stringify([notes, this.all]);
    if (this.noted === said) return;
    this.noted = said;
    const button = element("button", "", this.all ? "Fit to most values" : "Show all values");
    button.type = "button";
    button.onclick = () => { this.all = !this.all; this.draw(this.traces, this.layout); };
    this.note.replaceChildren(element("span", "", notes.join(" ")), ...(this.all || (this.lines.length && this.fitted.left) ? [button] : []));
    this.note.hidden = !this.note.textContent;
  }

  data() {
    const { to } = this.place;
    return [this.raw[0], ...this.raw.slice(1).map((column) => Array.from(column, (value) => (typeof value === "number" ? to(value) : value)))];
  }

  options() {
    const { layout } = this;
    return {
      ...this.size(), legend: { show: false }, padding: [8, 12, 0, 0],
      scales: { x: { time: false, range: (_, low, high) => this.across(low, high) }, y: { range: () => this.zoomed?.y ?? roomAround(this.fitted, this.place) } },
      axes: [
        this.axis(layout.xaxis, (low, high, most) => { const { places, step } = ticksBetween(low, high, most); return { places, texts: tickTexts(places, step) }; }, { size: 22 }),
        this.axis(layout.yaxis, (low, high, most) => yTicks(this.place, this.fitted.isLog, [low, high], most), { size: (_, texts) => this.room(texts) }),
      ],
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
      hooks: { setSelect: [() => this.select()], setCursor: [() => this.pointer.tell()], draw: [(plot) => this.mark(plot)] },
    };
  }

  size() {
    return { width: Math.max(this.node.clientWidth, 40), height: Math.max(this.node.clientHeight, 60) };
  }

  axis(axis, ticksOf, more) {
    const { font } = this.layout;
    let texts = [];
    return {
      stroke: font.color, font: `11px ${font.family}`, label: axis.title.text, labelFont: `11px ${font.family}`, labelSize: axis.title.text ? 18 : 0,
      labelGap: 0, gap: 4, grid: { stroke: axis.gridcolor, width: 1 }, ticks: { show: false }, incrs: (_, __, low, high) => [Math.max(high - low, 5)], // its own are not used
      splits: (plot, at, low, high) => {
        const most = at ? (plot.height - 50) / 40 : (plot.width - 60) / 80; // the picture itself has no size yet
        const ticks = ticksOf(low, high, Math.max(2, Math.min(most, 10)));
        texts = ticks.texts.map((text) => `${text}${axis.ticksuffix ?? ""}`);
        return ticks.places;
      },
      values: () => texts, ...more,
    };
  }

  room(texts) { // as wide as the longest number beside the axis
    return 12 + 6.4 * Math.max(2, ...(texts ?? []).map((text) => text.length));
  }

  across(low, high) { // from 0, unless that leaves half of the picture empty
    if (this.zoomed) return this.zoomed.x;
    if (low === null) return [0, 1];
    const first = low > high - low ? low : Math.min(0, low);
    return high > first ? [first, high] : [first - 0.5, first + 0.5];
  }

  mark(plot) { // a second sign beside the colour
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - 8, bbox.top - 8, bbox.width + 16, bbox.height + 16);
    ctx.clip();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const line of this.lines) if (!this.hidden.has(groupOf(line))) this.dots(plot, line);
    for (const trace of this.marks) {
      if (this.hidden.has(groupOf(trace))) continue;
      ctx.fillStyle = trace.marker.color;
      ctx.font = `${(trace.marker.size + 4) * devicePixelRatio}px ${this.layout.font.family}`;
      trace.x.forEach((x, at) => {
        const y = trace.y[at] === null || !Number.isFinite(x) ? null : this.place.to(trace.y[at]);
        if (y !== null) ctx.fillText(SIGNS[trace.marker.symbol], plot.valToPos(x, "x", true), plot.valToPos(y, "y", true));
      });
    }
    ctx.restore();
  }

  dots(plot, line) { // a value between gaps has no line; one beyond the picture has an arrow at its edge
    const { ctx, bbox, scales: { x: { min, max }, y } } = plot;
    const size = devicePixelRatio;
    ctx.fillStyle = line.line.color;
    ctx.globalAlpha = line.opacity ?? 1;
    for (const at of alone(line)) {
      const place = this.place.to(line.y[at]);
      if (place === null) continue;
      ctx.beginPath();
      ctx.arc(plot.valToPos(line.x[at], "x", true), plot.valToPos(place, "y", true), 2.5 * size, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.globalAlpha = 1;
    if (line.hoverinfo === "skip" || !this.fitted.left) return;
    ctx.font = `${10 * size}px ${this.layout.font.family}`;
    line.y.map((value, at) => [value === null ? null : this.place.to(value), line.x[at]])
      .filter(([value, x]) => value !== null && (value > y.max || value < y.min) && x >= min && x <= max).slice(0, MOST_ARROWS)
      .forEach(([value, x]) => ctx.fillText(value > y.max ? "▲" : "▼", plot.valToPos(x, "x", true), value > y.max ? bbox.top + 5 * size : bbox.top + bbox.height - 5 * size));
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
    if (this.plot) { this.fit(); this.plot.setData(this.data()); }
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
    this.fit();
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
