// The wall of a finished run, playing by itself: what it answered at each look while it learnt. Stands after the cards.

const STEP_MS = 900;
const LAST_MS = 6000; // the finished answers stay longer
const NARROW = "(max-width: 640px)", ON_NARROW = 6; // examples on a phone

class ExamplePlayer {
  constructor(parent, { data }) {
    this.data = data;
    this.address = `${data.base}/api/runs/${encodeURIComponent(data.run)}/wall`;
    this.looks = [];
    this.cards = [];
    this.at = 0;
    this.wants = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.build(parent);
    this.onVisible = () => this.go();
    document.addEventListener("visibilitychange", this.onVisible);
    this.watcher = new IntersectionObserver(([entry]) => { this.inSight = entry.isIntersecting; this.go(); });
    this.watcher.observe(this.root);
    this.load();
  }

  build(parent) {
    this.root = element("section", "ts-wall ts-example");
    this.root.setAttribute("aria-label", "A real result: what the model answers while it learns");
    this.finding = element("p", "ts-finding", "Loading …");
    this.button = element("button");
    this.button.type = "button";
    this.button.onclick = () => { this.wants = !this.wants; this.go(); };
    this.button.hidden = true;
    const head = element("div", "ts-head");
    head.append(this.finding, this.button);
    this.grid = element("div", "ts-grid ts-all");
    this.root.append(head, this.grid);
    parent.append(this.root);
  }

  update({ data }) { this.data = data; }

  async load() {
    try {
      const answer = await fetch(this.address, { cache: "no-store", signal: AbortSignal.timeout(20000) });
      const found = await answer.json();
      if (this.stopped) return;
      if (!answer.ok || !found.looks.length) { this.finding.textContent = found.error ?? "There is nothing to play."; return; }
      Object.assign(this, { kind: found.kind, labels: found.labels, looks: found.looks });
      this.cards = found.examples.slice(0, matchMedia(NARROW).matches ? ON_NARROW : undefined).map((example, place) => new Card(example, place, this));
      for (const { truth, example } of this.cards) truth.textContent = `Actual: ${example.target}`;
      this.grid.replaceChildren(...this.cards.map((card) => card.root));
      this.button.hidden = this.looks.length < 2;
      this.draw(this.wants ? 0 : this.looks.length - 1);
      this.go();
    } catch {
      if (!this.stopped) { this.finding.textContent = "The server does not answer; trying again."; this.timer = setTimeout(() => this.load(), 5000); }
    }
  }

  draw(at) {
    this.at = at;
    const look = this.looks[at], last = at === this.looks.length - 1;
    for (const card of this.cards) card.show(look);
    const rights = this.cards.filter((card) => card.isRight(look)).length;
    this.finding.textContent = `${last ? "Trained" : `Learning, step ${count(look.step)}`}: ${rights} of ${this.cards.length} right`;
    this.root.dataset.at = at;
  }

  go() { // plays on, or rests, as is wished and as somebody looks
    clearTimeout(this.timer);
    this.button.textContent = this.wants ? "❚❚ Pause" : "▶ Play";
    if (!this.wants || this.stopped || document.hidden || !this.inSight || this.looks.length < 2) return;
    const last = this.at === this.looks.length - 1;
    this.timer = setTimeout(() => { this.draw((this.at + 1) % this.looks.length); this.go(); }, last ? LAST_MS : STEP_MS);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.watcher.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    this.root.remove();
  }
}

export default (component) => mount(component, ExamplePlayer, (data) => data.run === component.data.run);
