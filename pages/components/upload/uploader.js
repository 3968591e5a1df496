// A drop zone that sends files and folders straight to the disk of the server, and then tells Python that they are there.

const WINDOW_MS = 4000; // over which the speed is measured
const SETTLE_MS = 300; // what the server had whole when the transfer was cut off is put away in this time
const GRACE_MS = 3000; // a page that is drawn anew takes the transfer over; one that is left ends it
const MOST_ROWS = 30;

class Uploader extends Transfers {
  constructor(parent, component) {
    super();
    this.component = component;
    this.data = component.data;
    this.base = `${this.data.base}/api/uploads/${encodeURIComponent(this.data.upload)}`;
    this.note = `touchstone-upload:${this.data.key}`;
    this.reset();
    this.build();
    this.attach(parent);
    guardPage(true);
    this.onLeave = (event) => { if (this.state === "sending") event.preventDefault(); };
    window.addEventListener("beforeunload", this.onLeave);
    this.recover();
  }

  attach(parent) {
    clearTimeout(this.leaving);
    parent.append(this.root);
  }

  build() {
    this.root = element("section", "ts-uploader");
    this.root.setAttribute("aria-label", this.data.label);
    this.zone = element("div", "ts-zone");
    this.zone.append(element("p", "ts-title", this.data.folders ? "Drop files or a folder here" : "Drop files here"));
    const choices = element("div", "ts-choices");
    choices.append(this.chooser("Choose files", false, "ts-first"));
    if (this.data.folders && "webkitdirectory" in HTMLInputElement.prototype) choices.append(this.chooser("Choose a folder", true));
    this.zone.append(choices);
    if (this.data.hint) this.zone.append(element("p", "ts-hint", this.data.hint));
    this.rows = element("ul", "ts-rows");
    this.total = element("div", "ts-total");
    this.words = element("p", "ts-words");
    this.bar = element("div", "ts-bar");
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-label", "Sent so far");
    this.bar.setAttribute("aria-valuemin", "0");
    this.bar.setAttribute("aria-valuemax", "100");
    this.bar.append(element("span"));
    this.buttons = element("div", "ts-choices");
    this.total.append(this.bar, this.words, this.buttons);
    this.spoken = element("p", "ts-hidden");
    this.spoken.setAttribute("role", "status");
    this.root.append(this.zone, this.rows, this.total, this.spoken);
    makeDropZone(this.root, (items) => this.add(items));
    this.show("idle", "");
  }

  chooser(label, folder, kind = "") {
    const input = element("input");
    Object.assign(input, { type: "file", multiple: true, hidden: true, webkitdirectory: folder });
    if (!folder && this.data.accept) input.accept = this.data.accept;
    input.onchange = () => { const items = chosenItems(input.files); input.value = ""; if (items.length) this.add(items); };
    const both = element("span");
    both.append(button(label, kind, () => input.click()), input);
    return both;
  }

  // What is there already: from before a reload, or cut off by it.
  async recover() {
    const cut = JSON.parse(sessionStorage.getItem(this.note) || "null");
    sessionStorage.removeItem(this.note);
    let found = { items: [] };
    try {
      found = await ask("GET", this.base);
    } catch (error) {
      if (error.status !== 404) this.show("idle", error.message);
    }
    if (this.state !== "idle" || this.items.length) return;
    if (cut) {
      this.leftover = found.items.map(({ name }) => name);
      const files = found.items.reduce((sum, item) => sum + item.files, 0);
      const rest = files ? `${plural(files, "file has", "files have")} arrived. Choose it again: only what is missing is sent.` : "so it did not all arrive. Choose it again.";
      this.show("idle", `The page was left while ${cut.what} was being sent${files ? ";" : ","} ${rest}`);
    } else if (found.items.length) {
      this.items = found.items.map(({ name, folder, files, bytes }) => ({ name, folder, files: [], bytes, known: { files, bytes } }));
      this.report();
    }
  }

  add(items) {
    const lost = items.reduce((sum, item) => sum + item.unreadable, 0);
    const skipped = items.reduce((sum, item) => sum + item.skipped, 0);
    const files = items.flatMap((item) => item.files.map((each) => ({ ...each, item, sent: 0, tries: 0, state: "waiting" })));
    this.remark = [
      skipped ? `${plural(skipped, "hidden or system file was", "hidden or system files were")} left out.` : "",
      lost ? `${plural(lost, "file")} could not be read by the browser and ${lost === 1 ? "was" : "were"} left out.` : "",
    ].filter(Boolean).join(" ");
    if (!files.length) { this.show(this.state, `There are no files in it. ${this.remark}`.trim()); return; }
    for (const item of items) {
      item.files = files.filter((file) => file.item === item);
      item.bytes = item.files.reduce((sum, { file }) => sum + file.size, 0);
      this.items = this.items.filter((other) => other.name !== item.name || this.state === "sending");
      this.items.push(item); // chosen again, it replaces what was sent under this name
    }
    this.begin(files.filter((file) => file.item.files.includes(file)), items.map((item) => item.name));
  }

  async begin(files, replaced = []) {
    const largest = Math.max(...files.map(({ file }) => file.size));
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    const starting = this.state !== "sending";
    if (starting) this.show("sending", "Starting …");
    this.tell(null);
    sessionStorage.setItem(this.note, JSON.stringify({ upload: this.data.upload, what: this.names() }));
    if (starting) this.say(`Sending ${this.names()}.`);
    try {
      if (starting) for (const name of replaced) await this.prepare(name, files);
      if (starting) for (const name of this.leftover.splice(0)) if (!replaced.includes(name)) await this.remove(name);
      await ask("GET", `${this.base}?bytes=${bytes}&largest=${largest}`);
    } catch (error) {
      for (const file of files) Object.assign(file, { state: "failed", error: error.message });
    }
    if (this.state !== "sending") return; // cancelled meanwhile
    const waiting = files.filter((file) => file.state === "waiting"); // small ones first: if it is cut off, most is there
    this.queue.push(...waiting.sort((a, b) => a.file.size - b.file.size));
    this.pump();
  }

  finish() {
    clearInterval(this.ticking);
    this.ticking = null;
    this.samples = [];
    const failed = this.all().filter((file) => file.state === "failed");
    if (failed.length) {
      this.show("failed", `${failed.length.toLocaleString("en-GB")} of ${plural(this.all().length, "file")} did not arrive.`);
      this.say(`${this.words.textContent} ${failed[0].path}: ${failed[0].error}`);
      return;
    }
    this.report();
  }

  tell(value) { // each change reruns the page
    if (JSON.stringify(value) === JSON.stringify(this.component.data.uploaded)) return;
    this.component.setStateValue("uploaded", value);
  }

  report() {
    sessionStorage.removeItem(this.note);
    const { files, bytes } = this.counted("arrived");
    this.show("done", `${plural(files, "file")}, ${bytesInWords(bytes)}: everything has arrived. ${this.remark || ""}`.trim());
    this.say(this.words.textContent);
    this.tell({ upload: this.data.upload, files, bytes });
  }

  retry() {
    const failed = this.all().filter((file) => file.state === "failed");
    for (const file of failed) Object.assign(file, { state: "waiting", tries: 0, error: "" });
    this.begin(failed);
  }

  goOn() {
    for (const item of this.items) item.files = item.files.filter((file) => file.state === "arrived");
    this.items = this.items.filter((item) => item.files.length || item.known);
    this.report();
  }

  async clear(words) {
    this.show("idle", "");
    const transfers = [...this.active.values()];
    this.abort();
    this.reset();
    this.remark = "";
    sessionStorage.removeItem(this.note);
    this.tell(null);
    await Promise.allSettled(transfers.map((transfer) => transfer.done));
    if (transfers.length) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    let said = words;
    try {
      await ask("DELETE", `${this.base}/files`);
    } catch (error) {
      said = error.message;
    }
    if (this.state === "idle") this.show("idle", said);
    this.say(said);
  }

  say(text) { this.spoken.textContent = text; }

  show(state, text) {
    this.state = state;
    this.root.dataset.state = state;
    this.words.textContent = text;
    const sending = state === "sending";
    this.total.hidden = state === "idle" && !text;
    this.bar.hidden = !sending;
    const choices = {
      sending: [button("Cancel", "", () => this.clear("Cancelled. Nothing was kept."))],
      failed: [
        button("Try again", "", () => this.retry()),
        ...(this.counted("arrived").files ? [button("Go on without them", "", () => this.goOn())] : []),
        button("Start over", "", () => this.clear("")),
      ],
      done: [button("Start over", "", () => this.clear(""))],
    };
    this.buttons.replaceChildren(...(choices[state] ?? []));
    this.zone.querySelector(".ts-title").textContent = this.items.length
      ? "Drop more here" : this.data.folders ? "Drop files or a folder here" : "Drop files here";
    this.drawRows();
  }

  draw() {
    if (this.state !== "sending") return;
    const whole = this.counted("");
    const sent = this.all().reduce((sum, { sent: bytes, file }) => sum + Math.min(bytes, file.size), 0)
      + this.items.reduce((sum, item) => sum + (item.known?.bytes ?? 0), 0);
    const now = performance.now();
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - this.samples[0][0] > WINDOW_MS) this.samples.shift();
    const [since, from] = this.samples[0];
    const speed = now > since ? Math.max(0, (1000 * (sent - from)) / (now - since)) : 0;
    const percent = whole.bytes ? Math.floor((100 * sent) / whole.bytes) : 0;
    if (Math.floor(percent / 25) > Math.floor(Number(this.bar.getAttribute("aria-valuenow") || 0) / 25)) this.say(`${percent} % sent.`);
    this.bar.setAttribute("aria-valuenow", String(percent));
    this.bar.firstChild.style.width = `${percent}%`;
    const arrived = this.counted("arrived").files;
    this.words.textContent = [
      `${bytesInWords(sent)} of ${bytesInWords(whole.bytes)}`,
      whole.files > 1 ? `${arrived.toLocaleString("en-GB")} of ${plural(whole.files, "file")}` : "",
      speed ? `${bytesInWords(speed)} a second` : "",
      sent >= whole.bytes ? "being written" : speed && now - since > 1000 ? `${secondsInWords((whole.bytes - sent) / speed)} left` : "",
    ].filter(Boolean).join(" · ");
    this.drawRows();
  }

  drawRows() {
    const shown = this.items.slice(-MOST_ROWS);
    while (this.rows.children.length > shown.length) this.rows.lastChild.remove();
    shown.forEach((item, index) => this.drawRow(this.rows.children[index] ?? this.rows.appendChild(this.newRow()), item));
    this.rows.hidden = !shown.length;
  }

  newRow() {
    const row = element("li");
    row.append(element("span", "ts-name"), element("span", "ts-size"), element("span", "ts-mark"), element("span", "ts-error"));
    return row;
  }

  drawRow(row, item) {
    const arrived = item.files.filter((file) => file.state === "arrived").length;
    const failed = item.files.find((file) => file.error);
    const sent = item.files.reduce((sum, file) => sum + file.sent, 0);
    const some = item.files.some((file) => file.state === "sending") || arrived;
    const part = item.folder ? `${arrived.toLocaleString("en-GB")} sent` : `${item.bytes ? Math.floor((100 * Math.min(sent, item.bytes)) / item.bytes) : 0} %`;
    const state = arrived === item.files.length ? "✓ arrived" : failed ? "✗ did not arrive" : some ? part : "waiting";
    const texts = [item.name, `${item.folder ? `${plural(item.files.length || item.known.files, "file")}, ` : ""}${bytesInWords(item.bytes)}`, state, failed ? (item.folder ? `${failed.path}: ${failed.error}` : failed.error) : ""];
    texts.forEach((text, index) => { if (row.children[index].textContent !== text) row.children[index].textContent = text; });
  }

  leave() { this.leaving = setTimeout(() => this.stop(), GRACE_MS); }

  stop() {
    this.stopped = true;
    clearTimeout(this.leaving);
    this.abort();
    guardPage(false);
    window.removeEventListener("beforeunload", this.onLeave);
    this.root.remove();
    if (window.touchstoneUploaders?.[this.data.key] === this) delete window.touchstoneUploaders[this.data.key];
  }
}

export default function (component) {
  const { data, parentElement } = component;
  const all = (window.touchstoneUploaders ??= {}); // outlives an element that the page draws anew
  const known = all[data.key];
  if (known && known.data.upload === data.upload && !known.stopped) {
    known.component = component;
    known.attach(parentElement);
  } else {
    known?.stop();
    all[data.key] = new Uploader(parentElement, component);
  }
  return () => all[data.key]?.leave();
}
