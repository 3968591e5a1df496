// One figure that the server made, drawn by Plotly when it comes near the screen: a page of ten figures starts as fast
// as one of none. Stands after curve_library.js.

const NEAR_PX = "400px";

class Figure {
  constructor(parent, component) {
    this.root = document.createElement("div");
    this.root.className = "ts-figure";
    this.root.setAttribute("role", "img");
    parent.append(this.root);
    this.near = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) this.load(); }, { rootMargin: NEAR_PX });
    this.sized = new ResizeObserver(() => { if (this.drawn && this.root.offsetWidth) this.plotly.Plots.resize(this.root); });
    this.update(component);
    this.near.observe(this.root);
    this.sized.observe(this.root);
  }

  update(component) { // the page ran again: often with the same figure
    this.component = component;
    const { figure, alt, height } = component.data;
    this.root.setAttribute("aria-label", alt);
    this.root.style.height = `${height}px`;
    if (this.wanted === figure) return;
    this.wanted = figure;
    if (this.plotly) this.draw();
  }

  async load() {
    this.near.disconnect();
    // What the page begins with comes first.
    await new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done, { timeout: 1000 }));
    try {
      this.plotly = await loadLibrary("Plotly", this.component.data.libraries.plotly);
      if (!this.stopped) this.draw();
    } catch {
      this.root.textContent = "The chart library did not load. Reload the page.";
    }
  }

  draw() {
    const { data, layout } = JSON.parse(this.wanted);
    this.plotly.react(this.root, data, { ...layout, autosize: true }, { responsive: false, displaylogo: false, displayModeBar: false });
    if (!this.drawn && this.component.data.clickable) {
      this.root.on("plotly_click", ({ points }) => this.component.setTriggerValue("clicked", [String(points[0].x), String(points[0].y)]));
    }
    this.drawn = true;
  }

  stop() {
    this.stopped = true;
    this.near.disconnect();
    this.sized.disconnect();
    if (this.drawn) this.plotly.purge(this.root);
    this.root.remove();
  }
}

export default (component) => mount(component, Figure);
