// One page for the demo on a server and for the one to take along: `model.answer` differs, nothing else.
// Whatever people wrote gets in as text (`textContent`), never as HTML.
const demo = JSON.parse(document.getElementById("demo").textContent);
const { words, input } = demo;
const at = (id) => document.getElementById(id);
let tried = null, thumb = "", asked = 0;

function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

at("title").textContent = words.title;
at("intro").textContent = words.intro;
at("limits").textContent = words.limits;
at("kept").textContent = demo.kept;
if (words.logo) { at("logo").src = words.logo; at("logo").hidden = false; }
if (demo.code) { at("code-image").src = demo.code; at("code-address").textContent = demo.address; }
else at("code").remove();

// --- the input ---

const readers = { text: textInput, image: imageInput, table: tableInput };
const form = readers[input.kind]();

function textInput() {
  const named = input.answer === "text" ? "How does it begin?" : `Your ${input.noun || "text"}`;
  const box = made("textarea", { id: "text", rows: 4, maxLength: demo.longest_text, autocomplete: "off" });
  at("input").append(made("label", { htmlFor: "text" }, named), box);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("ask").requestSubmit();
  });
  return {
    read() {
      if (!box.value.trim()) throw new Error("Write something first.");
      return { text: box.value };
    },
    fill(example) { box.value = example.text; },
  };
}

function imageInput() {
  let bytes = null;
  const file = made("input", { id: "file", type: "file", accept: "image/*" });
  const shown = made("img", { id: "shown", alt: "The image that is asked about", hidden: true });
  at("input").append(
    made("label", { htmlFor: "file" }, "Your image ", made("span", { className: "hint" }, "choose, drop, paste or take one")),
    file, shown,
  );
  async function show(blob) {
    if (blob.size > demo.largest_image) throw new Error("The image is too large. Make it smaller first.");
    bytes = await blob.arrayBuffer();
    URL.revokeObjectURL(shown.src);
    shown.src = URL.createObjectURL(blob);
    shown.hidden = false;
    shown.onload = () => shown.classList.toggle("small", shown.naturalWidth <= 96);
  }
  const take = async (blob) => { if (blob) await guarded(async () => { await show(blob); await ask(); }); };
  file.addEventListener("change", () => take(file.files[0]));
  document.addEventListener("paste", (event) => take([...event.clipboardData.files][0]));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });
  return {
    read() {
      if (!bytes) throw new Error("Choose an image first.");
      return { image: bytes };
    },
    async fill(example) { await show(blobOf(example.image)); },
  };
}

function blobOf(url) {
  const [kind, coded] = url.slice(5).split(";base64,");
  return new Blob([Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0))], { type: kind });
}

function tableInput() {
  const grid = made("div", { id: "fields" });
  at("input").append(grid);
  const boxes = input.fields.map((field, place) => {
    const id = `field-${place}`;
    const hint = field.low === null ? "" : ` ${number(field.low)} to ${number(field.high)}`;
    const box = boxOf(field, id);
    grid.append(made("div", {}, made("label", { htmlFor: id }, field.name, made("span", { className: "hint" }, hint)), box));
    return [field, box];
  });
  const own = {
    read() {
      return { row: Object.fromEntries(boxes.map(([field, box]) => [field.name, cell(field, box.value)])) };
    },
    fill(example) {
      for (const [field, box] of boxes) {
        const value = example.row[field.name] ?? "";
        if (field.kind === "choice" && value !== "" && ![...box.options].some((one) => one.value === String(value)))
          box.append(made("option", { value }, String(value)));
        box.value = value;
      }
    },
  };
  if (input.examples.length) own.fill(input.examples[0]);
  return own;
}

function boxOf(field, id) {
  if (field.kind === "number") return made("input", { id, inputMode: "decimal", autocomplete: "off" });
  if (field.kind === "date" || field.kind === "time") return made("input", { id, type: field.kind });
  if (field.kind === "words") return made("textarea", { id, rows: 2, maxLength: demo.longest_text });
  const options = field.options.map((word) => made("option", { value: word }, word));
  return made("select", { id }, made("option", { value: "" }, "not known"), ...options);
}

function cell(field, value) {
  if (value.trim() === "") return null;
  if (field.kind !== "number") return value;
  const found = Number(value.trim());
  if (Number.isFinite(found)) return found;
  throw new Error(`'${field.name}' needs a number such as 12.5, or nothing where it is not known.`);
}

// --- the answer ---

function number(value) {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}
const percent = (share) => `${(100 * share).toFixed(share > 0.995 || share < 0.005 ? 1 : 0)} %`;

function show(found) {
  const box = at("answer");
  box.className = "";
  const parts = [];
  if (input.answer === "number") {
    const about = input.target ? `${input.target}: ` : "";
    parts.push(made("p", { className: "said" }, `${about}${number(found.value)}${input.unit ? ` ${input.unit}` : ""}`));
  } else if (input.answer === "text") {
    parts.push(made("p", { className: "written" }, found.text));
  } else {
    parts.push(made("p", { className: "said" }, found.scores[0][0]), made("p", {}, `Confidence ${percent(found.scores[0][1])}`));
    for (const [label, share] of found.scores.slice(0, 3)) {
      const filled = made("b");
      filled.style.width = `${100 * share}%`;
      const bar = made("i", {}, filled);
      bar.setAttribute("aria-hidden", "true");
      parts.push(made("div", { className: "bar" }, made("span", {}, label), bar, made("em", {}, percent(share))));
    }
  }
  for (const remark of found.remarks || []) parts.push(made("p", { className: "remark" }, remark));
  box.replaceChildren(...parts);
  at("reply").hidden = demo.offline;
}

async function guarded(work) {
  try { await work(); } catch (error) {
    at("answer").className = "problem";
    at("answer").replaceChildren(made("p", {}, error instanceof TypeError ? "The page cannot be reached: it was withdrawn, has expired, or this device has lost the network." : error.message));
  }
}

async function ask() {
  const given = form.read(), number = ++asked;
  at("go").disabled = true;
  const slow = setTimeout(() => { at("answer").className = ""; at("answer").replaceChildren(made("p", {}, "One moment …")); }, 500);
  try {
    const found = await model.answer(given);
    if (number !== asked) return;
    tried = { given, found };
    thumb = ""; mark(); at("sent").textContent = "";
    show(found);
  } finally {
    clearTimeout(slow);
    if (number === asked) at("go").disabled = false;
  }
}

at("ask").addEventListener("submit", (event) => { event.preventDefault(); guarded(ask); });
for (const [place, example] of input.examples.entries()) {
  const button = made("button", { type: "button" });
  if (example.image) {
    const image = made("img", { src: example.image, alt: `Example ${place + 1}` });
    image.onload = () => image.classList.toggle("small", image.naturalWidth <= 96);
    button.append(image);
  } else button.append(made("span", {}, example.name));
  button.addEventListener("click", () => guarded(async () => { await form.fill(example); await ask(); }));
  at("example-list").append(button);
}
at("examples").hidden = !input.examples.length;

// --- what is said of it ---

function mark() {
  for (const name of ["up", "down"]) at(name).setAttribute("aria-pressed", String(thumb === name));
}
for (const name of ["up", "down"]) at(name).addEventListener("click", () => { thumb = thumb === name ? "" : name; mark(); });
at("send").addEventListener("click", async () => {
  const comment = at("comment").value.trim();
  if (!thumb && !comment) { at("sent").textContent = "Choose a thumb or write a comment first."; return; }
  const found = tried?.found;
  const said = found ? found.text ?? (found.scores ? found.scores[0][0] : String(found.value)) : "";
  const given = tried?.given.text ?? (tried?.given.row ? JSON.stringify(tried.given.row) : "");
  try {
    await model.reply({ thumb, comment, ...(demo.keeps ? { tried: given.slice(0, demo.longest_text) } : {}), answered: said.slice(0, 200) });
    at("sent").textContent = "Thank you.";
    at("comment").value = "";
  } catch (error) { at("sent").textContent = error.message; }
});

// --- for a room full of people ---

at("present").addEventListener("click", () => {
  const large = document.documentElement.classList.toggle("present");
  at("present").setAttribute("aria-pressed", String(large));
});
if (new URLSearchParams(location.search).has("present")) at("present").click();
