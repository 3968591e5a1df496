// Pictures by class: from the camera while a button is held, or dropped. Each is on the server's disk before it counts.

const LONGEST_SIDE = 640; // pixels
const QUALITY = 0.9;
const TOGETHER = 4; // pictures on their way at the same time
const TRIES = 3;
const REPORT_MS = 700; // after the last change, so that a burst costs one rerun of the page
const GRACE_MS = 1500; // a page that is drawn anew keeps the camera; one that is left turns it off
const SHOWN = 60; // thumbnails of a class at first
const LONGEST_LABEL = 60;
const cleanLabel = (text) => text.trim().replace(/\s+/g, " ").normalize("NFC");

async function asJpeg(source, width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const canvas = element("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // what is transparent becomes white, as it does when it is read on the server
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

async function shrunk(file) { // what this browser cannot read goes as it is: the server may know the format
  try {
    const picture = await createImageBitmap(file);
    const blob = await asJpeg(picture, picture.width, picture.height);
    picture.close();
    return blob ?? file;
  } catch {
    return file;
  }
}

class Camera extends CameraDevice {
  constructor(parent, component) {
    super();
    this.component = component;
    this.data = component.data;
    this.base = `${this.data.base}/api/collections/${encodeURIComponent(this.data.collection)}`;
    this.note = `touchstone-classes:${this.data.collection}`;
    this.cards = new Map();
    this.queue = [];
    this.sending = 0;
    this.build();
    this.attach(parent);
    guardPage(true);
    this.onLeave = (event) => { if (this.queue.length || this.sending) event.preventDefault(); };
    this.onHidden = () => { if (document.hidden) this.release(); };
    window.addEventListener("beforeunload", this.onLeave);
    window.addEventListener("blur", this.onBlur = () => this.release());
    document.addEventListener("visibilitychange", this.onHidden);
    this.load();
  }

  attach(parent) {
    clearTimeout(this.leaving);
    parent.append(this.root);
    if (this.stream) this.video.play().catch(() => {}); // a video that was moved in the page stands still
  }

  build() {
    this.root = element("section", "ts-camera");
    this.root.setAttribute("aria-label", "Images by class");
    this.stage = element("div", "ts-stage");
    const frame = element("div", "ts-frame");
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    this.video = element("video");
    Object.assign(this.video, { muted: true, playsInline: true, hidden: true });
    this.video.setAttribute("aria-label", "What the camera sees");
    this.off = element("p", "ts-off", "The camera is off.");
    frame.append(this.video, this.off);
    this.frame = frame;
    this.holds(frame, () => this.current);
    const choices = element("div", "ts-choices");
    this.power = button("Turn the camera on", "", () => (this.stream ? this.turnOff() : this.turnOn()));
    this.other = button("Other camera", "", () => this.turnOn(true));
    this.other.hidden = true;
    choices.append(this.power, this.other);
    this.trouble = element("p", "ts-trouble");
    this.trouble.setAttribute("role", "alert");
    this.stage.append(frame, choices, this.trouble);
    this.classes = element("div", "ts-classes");
    this.root.append(this.stage, this.classes, this.classForm());
    this.spoken = element("p", "ts-hidden");
    this.spoken.setAttribute("role", "status");
    this.root.append(this.spoken);
    this.point();
  }

  classForm() {
    const form = element("form", "ts-new");
    const field = element("label", "", "Name of a class");
    const input = element("input");
    Object.assign(input, { type: "text", maxLength: LONGEST_LABEL, placeholder: "such as: cat", autocomplete: "off" });
    field.append(input);
    const add = element("button", "", "Add the class");
    add.type = "submit";
    this.complaint = element("p", "ts-trouble");
    this.complaint.setAttribute("role", "alert");
    form.append(field, add, this.complaint);
    form.onsubmit = (event) => {
      event.preventDefault();
      const label = cleanLabel(input.value);
      this.complaint.textContent = this.complaintAbout(label);
      if (this.complaint.textContent) return;
      input.value = "";
      this.cardOf(label).hold.focus();
      this.remember();
    };
    return form;
  }

  complaintAbout(label, mine) {
    const known = [...this.cards.keys()].find((other) => other !== mine && other.toLowerCase() === label.toLowerCase());
    if (!label) return "Give the class a name first.";
    if (/^\.|[/\\]/.test(label)) return "The name of a class cannot begin with a dot or have a slash in it.";
    return known ? `There is a class “${known}” already.` : "";
  }

  // Classes without a picture are known to this browser only; all others are on the disk.
  remember() { sessionStorage.setItem(this.note, JSON.stringify([...this.cards.keys()])); }

  async load() {
    let found = { labels: [] };
    try {
      found = await ask("GET", this.base);
    } catch (error) {
      this.trouble.textContent = error.message;
    }
    for (const { label, numbers } of found.labels) this.cardOf(label).setNumbers(numbers);
    for (const label of JSON.parse(sessionStorage.getItem(this.note) || "[]")) this.cardOf(label);
    this.root.dataset.ready = "true";
    this.report();
  }

  cardOf(label) {
    if (!this.cards.has(label)) {
      const card = new ClassCard(this, label);
      this.cards.set(label, card);
      this.classes.append(card.root);
    }
    this.point(label);
    return this.cards.get(label);
  }

  // Puts a class in the place of another, or of nothing.
  replace(card, label, numbers) {
    const made = new ClassCard(this, label);
    made.setNumbers(numbers);
    const cards = [...this.cards.values()].filter((other) => other !== card);
    card.root.replaceWith(made.root);
    this.cards = new Map([...cards, made].sort((a, b) => (a.root.compareDocumentPosition(b.root) & 4 ? -1 : 1)).map((c) => [c.label, c]));
    this.point(label);
    this.remember();
    this.report();
    return made;
  }

  drop(card) {
    this.cards.delete(card.label);
    if (this.current === card) this.current = null;
    this.point();
    this.remember();
    this.report();
  }

  point(label) { // to the class that the space key over the picture is for
    if (label) this.current = this.cards.get(label);
    const words = this.current ? `Hold the space key to take photos of ${this.current.label}.` : "Add a class first.";
    this.frame.setAttribute("aria-label", `Camera. ${words}`);
    for (const card of this.cards.values()) card.root.classList.toggle("ts-current", card === this.current);
  }

  // --- sending them ---

  add(card, pictures) {
    card.waiting += pictures.length;
    this.queue.push(...pictures.map((picture) => ({ ...picture, card, tries: 0 })));
    card.draw();
    this.pump();
  }

  pump() {
    while (this.queue.length && this.sending < TOGETHER) this.send(this.queue.shift());
    this.root.dataset.waiting = String(this.queue.length + this.sending);
    if (!this.queue.length && !this.sending) this.report();
  }

  async send(task) {
    this.sending += 1;
    try {
      const url = `${this.base}/pictures?label=${encodeURIComponent(task.card.label)}`;
      for (;;) {
        task.tries += 1;
        try {
          const { number } = await sendBody(url, await task.make()).done;
          task.card.arrived(number);
          break;
        } catch (error) {
          if (error instanceof Refusal && (error.status > 0 && error.status < 502 || task.tries >= TRIES)) throw error;
          if (!(error instanceof Refusal)) throw new Refusal(0, "The browser could not read it.");
          await new Promise((resolve) => setTimeout(resolve, 1000 * task.tries));
        }
      }
    } catch (error) {
      task.card.missed(task, error);
    } finally {
      this.sending -= 1;
      task.card.waiting -= 1;
      task.card.draw();
      this.pump();
    }
  }

  counts() { return Object.fromEntries([...this.cards.values()].filter((c) => c.numbers.length).map((c) => [c.label, c.numbers.length])); }

  report() {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      const counts = this.counts();
      const known = this.component.data.counts; // each change reruns the page
      const same = Object.keys({ ...known, ...counts }).every((label) => (known[label] ?? 0) === (counts[label] ?? 0));
      if (this.stopped || this.holding || this.queue.length || this.sending || same) return;
      this.component.setStateValue("counts", counts);
      this.say(Object.entries(counts).map(([label, count]) => `${label}: ${plural(count, "image")}`).join(", "));
    }, REPORT_MS);
  }

  say(text) { this.spoken.textContent = text; }

  leave() { this.leaving = setTimeout(() => this.stop(), GRACE_MS); }

  stop() {
    this.stopped = true;
    clearTimeout(this.leaving);
    clearTimeout(this.reporting);
    this.turnOff();
    guardPage(false);
    window.removeEventListener("beforeunload", this.onLeave);
    window.removeEventListener("blur", this.onBlur);
    document.removeEventListener("visibilitychange", this.onHidden);
    this.root.remove();
    if (window.touchstoneCameras?.[this.data.key] === this) delete window.touchstoneCameras[this.data.key];
  }
}

export default function (component) {
  const { data, parentElement } = component;
  const all = (window.touchstoneCameras ??= {}); // outlives an element that the page draws anew
  const known = all[data.key];
  if (known && known.data.collection === data.collection && !known.stopped) {
    known.component = component;
    known.attach(parentElement);
  } else {
    known?.stop();
    all[data.key] = new Camera(parentElement, component);
  }
  return () => all[data.key]?.leave();
}
