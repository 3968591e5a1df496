// Files on their way: which go together, which go again, which need not go. Put before uploader.js, which shows it.

const BIG = 8 * 2 ** 20; // a file of this size goes alone; smaller ones go together
const TOGETHER = 4; // requests at the same time: a browser opens six to a host, and the page needs some
const TRIES = 3; // when there is no answer; a refusal is final
const PAUSE_MS = 1500;

class Transfers {
  reset() {
    this.items = [];
    this.queue = [];
    this.active = new Map(); // file -> transfer
    this.samples = [];
    this.leftover = []; // names of what arrived before a reload cut the rest off
  }

  pump() {
    this.ticking ??= setInterval(() => this.draw(), 250);
    while (this.queue.length && this.active.size < TOGETHER) {
      const alone = this.queue[0].file.size >= BIG || [...this.active.keys()].some(({ file }) => file.size >= BIG);
      if (alone && this.active.size) break;
      this.send(this.queue.shift());
    }
    if (!this.queue.length && !this.active.size) this.finish();
  }

  async send(file) {
    const transfer = sendBody(`${this.base}/files?${new URLSearchParams({ name: file.path, modified: file.file.lastModified })}`, file.file, (sent) => { file.sent = sent; });
    Object.assign(file, { state: "sending", sent: 0, tries: file.tries + 1, error: "" });
    this.active.set(file, transfer);
    try {
      await transfer.done;
      Object.assign(file, { state: "arrived", sent: file.file.size });
    } catch (error) {
      if (error.status < 0) return; // cancelled
      Object.assign(file, { state: "failed", sent: 0, error: await this.reason(file, error) });
      if ([0, 502, 503, 504].includes(error.status) && file.tries < TRIES) {
        file.error = `${file.error} Trying again …`;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * file.tries));
        if (this.active.get(file) !== transfer) return;
        file.state = "waiting";
        this.queue.unshift(file);
      }
    }
    if (this.active.get(file) !== transfer) return;
    this.active.delete(file);
    this.pump();
  }

  async reason(file, error) { // no answer may also mean that the file is no longer what was chosen
    if (error.status === 0) {
      try {
        await file.file.slice(0, 1).arrayBuffer();
      } catch {
        return "It was changed, moved or removed while it was being sent. Choose it again.";
      }
    }
    return error.message;
  }

  remove(name) { return ask("DELETE", `${this.base}/files?name=${encodeURIComponent(name)}`); }

  // What arrived before a reload and is still the same is not sent again; anything else of this name goes.
  async prepare(name, files) {
    const { files: there } = await ask("GET", `${this.base}/files?name=${encodeURIComponent(name)}`);
    const same = files.filter(({ path, file }) => {
      const [size, modified] = there[path] ?? [];
      return size === file.size && modified === file.lastModified;
    });
    if (same.length !== Object.keys(there).length) { await this.remove(name); return; }
    for (const file of same) Object.assign(file, { state: "arrived", sent: file.file.size });
  }

  abort() {
    clearInterval(this.ticking);
    this.ticking = null;
    this.queue = [];
    const transfers = [...this.active.values()];
    this.active.clear();
    for (const transfer of transfers) transfer.abort();
  }

  all() { return this.items.flatMap((item) => item.files); }

  counted(state) {
    const files = this.all().filter((file) => !state || file.state === state);
    const known = this.items.map((item) => item.known ?? { files: 0, bytes: 0 }); // what was there before a reload
    return {
      files: known.reduce((sum, item) => sum + item.files, files.length),
      bytes: files.reduce((sum, { file }) => sum + file.size, known.reduce((sum, item) => sum + item.bytes, 0)),
    };
  }

  names() {
    const [first, ...others] = this.items.map((item) => item.name);
    return others.length ? `“${first}” and ${plural(others.length, "other")}` : `“${first}”`;
  }
}
