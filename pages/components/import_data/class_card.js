// One class of a collection: its button, its count, its thumbnails, what is undone. Put before camera.js.

class ClassCard {
  constructor(camera, label) {
    this.camera = camera;
    this.label = label;
    this.numbers = []; // of the pictures that are on the disk, in the order in which they came
    this.waiting = 0;
    this.failed = [];
    this.removed = []; // the last one comes back first
    this.shown = SHOWN;
    this.build();
    this.draw();
  }

  build() {
    this.root = element("article", "ts-class");
    this.root.setAttribute("aria-label", `Class ${this.label}`);
    const head = element("header");
    this.count = element("span", "ts-count");
    const rename = button("Rename", "ts-small", () => this.askName(head));
    rename.setAttribute("aria-label", `Rename the class ${this.label}`);
    const remove = button("Remove", "ts-small", () => this.removeAll());
    remove.setAttribute("aria-label", `Remove the class ${this.label}`);
    head.append(element("h3", "", this.label), this.count, rename, remove);
    const choices = element("div", "ts-choices");
    this.hold = button("Hold to take photos", "ts-hold");
    this.hold.setAttribute("aria-label", `Hold to take photos of ${this.label}`);
    this.camera.holds(this.hold, () => this);
    const input = element("input");
    Object.assign(input, { type: "file", multiple: true, accept: "image/*,.heic,.heif", hidden: true });
    input.onchange = () => { const items = chosenItems(input.files); input.value = ""; this.take(items); };
    const choose = button("Choose images", "", () => input.click());
    choose.setAttribute("aria-label", `Choose images of ${this.label}`);
    choices.append(this.hold, choose, input, element("span", "ts-drop", "or drop them here"));
    this.words = element("p", "ts-words");
    this.again = button("Try again", "", () => this.retry());
    this.undo = button("Undo", "", () => this.bringBack());
    this.strip = element("div", "ts-strip");
    this.strip.setAttribute("role", "list");
    this.more = button("", "", () => { this.shown += 4 * SHOWN; this.draw(); });
    this.news = element("div", "ts-choices");
    this.news.append(this.words, this.again, this.undo);
    this.root.append(head, choices, this.news, this.strip, this.more);
    makeDropZone(this.root, (items) => this.take(items));
  }

  setNumbers(numbers) {
    this.numbers = [...numbers];
    this.draw();
  }

  take(items) {
    this.failed = [];
    this.camera.point(this.label);
    const files = items.flatMap((item) => item.files);
    if (files.length) this.camera.add(this, files.map(({ path, file }) => ({ name: path, make: () => shrunk(file) })));
    else this.tell("There are no files in it.");
  }

  arrived(number) {
    this.numbers.push(number);
  }

  missed(task, error) {
    this.failed.push({ ...task, reason: error.message, again: error.status === 0 || error.status >= 500 });
  }

  retry() {
    const again = this.failed.filter((task) => task.again);
    this.failed = this.failed.filter((task) => !task.again);
    this.camera.add(this, again);
  }

  askName(head) {
    const form = element("form", "ts-rename");
    const input = element("input");
    Object.assign(input, { type: "text", maxLength: LONGEST_LABEL, value: this.label, autocomplete: "off" });
    input.setAttribute("aria-label", `New name of the class ${this.label}`);
    const save = element("button", "ts-small", "Save");
    save.type = "submit";
    const back = () => { form.replaceWith(head); this.tell(""); };
    form.append(input, save, button("Cancel", "ts-small", back));
    form.onkeydown = (event) => { if (event.key === "Escape") back(); };
    form.onsubmit = (event) => { event.preventDefault(); this.rename(cleanLabel(input.value)); };
    head.replaceWith(form);
    input.select();
  }

  async rename(label) {
    const complaint = this.waiting ? "Wait until its images have arrived." : this.camera.complaintAbout(label, this.label);
    if (complaint) { this.tell(complaint); return; }
    try {
      const query = new URLSearchParams({ label: this.label, to: label });
      if (this.numbers.length || this.removed.length) await ask("POST", `${this.camera.base}/labels?${query}`);
    } catch (error) {
      this.tell(error.message);
      return;
    }
    const made = this.camera.replace(this, label, this.numbers);
    made.removed = this.removed;
    made.draw();
    made.hold.focus();
  }

  async removeAll() {
    if (this.waiting) { this.tell("Wait until its images have arrived."); return; }
    const numbers = this.numbers;
    try {
      if (numbers.length) await ask("DELETE", `${this.camera.base}/labels?${new URLSearchParams({ label: this.label })}`);
    } catch (error) {
      this.tell(error.message);
      return;
    }
    const gone = element("article", "ts-class");
    const words = element("p", "ts-words", `The class “${this.label}” was removed${numbers.length ? ` with ${plural(numbers.length, "image")}` : ""}.`);
    const undo = button("Undo", "", async () => {
      undo.disabled = true;
      const back = [];
      try {
        for (const number of numbers) { await ask("POST", `${this.address(number)}/restore`); back.push(number); }
      } catch (error) {
        words.textContent = error.message;
        undo.disabled = false;
        if (!back.length) return;
      }
      this.camera.replace({ root: gone }, this.label, back).hold.focus();
    });
    gone.append(words, undo);
    this.root.replaceWith(gone);
    this.camera.drop(this);
    undo.focus();
  }

  async remove(number) {
    try {
      await ask("DELETE", this.address(number));
    } catch (error) {
      this.tell(error.message);
      return;
    }
    this.numbers = this.numbers.filter((other) => other !== number);
    this.removed.push(number);
    this.tell("");
    this.undo.focus();
    this.camera.report();
  }

  async bringBack() {
    const number = this.removed.at(-1);
    try {
      await ask("POST", `${this.address(number)}/restore`);
    } catch (error) {
      this.tell(error.message);
      return;
    }
    this.removed.pop();
    this.numbers = [...this.numbers, number].sort((a, b) => a - b);
    this.tell("");
    if (!this.removed.length) this.hold.focus();
    this.camera.report();
  }

  address(number) { return `${this.camera.base}/pictures/${encodeURIComponent(this.label)}/${number}`; }

  tell(text) {
    this.told = text;
    this.draw();
  }

  draw() {
    this.root.dataset.count = String(this.numbers.length);
    this.count.textContent = plural(this.numbers.length, "image");
    const first = this.failed[0];
    const missed = first ? `${plural(this.failed.length, "image was", "images were")} not kept. ${first.name}: ${first.reason}` : "";
    const waiting = this.waiting > 8 ? `${plural(this.waiting, "image")} still to come …` : ""; // a burst need not say so
    const removed = this.removed.length ? `${plural(this.removed.length, "image")} removed.` : "";
    this.words.textContent = [this.told, missed, waiting, removed].filter(Boolean).join(" ");
    this.words.classList.toggle("ts-trouble", Boolean(this.told || missed));
    this.news.hidden = !this.words.textContent;
    this.again.hidden = !this.failed.some((task) => task.again);
    this.undo.hidden = !this.removed.length;
    this.drawStrip();
  }

  drawStrip() { // only what changed: a thumbnail that stays is not asked for again
    const wanted = this.numbers.slice(-this.shown).reverse();
    const present = new Map([...this.strip.children].map((thumb) => [Number(thumb.dataset.number), thumb]));
    for (const [number, thumb] of present) if (!wanted.includes(number)) thumb.remove();
    wanted.forEach((number, index) => {
      const thumb = present.get(number) ?? this.thumb(number);
      if (this.strip.children[index] !== thumb) this.strip.insertBefore(thumb, this.strip.children[index] ?? null);
    });
    this.strip.hidden = !wanted.length;
    const left = this.numbers.length - wanted.length;
    this.more.hidden = left <= 0;
    this.more.textContent = `Show more (${left.toLocaleString("en-GB")} not shown)`;
  }

  thumb(number) {
    const made = element("div", "ts-thumb");
    made.dataset.number = String(number);
    made.setAttribute("role", "listitem");
    const picture = element("img");
    Object.assign(picture, { src: this.address(number), alt: `Image ${number} of ${this.label}`, loading: "lazy", decoding: "async" });
    const remove = button("×", "", () => this.remove(number));
    remove.setAttribute("aria-label", `Remove image ${number} of ${this.label}`);
    made.append(picture, remove);
    return made;
  }
}
