// Sending files to Touchstone's own routes, and reading what was dropped. Put before uploader.js and camera.js.

const HEADERS = { "X-Touchstone": "1" }; // a form of another page cannot send it
const NO_ANSWER = "Touchstone does not answer. Is it still running?";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(label, className, onClick) {
  const made = element("button", className, label);
  made.type = "button";
  made.onclick = onClick;
  return made;
}

class Refusal extends Error { // what the server said, in its own words
  constructor(status, message) { super(message); this.status = status; }
}

function refusalOf(status, text) {
  try {
    return new Refusal(status, JSON.parse(text).message || NO_ANSWER);
  } catch { // not from our routes: a proxy, or nothing at all
    return new Refusal(status, status === 413 ? "This is too large for the server in front of Touchstone." : NO_ANSWER);
  }
}

// Sends one body as it is: the browser reads a file from the disk while it goes. Returns {done: promise, abort}.
function sendBody(url, body, onProgress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => onProgress?.(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(refusalOf(request.status, request.responseText));
    };
    request.onerror = () => reject(new Refusal(0, NO_ANSWER));
    request.onabort = () => reject(new Refusal(-1, "Cancelled."));
    request.open("POST", url);
    for (const [name, value] of Object.entries(HEADERS)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(body);
  });
  return { done, abort: () => request.abort() };
}

async function ask(method, url) {
  let answer;
  try {
    answer = await fetch(url, { method, headers: HEADERS, cache: "no-store" });
  } catch {
    throw new Refusal(0, NO_ANSWER);
  }
  const text = await answer.text();
  if (!answer.ok) throw refusalOf(answer.status, text);
  return JSON.parse(text);
}

// Files that systems leave in folders; a file that is chosen by itself is never one.
const isSystemFile = (path) => path.split("/").some((part) => /^(\..*|__MACOSX|Thumbs\.db|desktop\.ini|~\$.*)$/i.test(part));

// Reads what was dropped: a list of {name, folder, files: [{path, file}], skipped, unreadable}, one for each thing dropped.
async function droppedItems(transfer) {
  const entries = [...transfer.items].filter((i) => i.kind === "file").map((i) => i.webkitGetAsEntry?.() ?? i.getAsFile());
  const items = []; // the entries had to be taken at once: after the event they are gone
  for (const entry of entries) {
    if (!entry) continue;
    const item = { name: entry.name, folder: Boolean(entry.isDirectory), files: [], skipped: 0, unreadable: 0 };
    if (entry instanceof File) item.files.push({ path: entry.name, file: entry });
    else await walk(entry, entry.name, item);
    items.push(item);
  }
  return items;
}

async function walk(entry, path, item) {
  if (item.folder && isSystemFile(path)) { item.skipped += 1; return; }
  try {
    if (entry.isFile) {
      item.files.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
      return;
    }
    const reader = entry.createReader();
    for (;;) { // a reader gives at most 100 entries at a time
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const child of some) await walk(child, `${path}/${child.name}`, item);
    }
  } catch { // the system does not let the browser read it, or it has gone
    item.unreadable += 1;
  }
}

// What an <input type=file> holds, in the same form; a chosen folder is one item.
function chosenItems(files) {
  const items = new Map();
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    const folder = path.includes("/");
    const name = path.split("/")[0];
    const key = folder ? name : Symbol(name);
    if (!items.has(key)) items.set(key, { name, folder, files: [], skipped: 0, unreadable: 0 });
    if (folder && isSystemFile(path)) items.get(key).skipped += 1;
    else items.get(key).files.push({ path, file });
  }
  return [...items.values()];
}

// A file dropped beside the zone would replace the page.
let guards = 0;
const refuseDrop = (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); };
function guardPage(on) {
  guards += on ? 1 : -1;
  const change = guards > 0 ? window.addEventListener : window.removeEventListener;
  for (const name of ["dragover", "drop"]) change.call(window, name, refuseDrop);
}

function makeDropZone(zone, onItems) {
  let depth = 0;
  const show = (on) => zone.classList.toggle("ts-over", on);
  const isFiles = (event) => event.dataTransfer?.types.includes("Files");
  zone.addEventListener("dragenter", (event) => { if (isFiles(event)) { depth += 1; show(true); } });
  zone.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); show(depth > 0); });
  zone.addEventListener("dragover", (event) => { if (isFiles(event)) { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; } });
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    depth = 0;
    show(false);
    const items = await droppedItems(event.dataTransfer);
    if (items.length) onItems(items);
  });
}

const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

function bytesInWords(bytes) {
  for (const [unit, size] of [["GB", 2 ** 30], ["MB", 2 ** 20]]) {
    if (bytes >= size) return `${(bytes / size).toFixed(bytes < 10 * size ? 1 : 0)} ${unit}`;
  }
  return bytes ? `${Math.max(1, Math.round(bytes / 1024))} kB` : "0 kB";
}

function secondsInWords(exact) {
  const seconds = Math.max(1, Math.round(exact));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
