// What contenders write after a prompt, as it comes, with the alternatives of each token. After mounting.js, sending.js.

const percent = (logprob) => `${(100 * Math.exp(logprob)).toFixed(Math.exp(logprob) < 0.1 ? 1 : 0)} %`;
const visible = (text) => text.replaceAll(" ", "␣").replaceAll("\n", "⏎") || "(nothing)";
const REASONS = { length: "Full length", stop: "Met its stop text", end: "Ended by itself" };

class Column { // one contender's text
  constructor(reference, name) {
    Object.assign(this, { reference, name, text: "", ms: 0, tokens: [], count: 0, cost: "" });
    this.root = element("section", "ts-column");
    this.title = element("h2", "", name);
    this.page = element("div", "ts-text");
    Object.assign(this.page, { tabIndex: 0 });
    this.page.setAttribute("role", "group");
    this.page.setAttribute("aria-label", `Text by ${name}. The arrow keys go from token to token and tell their alternatives.`);
    this.facts = element("p", "ts-facts");
    this.others = element("p", "ts-others");
    this.others.setAttribute("role", "status");
    this.root.append(this.title, this.page, this.others, this.facts);
    this.page.onpointerover = ({ target }) => { if (target.token) this.point(target); };
    this.page.onkeydown = (event) => this.step(event);
  }

  step(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = Math.min(Math.max(this.tokens.indexOf(this.pointed) + by, 0), this.tokens.length - 1);
    if (this.tokens[at]) this.point(this.tokens[at]);
  }

  point(span) {
    this.pointed?.classList.remove("ts-pointed");
    this.pointed = span;
    span.classList.add("ts-pointed");
    const others = Object.entries(span.token.likeliest).map(([text, logprob]) => `${visible(text)} ${percent(logprob)}`);
    this.others.textContent = `“${visible(span.token.text)}” had ${percent(span.token.logprob)}. The likeliest here: ${others.join(", ")}`;
  }

  add(piece) {
    if (piece.error || piece.note) this.page.append(element("p", piece.error ? "ts-error" : "ts-note", piece.error ?? piece.note));
    if (piece.text || piece.tokens?.length) {
      const span = element("span", "", piece.text);
      [span.token] = piece.tokens ?? [];
      if (span.token) this.tokens.push(span);
      this.page.append(span);
      this.text += piece.text ?? "";
    }
    if (piece.ms) this.ms = piece.ms;
    if (piece.text) this.count += 1;
    if (piece.count) this.count = piece.count; // as a language model's endpoint counts
    if (piece.cost) this.cost = ` · ${piece.cost}`;
  }

  end(word) {
    const seconds = this.ms / 1000, speed = this.count && seconds ? ` · ${Math.round(this.count / seconds)} tokens a second` : "";
    this.facts.textContent = `${word} · ${this.count} tokens in ${seconds.toFixed(seconds < 10 ? 1 : 0)} s${speed}${this.cost}`;
  }
}

class Writing {
  constructor(parent, component) {
    this.root = element("div", "ts-writing");
    this.halt = button("Stop", "", () => this.abort?.abort());
    this.halt.hidden = true;
    this.grid = element("div", "ts-columns");
    this.root.append(this.halt, this.grid);
    parent.append(this.root);
    this.update(component);
  }

  update(component) {
    Object.assign(this, { component, data: component.data });
    const { asked, names } = this.data;
    const mark = asked && `${asked.number}:${Object.keys(names).join()}`;
    if (!mark || mark === this.mark) return;
    this.mark = mark;
    this.write(asked, names);
  }

  async write(asked, names) {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    const columns = Object.entries(names).map(([reference, name]) => new Column(reference, name));
    this.grid.replaceChildren(...columns.map(({ root }) => root));
    this.halt.hidden = false;
    await Promise.all(columns.map((column) => this.stream(column, asked, abort.signal)));
    if (this.abort !== abort || this.stopped) return;
    this.halt.hidden = true;
    const answers = columns.filter(({ text }) => text).map(({ reference, text, ms }) => ({ contender: reference, text, ms }));
    if (answers.length) this.component.setStateValue("written", { number: asked.number, answers });
  }

  async stream(column, { number, hosts, ...asked }, signal) {
    let word = "Ended";
    try {
      const answer = await fetch(`${this.data.base}/api/tried/write`, {
        method: "POST", signal, headers: { ...HEADERS, "Content-Type": "application/json" },
        body: JSON.stringify({ contender: column.reference, confirmed_host: hosts[column.reference] ?? "", ...asked }),
      });
      if (!answer.ok) throw refusalOf(answer.status, await answer.text());
      word = await this.read(answer.body.getReader(), column);
    } catch (error) {
      if (signal.aborted) word = "Stopped";
      else { column.add({ error: error instanceof Refusal ? error.message : NO_ANSWER }); word = "Ended early"; }
    }
    column.end(word);
  }

  async read(reader, column) {
    const decoder = new TextDecoder();
    let rest = "", reason = "Ended early";
    for (;;) {
      const { value, done } = await reader.read();
      rest += decoder.decode(value ?? new Uint8Array(), { stream: !done });
      const lines = rest.split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const piece = JSON.parse(line);
        column.add(piece);
        if (piece.reason) reason = REASONS[piece.reason] ?? "Ended";
      }
      if (done) return reason;
    }
  }

  stop() {
    this.stopped = true;
    this.abort?.abort();
    this.root.remove();
  }
}

export default (component) => mount(component, Writing);
