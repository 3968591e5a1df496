// Lines that have points at different places, or several at one, as uPlot wants them: one column of places, a column
// for each line. Stands before line_chart.js.

function joined(lines) { // [places, ...columns]; undefined: this line has no point here; null: it has a gap
  const [first, ...others] = lines;
  if (others.every((line) => line.x === first.x || (line.x.length === first.x.length && line.x.every((x, at) => x === first.x[at])))) return [first.x, ...lines.map((line) => line.y)];
  const most = new Map(); // place -> points that some line has there
  for (const { x } of lines) {
    let count = 0;
    x.forEach((place, at) => { count = at && place === x[at - 1] ? count + 1 : 1; if (count > (most.get(place) ?? 0)) most.set(place, count); });
  }
  const starts = new Map();
  const places = [];
  for (const place of [...most.keys()].sort((one, other) => one - other)) {
    starts.set(place, places.length);
    for (let count = most.get(place); count; count--) places.push(place);
  }
  return [places, ...lines.map(({ x, y }) => {
    const column = new Array(places.length);
    let count = 0;
    x.forEach((place, at) => { count = at && place === x[at - 1] ? count + 1 : 0; column[starts.get(place) + count] = y[at]; });
    return column;
  })];
}

function placed(trace) { // in the order of the axis, without points that have no place on it
  const fits = trace.x.every((x, at) => Number.isFinite(x) && (!at || x >= trace.x[at - 1]));
  if (fits) return trace;
  const order = trace.x.map((_, at) => at).filter((at) => Number.isFinite(trace.x[at])).sort((one, other) => trace.x[one] - trace.x[other]);
  return { ...trace, x: order.map((at) => trace.x[at]), y: order.map((at) => trace.y[at]) };
}

function alone({ y }) { // where a value stands between gaps, so that no line leads to it
  const found = [];
  y.forEach((value, at) => { if (value !== null && (y[at - 1] ?? null) === null && (y[at + 1] ?? null) === null) found.push(at); });
  return found;
}

function nearest(values, at) { // lines do not have points at the same places
  for (let away = 0; away < values.length; away++) {
    if (typeof values[at - away] === "number") return at - away;
    if (typeof values[at + away] === "number") return at + away;
  }
  return at;
}
