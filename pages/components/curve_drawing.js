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

function shownNumber(value, chart) {
  if (chart.percent) return `${(100 * value).toFixed(1)} %`;
  const size = Math.abs(value);
  const text = size && (size < 1e-3 || size >= 1e9) ? value.toExponential(1) : value.toLocaleString("en", { maximumSignificantDigits: size >= 1000 ? 5 : 3 });
  return chart.said_unit ? `${text} ${chart.said_unit}` : text;
}

const BETTER = { "lower is better": "min", "higher is better": "max" };

function findingOf(lines, chart, shown, ended) { // the title says what is to be seen: "Validation loss 0.21, lowest at step 1,200 (0.19)"
  const line = shown.at(-1); // of training and validation, validation is what counts
  if (!line) return chart.title;
  const { step, value } = lines[line.key];
  const lastAt = value.findLastIndex((v) => typeof v === "number");
  const name = line.name || (chart.lines.length > 1 ? `${chart.title} (${line.label.toLowerCase()})` : chart.title);
  if (lastAt < 0) return `${name}: not a number`;
  const now = `${name} ${shownNumber(value[lastAt], chart)}`;
  const goal = chart.better ?? BETTER[chart.hint];
  if (!goal || lastAt === 0) return now;
  const better = goal === "max" ? (a, b) => a > b : (a, b) => a < b;
  const bestAt = value.reduce((best, v, at) => (typeof v === "number" && better(v, value[best]) ? at : best), lastAt);
  const word = goal === "max" ? "highest" : "lowest";
  if (bestAt === lastAt) return `${now}, its ${word}${ended ? "" : " so far"}`;
  return `${now}, ${word} at step ${step[bestAt].toLocaleString("en")} (${shownNumber(value[bestAt], chart)})`;
}

function wordsOf(lines, line) {
  const { step, value } = lines[line.key];
  return `${line.label}: ${value.at(-1)} at step ${step.at(-1)}.`;
}

function warningOf(lines, line) {
  const { step, value } = lines[line.key];
  const at = value.findIndex((v) => typeof v !== "number");
  return at < 0 ? "" : `⚠ ${line.label} is ${value[at] === null ? "not a number" : "infinite"} at step ${step[at]}.`;
}

const AXES = { // what stands below a chart, and how a point's place there is found
  step: { title: "Step", of: (line, at) => line.step[at] },
  epoch: { title: "Pass over the data", of: (line, at, run) => line.step[at] / run.steps_per_epoch },
  time: { title: "Minutes (without pauses)", of: (line, at, run) => minutesAt(line.time[at], run.began, run.pauses) },
  examples: { title: "Examples", of: (line, at, run) => line.step[at] * run.batch_size },
};

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

function tracesOf(line, found, view, chart, theme, run) { // line: how it is drawn; found: its points
  const scale = chart.percent ? 100 : 1;
  const y = found.value.map((v) => (typeof v === "number" ? v * scale : null));
  const x = y.map((_, at) => AXES[view.axis].of(found, at, run));
  const style = { color: theme[line.color], width: 2, dash: line.dash };
  const made = {
    x, y, type: "scatter", name: line.label, legendgroup: line.key, uid: line.key, connectgaps: false, line: style,
    mode: y.length < 2 || (y.length < 40 && line.dash !== "solid") ? "lines+markers" : "lines",
    marker: { size: 6, symbol: line.dash === "solid" ? "circle" : "diamond", color: theme[line.color] },
  };
  if (!view.smoothing || y.length < 3) return [made];
  const faint = { ...made, uid: `${line.key}-raw`, mode: "lines", opacity: 0.25, showlegend: false, hoverinfo: "skip" };
  return [faint, { ...made, mode: "lines", y: smooth(y, view.smoothing) }];
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

function smooth(values, weight) { // exponential moving average, debiased: Kingma & Ba 2014
  let mean = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    mean = weight * mean + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return mean / mass;
  });
}
