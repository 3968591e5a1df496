// How compared curves look: where a point stands, lines told apart by colour, dash and marker, and the finding above them.

const COMPARE_ALONG = { // what stands below a chart, how a point's place there is found, and which runs have one
  step: { title: "Step", noun: "step", knows: () => true, of: (line, at) => line.step[at] },
  run: { title: "Step of the run", noun: "step", knows: () => true, of: (line, at) => runSteps(line)[at] },
  pass: { title: "Epoch", noun: "pass", knows: (run) => run.steps_per_epoch > 0, of: (line, at, run) => line.step[at] / run.steps_per_epoch },
  time: { title: "Minutes (without pauses)", noun: "time", knows: () => true, of: (line, at, run) => minutesAt(line.time[at], beganAt(line, run), run.pauses) },
};
const MARKED = 7; // markers along a line of many points

function beganAt(line, run) { // what was imported may have times of its own
  const first = (line.first ??= beginning([line])); // of a line that only grows
  return run.began && run.began <= first ? run.began : first;
}

function sampleOf(run, color) {
  const made = element("span", "ts-sample");
  const sign = element("span", "", SIGNS[run.symbol]);
  sign.style.color = color;
  made.append(strokeOf(color, run.dash), sign);
  return made;
}

function compareTraces(curve, run, line, view, theme) {
  const scale = curve.percent ? 100 : 1;
  const along = (points) => ({
    x: points.step.map((_, at) => COMPARE_ALONG[view.along].of(points, at, run)),
    y: points.value.map((value) => (typeof value === "number" ? value * scale : null)),
  });
  const color = run.colors[theme.dark ? 1 : 0];
  const made = {
    ...along(line), type: "scatter", mode: "lines", name: run.name, uid: `run-${run.id}`, connectgaps: false,
    line: { color, width: 2, dash: run.dash }, thinned: Boolean(line.thinned),
  };
  const smoothed = view.smoothing && line.step.length > 2 ? smoothLine(line, view.smoothing) : null;
  const shown = smoothed ? { ...made, ...along(smoothed) } : made;
  const faint = smoothed ? [{ ...made, middle: line.middle, uid: `${made.uid}-raw`, opacity: 0.22, hoverinfo: "skip" }] : [];
  return [...faint, shown, markersOf(shown, run, color)];
}

function markersOf(line, run, color) { // a few along the line, the last point among them
  const count = line.x.length;
  const chosen = count <= 2 * MARKED ? line.x.map((_, at) => at) : Array.from({ length: MARKED }, (_, at) => Math.round(((at + 1) * (count - 1)) / MARKED));
  return {
    x: chosen.map((at) => line.x[at]), y: chosen.map((at) => line.y[at]), type: "scatter", mode: "markers", hoverinfo: "skip",
    uid: `${line.uid}-marks`, marker: { color, size: 7, symbol: run.symbol },
  };
}

function lastOf(line) {
  return line.value.findLast((value) => typeof value === "number");
}

function written(curve, value, spread = 0) {
  if (value === undefined) return "no number";
  return curve.percent ? percentText(value, spread) : numberText(value, spread, 3);
}

function apart(values) { // the smallest difference that has to be seen between numbers named together
  const sorted = [...new Set(values)].sort((one, other) => one - other);
  const gaps = sorted.slice(1).map((value, at) => value - sorted[at]);
  return gaps.length ? 10 * Math.min(...gaps) : 0;
}

function comparedFinding(curve, lines, sameData) { // the best and the last one at the end, by name
  if (!sameData && lines.length > 1) return `${curve.title}: not all on the same data, so compare shapes, not levels`;
  const ends = lines.map(([run, line]) => [run, lastOf(line)]).filter(([, value]) => value !== undefined);
  if (!ends.length) return curve.title;
  ends.sort((one, other) => (curve.direction === "min" ? one[1] - other[1] : other[1] - one[1]));
  const spread = apart([ends[0][1], ends.at(-1)[1]]);
  const said = ([run, value]) => `${run.name} (${written(curve, value, spread)})`;
  if (ends.length === 1) return `${curve.title}: ${said(ends[0])} at the end`;
  const [first, last] = curve.direction === "min" ? ["lowest", "highest"] : ["highest", "lowest"];
  if (ends[0][1] === ends.at(-1)[1]) return `${curve.title}: all end at ${written(curve, ends[0][1])}`;
  return `${curve.title}: ${first} at the end is ${said(ends[0])}, ${last} ${said(ends.at(-1))}`;
}
