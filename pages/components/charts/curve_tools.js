// What stands around the charts: how they are looked at, and what can be taken away. Put before curve_chart.js.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const REMEMBERED = "touchstone-curves"; // in the browser: how the charts were looked at last

function rememberedView() {
  const usual = { smoothing: 0, log: false, axis: "step" };
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}") };
  } catch {
    return usual;
  }
}

function nameOf(chart) {
  return chart.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

function download(url, name) {
  const link = element("a");
  Object.assign(link, { href: url, download: name });
  link.click();
}

function smoothingSlider(curves) {
  const label = element("label", "", "Smoothing");
  const slider = element("input");
  Object.assign(slider, { type: "range", min: 0, max: 0.98, step: 0.02, value: curves.view.smoothing });
  slider.oninput = () => curves.change("smoothing", Number(slider.value));
  label.append(slider);
  return label;
}

function axisChoice(curves) {
  const label = element("label", "", "X axis");
  curves.axes = element("select");
  curves.axes.onchange = () => curves.change("axis", curves.axes.value);
  showAxes(curves);
  label.append(curves.axes);
  return label;
}

function showAxes(curves) { // some are known with the first points
  const shown = Object.entries(AXES).filter(([name]) => curves.canShow(name));
  if (shown.length === curves.axes.length) return;
  curves.axes.replaceChildren(...shown.map(([name, { title }]) => new Option(title, name, false, name === curves.view.axis)));
}

function curveSearch(curves) { // among many, by a part of the name
  const search = element("input", "ts-search");
  Object.assign(search, { type: "search", placeholder: `Find one of ${curves.data.charts.length.toLocaleString("en")} curves` });
  search.setAttribute("aria-label", search.placeholder);
  search.oninput = () => curves.find(search.value.trim().toLowerCase());
  return search;
}

function toolsMenu(curves, chart) {
  const menu = element("details", "ts-tools");
  const summary = element("summary", "", "⋯");
  summary.setAttribute("aria-label", `${chart.title}: full screen and downloads`);
  const list = element("div");
  const entries = [
    ["Full screen", () => chart.figure.requestFullscreen?.()],
    ["Download PNG", () => saveImage(curves, chart, "png")],
    ["Download SVG", () => saveImage(curves, chart, "svg")],
    ["Download CSV", () => saveCsv(curves, chart)],
  ];
  for (const [label, act] of entries) {
    const button = element("button", "", label);
    button.type = "button";
    button.onclick = () => { menu.open = false; summary.focus(); act(); };
    list.append(button);
  }
  menu.append(summary, list);
  menu.onkeydown = (event) => {
    const buttons = [...list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && menu.open) { menu.open = false; summary.focus(); }
    else if (step) {
      menu.open = true;
      const at = buttons.indexOf(document.activeElement);
      buttons[at < 0 ? (step > 0 ? 0 : buttons.length - 1) : (at + step + buttons.length) % buttons.length].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation(); // Escape also closes what is around the chart
  };
  menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
  return menu;
}

async function saveImage(curves, chart, format) { // the same lines as on the page, drawn once more
  const { traces, layout } = chart.drawing;
  const paper = getComputedStyle(curves.root).getPropertyValue("--st-background-color").trim() || "white";
  const data = traces.map(({ uid, ...trace }) => trace); // Plotly makes a selector of it, and our names have slashes
  const figure = { data, layout: { ...layout, paper_bgcolor: paper, title: { text: chart.title }, margin: { l: 60, r: 20, t: 70, b: 50 } } };
  try {
    const plotly = await loadLibrary("Plotly", curves.data.libraries.plotly);
    const url = await plotly.toImage(figure, { format, width: 900, height: 500, scale: format === "png" ? 2 : 1 });
    download(url, `${curves.data.run}-${nameOf(chart)}.${format}`);
  } catch {
    curves.say("error", "The image could not be made. Try again, or download the CSV.");
  }
}

function saveCsv(curves, chart) { // every point, not only those that are drawn
  const keys = chart.lines.map((line) => encodeURIComponent(line.key)).join(",");
  download(`${curves.data.base}/api/runs/${encodeURIComponent(curves.data.run)}/curves.csv?${new URLSearchParams({ keys })}`, `${curves.data.run}-${nameOf(chart)}.csv`);
}
