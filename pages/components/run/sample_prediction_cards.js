// One example of the wall: what it is, what the model says of it, and when it learnt that. Put before wall.js.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function count(number) { return number.toLocaleString("en-GB"); }

function amount(number) { // of any size, short enough for a card
  if (number === null || number === undefined) return "–";
  const size = Math.abs(number);
  const digits = size >= 1000 || Number.isInteger(number) ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
  return number.toLocaleString("en-GB", { maximumFractionDigits: digits });
}

const CLOSE = 0.1; // of the range of the right numbers on the wall

class Card {
  constructor(example, place, wall) {
    this.example = example;
    this.place = place;
    this.wall = wall;
    this.root = element("article", "ts-card");
    this.root.append(this.whatItIs());
    this.answer = element("p", "ts-answer");
    this.sign = element("span", "ts-sign");
    this.said = element("strong");
    this.sure = element("span", "ts-sure");
    this.answer.append(this.sign, this.said, this.sure);
    this.actual = wall.kind === "number" ? amount(example.target) : example.target;
    this.truth = element("p", "ts-truth");
    this.history = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.history.setAttribute("preserveAspectRatio", "none");
    this.history.setAttribute("aria-hidden", "true");
    this.root.append(this.answer, this.truth, this.history);
  }

  whatItIs() {
    const { image, text, row, target } = this.example;
    if (image) {
      const picture = element("img");
      Object.assign(picture, { src: `${this.wall.address}/${this.place}.png`, alt: `Example ${this.place + 1}, which shows: ${target}`, decoding: "async" });
      picture.onload = () => picture.classList.toggle("ts-small-picture", picture.naturalWidth < 100);
      return picture;
    }
    if (text !== undefined) {
      const said = element("p", "ts-text", text);
      said.tabIndex = 0; // a long one scrolls
      said.setAttribute("aria-label", `Example ${this.place + 1}`);
      said.setAttribute("role", "group");
      return said;
    }
    const facts = element("dl", "ts-row");
    facts.tabIndex = 0;
    facts.setAttribute("aria-label", `Example ${this.place + 1}`);
    facts.setAttribute("role", "group");
    for (const [name, value] of Object.entries(row ?? {})) facts.append(element("dt", "", name), element("dd", "", typeof value === "number" ? amount(value) : value ?? "–"));
    return facts;
  }

  isRight(look) {
    const said = look.predicted[this.place];
    if (this.wall.kind === "number") return said !== null && Math.abs(said - this.example.target) <= CLOSE * this.wall.range;
    return this.wall.labels[said] === this.example.target;
  }

  show(look) {
    const right = this.isRight(look);
    this.root.dataset.right = String(right);
    const said = look.predicted[this.place];
    if (this.wall.kind === "number") this.showNumber(said, right);
    else {
      this.sign.textContent = right ? "✓" : "✗";
      this.said.textContent = this.wall.labels[said] ?? "–";
      const sure = look.confidence[this.place];
      this.sure.textContent = `${sure > 0.995 ? "> 99" : Math.round(100 * sure)} %`;
      this.sure.title = "Confidence";
    }
    this.truth.textContent = this.truth.title = right && this.wall.kind !== "number" ? "" : `Actual: ${this.actual}`;
    this.sign.setAttribute("role", "img");
    this.sign.setAttribute("aria-label", right ? (this.wall.kind === "number" ? "close" : "right") : (this.wall.kind === "number" ? "far off" : "wrong"));
  }

  showNumber(said, right) {
    const off = said - this.example.target;
    this.sign.textContent = right ? "✓" : off > 0 ? "▲" : "▼";
    this.said.textContent = amount(said);
    this.sure.textContent = off === 0 ? "exact" : `${amount(Math.abs(off))} too ${off > 0 ? "high" : "low"}`;
  }

  drawHistory(looks) { // a bar a look: high and blue where it was right, low and orange where it was not
    const rights = looks.map((look) => this.isRight(look));
    const path = (wanted, top) => rights.map((right, at) => (right === wanted ? `M${at} 10V${top}H${at + 1}V10Z` : "")).join("");
    this.history.setAttribute("viewBox", `0 0 ${Math.max(looks.length, 1)} 10`);
    const marks = [["ts-were-right", path(true, 0)], ["ts-were-wrong", path(false, 6)]].map(([name, d]) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", "path");
      made.setAttribute("class", name);
      made.setAttribute("d", d);
      return made;
    });
    this.now = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    this.now.setAttribute("class", "ts-now");
    for (const [name, value] of Object.entries({ y: 0, height: 10, width: Math.max(looks.length / 60, 0.15) })) this.now.setAttribute(name, value);
    this.history.replaceChildren(...marks, this.now);
  }

  markNow(at, looks) { this.now?.setAttribute("x", Math.min(at + 0.5, looks - looks / 60)); }
}
