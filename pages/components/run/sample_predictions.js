// What a run says of a few examples while it learns. Everything it shows comes from the route /api/runs/ID/wall.

const POLL_MS = 2000;
const PATIENCE_MS = 20000; // the longest pause between two tries while the server does not answer
const PLAY_MS = 7000; // the whole training, played
const legendOf = (kind) => `Strips: each evaluation so far, high and blue where it was ${kind === "number" ? "close" : "right"}, low and orange where not.`;

class Wall {
  constructor(parent, { data }) {
    this.data = data;
    this.address = `${data.base}/api/runs/${encodeURIComponent(data.run)}/wall`;
    this.looks = [];
    this.cards = [];
    this.generation = "";
    this.at = 0;
    this.follows = true; // the newest look, until somebody goes back
    this.pause = POLL_MS;
    this.build(parent);
    this.onVisible = () => { if (!document.hidden) this.poll(); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.watcher = new IntersectionObserver(([entry]) => { this.inSight = entry.isIntersecting; if (this.inSight) this.poll(); }, { rootMargin: "300px" });
    this.watcher.observe(this.root);
    this.poll();
  }

  build(parent) {
    this.root = element("section", "ts-wall");
    this.root.setAttribute("aria-label", this.data.text ? "What it writes" : "Watch it learn");
    this.finding = element("p", "ts-finding", "Loading …");
    this.controls = element("div", "ts-controls");
    this.controls.hidden = true;
    this.play = element("button", "", "▶ Play");
    this.play.type = "button";
    this.play.onclick = () => (this.playing ? this.halt() : this.start());
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", min: 0, max: 0, step: 1 });
    this.slider.setAttribute("aria-label", "Back through its training");
    this.slider.oninput = () => { this.halt(); this.go(Number(this.slider.value)); };
    this.where = element("span", "ts-where");
    this.newest = element("button", "", "Newest");
    this.newest.type = "button";
    this.newest.onclick = () => { this.halt(); this.go(this.looks.length - 1); };
    this.all = element("button", "");
    this.all.type = "button";
    this.all.onclick = () => this.unfold(!this.grid.classList.contains("ts-all"));
    this.controls.append(this.play, this.slider, this.where, this.newest, this.all);
    this.grid = element("div", "ts-grid");
    this.grid.setAttribute("role", "group");
    this.grid.setAttribute("aria-label", "Examples");
    this.grid.tabIndex = 0; // it scrolls sideways
    this.writing = element("pre", "ts-writing");
    this.writing.hidden = true;
    this.legend = element("p", "ts-legend");
    this.legend.hidden = true;
    this.root.append(this.finding, this.controls, this.grid, this.writing, this.legend);
    parent.append(this.root);
  }

  unfold(all) {
    this.grid.classList.toggle("ts-all", all);
    this.all.setAttribute("aria-expanded", String(all));
    this.all.textContent = all ? "Show fewer" : `Show all ${this.cards.length}`;
  }

  update({ data }) { // the page ran again: a run that was resumed must be asked for again
    const again = data.attempt !== this.data.attempt;
    this.data = data;
    if (again && this.ended) { this.ended = false; this.poll(); }
  }

  async poll() {
    clearTimeout(this.timer);
    const rests = document.hidden || (!this.inSight && this.heard); // out of sight, once there is something to see
    if (this.stopped || this.ended || this.busy || rests) return;
    this.busy = true;
    try {
      const query = this.looks.length ? new URLSearchParams({ after: this.looks.at(-1).step, generation: this.generation }) : "";
      const answer = await fetch(`${this.address}?${query}`, { cache: "no-store", signal: AbortSignal.timeout(20000) });
      const found = await answer.json();
      if (!answer.ok) { this.ended = true; this.finding.textContent = found.error; return; }
      this.pause = POLL_MS;
      if (!this.stopped) this.take(found);
      this.heard = this.looks.length > 0; // whoever scrolls down finds its first look there already
    } catch {
      this.pause = Math.min(2 * this.pause, PATIENCE_MS);
    } finally {
      this.busy = false;
      if (!this.stopped && !this.ended) this.timer = setTimeout(() => this.poll(), this.pause);
    }
  }

  take(found) {
    this.ended = !found.active;
    this.total = found.steps_total;
    this.generation = found.generation;
    if (found.complete) this.begin(found);
    this.looks.push(...found.looks);
    if (!this.looks.length) {
      this.finding.textContent = found.active ? "Its first predictions appear here after its first evaluation on the validation examples." : "It ended before its first evaluation on the validation examples.";
      return;
    }
    if (!found.complete && !found.looks.length) { this.say(); return; }
    this.slider.max = this.looks.length - 1;
    this.controls.hidden = false;
    this.play.hidden = this.slider.hidden = this.looks.length < 2;
    for (const card of this.cards) card.drawHistory(this.looks);
    this.legend.hidden = false;
    this.draw(this.follows && !this.playing ? this.looks.length - 1 : Math.min(this.at, this.looks.length - 1));
  }

  begin(found) {
    this.looks = [];
    this.kind = found.kind;
    this.legend.textContent = found.kind === "writing" ? this.data.about : `${this.data.about} ${legendOf(found.kind)}`;
    this.labels = found.labels;
    const numbers = found.examples.map((example) => example.target).filter((target) => typeof target === "number");
    this.range = Math.max(...numbers) - Math.min(...numbers) || 1;
    this.cards = found.examples.map((example, place) => new Card(example, place, this));
    this.grid.replaceChildren(...this.cards.map((card) => card.root));
    this.grid.dataset.of = found.examples[0]?.image ? "pictures" : found.examples[0]?.row ? "rows" : "texts";
    this.grid.hidden = this.all.hidden = !this.cards.length;
    this.unfold(this.grid.classList.contains("ts-all"));
    this.writing.hidden = true; // until there is something
  }

  go(at) {
    this.follows = at === this.looks.length - 1;
    this.draw(at);
  }

  draw(at) {
    const look = this.looks[at];
    this.at = at;
    this.slider.value = at;
    if (this.kind === "writing") { this.writing.textContent = look.text; this.writing.hidden = false; }
    for (const card of this.cards) {
      card.show(look);
      card.markNow(at, this.looks.length);
    }
    this.say();
  }

  say() {
    const { step } = this.looks[this.at];
    const last = this.at === this.looks.length - 1;
    this.where.textContent = `step ${count(step)}${this.total ? ` of ${count(Math.max(this.total, step))}` : ""}`;
    this.newest.hidden = last;
    const words = this.words();
    this.slider.setAttribute("aria-valuetext", `${this.where.textContent}: ${words}`);
    if (this.finding.textContent !== words) this.finding.textContent = words;
    this.root.dataset.step = step;
  }

  words() { // the finding, from the numbers
    const look = this.looks[this.at], first = this.looks[0], when = `after step ${count(look.step)}`;
    if (this.kind === "writing") return look.prompt.trim() ? `What it writes ${when}, going on from “${look.prompt.trim()}”` : `What it writes ${when}`;
    const rights = (at) => this.cards.filter((card) => card.isRight(at)).length;
    const close = this.kind === "number" ? "close" : "right";
    const now = `${rights(look)} of ${this.cards.length} ${close} ${when}`;
    const meaning = this.kind === "number" ? ` Close: off by at most ${amount(CLOSE * this.range)}.` : "";
    return this.at ? `${now}; ${rights(first)} at the first evaluation.${meaning}` : `${now}, the first evaluation.${meaning}`;
  }

  start() {
    if (this.at >= this.looks.length - 1) this.draw(0);
    this.playing = setInterval(() => {
      this.draw(Math.min(this.at + 1, this.looks.length - 1));
      if (this.at === this.looks.length - 1) this.halt();
    }, Math.min(Math.max(PLAY_MS / this.looks.length, 40), 700));
    this.play.textContent = "❚❚ Stop";
  }

  halt() {
    if (!this.playing) return;
    clearInterval(this.playing);
    this.playing = null;
    this.play.textContent = "▶ Play";
    this.follows = this.at === this.looks.length - 1;
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.playing);
    this.watcher.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    this.root.remove();
  }
}

export default (component) => mount(component, Wall, (data) => data.run === component.data.run);
