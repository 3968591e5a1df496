// How the curves look: colours, lines, axes and words. Put before curve_chart.js, which decides what is shown when.

const COLORS = {
  light: { blue: "#2B6CB0", orange: "#C2570C", gold: "#8A5F0A" },
  dark: { blue: "#6CA9EA", orange: "#F0975A", gold: "#D9A441" },
};

function themeOf(root) {
  const style = getComputedStyle(root);
  const channels = (style.color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  const dark = channels[0] + channels[1] + channels[2] > 382; // light text
  return { dark, text: style.color, font: style.fontFamily, line: style.getPropertyValue("--st-border-color").trim(), ...COLORS[dark ? "dark" : "light"] };
}

function shownNumber(value, chart, spread = 0) {
  if (chart.percent) return percentText(value, spread);
  const text = numberText(value, spread, 3);
  return chart.said_unit ? `${text} ${chart.said_unit}` : text;
}

function spreadOf(values) { // of the middle nine tenths: what has to be told apart
  const sorted = values.filter((value) => typeof value === "number").sort((one, other) => one - other);
  const cut = Math.floor(sorted.length / 20);
  return sorted.length ? sorted.at(-1 - cut) - sorted[cut] : 0;
}

const BETTER = { "lower is better": "min", "higher is better": "max" };

function findingOf(lines, chart, shown, ended) { // the title says what is to be seen: "Validation loss 0.21, lowest at step 1,200 (0.19)"
  const line = shown.at(-1); // of training and validation, validation is what counts
  if (!line) return chart.title;
  const { step, value } = lines[line.key];
  const lastAt = value.findLastIndex((v) => typeof v === "number");
  const name = line.name || (chart.lines.length > 1 ? `${chart.title} (${line.label.toLowerCase()})` : chart.title);
  if (lastAt < 0) return `${name}: not a number`;
  const spread = spreadOf(value);
  const now = `${name} ${shownNumber(value[lastAt], chart, spread)}`;
  const goal = chart.better ?? BETTER[chart.hint];
  if (!goal || lastAt === 0) return now;
  const better = goal === "max" ? (a, b) => a > b : (a, b) => a < b;
  const bestAt = value.reduce((best, v, at) => (typeof v === "number" && better(v, value[best]) ? at : best), lastAt);
  const word = goal === "max" ? "highest" : "lowest";
  if (bestAt === lastAt) return `${now}, its ${word}${ended ? "" : " so far"}`;
  return `${now}, ${word} at step ${placeText(step[bestAt])} (${shownNumber(value[bestAt], chart, spread)})`;
}

function wordsOf(lines, line) {
  const { step, value } = lines[line.key];
  return `${line.label}: ${value.at(-1)} at step ${step.at(-1)}.`;
}

function brokenNote({ step, value, count, numbers, thinned }, label) { // how many are not numbers, and where the first one is
  const at = value.findIndex((v) => typeof v !== "number");
  if (at < 0) return "";
  const kinds = [value.some((v) => typeof v === "string") && "infinite", value.includes(null) && "not a number"];
  const what = kinds.filter(Boolean).join(" or ");
  if (thinned && !count) return `⚠ ${label}: some values are ${what}, the first at step ${placeText(step[at])}.`; // the server is asked how many
  const seen = value.filter((v) => typeof v !== "number").length;
  const [missing, all] = count ? [count - numbers, count] : [seen, value.length];
  const verb = missing === 1 ? "is" : "are";
  return `⚠ ${label}: ${missing.toLocaleString("en")} of ${counted(all, "value")} ${verb} ${what}${missing === 1 ? "" : ", the first"} at step ${placeText(step[at])}.`;
}

const AXES = { // what stands below a chart, and how a point's place there is found
  step: { title: "Step", noun: "step", of: (line, at) => line.step[at] },
  run: { title: "Step of the run", noun: "step", of: (line, at) => runSteps(line)[at] },
  epoch: { title: "Epoch", noun: "pass", of: (line, at, run) => line.step[at] / run.steps_per_epoch },
  time: { title: "Minutes (without pauses)", noun: "time", of: (line, at, run) => minutesAt(line.time[at], run.began, run.pauses) },
  examples: { title: "Examples", noun: "step", of: (line, at, run) => line.step[at] * run.batch_size },
};

function axisOf(axis, lines) { // lines of one chart that count different things meet where the run was
  const own = lines.filter((line) => line.global_step).length;
  return axis === "step" && own && own < lines.length ? "run" : axis;
}

function axisTitle(axis, lines) { // "epoch", where that is what their steps count
  const names = new Set(lines.map((line) => line.axis ?? ""));
  return axis === "step" && names.size === 1 && !names.has("") ? [...names][0] : AXES[axis].title;
}

function stepAt(line, axis, x, run) { // the step at a place of the axis, also between two points that are shown
  let low = 0;
  let high = line.step.length - 1;
  const of = (at) => AXES[axis].of(line, at, run);
  if (x <= of(low)) return line.step[low];
  if (x >= of(high)) return line.step[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (of(middle) <= x) low = middle; else high = middle;
  }
  const share = (x - of(low)) / (of(high) - of(low) || 1);
  return line.step[low] + share * (line.step[high] - line.step[low]);
}

function tracesOf(line, found, view, chart, theme, run) { // line: how it is drawn; found: its points; view: smoothing, axis
  const scale = chart.percent ? 100 : 1;
  const along = (points) => ({
    x: points.step.map((_, at) => AXES[view.axis].of(points, at, run)),
    y: points.value.map((value) => (typeof value === "number" ? value * scale : null)),
  });
  const style = { color: theme[line.color], width: 2, dash: line.dash };
  const count = found.step.length;
  const made = {
    ...along(found), type: "scatter", name: line.label, legendgroup: line.key, uid: line.key, connectgaps: false, line: style, thinned: Boolean(found.thinned),
    mode: count < 2 || (count < 40 && line.dash !== "solid") ? "lines+markers" : "lines",
    marker: { size: 6, symbol: line.dash === "solid" ? "circle" : "diamond", color: theme[line.color] },
  };
  const kept = keptMark(line, made, found, run, style.color);
  const smoothed = view.smoothing && count > 2 ? smoothLine(found, view.smoothing) : null;
  if (!smoothed) return [made, ...kept];
  const faint = { ...made, middle: found.middle, uid: `${line.key}-raw`, mode: "lines", opacity: 0.25, showlegend: false, hoverinfo: "skip" };
  return [faint, { ...made, mode: "lines", ...along(smoothed) }, ...kept];
}

function keptMark(line, made, found, run, color) { // a star where the weights are from that the run keeps
  const at = line.key.startsWith("validation/") ? found.step.indexOf(run.kept) : -1;
  if (at < 0) return [];
  return [{
    x: [made.x[at]], y: [made.y[at]], type: "scatter", mode: "markers", name: "Kept", legendgroup: line.key, uid: `${line.key}-kept`, showlegend: false, hoverinfo: "skip",
    marker: { size: 12, symbol: "star", color },
  }];
}

function layoutOf(theme, { revision, along, unit, log, percent, legend }) {
  const axis = { gridcolor: theme.line, linecolor: theme.line, zeroline: false, automargin: true };
  return {
    uirevision: revision, // zoom outlives every new point, not another axis
    plot_bgcolor: "transparent", font: { family: theme.font, size: 12, color: theme.text },
    showlegend: legend, legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    xaxis: { ...axis, title: { text: along }, rangemode: "tozero" },
    yaxis: { ...axis, title: { text: unit }, type: log ? "log" : "linear", ticksuffix: percent ? " %" : "" },
  };
}
