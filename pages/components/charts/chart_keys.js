// A picture of lines, by keys: arrows read the points, plus and minus open and close a part, zero shows the whole.
// Stands after line_chart.js.

const HOW = "Left and right arrow keys read the points, plus and minus open and close a part, zero shows all.";
const STOPS = 50; // presses from one end of the picture to the other at most
const FEWEST = 4; // points that a part has left to be opened further

class ChartKeys {
  constructor(chart) {
    this.chart = chart;
    this.place = null; // along the axis: what was read last
    this.said = element("div", "ts-hidden");
    this.said.setAttribute("aria-live", "polite");
    const { node } = chart;
    node.tabIndex = 0;
    node.setAttribute("role", "application"); // so that a screen reader hands the arrow keys on
    node.setAttribute("aria-roledescription", "chart");
    node.setAttribute("aria-description", HOW);
    node.dataset.keys = "← → read · + − zoom · 0 all"; // beside the frame of who came by keys
    node.after(this.said);
    node.addEventListener("keydown", (event) => this.press(event));
    node.addEventListener("blur", () => this.leave());
  }

  press(event) {
    if (!this.chart.plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === "ArrowLeft" || key === "ArrowRight") this.read(key === "ArrowLeft" ? -1 : 1);
    else if (key === "+" || key === "=") this.open(1 / 2);
    else if (key === "-") this.open(2);
    else if (key === "0" || (key === "Escape" && this.chart.zoomed)) this.showAll();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  read(direction) { // the next point in this direction; the first one read is at the end that it comes from
    const { plot } = this.chart;
    const { min, max } = plot.scales.x;
    const places = plot.data[0];
    const inside = this.inside();
    if (!inside.length) return;
    if (this.place === null || this.place < min || this.place > max) {
      this.place = direction < 0 ? inside.at(-1) : inside[0];
    } else {
      const stride = Math.max(1, Math.round(inside.length / STOPS));
      const next = plot.valToIdx(this.place) + direction * stride;
      this.place = places[Math.min(Math.max(next, 0), places.length - 1)];
    }
    if (this.place < min || this.place > max) this.look(this.place, max - min);
    this.tell();
  }

  inside() { // where the part that is looked at has points
    const { data: [places], scales: { x: { min, max } } } = this.chart.plot;
    return places.filter((x) => x >= min && x <= max);
  }

  open(factor) {
    const { plot } = this.chart;
    const { min, max } = plot.scales.x;
    if (factor < 1 && this.inside().length < FEWEST) return;
    this.look(this.place ?? (min + max) / 2, (max - min) * factor);
    this.tell();
  }

  look(middle, width) { // at so much around a place; what is not there cannot be looked at
    const { zoomed, ends, plot } = this.chart;
    const [first, last] = zoomed ? ends : [plot.scales.x.min, plot.scales.x.max];
    if (width >= last - first) { this.chart.reset(); return; }
    const low = Math.min(Math.max(middle - width / 2, first), last - width);
    this.chart.zoom(low, low + width, zoomed?.y);
  }

  showAll() {
    this.chart.reset();
    this.tell();
  }

  tell() {
    const { plot, box } = this.chart;
    if (this.place === null || !plot) return;
    plot.setCursor({ left: plot.valToPos(this.place, "x"), top: plot.over.clientHeight / 2 });
    this.said.textContent = [...box.children].map((row) => row.textContent).join(", ");
  }

  leave() {
    this.place = null;
    this.said.textContent = "";
    this.chart.plot?.setCursor({ left: -10, top: -10 });
  }
}
