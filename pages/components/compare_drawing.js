// How compared curves look: where a point stands, lines told apart by colour, dash and marker, and the finding above them.

const COMPARE_ALONG = { // what stands below a chart, how a point's place there is found, and which runs have one
  step: { title: "Step", knows: () => true, of: (line, at) => line.step[at] },
  pass: { title: "Pass over the data", knows: (run) => run.steps_per_epoch > 0, of: (line, at, run) => line.step[at] / run.steps_per_epoch },
  time: { title: "Minutes (without pauses)", knows: () => true, of: (line, at, run) => minutesAt(line.time[at], beganAt(line, run), run.pauses) },
};
const MARKED = 7; // markers along a line of many points

function beganAt(line, run) { // what was imported may have times of its own
  return run.began && run.began <= line.time[0] ? run.began : line.time[0];
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
  const y = line.value.map((value) => (typeof value === "number" ? value * scale : null));
  const x = y.map((_, at) => COMPARE_ALONG[view.along].of(line, at, run));
  const color = run.colors[theme.dark ? 1 : 0];
  const made = {
    x, y, type: "scatter", mode: "lines", name: run.name, uid: `run-${run.id}`, connectgaps: false,
    line: { color, width: 2, dash: run.dash },
  };
  const shown = view.smoothing && y.length > 2 ? { ...made, y: smooth(y, view.smoothing) } : made;
  const faint = shown === made ? [] : [{ ...made, uid: `${made.uid}-raw`, opacity: 0.22, hoverinfo: "skip" }];
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

function written(curve, value) {
  if (value === undefined) return "no number";
  if (curve.percent) return `${(100 * value).toFixed(1)} %`;
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

function comparedFinding(curve, lines, sameData) { // the best and the last one at the end, by name
  if (!sameData && lines.length > 1) return `${curve.title}: not all on the same data, so compare shapes, not levels`;
  const ends = lines.map(([run, line]) => [run, lastOf(line)]).filter(([, value]) => value !== undefined);
  if (!ends.length) return curve.title;
  ends.sort((one, other) => (curve.direction === "min" ? one[1] - other[1] : other[1] - one[1]));
  const said = ([run, value]) => `${run.name} (${written(curve, value)})`;
  if (ends.length === 1) return `${curve.title}: ${said(ends[0])} at the end`;
  const [first, last] = curve.direction === "min" ? ["lowest", "highest"] : ["highest", "lowest"];
  if (ends[0][1] === ends.at(-1)[1]) return `${curve.title}: all end at ${written(curve, ends[0][1])}`;
  return `${curve.title}: ${first} at the end is ${said(ends[0])}, ${last} ${said(ends.at(-1))}`;
}
