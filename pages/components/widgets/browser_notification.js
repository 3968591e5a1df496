// Tells in the browser when a run ends. The wish lies in the browser; one watcher a tab asks the route /api/runs/ID.

const WISHES = "touchstone-tell"; // run id -> name
const POLL_MS = 3000; // a hidden tab is slowed down to once a minute, which is soon enough
const PATIENCE_MS = 60000; // the longest pause between two tries while the server does not answer
const ENDS = { succeeded: "✓ Done", failed: "✗ Failed", stopped: "■ Stopped", interrupted: "⚠ Interrupted" };

function wishes() {
  try {
    return JSON.parse(localStorage.getItem(WISHES) ?? "{}");
  } catch {
    return {};
  }
}

function setWishes(change) {
  const known = wishes();
  change(known);
  try {
    localStorage.setItem(WISHES, JSON.stringify(known));
  } catch {
    // a browser that keeps nothing: the wish is lost with the tab
  }
  window.dispatchEvent(new Event("touchstone-tell"));
}

class Watcher { // one for the tab: it outlives the page that made it, as pages change without loading anew
  constructor(base) {
    this.base = base;
    this.pause = POLL_MS;
    window.addEventListener("touchstone-tell", () => this.soon(0));
    window.addEventListener("focus", () => this.giveTitleBack());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.giveTitleBack(); });
    this.soon(0);
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), wait);
  }

  async look() {
    if (this.busy) return;
    const wanted = Object.keys(wishes());
    if (!wanted.length) return; // a new wish wakes it
    this.busy = true;
    try {
      for (const id of wanted) await this.lookAt(id);
      this.pause = POLL_MS;
    } catch {
      this.pause = Math.min(2 * this.pause, PATIENCE_MS);
    } finally {
      this.busy = false;
      this.soon(this.pause);
    }
  }

  async lookAt(id) {
    const answer = await fetch(`${this.base}/api/runs/${encodeURIComponent(id)}`, { cache: "no-store", signal: AbortSignal.timeout(20000) });
    if (answer.status === 404) { setWishes((known) => delete known[id]); return; }
    if (!answer.ok) throw new Error("no answer");
    const run = await answer.json();
    if (!(run.status in ENDS) || !(id in wishes())) return; // another tab may have told it by now
    setWishes((known) => delete known[id]);
    this.tell(run);
  }

  tell(run) {
    const title = `${ENDS[run.status]}: ${run.name}`;
    this.takeTitle(title);
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    try {
      const made = new Notification(title, { body: run.verdict || run.reason || "", tag: `touchstone-${run.id}` });
      made.onclick = () => {
        window.focus();
        made.close();
        if (new URLSearchParams(location.search).get("run") !== run.id) location.assign(`${this.base}/run?run=${encodeURIComponent(run.id)}`);
      };
    } catch {
      // on phones only installed apps may; the title has said it
    }
  }

  takeTitle(title) { // the page sets its own again whenever it runs, so it is held until somebody looks
    this.giveTitleBack();
    if (document.hasFocus() && !document.hidden) return;
    this.before = document.title;
    document.title = title;
    this.holder = setInterval(() => { if (document.title !== title) { this.before = document.title; document.title = title; } }, 500);
  }

  giveTitleBack() {
    if (!this.holder) return;
    clearInterval(this.holder);
    this.holder = null;
    document.title = this.before;
  }
}

function refusal() {
  if (!window.isSecureContext) return "Browsers show notifications only at addresses that begin with https://, or on this machine itself. The title of this tab tells it instead.";
  if (!("Notification" in window)) return "This browser has no notifications. The title of this tab tells it instead.";
  if (Notification.permission === "denied") return "Your browser refuses notifications from here: allow them beside its address bar. Until then the title of this tab tells it.";
  if (Notification.permission === "default") return "Your browser has not allowed notifications from here. The title of this tab tells it.";
  return "";
}

class Button {
  constructor(parent, data) {
    this.root = document.createElement("div");
    this.root.className = "ts-tell";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0"/></svg>';
    this.label = document.createElement("span");
    this.button.append(this.label);
    this.button.onclick = () => this.toggle();
    this.words = document.createElement("span");
    this.words.setAttribute("role", "status");
    this.root.append(this.button, this.words);
    parent.append(this.root);
    this.redraw = () => this.draw();
    window.addEventListener("touchstone-tell", this.redraw);
    this.update(data);
  }

  update(data) {
    this.data = data;
    this.draw();
  }

  get wished() {
    const known = wishes();
    return this.data.runs.every((run) => run.id in known);
  }

  async toggle() {
    const wished = this.wished;
    if (!wished && window.isSecureContext && "Notification" in window && Notification.permission === "default") await Notification.requestPermission();
    setWishes((known) => { for (const run of this.data.runs) if (wished) delete known[run.id]; else known[run.id] = run.name; });
  }

  draw() {
    const one = this.data.runs.length === 1;
    const wished = this.wished;
    this.button.setAttribute("aria-pressed", String(wished));
    this.label.textContent = wished ? "You will be told" : one ? "Tell me when it ends" : "Tell me when they end";
    this.words.textContent = wished ? refusal() || "Keep a tab of Touchstone open; it may be in the background." : "";
  }

  stop() {
    window.removeEventListener("touchstone-tell", this.redraw);
    this.root.remove();
  }
}

export default function (component) {
  const { data, parentElement } = component;
  window.touchstoneWatcher ??= new Watcher(data.base);
  if (parentElement.touchstoneTell) parentElement.touchstoneTell.update(data);
  else parentElement.touchstoneTell = new Button(parentElement, data);
  return () => { parentElement.touchstoneTell?.stop(); parentElement.touchstoneTell = null; };
}
